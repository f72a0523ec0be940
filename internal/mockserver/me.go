package mockserver

import "net/http"

const (
	codeWrongUserType = 786

	getUserInfo = "GetUserInfo"
	setPassword = "SetPassword"
)

// me is the calling user.
type me struct {
	users *users
}

// currentUserResponse is CurrentUserResponse.
type currentUserResponse struct {
	ID           string   `json:"id"`
	EmailAddress string   `json:"emailAddress"`
	Type         string   `json:"type"`
	Groups       []string `json:"groups"`
	UserExpiry   *instant `json:"userExpiry,omitempty"`
}

// setPasswordRequest is SetPassword.
type setPasswordRequest struct {
	Value string `json:"value"`
}

// setPasswordResponse is SetPasswordResponse.
type setPasswordResponse struct {
	UpdatedAt *instant `json:"updatedAt"`
}

func (m me) operations() operations {
	return operations{getUserInfo: m.get, setPassword: m.setPassword}
}

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

func (m me) setPassword(c *call) (any, error) {
	request, err := decode[setPasswordRequest](c)
	if err != nil {
		return nil, err
	}
	u := c.caller.user
	switch {
	case c.caller.accessToken == "":
		return nil, wrongAuthenticationType("A personal access token cannot set a password.")
	case u.kind != serviceUser:
		return nil, &problem{status: http.StatusBadRequest, code: codeWrongUserType, detail: "Only a Service user can set its password."}
	}
	u.password, u.passwordChanged = request.Value, c.now
	m.users.table.put(u.id, u)
	return setPasswordResponse{UpdatedAt: newInstant(c.now)}, nil
}
