package main

import "strings"

// variable is an environment variable.
type variable struct{ name, value string }

func (d *domain) identityURL() string { return d.url + "/identity" }

func (d *domain) accessURL() string { return d.url + "/access" }

// urlVariables returns the domain's URL under the names of the Identity SDKs, the Access SDKs, the unified SDKs and
// the LUSID SDKs. Without one of them, an SDK could send the mock's credentials to a real domain.
func (d *domain) urlVariables() []variable {
	return []variable{
		{"FBN_IDENTITY_URL", d.identityURL()},
		{"FBN_ACCESS_URL", d.accessURL()},
		{"FBN_BASE_URL", d.url},
		{"FBN_LUSID_URL", d.url + "/api"},
		{"FBN_LUSID_API_URL", d.url + "/api"},
	}
}

// passwordVariables returns the variables to sign in by password. LUSID recommends this, because the tokens expire.
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

// accessTokenVariables returns the variables to sign in with a personal access token.
func (d *domain) accessTokenVariables() []variable {
	return append(d.urlVariables(), variable{"FBN_ACCESS_TOKEN", d.Credentials().AccessToken})
}

// controlVariable returns the variable with the base URL of the control API.
func (d *domain) controlVariable() variable { return variable{"LUSID_MOCK_URL", d.url} }

// shell is the syntax of a shell for environment variables.
type shell struct {
	// assign is the text before the name, and the text between the name and the quoted value.
	assign [2]string
	// remove is the command that removes variables, the text before each name, and the text between two.
	remove [3]string
	// quotes replaces each character that ends a quoted string with its escape sequence.
	quotes *strings.Replacer
}

var shells = map[string]shell{
	"bash": {assign: [2]string{"export ", "="}, remove: [3]string{"unset", " ", ""}, quotes: strings.NewReplacer(`'`, `'\''`)},
	// PowerShell treats typographic quotes like straight ones.
	"powershell": {assign: [2]string{"$Env:", " = "}, remove: [3]string{"Remove-Item -ErrorAction Ignore", " Env:", ","}, quotes: strings.NewReplacer(
		`'`, `''`, `‘`, `‘‘`, `’`, `’’`, `‚`, `‚‚`, `‛`, `‛‛`)},
}

func (s shell) export(v variable) string {
	return s.assign[0] + v.name + s.assign[1] + "'" + s.quotes.Replace(v.value) + "'"
}

func (s shell) unset(variables []variable) string {
	var names []string
	for _, v := range variables {
		names = append(names, s.remove[1]+v.name)
	}
	return s.remove[0] + strings.Join(names, s.remove[2])
}
