package mockserver

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

const (
	codeUserDoesNotExist = 657
	codeUserExists       = 658
	codeUserDeleted      = 705

	personalUser = "Personal"
	serviceUser  = "Service"
)

// users are the domain's users. A soft-deleted user has the status DEPROVISIONED and no roles, and is kept until it is
// purged. Until then no other user can have its login or e-mail address. No operation restores it.
type users struct {
	table       *table[user]
	roles       *roles
	deletedGone bool
}

type user struct {
	id              string
	kind            string
	login           string
	email           string
	secondEmail     *string
	firstName       string
	lastName        string
	alternativeIDs  map[string]*string
	expiry          *instant
	status          UserStatus
	password        string
	created         time.Time
	lastUpdated     time.Time
	lastLogin       time.Time
	passwordChanged time.Time
}

// updateUserRequest is UpdateUserRequest. CreateUserRequest has the same fields, and more.
type updateUserRequest struct {
	EmailAddress       string             `json:"emailAddress"`
	FirstName          string             `json:"firstName"`
	LastName           string             `json:"lastName"`
	Login              string             `json:"login"`
	AlternativeUserIDs map[string]*string `json:"alternativeUserIds"`
	Roles              []roleID           `json:"roles"`
	SecondEmailAddress *string            `json:"secondEmailAddress"`
	UserExpiry         *instant           `json:"userExpiry"`
}

// createUserRequest is CreateUserRequest.
type createUserRequest struct {
	updateUserRequest
	Type string `json:"type"`
}

// userResponse is UserResponse. Roles are null unless the request includes them.
type userResponse struct {
	ID                 string             `json:"id"`
	AlternativeUserIDs map[string]*string `json:"alternativeUserIds"`
	EmailAddress       string             `json:"emailAddress"`
	SecondEmailAddress *string            `json:"secondEmailAddress"`
	Login              string             `json:"login"`
	FirstName          string             `json:"firstName"`
	LastName           string             `json:"lastName"`
	Roles              []roleResponse     `json:"roles"`
	Type               string             `json:"type"`
	Status             UserStatus         `json:"status"`
	External           bool               `json:"external"`
	UserExpiry         *instant           `json:"userExpiry"`
	Created            *instant           `json:"created"`
	LastLogin          *instant           `json:"lastLogin"`
	LastUpdated        *instant           `json:"lastUpdated"`
	PasswordChanged    *instant           `json:"passwordChanged"`
}

// newUsers panics if a user in the seed has a role that does not exist. Otherwise the user would have fewer rights than
// the test expects, which is hard to notice.
func newUsers(options Options, roles *roles) *users {
	s := &users{table: newTable[user](options.ListLag), roles: roles, deletedGone: options.DeletedUsersGone}
	now := options.Clock()
	for _, seed := range append([]User{options.Seed.User}, options.Seed.Users...) {
		u := seed.row()
		u.created, u.lastUpdated = now, now
		if u.password != "" {
			u.passwordChanged = now
		}
		s.table.put(u.id, u)
		var granted []role
		for _, name := range seed.Roles {
			row, ok := roles.named(name)
			if !ok {
				panic(fmt.Sprintf("mockserver: seed: the user %s has the role %s, which does not exist", u.login, name))
			}
			granted = append(granted, row)
		}
		if u.status != UserDeprovisioned {
			roles.assign(u.id, granted)
		}
	}
	s.table.settle()
	for _, members := range roles.members {
		members.settle()
	}
	return s
}

func newUserID() string { return "00u" + randomAlphanumeric(17) }

func (s *users) operations() operations {
	operations := operations{
		"ListUsers":         s.list,
		"ListRunnableUsers": s.listRunnable,
		"GetUser":           s.get,
		"GetUserFromLogin":  s.getFromLogin,
		"CreateUser":        s.create,
		"UpdateUser":        s.update,
		"DeleteUser":        s.delete,
	}
	s.addLifecycle(operations)
	return operations
}

// Unverified: identity/users-list-roles.
func (s *users) list(c *call) (any, error) {
	includeDeactivated := c.query.Get("includeDeactivated") == "true"
	body := []userResponse{}
	for _, u := range s.table.list() {
		if includeDeactivated || u.status != UserDeprovisioned {
			body = append(body, u.body())
		}
	}
	return body, nil
}

// listRunnable returns every active service user, as if the caller could run jobs as all of them.
func (s *users) listRunnable(*call) (any, error) {
	body := []userResponse{}
	for _, u := range s.table.all() {
		if u.kind == serviceUser && u.status == UserActive {
			body = append(body, u.body())
		}
	}
	return body, nil
}

func (s *users) get(c *call) (any, error) {
	u, err := s.lookUp(c.params["id"])
	if err != nil {
		return nil, err
	}
	body := u.body()
	if c.query.Get("includeRoles") == "true" {
		body.Roles = roleBodies(s.roles.of(u.id))
	}
	return body, nil
}

func (s *users) getFromLogin(c *call) (any, error) {
	u, ok := s.withLogin(c.params["login"])
	if !ok || u.status == UserDeprovisioned && s.deletedGone {
		return nil, doesNotExist(codeUserDoesNotExist, "user", c.params["login"])
	}
	return u.body(), nil
}

// Unverified: identity/user-create, identity/user-wait-for-reindex.
func (s *users) create(c *call) (any, error) {
	request, err := decode[createUserRequest](c)
	if err != nil {
		return nil, err
	}
	u := user{id: newUserID(), kind: request.Type, status: UserProvisioned, created: c.now}
	if err := s.save(c, u, request.updateUserRequest); err != nil {
		return nil, err
	}
	if c.query.Get("waitForReindex") == "true" {
		s.table.settle()
	}
	u, _ = s.table.get(u.id)
	return u.body(), nil
}

func (s *users) update(c *call) (any, error) {
	request, err := decode[updateUserRequest](c)
	if err != nil {
		return nil, err
	}
	u, err := s.lookUpLive(c.params["id"])
	if err != nil {
		return nil, err
	}
	if err := s.save(c, u, request); err != nil {
		return nil, err
	}
	u, _ = s.table.get(u.id)
	return u.body(), nil
}

// save replaces all fields that a request can set, and clears those that it leaves out. The roles are an exception: they
// change only if the request has the deprecated list of roles.
//
// Unverified: identity/user-update-clears, identity/user-update-null-clears.
func (s *users) save(c *call, u user, request updateUserRequest) error {
	u.login = request.Login
	u.email = request.EmailAddress
	u.secondEmail = request.SecondEmailAddress
	u.firstName = request.FirstName
	u.lastName = request.LastName
	u.alternativeIDs = request.AlternativeUserIDs
	u.expiry = request.UserExpiry
	u.lastUpdated = c.now
	if errors := u.check(); len(errors) > 0 {
		return &problem{status: http.StatusBadRequest, code: codeInvalidParameter, errors: errors}
	}
	if err := s.checkFree(u); err != nil {
		return err
	}
	granted, err := s.findRoles(request.Roles)
	if err != nil {
		return err
	}
	s.table.put(u.id, u)
	if request.Roles != nil {
		s.roles.assign(u.id, granted)
	}
	return nil
}

// delete keeps the record, unless the request purges it. In both cases the user's tokens stop working, because every
// request looks up its user.
//
// Unverified: identity/user-delete, identity/user-delete-again, identity/user-deleted-delete, identity/user-purged-read.
func (s *users) delete(c *call) (any, error) {
	id := c.params["id"]
	purge := c.query.Get("purge") == "true"
	u, ok := s.table.get(id)
	if !ok {
		return nil, doesNotExist(codeUserDoesNotExist, "user", id)
	}
	if !purge {
		if _, err := s.lookUpLive(id); err != nil {
			return nil, err
		}
	}
	s.roles.assign(id, nil)
	if purge {
		s.table.delete(id)
		return nil, nil
	}
	u.status, u.lastUpdated = UserDeprovisioned, c.now
	s.table.put(id, u)
	return nil, nil
}

// lookUp also finds soft-deleted users, unless [Options.DeletedUsersGone] is set.
//
// Unverified: identity/user-missing.
func (s *users) lookUp(id string) (user, error) {
	u, ok := s.table.get(id)
	if !ok || u.status == UserDeprovisioned && s.deletedGone {
		return u, doesNotExist(codeUserDoesNotExist, "user", id)
	}
	return u, nil
}

// lookUpLive is lookUp for operations that need a user who is not deleted.
func (s *users) lookUpLive(id string) (user, error) {
	u, err := s.lookUp(id)
	if err == nil && u.status == UserDeprovisioned {
		err = &problem{
			status: http.StatusBadRequest, code: codeUserDeleted,
			detail: fmt.Sprintf("The user with id %q is deleted.", id),
		}
	}
	return u, err
}

// Unverified: identity/login-case.
func (s *users) withLogin(login string) (user, bool) {
	return s.table.find(func(u user) bool { return strings.EqualFold(u.login, login) })
}

// checkFree checks that no other user has the login or the e-mail address, including soft-deleted users.
//
// Unverified: identity/user-duplicate, identity/user-deleted-login.
func (s *users) checkFree(u user) error {
	check := func(what, value string, of func(user) string) error {
		other, taken := s.table.find(func(other user) bool { return other.id != u.id && strings.EqualFold(of(other), value) })
		switch {
		case !taken:
			return nil
		case other.status == UserDeprovisioned:
			return &problem{
				status: http.StatusBadRequest, code: codeUserDeleted,
				detail: fmt.Sprintf("A deleted user has the %s %q.", what, value),
			}
		}
		return &problem{
			status: http.StatusBadRequest, code: codeUserExists,
			detail: fmt.Sprintf("A user with the %s %q already exists.", what, value),
		}
	}
	if err := check("login", u.login, func(u user) string { return u.login }); err != nil {
		return err
	}
	return check("e-mail address", u.email, func(u user) string { return u.email })
}

func (s *users) findRoles(ids []roleID) ([]role, error) {
	var found []role
	for i, id := range ids {
		row, ok := s.roles.find(id)
		if !ok {
			return nil, &problem{
				status: http.StatusBadRequest, code: codeRoleDoesNotExist,
				errors: map[string][]string{fmt.Sprintf("roles.%d", i): {fmt.Sprintf("The role %q does not exist.", id)}},
			}
		}
		found = append(found, row)
	}
	return found, nil
}

var addressPattern = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

// check checks the rules that LUSID documents and that are not in the contract. It returns messages by
// field.
//
// Unverified: identity/user-types.
func (u user) check() map[string][]string {
	errors := map[string][]string{}
	refuse := func(field, message string) { errors[field] = append(errors[field], message) }
	for field, address := range map[string]*string{"login": &u.login, "emailAddress": &u.email, "secondEmailAddress": u.secondEmail} {
		if address != nil && !addressPattern.MatchString(*address) {
			refuse(field, "The value must look like an e-mail address.")
		}
	}
	switch u.kind {
	case personalUser:
		if u.email != u.login {
			refuse("emailAddress", "The e-mail address of a Personal user must equal the login.")
		}
		if u.secondEmail != nil {
			refuse("secondEmailAddress", "Only a Service user has a second e-mail address.")
		}
	case serviceUser:
	default:
		refuse("type", "The type must be Personal or Service.")
	}
	return errors
}

// maySignIn reports whether the user can get a token with the right password.
func (u user) maySignIn(now time.Time) bool {
	return u.status == UserActive && (u.expiry == nil || u.expiry.after(now))
}

func (u user) body() userResponse {
	return userResponse{
		ID:                 u.id,
		AlternativeUserIDs: u.alternativeIDs,
		EmailAddress:       u.email,
		SecondEmailAddress: u.secondEmail,
		Login:              u.login,
		FirstName:          u.firstName,
		LastName:           u.lastName,
		Type:               u.kind,
		Status:             u.status,
		UserExpiry:         u.expiry,
		Created:            newInstant(u.created),
		LastLogin:          newInstant(u.lastLogin),
		LastUpdated:        newInstant(u.lastUpdated),
		PasswordChanged:    newInstant(u.passwordChanged),
	}
}
