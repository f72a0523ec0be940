package mockserver

const getUserInfo = "GetUserInfo"

// me is the calling user.
type me struct{}

// currentUserResponse is CurrentUserResponse.
type currentUserResponse struct {
	ID           string   `json:"id"`
	EmailAddress string   `json:"emailAddress"`
	Type         string   `json:"type"`
	Groups       []string `json:"groups"`
	UserExpiry   *instant `json:"userExpiry,omitempty"`
}

func (m me) operations() operations { return operations{getUserInfo: m.get} }

func (me) get(c *call) (any, error) {
	groups := []string{}
	for _, role := range c.caller.roles {
		groups = append(groups, role.name)
	}
	return currentUserResponse{
		ID:           c.caller.user.id,
		EmailAddress: c.caller.user.email,
		Type:         c.caller.user.kind,
		Groups:       groups,
		UserExpiry:   c.caller.user.expiry,
	}, nil
}
