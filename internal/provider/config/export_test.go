package config

// Resolution has the results of the steps that Choose takes with a configuration. Unlike Choose, Steps
// does not check the values.
type Resolution struct {
	*Resolved

	// WayIn is empty if WayInErr is set.
	WayIn    string
	WayInErr error
	// HasFallback is true if the provider can use a password if the refresh token does not work.
	HasFallback bool
	// ProfileWarning and ProfileErr are about the profile that FBN_PROFILE names.
	ProfileWarning string
	ProfileErr     error
	// FaultErr is the fault of a default secrets file that the provider needs.
	FaultErr error
}

// Steps chooses the way to sign in for the resolved settings.
func Steps(r *Resolved) *Resolution {
	out := &Resolution{Resolved: r}
	way, err := r.wayIn()
	out.WayInErr = err
	if err == nil {
		out.WayIn = way.name
		signIn, _ := r.signIn(way)
		out.HasFallback = signIn.Grant.RefreshToken != "" && signIn.Grant.Password != ""
		out.ProfileWarning, out.ProfileErr = r.checkProfile(way)
		out.FaultErr = r.checkFault(way)
	}
	return out
}

// ReadSecretsFile reads one value of a secrets file.
func ReadSecretsFile(path, profile, key string) (string, error) {
	file, err := readSecretsFile(path, profile)
	if err != nil {
		return "", err
	}
	return file.lookup(key)
}

// HoldersOf returns a value of each type that contains secrets, by name. Each value has the secret in
// every such field.
func HoldersOf(secret string) map[string]any {
	return map[string]any{
		"value":                  value{text: secret},
		"resolved settings":      Resolved{values: map[string]value{"password": {text: secret}}},
		"node of a secrets file": jsonNode{kind: "string", value: secret},
		"secrets file":           secretsFile{values: &jsonNode{value: secret}},
		"profile":                &askedProfile{values: map[string]value{"password": {text: secret}}},
	}
}
