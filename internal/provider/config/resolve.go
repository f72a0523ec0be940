// Package config decides how the provider is configured: where the value of each setting comes from,
// and which sign-in method results. It does not depend on Terraform.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// rank orders the places that values come from.
type rank int

const (
	rankUnset rank = iota
	// rankLastResort is for names that count only if no other name has a value anywhere.
	rankLastResort
	rankFile
	rankEnvironment
	rankBlock
)

// value is a setting's value and where it came from.
type value struct {
	text string
	rank rank
	// source names the place for people, such as "the environment variable FBN_TOKEN_URL".
	source string
	// inFile is true if the value is from the secrets file. The provider block may raise the rank of that
	// file.
	inFile bool
}

// Format prints the value without its text, which may be a secret.
func (value) Format(f fmt.State, _ rune) { conceal(f, "value") }

// Surroundings is where Resolve looks for values besides the provider block.
type Surroundings struct {
	// Getenv returns an environment variable, or an empty string if it is not set.
	Getenv func(name string) string
	// Environ returns the environment as "name=value". Errors name its variables that look like settings
	// and are not.
	Environ func() []string
	// Directory is where the default secrets.json is. Relative paths of secrets files start there.
	Directory string
}

// Here returns the environment and the working directory of this process.
func Here() Surroundings {
	directory, err := os.Getwd()
	if err != nil {
		directory = "."
	}
	return Surroundings{Getenv: os.Getenv, Environ: os.Environ, Directory: directory}
}

// lookup returns a variable, and the spelling in which it is set. FINBOURNE's C# SDKs read lower case
// too.
func (s Surroundings) lookup(name string) (spelling, text string) {
	for _, spelling := range []string{name, strings.ToLower(name)} {
		if text := s.Getenv(spelling); text != "" {
			return spelling, text
		}
	}
	return name, ""
}

// get returns a variable in either spelling.
func (s Surroundings) get(name string) string {
	_, text := s.lookup(name)
	return text
}

// unused names the variables that are set and look as if they were the provider's, but are not read.
func (s Surroundings) unused() []string {
	// lusid-mock exports LUSID_MOCK_URL for programs that use its control API.
	used := []string{"FBN_CORRELATION_ID", "LUSID_MOCK_URL"}
	for _, setting := range settings {
		used = append(slices.Concat(used, setting.Variables()), setting.portVariable)
	}
	var unused []string
	for _, entry := range s.Environ() {
		name, text, _ := strings.Cut(entry, "=")
		upper := strings.ToUpper(name)
		isAlike := slices.ContainsFunc([]string{"FBN_", "LUSID_", "FINBOURNE_"}, func(prefix string) bool {
			return strings.HasPrefix(upper, prefix)
		})
		// On Windows, lookup finds every spelling.
		isRead := slices.Contains(used, upper) && s.get(upper) == text
		if isAlike && text != "" && !isRead {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	return unused
}

// Resolved is the provider's configuration with every source taken into account.
type Resolved struct {
	values map[string]value
	// looked lists for every source the names that were found there, never values.
	looked []string
	// placeholders are the names of settings that have LUSID's placeholder instead of a password.
	placeholders []string
	// profile is the profile that FBN_PROFILE names; nil if FBN_PROFILE does not choose the profile.
	profile *askedProfile
	// fault is why the default secrets file, which may be another tool's, cannot be used as a whole.
	fault error
	// correlationID is empty if Choose must generate one.
	correlationID string
}

// Text returns the value of a setting, which may be a secret. It is empty if no source has the
// setting.
func (r *Resolved) Text(attribute string) string { return r.values[attribute].text }

// Source returns where the value of a setting came from, such as "the environment variable
// FBN_TOKEN_URL" or "the provider block". It is empty if no source has the setting.
func (r *Resolved) Source(attribute string) string { return r.values[attribute].source }

// Format prints what was resolved without the secrets in it.
func (Resolved) Format(f fmt.State, _ rune) { conceal(f, "Resolved") }

// SettingError is an error about a setting, which may be in the provider block.
type SettingError struct {
	// Attribute is empty if the value came from elsewhere.
	Attribute string
	err       error
}

// Error says which setting is wrong, or which file, and never repeats a value.
func (e *SettingError) Error() string { return e.err.Error() }

// Unwrap returns the error without the attribute.
func (e *SettingError) Unwrap() error { return e.err }

// PasswordPlaceholder is the placeholder for the password in LUSID's exports. It counts as not set.
const PasswordPlaceholder = "<password>"

// Resolve finds the value of every setting. These sources are in order of precedence: the provider
// block, a secrets file if the block sets its path or profile, the environment, the secrets file.
//
// The block has the attributes that are set, by the names in Settings. Resolve fails only if a secrets
// file cannot be used that the block or the environment names. Its errors name the file and never
// repeat a value. They are SettingErrors if an attribute of the provider block names the file or the
// profile. Choose checks the values. Resolve only checks those of a default secrets file that the
// provider can do without.
func Resolve(block map[string]string, around Surroundings) (*Resolved, error) {
	r := &Resolved{values: map[string]value{}, correlationID: around.get("FBN_CORRELATION_ID")}
	fromBlock, fromEnvironment, fromFile := &finding{}, &finding{}, &finding{}

	// The default file may belong to another tool.
	isAskedFor := block["secrets_file"] != "" || block["profile"] != "" || around.get("FBN_SECRETS_PATH") != ""
	file, fileNote, err := findSecretsFile(block, around)
	if err != nil && isAskedFor {
		return nil, err
	}
	if err != nil {
		r.fault, fileNote = err, err.Error()
	}
	if variable, name := around.lookup("FBN_PROFILE"); name != "" && block["profile"] == "" {
		r.profile = &askedProfile{variable: variable, name: name, values: map[string]value{}}
	}
	// elsewhere has the settings without the file's values.
	elsewhere := map[string]value{}
	fileRank := rankFile
	if block["secrets_file"] != "" || block["profile"] != "" {
		fileRank = rankBlock
	}

	for _, s := range settings {
		candidates := []value{}
		if text := fromBlock.note(s.Attribute, block[s.Attribute]); text != "" {
			candidates = append(candidates, value{text: text, rank: rankBlock, source: "the provider block"})
		}
		for i, name := range s.Variables() {
			rank := rankEnvironment
			if i >= len(s.Environment) {
				rank = rankLastResort
			}
			spelling, text := around.lookup(name)
			if text = fromEnvironment.note(spelling, text); text != "" {
				v := value{text: text, rank: rank, source: "the environment variable " + spelling}
				if s.portVariable != "" {
					variable, port := around.lookup(s.portVariable)
					v.addPort(variable, fromEnvironment.note(variable, port))
				}
				candidates = append(candidates, v)
			}
		}
		if file != nil {
			for i, key := range s.Keys() {
				rank := fileRank
				if i >= len(s.File) && rank == rankFile {
					rank = rankLastResort
				}
				text, err := file.lookup(key)
				if err != nil && isAskedFor {
					return nil, err
				}
				r.fault = cmp.Or(r.fault, err)
				if text = fromFile.note(key, text); text != "" {
					v := value{text: text, rank: rank, source: fmt.Sprintf("%s, key %s", file.describe(), key), inFile: true}
					if s.portKey != "" {
						port, err := file.lookupPort(s.portKey)
						if err != nil && isAskedFor {
							return nil, err
						}
						r.fault = cmp.Or(r.fault, err)
						v.addPort(s.portKey, port)
					}
					candidates = append(candidates, v)
					r.profile.note(s.Attribute, v)
				}
			}
		}
		// Stable: within one rank the order of the table decides, and the block itself comes
		// before a file that ranks with it.
		slices.SortStableFunc(candidates, func(a, b value) int { return int(b.rank - a.rank) })
		if len(candidates) > 0 {
			r.values[s.Attribute] = candidates[0]
		}
		if i := slices.IndexFunc(candidates, func(v value) bool { return !v.inFile }); i >= 0 {
			elsewhere[s.Attribute] = candidates[i]
		}
	}
	if !isAskedFor && r.profile == nil {
		r.ignoreFaultyFile(elsewhere)
	}
	environmentNote := fromEnvironment.String()
	if unused := around.unused(); len(unused) > 0 {
		found := "found, but not used: " + strings.Join(unused, ", ")
		if environmentNote += "; " + found; len(fromEnvironment.names) == 0 {
			environmentNote = found
		}
	}
	r.looked = []string{
		"the provider block: " + fromBlock.String(),
		"the environment: " + environmentNote,
	}
	r.placeholders = slices.Concat(fromBlock.placeholders, fromEnvironment.placeholders)
	if file != nil {
		for _, key := range fromFile.placeholders {
			r.placeholders = append(r.placeholders, fmt.Sprintf("%s, key %s,", file.describe(), key))
		}
		fileNote = file.describe() + ": " + fromFile.String()
		if r.fault != nil {
			fileNote += "; " + r.fault.Error()
		}
	}
	r.looked = append(r.looked, fileNote)
	return r, nil
}

// findSecretsFile reads the secrets file that the block or the environment names, else the default one
// if it exists. If there is none, the note says which path it tried.
func findSecretsFile(block map[string]string, around Surroundings) (file *secretsFile, note string, err error) {
	path, attribute := block["secrets_file"], "secrets_file"
	variable, fromVariable := around.lookup("FBN_SECRETS_PATH")
	if path == "" {
		path, attribute = fromVariable, ""
	}
	if err := checkPath(path); err != nil {
		if attribute == "" {
			err = fmt.Errorf("%s cannot be used: %w", variable, err)
		} else {
			err = fmt.Errorf("the secrets_file from the provider block cannot be used: %w", err)
		}
		return nil, "", &SettingError{attribute, err}
	}
	isDefault := path == ""
	if isDefault {
		path = filepath.Join(around.Directory, "secrets.json")
	} else if !filepath.IsAbs(path) {
		path = filepath.Join(around.Directory, path)
	}
	profile := block["profile"]
	if profile != "" {
		attribute = "profile"
	} else {
		profile = around.get("FBN_PROFILE")
	}
	file, err = readSecretsFile(path, profile)
	if isDefault && errors.Is(err, fs.ErrNotExist) {
		if block["profile"] != "" {
			return nil, "", &SettingError{"profile", fmt.Errorf("profile is set, but there is no secrets file: %s does not exist", path)}
		}
		return nil, fmt.Sprintf("the secrets file %s: not found", path), nil
	}
	if err != nil && attribute == "" && !isDefault {
		err = fmt.Errorf("%s: %w", variable, err)
	}
	if err != nil {
		return nil, "", &SettingError{attribute, err}
	}
	return file, "", nil
}

// ignoreFaultyFile drops every value of the default secrets file if the file has a fault and the
// settings from elsewhere are complete without it. The file may be another tool's, so a value that is
// wrong for this provider is such a fault.
func (r *Resolved) ignoreFaultyFile(elsewhere map[string]value) {
	without := &Resolved{values: elsewhere}
	if _, err := without.wayIn(); err != nil || without.Text("api_url") == "" {
		return
	}
	fault := r.fault
	for _, s := range settings {
		if r.values[s.Attribute].inFile {
			fault = cmp.Or(fault, r.checkValue(s))
		}
	}
	if fault != nil {
		r.fault, r.values = fault, elsewhere
	}
}

// checkFault returns the fault of the default secrets file if the sign-in method or the domain takes a
// value from it. Otherwise the file is not needed.
func (r *Resolved) checkFault(way *wayIn) error {
	isUsed := func(name string) bool { return r.values[name].inFile }
	if isUsed("api_url") || slices.ContainsFunc(way.settings(), isUsed) {
		return r.fault
	}
	return nil
}

// finding collects the names of the settings in a source.
type finding struct{ names, placeholders []string }

// note returns the text, or nothing for the placeholder, and remembers the name.
func (f *finding) note(name, text string) string {
	switch text {
	case "":
		return ""
	case PasswordPlaceholder:
		f.placeholders = append(f.placeholders, name)
		f.names = append(f.names, name+" (still contains the placeholder "+PasswordPlaceholder+", so it counts as not set)")
		return ""
	}
	f.names = append(f.names, name)
	return text
}

func (f *finding) String() string {
	if len(f.names) == 0 {
		return "nothing found"
	}
	return strings.Join(f.names, ", ")
}
