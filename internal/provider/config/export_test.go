package config

// Resolution is what the package makes of a configuration, step by step. Unlike Choose, it does not
// check the values.
type Resolution struct {
	*Resolved

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

// Steps chooses how to sign in with what was resolved.
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

// HoldersOf are values of the types that hold secrets, by name, each with one in every place.
func HoldersOf(secret string) map[string]any {
	return map[string]any{
		"value":                  value{text: secret},
		"resolved settings":      Resolved{values: map[string]value{"password": {text: secret}}},
		"node of a secrets file": jsonNode{kind: "string", value: secret},
		"secrets file":           secretsFile{values: &jsonNode{value: secret}},
		"profile":                &askedProfile{values: map[string]value{"password": {text: secret}}},
	}
}
