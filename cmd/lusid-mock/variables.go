package main

import "strings"

// variable is an environment variable.
type variable struct{ name, value string }

func (d *domain) identityURL() string { return d.url + "/identity" }

func (d *domain) accessURL() string { return d.url + "/access" }

// urlVariables have the domain's URL under the names of the Identity SDKs, the Access SDKs, the unified
// SDKs and the LUSID SDKs. A name left out could still lead an SDK, with the mock's credentials, to a real domain.
func (d *domain) urlVariables() []variable {
	return []variable{
		{"FBN_IDENTITY_URL", d.identityURL()},
		{"FBN_ACCESS_URL", d.accessURL()},
		{"FBN_BASE_URL", d.url},
		{"FBN_LUSID_URL", d.url + "/api"},
		{"FBN_LUSID_API_URL", d.url + "/api"},
	}
}

// passwordVariables sign in as LUSID recommends: by password, for tokens that expire.
func (d *domain) passwordVariables() []variable {
	c := d.Credentials()
	return append(
		d.urlVariables(),
		variable{"FBN_TOKEN_URL", d.TokenURL(d.url)},
		variable{"FBN_USERNAME", c.Username},
		variable{"FBN_PASSWORD", c.Password},
		variable{"FBN_CLIENT_ID", c.ClientID},
		variable{"FBN_CLIENT_SECRET", c.ClientSecret},
	)
}

// accessTokenVariables sign in with a personal access token.
func (d *domain) accessTokenVariables() []variable {
	return append(d.urlVariables(), variable{"FBN_ACCESS_TOKEN", d.Credentials().AccessToken})
}

// controlVariable tells where the control API is, below the URL.
func (d *domain) controlVariable() variable { return variable{"LUSID_MOCK_URL", d.url} }

// shell is a way to write down variables.
type shell struct {
	// assign is what comes before the name, and between the name and the quoted value.
	assign [2]string
	// quotes end a quoted string; each is replaced by its escape.
	quotes *strings.Replacer
}

var shells = map[string]shell{
	"bash": {assign: [2]string{"export ", "="}, quotes: strings.NewReplacer(`'`, `'\''`)},
	// PowerShell takes typographic quotes for straight ones.
	"powershell": {assign: [2]string{"$Env:", " = "}, quotes: strings.NewReplacer(
		`'`, `''`, `‘`, `‘‘`, `’`, `’’`, `‚`, `‚‚`, `‛`, `‛‛`)},
}

func (s shell) export(v variable) string {
	return s.assign[0] + v.name + s.assign[1] + "'" + s.quotes.Replace(v.value) + "'"
}
