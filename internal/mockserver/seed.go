package mockserver

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"
)

// Seed is what a domain holds from the start. A [Server] takes it as it is: data that the
// contract forbids is answered with the 500 of a contract violation. [ParseSeed] checks.
type Seed struct {
	// User is the caller, a service user of the role lusid-administrator.
	User User `json:"user"`
	// Applications come on top of the one that [Credentials] names.
	Applications []Application `json:"applications"`
}

// User is a user of the domain. Empty fields are made up.
type User struct {
	ID           string `json:"id"`
	Username     string `json:"username"`
	EmailAddress string `json:"emailAddress"`
	// Password should stay empty unless a person is to type it: the one made up holds
	// characters that only correct quoting and encoding survive.
	Password string `json:"password"`
}

// Format prints the user without the password.
func (u User) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "User{ID:%s Username:%s}", u.ID, u.Username)
}

// Application is an OAuth application of the domain.
type Application struct {
	// ID is made up if empty. It differs from ClientID.
	ID          string `json:"id"`
	ClientID    string `json:"clientId"`
	DisplayName string `json:"displayName"`
	// Type is Native (the default) or Web.
	Type string `json:"type"`
	// Secret is made up if empty.
	Secret string `json:"secret"`
}

// Format prints the application without its secret.
func (a Application) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "Application{ID:%s ClientID:%s DisplayName:%s Type:%s}", a.ID, a.ClientID, a.DisplayName, a.Type)
}

func (s Seed) withDefaults() Seed {
	suffix := randomAlphanumeric(6)
	// Without encoding, the plus sign reaches a form endpoint as a space.
	setDefault(&s.User.Username, "terraform+"+suffix+"@example.com")
	setDefault(&s.User.EmailAddress, s.User.Username)
	setDefault(&s.User.ID, "00u"+randomAlphanumeric(17))
	setDefault(&s.User.Password, "p$w'\"\\ %41+&=`ü€;"+randomAlphanumeric(16))
	return s
}

func setDefault(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

var idPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// ParseSeed reads a seed from JSON. Unknown fields, applications that LUSID would not create
// and duplicates are errors.
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
	taken := map[string]bool{}
	for i, application := range seed.Applications {
		if err := application.check(); err != nil {
			return Seed{}, fmt.Errorf("applications[%d]: %w", i, err)
		}
		for _, key := range []string{"id " + application.ID, "clientId " + application.ClientID, "displayName " + application.DisplayName} {
			if taken[key] && key != "id " {
				return Seed{}, fmt.Errorf("applications[%d]: the %s is taken", i, key)
			}
			taken[key] = true
		}
	}
	return seed, nil
}

func (a Application) check() error {
	if a.ID != "" && (!idPattern.MatchString(a.ID) || a.ID == a.ClientID) {
		return errors.New("id: must be 1 to 64 letters, digits, hyphens and underscores, and differ from clientId")
	}
	request := map[string]any{"clientId": a.ClientID, "displayName": a.DisplayName, "type": cmp.Or(a.Type, defaultApplicationType)}
	schema := loadContract().schemas["CreateApplicationRequest"].Value
	if err := schema.VisitJSON(request, openapi3.MultiErrors()); err != nil {
		return errors.New(describe(fieldErrors(err)))
	}
	return nil
}
