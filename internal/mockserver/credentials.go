package mockserver

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
)

// Credentials are the credentials of the domain's user. The values are random and differ for each [Server], except
// values from the seed.
type Credentials struct {
	Username string `json:"username"`
	// Password contains quotes, a dollar sign, a backslash, a percent sign, a space and characters outside ASCII,
	// unless the seed sets it.
	Password string `json:"password"`
	// ClientID and ClientSecret are those of an application of the domain. ClientSecret is the first secret: a
	// rotation does not change it here.
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	// AccessToken is a personal access token with every right.
	AccessToken string `json:"accessToken"`
	// NoRightsToken is a personal access token that can only read its own user.
	NoRightsToken string `json:"noRightsToken"`
	// NoSecretsToken is a personal access token with every right, except reading secrets.
	NoSecretsToken string `json:"noSecretsToken"`
}

// Format prints the credentials without their values.
func (Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Credentials{redacted}") }

// LogValue logs the credentials without their values. This also applies to JSON logs.
func (Credentials) LogValue() slog.Value { return slog.StringValue("Credentials{redacted}") }

func newCredentials(user User) Credentials {
	return Credentials{
		Username:       user.Username,
		Password:       user.Password,
		ClientID:       "terraform-" + randomAlphanumeric(8),
		ClientSecret:   newClientSecret(),
		AccessToken:    newPersonalAccessToken(),
		NoRightsToken:  newPersonalAccessToken(),
		NoSecretsToken: newPersonalAccessToken(),
	}
}

func newClientSecret() string { return randomAlphanumeric(40) }

func newPersonalAccessToken() string { return randomAlphanumeric(64) }

func randomAlphanumeric(n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	_, _ = rand.Read(b) // Read never fails.
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}
