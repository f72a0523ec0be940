package mockserver

// roleMembers has the users of each role.
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

// list returns the current data of the users, even if the membership lags. It leaves out purged users.
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

// remove also succeeds if the user does not have the role. This includes soft-deleted users, who have no roles.
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
