package mockserver

// roleMembers is who has which role.
type roleMembers struct {
	roles *roles
	users *users
}

func (m roleMembers) operations() operations {
	return operations{
		"ListUsersInRole":    m.list,
		"AddUserToRole":      m.add,
		"RemoveUserFromRole": m.remove,
	}
}

// list shows the users as they are now, whatever the lag of the membership. Those that are
// purged are left out.
func (m roleMembers) list(c *call) (any, error) {
	role, err := m.roles.lookUp(c)
	if err != nil {
		return nil, err
	}
	body := []userResponse{}
	for _, id := range m.roles.members[role.id].list() {
		if u, ok := m.users.table.get(id); ok {
			body = append(body, u.body())
		}
	}
	return body, nil
}

// Unverified: identity/membership-add-again.
func (m roleMembers) add(c *call) (any, error) {
	role, err := m.roles.lookUp(c)
	if err != nil {
		return nil, err
	}
	u, err := m.users.lookUpLive(c.params["userId"])
	if err != nil {
		return nil, err
	}
	m.roles.members[role.id].put(u.id, u.id)
	return nil, nil
}

// remove succeeds whether or not the user has the role, and for soft-deleted users too,
// who have none.
//
// Unverified: identity/membership-remove-again.
func (m roleMembers) remove(c *call) (any, error) {
	role, err := m.roles.lookUp(c)
	if err != nil {
		return nil, err
	}
	u, err := m.users.lookUp(c.params["userId"])
	if err != nil {
		return nil, err
	}
	m.roles.members[role.id].delete(u.id)
	return nil, nil
}
