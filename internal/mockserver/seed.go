package mockserver

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Seed has the objects that exist in a domain from the start. A [Server] does not check it. If the contract forbids the
// data, a response with it is a 500 for a contract violation. [ParseSeed] checks the data.
type Seed struct {
	// User is the caller, a service user with the role lusid-administrator.
	User User `json:"user"`
	// Applications are added to the application in [Credentials].
	Applications []Application `json:"applications"`
	// Roles are added to LUSID's built-in roles.
	Roles []Role `json:"roles"`
	// Users are the users in addition to User.
	Users []User `json:"users"`
	// PersonalAccessTokens are added to those in [Credentials].
	PersonalAccessTokens []PersonalAccessToken `json:"personalAccessTokens"`
	// McpTools are all tools of the domain.
	McpTools []McpTool `json:"mcpTools"`
	// PasswordPolicies replace LUSID's defaults, by user type: Personal or Service.
	PasswordPolicies map[string]PasswordPolicy `json:"passwordPolicies"`
	// SessionPolicy is the session policy. Nil means LUSID's default.
	SessionPolicy *SessionPolicy `json:"sessionPolicy"`
	// UserSchema has the alternative ids that users may have.
	UserSchema           []UserSchemaProperty  `json:"userSchema"`
	NetworkZones         []NetworkZone         `json:"networkZones"`
	ExternalTokenIssuers []ExternalTokenIssuer `json:"externalTokenIssuers"`
	// Policies, PolicyCollections, AccessRoles and PolicyTemplates are documents in the format of the
	// Access API's create requests. They are added to LUSID's own objects. Access roles have the lowest
	// precedence, in their order here.
	Policies          []json.RawMessage `json:"policies"`
	PolicyCollections []json.RawMessage `json:"policyCollections"`
	AccessRoles       []json.RawMessage `json:"accessRoles"`
	PolicyTemplates   []json.RawMessage `json:"policyTemplates"`
	// UserRoles are documents too. Their users don't have to exist.
	UserRoles []json.RawMessage `json:"userRoles"`
}

// User is a user of the domain. An empty field gets a generated value, or stays empty if it is optional in LUSID.
type User struct {
	ID string `json:"id"`
	// Username is the login.
	Username string `json:"username"`
	// EmailAddress is the e-mail address. Empty means Username.
	EmailAddress string `json:"emailAddress"`
	// Password is the password of a user who has signed up. If it is empty, the user has not signed up yet. For the
	// caller it should stay empty, unless a person types it: the generated password has characters that need
	// correct quoting and encoding.
	Password           string            `json:"password"`
	FirstName          string            `json:"firstName"`
	LastName           string            `json:"lastName"`
	SecondEmailAddress string            `json:"secondEmailAddress"`
	AlternativeUserIDs map[string]string `json:"alternativeUserIds"`
	UserExpiry         time.Time         `json:"userExpiry"`
	// Type is Service (the default) or Personal.
	Type string `json:"type"`
	// Status is the status of the user. If it is empty, it depends on Password.
	Status UserStatus `json:"status"`
	// Roles are names of roles.
	Roles []string `json:"roles"`
}

// Format prints the user without the password.
func (u User) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "User{ID:%s Username:%s}", u.ID, u.Username)
}

// Application is an OAuth application of the domain.
type Application struct {
	// ID is generated if it is empty. It differs from ClientID.
	ID          string `json:"id"`
	ClientID    string `json:"clientId"`
	DisplayName string `json:"displayName"`
	// Type is Native (the default) or Web.
	Type string `json:"type"`
	// Secret is generated if it is empty.
	Secret string `json:"secret"`
}

// Format prints the application without its secret.
func (a Application) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "Application{ID:%s ClientID:%s DisplayName:%s Type:%s}", a.ID, a.ClientID, a.DisplayName, a.Type)
}

// Role is a role of the domain, in the default scope.
type Role struct {
	// ID is generated if it is empty.
	ID string `json:"id"`
	// Name is also the code.
	Name        string `json:"name"`
	Description string `json:"description"`
}

// PersonalAccessToken is a personal access token of a user.
type PersonalAccessToken struct {
	// ID is generated if it is empty.
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	// Username is the login of the token's user. Empty means the caller.
	Username string `json:"username"`
	// Key is the token itself. It is generated if it is empty.
	Key string `json:"key"`
	// CreatedDate is the creation date. Zero means the start of the domain.
	CreatedDate time.Time `json:"createdDate"`
	// DeactivationDate is the deactivation date. Zero means never.
	DeactivationDate time.Time `json:"deactivationDate"`
}

// Format prints the token without its key.
func (t PersonalAccessToken) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "PersonalAccessToken{ID:%s DisplayName:%s Username:%s}", t.ID, t.DisplayName, t.Username)
}

// McpTool is a tool of the domain that runs a Luminesce query.
type McpTool struct {
	Scope string `json:"scope"`
	Code  string `json:"code"`
	// An empty Name means Code, an empty Title means Name, and an empty Description means Title.
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// Query is generated if it is empty.
	Query string `json:"query"`
}

func (s Seed) withDefaults() Seed {
	// FINBOURNE's Python and Java SDKs send the login without encoding it, so it needs no encoding.
	setDefault(&s.User.Username, "terraform-"+randomAlphanumeric(6)+"@example.com")
	setDefault(&s.User.Password, "p$w'\"\\ %41+&=`ü€;"+randomAlphanumeric(16))
	s.User = s.User.withDefaults()
	s.User.Roles = append([]string{administratorRole}, s.User.Roles...)
	s.Users = slices.Clone(s.Users)
	for i, user := range s.Users {
		s.Users[i] = user.withDefaults()
	}
	return s
}

func (u User) withDefaults() User {
	setDefault(&u.ID, newUserID())
	setDefault(&u.EmailAddress, u.Username)
	setDefault(&u.FirstName, "Example")
	setDefault(&u.LastName, "User")
	setDefault(&u.Type, serviceUser)
	if u.Password != "" {
		setDefault(&u.Status, UserActive)
	}
	setDefault(&u.Status, UserProvisioned)
	return u
}

func setDefault[T ~string](field *T, value T) { *field = cmp.Or(*field, value) }

// row returns the user in the form that the domain stores. The user must have its default values.
func (u User) row() user {
	row := user{
		id:        u.ID,
		kind:      u.Type,
		login:     u.Username,
		email:     u.EmailAddress,
		firstName: u.FirstName,
		lastName:  u.LastName,
		expiry:    newInstant(u.UserExpiry),
		status:    u.Status,
		password:  u.Password,
	}
	if u.SecondEmailAddress != "" {
		row.secondEmail = &u.SecondEmailAddress
	}
	for name, id := range u.AlternativeUserIDs {
		if row.alternativeIDs == nil {
			row.alternativeIDs = map[string]*string{}
		}
		row.alternativeIDs[name] = &id
	}
	return row
}

var idPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// ParseSeed decodes a seed from JSON. It returns an error for unknown fields, objects that LUSID would not create,
// duplicates, and references to objects that do not exist.
func ParseSeed(data []byte) (Seed, error) {
	var seed Seed
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&seed); err != nil {
		return Seed{}, err
	}
	if decoder.More() {
		return Seed{}, errors.New("more than one JSON value")
	}
	if err := seed.check(); err != nil {
		return Seed{}, err
	}
	return seed, nil
}

func (s Seed) check() error {
	full := s.withDefaults()
	for _, check := range []func() error{
		full.checkApplications, full.checkRoles, full.checkUsers, full.checkPersonalAccessTokens,
		full.checkPasswordPolicies, full.checkSessionPolicy, full.checkUserSchema, full.checkMcpTools,
		s.checkNetworkZones, s.checkExternalTokenIssuers, s.checkAccess,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// taken has the values of fields that must be unique among the objects of a kind.
type taken map[string]bool

// take returns an error if another object has the value of a field. An empty value is never an error.
func (t taken) take(field, value string) error {
	key := field + " " + value
	if value != "" && t[key] {
		return fmt.Errorf("the %s is not unique", key)
	}
	t[key] = true
	return nil
}

func (s Seed) checkApplications() error {
	taken := taken{}
	for i, application := range s.Applications {
		if err := cmp.Or(
			application.check(),
			taken.take("id", application.ID),
			taken.take("clientId", application.ClientID),
			taken.take("displayName", application.DisplayName),
		); err != nil {
			return fmt.Errorf("applications[%d]: %w", i, err)
		}
	}
	return nil
}

func (a Application) check() error {
	if a.ID != "" && (!idPattern.MatchString(a.ID) || a.ID == a.ClientID) {
		return errors.New("id: must be 1 to 64 letters, digits, hyphens and underscores, and differ from clientId")
	}
	return identityContract().checkSchema("CreateApplicationRequest", map[string]any{
		"clientId": a.ClientID, "displayName": a.DisplayName, "type": cmp.Or(a.Type, defaultApplicationType),
	})
}

func (s Seed) checkRoles() error {
	taken := taken{}
	for _, role := range builtInRoles {
		_ = taken.take("name", role.Name)
	}
	for i, role := range s.Roles {
		err := identityContract().checkSchema("CreateRoleRequest", map[string]any{"name": role.Name, "description": role.Description})
		if len(role.Name) > maxRoleCode {
			err = fmt.Errorf("name: maximum string length is %d", maxRoleCode)
		}
		if err := cmp.Or(checkID(role.ID), err, taken.take("id", role.ID), taken.take("name", role.Name)); err != nil {
			return fmt.Errorf("roles[%d]: %w", i, err)
		}
	}
	return nil
}

func (s Seed) checkUsers() error {
	roles := map[string]bool{}
	for _, role := range slices.Concat(builtInRoles, s.Roles) {
		roles[role.Name] = true
	}
	taken := taken{}
	for i, user := range append([]User{s.User}, s.Users...) {
		err := cmp.Or(
			user.check(),
			taken.take("id", user.ID),
			taken.take("username", strings.ToLower(user.Username)),
			taken.take("emailAddress", strings.ToLower(user.EmailAddress)),
		)
		for _, name := range user.Roles {
			if !roles[name] {
				err = cmp.Or(err, fmt.Errorf("the role %s does not exist", name))
			}
		}
		switch {
		case err != nil && i == 0:
			return fmt.Errorf("user: %w", err)
		case err != nil:
			return fmt.Errorf("users[%d]: %w", i-1, err)
		}
	}
	return nil
}

// check checks a user. The user must have its default values.
func (u User) check() error {
	request := map[string]any{
		"login": u.Username, "emailAddress": u.EmailAddress, "firstName": u.FirstName, "lastName": u.LastName, "type": u.Type,
	}
	if u.SecondEmailAddress != "" {
		request["secondEmailAddress"] = u.SecondEmailAddress
	}
	err := cmp.Or(checkID(u.ID), identityContract().checkSchema("CreateUserRequest", request))
	if err == nil {
		if fields := u.row().check(); len(fields) > 0 {
			err = errors.New(describe(fields))
		}
	}
	if !slices.Contains(userStatuses, u.Status) {
		err = cmp.Or(err, fmt.Errorf("status: must be one of %s", userStatuses))
	}
	return err
}

func (s Seed) checkPersonalAccessTokens() error {
	users := map[string]bool{}
	for _, user := range append([]User{s.User}, s.Users...) {
		users[strings.ToLower(user.Username)] = true
	}
	taken := taken{}
	for i, token := range s.PersonalAccessTokens {
		owner := strings.ToLower(cmp.Or(token.Username, s.User.Username))
		err := cmp.Or(
			checkID(token.ID),
			identityContract().checkSchema("CreateApiKey", map[string]any{"displayName": token.DisplayName}),
			taken.take("id", token.ID),
		)
		if token.DeactivationDate.IsZero() { // A token with a date may have expired, and then its name can be used again.
			err = cmp.Or(err, taken.take("displayName", token.DisplayName+" of "+owner))
		}
		if token.Key != "" && taken["key "+token.Key] {
			err = cmp.Or(err, errors.New("the key is not unique")) // The message must not contain the key.
		}
		taken["key "+token.Key] = true
		if !users[owner] {
			err = cmp.Or(err, fmt.Errorf("the user %s does not exist", token.Username))
		}
		if err != nil {
			return fmt.Errorf("personalAccessTokens[%d]: %w", i, err)
		}
	}
	return nil
}

func (s Seed) checkMcpTools() error {
	taken := taken{}
	for i, tool := range s.McpTools {
		request := tool.request()
		err := identityContract().checkSchema("UpsertMcpToolRequest", map[string]any{
			"name": request.Name, "title": request.Title, "description": request.Description,
			"luminescePayload": map[string]any{"query": request.LuminescePayload.Query},
		})
		if !idPattern.MatchString(tool.Scope) || !idPattern.MatchString(tool.Code) {
			err = errors.New("scope and code: must be 1 to 64 letters, digits, hyphens and underscores")
		}
		if err := cmp.Or(err, taken.take("code", tool.Scope+"/"+tool.Code), taken.take("name", request.Name)); err != nil {
			return fmt.Errorf("mcpTools[%d]: %w", i, err)
		}
	}
	return nil
}

func (s Seed) checkAccess() error {
	_, err := seedAccess(Options{Seed: s})
	return err
}

func checkID(id string) error {
	if id != "" && !idPattern.MatchString(id) {
		return errors.New("id: must be 1 to 64 letters, digits, hyphens and underscores")
	}
	return nil
}
