package provider

// Resolution is what the resolver made of a configuration.
type Resolution struct {
	// Values and Sources are by attribute.
	Values, Sources map[string]string
	// WayIn is empty after WayInErr.
	WayIn    string
	WayInErr error
	// HasFallback tells that a refresh token has a password to fall back to.
	HasFallback bool
}

// Resolve runs the resolver on a provider block, an environment and a working directory.
func Resolve(block map[string]string, getenv func(string) string, directory string) (*Resolution, error) {
	r, err := resolve(block, surroundings{getenv: getenv, directory: directory})
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
	}
	return out, nil
}

// SettingNames lists the attributes of the table of settings with their environment variables
// and keys.
func SettingNames() map[string][2][]string {
	names := map[string][2][]string{}
	for _, s := range settings {
		names[s.attribute] = [2][]string{s.environment, s.file}
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
