package mockserver

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
)

const (
	codeUserNotLockedOut        = 706
	codeUserActivated           = 707
	codeUserStatus              = 717
	codeUserStatusForReset      = 718
	codeUserStatusForExpiration = 719
)

// UserStatus is the status of a user. The values are those of LUSID's identity provider.
//
// Unverified: identity/user-statuses.
type UserStatus string

// The values of [UserStatus]. Only an active user can sign in. The status has no other effect: a token is valid until it
// expires or its user is deleted.
const (
	// UserProvisioned is the status of a user who has not signed up yet.
	UserProvisioned UserStatus = "PROVISIONED"
	UserActive      UserStatus = "ACTIVE"
	// UserRecovery is the status after a password reset, until the user sets a new password.
	UserRecovery UserStatus = "RECOVERY"
	// UserPasswordExpired is the status after the password expired, until the user sets a new password.
	UserPasswordExpired UserStatus = "PASSWORD_EXPIRED"
	UserLockedOut       UserStatus = "LOCKED_OUT"
	UserSuspended       UserStatus = "SUSPENDED"
	// UserDeprovisioned is the status of a user who is deleted, but not purged.
	UserDeprovisioned UserStatus = "DEPROVISIONED"
)

var userStatuses = []UserStatus{
	UserProvisioned, UserActive, UserRecovery, UserPasswordExpired, UserLockedOut, UserSuspended, UserDeprovisioned,
}

// transition is a change from one status to another.
type transition struct {
	from []UserStatus
	// to is the new status. Empty means that the status does not change.
	to UserStatus
	// code is the error code for a status that is not in from.
	code int
}

// The transitions by operations of the Identity API. If a transition is not possible, the response is 400.
// The codes are LUSID's, and the required statuses are Okta's.
var (
	activation    = transition{[]UserStatus{UserProvisioned}, "", codeUserActivated}
	passwordReset = transition{
		[]UserStatus{UserActive, UserRecovery, UserPasswordExpired, UserLockedOut},
		UserRecovery,
		codeUserStatusForReset,
	}
	factorReset     = transition{[]UserStatus{UserActive, UserRecovery, UserPasswordExpired, UserLockedOut}, "", codeUserStatus}
	unlocking       = transition{[]UserStatus{UserLockedOut}, UserActive, codeUserNotLockedOut}
	unsuspension    = transition{[]UserStatus{UserSuspended}, UserActive, codeUserStatus}
	passwordExpired = transition{[]UserStatus{UserActive, UserRecovery, UserPasswordExpired}, UserPasswordExpired, codeUserStatusForExpiration}
)

// The transitions that people or time cause.
var (
	signUp     = transition{from: []UserStatus{UserProvisioned, UserRecovery, UserPasswordExpired}, to: UserActive}
	lockOut    = transition{from: []UserStatus{UserActive}, to: UserLockedOut}
	suspension = transition{from: []UserStatus{UserActive}, to: UserSuspended}
)

// temporaryPassword is TemporaryPassword.
type temporaryPassword struct {
	Password string `json:"password"`
}

func (s *users) addLifecycle(operations operations) {
	for id, step := range map[string]transition{
		"SendActivationEmail": activation,
		"ResetPassword":       passwordReset,
		"ResetFactors":        factorReset,
		"UnlockUser":          unlocking,
		"UnsuspendUser":       unsuspension,
	} {
		operations[id] = func(c *call) (any, error) {
			_, err := s.move(c, step)
			return nil, err
		}
	}
	operations["ExpirePassword"] = s.expirePassword
}

// expirePassword returns a temporary password, which only serves to set a new one. The mock does not store it.
func (s *users) expirePassword(c *call) (any, error) {
	u, err := s.move(c, passwordExpired)
	if err != nil {
		return nil, err
	}
	u.passwordChanged = c.now
	s.table.put(u.id, u)
	return temporaryPassword{Password: randomAlphanumeric(16)}, nil
}

// move applies a transition to the user in the request. It returns a *problem if the status does not allow it.
func (s *users) move(c *call, step transition) (user, error) {
	u, err := s.lookUpLive(c.params["id"])
	if err != nil {
		return u, err
	}
	if !slices.Contains(step.from, u.status) {
		return u, &problem{
			status: http.StatusBadRequest, code: step.code,
			detail: fmt.Sprintf("The status of the user with id %q is %s.", u.id, u.status),
		}
	}
	if step.to != "" {
		u.status, u.lastUpdated = step.to, c.now
		s.table.put(u.id, u)
	}
	return u, nil
}

// SignUp finishes the sign-up of a user, like a person who follows the e-mail. It also works after a password was reset
// or has expired. It sets the password and makes the user active. The name is the id or the login of the user.
func (s *Server) SignUp(user, password string) error {
	if password == "" {
		return errors.New("the password is empty")
	}
	return s.moveUser(user, signUp, password)
}

// LockUser locks out an active user, like too many wrong passwords do. The name is the id or the login of the user.
func (s *Server) LockUser(user string) error { return s.moveUser(user, lockOut, "") }

// SuspendUser suspends an active user. The name is the id or the login of the user.
func (s *Server) SuspendUser(user string) error { return s.moveUser(user, suspension, "") }

func (s *Server) moveUser(name string, step transition, password string) error {
	s.state.Lock()
	defer s.state.Unlock()
	u, ok := s.users.table.get(name)
	if !ok {
		u, ok = s.users.withLogin(name)
	}
	if !ok {
		return fmt.Errorf("no user has the id or the login %q", name)
	}
	if !slices.Contains(step.from, u.status) {
		return fmt.Errorf("the user %s is %s, which must be one of %s", u.login, u.status, step.from)
	}
	now := s.options.Clock()
	u.status, u.lastUpdated = step.to, now
	if password != "" {
		u.password, u.passwordChanged = password, now
	}
	s.users.table.put(u.id, u)
	return nil
}
