package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// Resolution is what the resolver made of a configuration.
type Resolution struct {
	// Values and Sources are by attribute.
	Values, Sources map[string]string
	// WayIn is empty after WayInErr.
	WayIn    string
	WayInErr error
	// HasFallback tells that a refresh token has a password to fall back to.
	HasFallback bool
	// ProfileWarning and ProfileErr are about the profile that FBN_PROFILE asks for.
	ProfileWarning string
	ProfileErr     error
	// FaultErr is the fault of a default secrets file that is needed.
	FaultErr error
}

// Resolve runs the resolver on a provider block, an environment and a working directory.
func Resolve(block, environment map[string]string, directory string) (*Resolution, error) {
	r, err := resolve(block, surroundings{
		getenv: func(name string) string { return environment[name] },
		environ: func() []string {
			var entries []string
			for name, value := range environment {
				entries = append(entries, name+"="+value)
			}
			return entries
		},
		directory: directory,
	})
	if err != nil {
		return nil, err
	}
	out := &Resolution{Values: map[string]string{}, Sources: map[string]string{}}
	for name, v := range r.values {
		out.Values[name], out.Sources[name] = v.text, v.source
	}
	way, err := r.wayIn()
	out.WayInErr = err
	if err == nil {
		out.WayIn = way.name
		signIn, _ := r.signIn(way)
		out.HasFallback = signIn.Grant.RefreshToken != "" && signIn.Grant.Password != ""
		out.ProfileWarning, out.ProfileErr = r.checkProfile(way)
		out.FaultErr = r.checkFault(way)
	}
	return out, nil
}

// SettingNames lists the attributes of the table of settings with their environment variables
// and keys.
func SettingNames() map[string][2][]string {
	names := map[string][2][]string{}
	for _, s := range settings {
		names[s.Attribute] = [2][]string{s.Variables(), s.Keys()}
	}
	return names
}

// ReadSecretsFile reads one value of a secrets file.
func ReadSecretsFile(path, profile, key string) (string, error) {
	file, err := readSecretsFile(path, profile)
	if err != nil {
		return "", err
	}
	return file.lookup(key)
}

// HoldersOf are values of the types that hold secrets, by name, each with one in every place.
func HoldersOf(secret string) map[string]any {
	text, plain := types.StringValue(secret), client.Secret(secret)
	request := client.TokenRequest{Password: plain, ClientSecret: plain, RefreshToken: plain}
	return map[string]any{
		"connection":                       &connection{grant: request},
		"an unconfigured resource's":       resourceBase{&connection{grant: request}},
		"value":                            value{text: secret},
		"resolved settings":                resolved{values: map[string]value{"password": {text: secret}}},
		"node of a secrets file":           jsonNode{kind: "string", value: secret},
		"secrets file":                     secretsFile{values: &jsonNode{value: secret}},
		"profile":                          &askedProfile{values: map[string]value{"password": {text: secret}}},
		"credentials":                      credentials{"password": plain},
		"export":                           export{value: secret},
		"model of an application":          applicationModel{Secret: text},
		"model of application data":        applicationDataModel{Secret: text},
		"model of an application secret":   applicationSecretModel{Secret: text},
		"model of a personal access token": personalAccessTokenModel{Key: text},
		"model of an access token": accessTokenModel{
			Password: text, ClientSecret: text, RefreshToken: text, AccessToken: text, IDToken: text,
		},
	}
}
