package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// User types.
const (
	UserTypePersonal = "Personal"
	UserTypeService  = "Service"
)

// UserResponse is a user account.
type UserResponse struct {
	// ID is the system's; paths take it.
	ID        string `json:"id"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	// EmailAddress is where mail goes, and Login what the user signs in with. Each is unique in
	// the domain, and for a Personal user both are the same.
	EmailAddress string `json:"emailAddress"`
	Login        string `json:"login"`
	// SecondEmailAddress is for Service users, and empty where there is none.
	SecondEmailAddress string `json:"secondEmailAddress"`
	// Type is Personal or Service, and immutable.
	Type string `json:"type"`
	// Status is the identity provider's word: PROVISIONED until a person has finished the
	// sign-up, then ACTIVE; others are not documented.
	Status string `json:"status"`
	// External tells that the user comes from another identity system.
	External bool `json:"external"`
	// AlternativeUserIDs are by the names of the domain's user schema.
	AlternativeUserIDs map[string]*string `json:"alternativeUserIds"`
	// UserExpiry and the other instants are in RFC 3339, and empty where LUSID does not say.
	UserExpiry      string `json:"userExpiry"`
	Created         string `json:"created"`
	LastLogin       string `json:"lastLogin"`
	LastUpdated     string `json:"lastUpdated"`
	PasswordChanged string `json:"passwordChanged"`
	// Roles are given by a read that asks for them.
	Roles []RoleResponse `json:"roles"`
}

func (u *UserResponse) missing() string {
	switch {
	case u.ID == "":
		return "id"
	case u.Login == "":
		return "login"
	case u.Type == "":
		return "type"
	}
	return ""
}

// IsDeleted reports a user that was deleted and whose record LUSID keeps.
func (u *UserResponse) IsDeleted() bool {
	return strings.EqualFold(u.Status, "DEPROVISIONED") || strings.EqualFold(u.Status, "DELETED")
}

// CreateUserRequest describes a new user.
type CreateUserRequest struct {
	// Type is Personal or Service.
	Type string `json:"type"`
	UpdateUserRequest
}

// UpdateUserRequest is the whole of what can change of a user: LUSID clears what is left out.
type UpdateUserRequest struct {
	// FirstName has 1 to 50 characters, LastName 2 to 50.
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	// EmailAddress, Login and SecondEmailAddress have 5 to 80 characters.
	EmailAddress       string             `json:"emailAddress"`
	Login              string             `json:"login"`
	SecondEmailAddress string             `json:"secondEmailAddress,omitempty"`
	AlternativeUserIDs map[string]*string `json:"alternativeUserIds,omitempty"`
	// UserExpiry is an instant in RFC 3339.
	UserExpiry string `json:"userExpiry,omitempty"`
}

// ListUsers returns every user of the domain, with includeDeactivated also those that were deleted
// and whose record LUSID keeps.
func (c *Client) ListUsers(ctx context.Context, includeDeactivated bool) ([]UserResponse, error) {
	r := request{operation: "ListUsers", method: http.MethodGet, path: []string{"users"}}
	if includeDeactivated {
		r.query = url.Values{"includeDeactivated": {"true"}}
	}
	return doList[UserResponse](ctx, c, r)
}

// GetUser reads a user by its id.
func (c *Client) GetUser(ctx context.Context, id string) (*UserResponse, error) {
	return do[UserResponse](ctx, c, request{
		operation: "GetUser",
		gone:      []int{codeUserNotFound, codeUserIsDeleted},
		listed:    listedIn(c, c.users(false), func(user *UserResponse) bool { return user.ID == id && !user.IsDeleted() }),
		method:    http.MethodGet,
		path:      []string{"users", id},
	})
}

// RefreshUser is GetUser for one of many: it may answer from a list, with a user that accepts
// knows.
func (c *Client) RefreshUser(ctx context.Context, id string, accepts func(*UserResponse) bool) (*UserResponse, error) {
	return refresh(ctx, &c.snapshots, c.users(false),
		func(user *UserResponse) bool { return user.ID == id && accepts(user) },
		func(ctx context.Context) (*UserResponse, error) { return c.GetUser(ctx, id) })
}

// GetUserFromLogin reads a user by its login.
func (c *Client) GetUserFromLogin(ctx context.Context, login string) (*UserResponse, error) {
	return do[UserResponse](ctx, c, request{
		operation: "GetUserFromLogin",
		gone:      []int{codeUserNotFound, codeUserIsDeleted},
		listed:    listedIn(c, c.users(false), func(user *UserResponse) bool { return strings.EqualFold(user.Login, login) && !user.IsDeleted() }),
		method:    http.MethodGet,
		path:      []string{"users", "fromlogin", login},
	})
}

// CreateUser creates a user, waits until lists show it, and has LUSID send a mail that asks a
// person to finish the sign-up.
func (c *Client) CreateUser(ctx context.Context, body CreateUserRequest) (*UserResponse, error) {
	return do[UserResponse](ctx, c, request{
		operation: "CreateUser",
		method:    http.MethodPost,
		path:      []string{"users"},
		query:     url.Values{"waitForReindex": {"true"}},
		body:      body,
	})
}

// UpdateUser replaces all of a user but its type. What is empty is sent as null, which clears it
// whether LUSID replaces a user or merges into it.
func (c *Client) UpdateUser(ctx context.Context, id string, body UpdateUserRequest) (*UserResponse, error) {
	null := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	return do[UserResponse](ctx, c, request{
		operation: "UpdateUser",
		method:    http.MethodPut,
		path:      []string{"users", id},
		body: struct {
			UpdateUserRequest
			SecondEmailAddress *string            `json:"secondEmailAddress"`
			AlternativeUserIDs map[string]*string `json:"alternativeUserIds"`
			UserExpiry         *string            `json:"userExpiry"`
		}{body, null(body.SecondEmailAddress), body.AlternativeUserIDs, null(body.UserExpiry)},
	})
}

// DeleteUser deprovisions a user and keeps the record, or with purge removes it. Either revokes
// the user's personal access tokens.
func (c *Client) DeleteUser(ctx context.Context, id string, purge bool) error {
	r := request{
		operation: "DeleteUser",
		gone:      []int{codeUserNotFound, codeUserIsDeleted},
		// A purge also removes the record of a user that is deprovisioned.
		listed: listedIn(c, c.users(purge), func(user *UserResponse) bool { return user.ID == id && (purge || !user.IsDeleted()) }),
		method: http.MethodDelete,
		path:   []string{"users", id},
	}
	if purge {
		r.query = url.Values{"purge": {"true"}}
	}
	return c.doNothing(ctx, r)
}

// SendActivationEmail sends a user the mail that asks to finish the sign-up again.
func (c *Client) SendActivationEmail(ctx context.Context, id string) error {
	return c.doLifecycle(ctx, "SendActivationEmail", id, "$activate")
}

// UnlockUser lets in a user again who was locked out after too many failed sign-ins.
func (c *Client) UnlockUser(ctx context.Context, id string) error {
	return c.doLifecycle(ctx, "UnlockUser", id, "$unlock")
}

// UnsuspendUser ends the suspension of a user.
func (c *Client) UnsuspendUser(ctx context.Context, id string) error {
	return c.doLifecycle(ctx, "UnsuspendUser", id, "$unsuspend")
}

// ResetPassword starts the reset of a user's password, by mail.
func (c *Client) ResetPassword(ctx context.Context, id string) error {
	return c.doLifecycle(ctx, "ResetPassword", id, "$resetpassword")
}

// ResetFactors makes a user enrol for multi-factor authentication again.
func (c *Client) ResetFactors(ctx context.Context, id string) error {
	return c.doLifecycle(ctx, "ResetFactors", id, "$resetfactors")
}

func (c *Client) doLifecycle(ctx context.Context, operation, id, action string) error {
	return c.doNothing(ctx, request{operation: operation, method: http.MethodPost, path: []string{"users", id, "lifecycle", action}})
}

func (c *Client) users(includeDeactivated bool) kind[UserResponse] {
	name := "users"
	if includeDeactivated {
		name = "users, the deactivated included"
	}
	return kind[UserResponse]{name, func(ctx context.Context) ([]UserResponse, error) { return c.ListUsers(ctx, includeDeactivated) }}
}
