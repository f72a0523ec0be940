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
}

func (m me) operations() operations { return operations{getUserInfo: m.get} }

func (me) get(c *call) (any, error) {
	groups := []string{}
	if c.caller.rights != noRights {
		groups = append(groups, "lusid-administrator")
	}
	return currentUserResponse{
		ID:           c.caller.user.ID,
		EmailAddress: c.caller.user.EmailAddress,
		Type:         "Service",
		Groups:       groups,
	}, nil
}
