package identity

import (
	"context"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// LUSID's codes for a user that does not exist, and for one that is deleted and whose record is kept.
const (
	codeUserNotFound  = 657
	codeUserIsDeleted = 705
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
	// UserExpiry is an instant in RFC 3339, and empty where LUSID does not say.
	UserExpiry string `json:"userExpiry"`
}

// MissingField implements client.Checked.
func (u *UserResponse) MissingField() string {
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
	r := c.api.Get("ListUsers", "users")
	if includeDeactivated {
		r = r.Query("includeDeactivated", "true")
	}
	return client.DoList[UserResponse](ctx, r)
}

// GetUser reads a user by its id.
func (c *Client) GetUser(ctx context.Context, id string) (*UserResponse, error) {
	return client.Do[UserResponse](ctx, c.api.Get("GetUser", "users", id).On(c.user(id)))
}

// RefreshUser is GetUser for one of many: it may answer from a list, with a user that accepts
// knows.
func (c *Client) RefreshUser(ctx context.Context, id string, accepts func(*UserResponse) bool) (*UserResponse, error) {
	return client.Refresh(ctx, c.users(false),
		func(user *UserResponse) bool { return user.ID == id && accepts(user) },
		func(ctx context.Context) (*UserResponse, error) { return c.GetUser(ctx, id) })
}

// GetUserFromLogin reads a user by its login.
func (c *Client) GetUserFromLogin(ctx context.Context, login string) (*UserResponse, error) {
	is := func(user *UserResponse) bool { return strings.EqualFold(user.Login, login) && !user.IsDeleted() }
	user := client.Listed(c.users(false), is, codeUserNotFound, codeUserIsDeleted)
	return client.Do[UserResponse](ctx, c.api.Get("GetUserFromLogin", "users", "fromlogin", login).On(user))
}

// CreateUser creates a user, waits until lists show it, and has LUSID send a mail that asks a
// person to finish the sign-up.
func (c *Client) CreateUser(ctx context.Context, body CreateUserRequest) (*UserResponse, error) {
	return client.Do[UserResponse](ctx, c.api.Post("CreateUser", "users").Body(body).Query("waitForReindex", "true"))
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
	return client.Do[UserResponse](ctx, c.api.Put("UpdateUser", "users", id).Body(struct {
		UpdateUserRequest
		SecondEmailAddress *string            `json:"secondEmailAddress"`
		AlternativeUserIDs map[string]*string `json:"alternativeUserIds"`
		UserExpiry         *string            `json:"userExpiry"`
	}{body, null(body.SecondEmailAddress), body.AlternativeUserIDs, null(body.UserExpiry)}))
}

// DeleteUser deprovisions a user and keeps the record, or with purge removes it. Either revokes
// the user's personal access tokens.
func (c *Client) DeleteUser(ctx context.Context, id string, purge bool) error {
	r := c.api.Delete("DeleteUser", "users", id)
	if !purge {
		return client.DoNoContent(ctx, r.On(c.user(id)))
	}
	// A purge also removes the record of a user that is deprovisioned.
	is := func(user *UserResponse) bool { return user.ID == id }
	record := client.Listed(c.users(true), is, codeUserNotFound, codeUserIsDeleted)
	return client.DoNoContent(ctx, r.Query("purge", "true").On(record))
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
	return client.DoNoContent(ctx, c.api.Post(operation, "users", id, "lifecycle", action))
}

func (c *Client) users(includeDeactivated bool) client.Kind[UserResponse] {
	name := "users"
	if includeDeactivated {
		name = "users, the deactivated included"
	}
	list := func(ctx context.Context) ([]UserResponse, error) { return c.ListUsers(ctx, includeDeactivated) }
	return client.Kind[UserResponse]{API: c.api, Name: name, List: list}
}

func (c *Client) user(id string) client.Object {
	is := func(user *UserResponse) bool { return user.ID == id && !user.IsDeleted() }
	return client.Listed(c.users(false), is, codeUserNotFound, codeUserIsDeleted)
}

// IsUserNotFound reports LUSID's code for a user that does not exist, from any operation.
func IsUserNotFound(err error) bool { return client.HasCode(err, codeUserNotFound) }
