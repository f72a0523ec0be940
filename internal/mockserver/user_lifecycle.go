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

// UserStatus is the status of a user, in the words of LUSID's identity provider.
//
// Unverified: identity/user-statuses.
type UserStatus string

// The values of [UserStatus]. Only an active user can sign in. The status decides nothing
// else: a token lasts until it expires or its user is deleted.
const (
	// UserProvisioned is that of a user who has not signed up yet.
	UserProvisioned UserStatus = "PROVISIONED"
	UserActive      UserStatus = "ACTIVE"
	// UserRecovery follows a reset of the password, until the user chooses another one.
	UserRecovery UserStatus = "RECOVERY"
	// UserPasswordExpired follows the expiry of the password, until the user chooses another one.
	UserPasswordExpired UserStatus = "PASSWORD_EXPIRED"
	UserLockedOut       UserStatus = "LOCKED_OUT"
	UserSuspended       UserStatus = "SUSPENDED"
	// UserDeprovisioned is that of a user who is deleted, but not purged.
	UserDeprovisioned UserStatus = "DEPROVISIONED"
)

var userStatuses = []UserStatus{
	UserProvisioned, UserActive, UserRecovery, UserPasswordExpired, UserLockedOut, UserSuspended, UserDeprovisioned,
}

// transition is a step from one status to another.
type transition struct {
	from []UserStatus
	// to is empty where the status stays.
	to UserStatus
	// code is that of a refusal, for any status that from lacks.
	code int
}

// What the Identity API does to users. A refusal is a 400; LUSID tells the codes, and the
// mock follows Okta in which status they are for.
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

// What people and time do to users.
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

// expirePassword gives the user a password that is good for nothing but choosing another,
// which is why nobody keeps it.
func (s *users) expirePassword(c *call) (any, error) {
	u, err := s.move(c, passwordExpired)
	if err != nil {
		return nil, err
	}
	u.passwordChanged = c.now
	s.table.put(u.id, u)
	return temporaryPassword{Password: randomAlphanumeric(16)}, nil
}

// move takes the call's user one step, or returns the *problem that LUSID has with it.
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

// SignUp does what a person does who follows the e-mail for a new user, or for one whose
// password was reset or has expired: it sets the password and makes the user active. The
// user is named by id or login.
func (s *Server) SignUp(user, password string) error {
	if password == "" {
		return errors.New("the password is empty")
	}
	return s.moveUser(user, signUp, password)
}

// LockUser locks an active user out, as too many wrong passwords do. The user is named by
// id or login.
func (s *Server) LockUser(user string) error { return s.moveUser(user, lockOut, "") }

// SuspendUser suspends an active user. The user is named by id or login.
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
