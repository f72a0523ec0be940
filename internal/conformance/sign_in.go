package conformance

import (
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

var noPassword = couldNotTell("the run does not sign in with a password, which a new application needs")

// passwordGrant returns the token request of the sign-in, if it has a password.
func (d *domain) passwordGrant() (grant client.TokenRequest, ok bool) {
	signIn := d.config.SignIn
	grant = signIn.Grant
	grant.RefreshToken = ""
	return grant, signIn.AccessToken == "" && signIn.AccessTokenFile == "" && grant.Password != ""
}

// isAdministrator reports whether the user who runs the checks is known to have the role lusid-administrator.
func (d *domain) isAdministrator() bool {
	groups, _ := d.me["groups"].([]any)
	return slices.Contains(groups, any(administratorRole))
}
