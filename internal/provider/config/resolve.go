// Package config decides how the provider is configured: where the value of each setting comes from,
// and which sign-in method results. It knows nothing of Terraform.
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

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// rank orders the places that values come from.
type rank int

const (
	rankUnset rank = iota
	// rankLastResort is of names that count only if no other name has a value anywhere.
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
	// inFile tells that the place is the secrets file, whose rank the provider block may raise.
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
	// Directory holds the default secrets.json. Relative paths of secrets files start there.
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

// unused names the variables that are set and look as if they were the provider's, but are not.
func (s Surroundings) unused() []string {
	used := []string{"FBN_CORRELATION_ID"}
	for _, setting := range settings {
		used = slices.Concat(used, setting.Variables())
	}
	var unused []string
	for _, entry := range s.Environ() {
		name, text, _ := strings.Cut(entry, "=")
		upper := strings.ToUpper(name)
		isAlike := slices.ContainsFunc([]string{"FBN_", "LUSID_", "FINBOURNE_"}, func(prefix string) bool { return strings.HasPrefix(upper, prefix) })
		if isAlike && text != "" && !slices.Contains(used, upper) {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	return unused
}

// Resolved is the provider's configuration with every source taken into account.
type Resolved struct {
	values map[string]value
	// looked says for every source what was found there: names, never values.
	looked []string
	// placeholders are the names under which LUSID's placeholder stands for a password.
	placeholders []string
	// profile is what FBN_PROFILE asks for; nil if it does not decide.
	profile *askedProfile
	// fault is why the default secrets file, which may be another tool's, cannot be used as a whole.
	fault error
	// correlationID is empty if Choose is to make one up.
	correlationID string
}

// Text returns the value of a setting, which may be a secret. It is empty if no place has the setting.
func (r *Resolved) Text(attribute string) string { return r.values[attribute].text }

// Source returns where the value of a setting came from, such as "the environment variable
// FBN_TOKEN_URL" or "the provider block". It is empty if no place has the setting.
func (r *Resolved) Source(attribute string) string { return r.values[attribute].source }

// Format prints what was resolved without the secrets in it.
func (Resolved) Format(f fmt.State, _ rune) { conceal(f, "Resolved") }

// SettingError is an error about a setting that the provider block may hold.
type SettingError struct {
	// Attribute is empty if the value came from elsewhere.
	Attribute string
	err       error
}

// Error says which setting is wrong, or which file, and never repeats a value.
func (e *SettingError) Error() string { return e.err.Error() }

// Unwrap returns the error without the attribute.
func (e *SettingError) Unwrap() error { return e.err }

// PasswordPlaceholder is what LUSID's exports hold until the password is filled in. It counts as not set.
const PasswordPlaceholder = "<password>"

// Resolve finds the value of every setting. The first of these places wins: the provider block, a
// secrets file that the block names or chooses a profile of, the environment, the secrets file.
//
// The block holds the attributes that are set, by the names in Settings. Resolve fails only if a secrets
// file that somebody asked for cannot be used. Its errors name the file and never repeat a value. They are
// SettingErrors if an attribute of the provider block names the file or the profile. Choose checks the
// values.
func Resolve(block map[string]string, around Surroundings) (*Resolved, error) {
	r := &Resolved{values: map[string]value{}, correlationID: around.Getenv("FBN_CORRELATION_ID")}
	fromBlock, fromEnvironment, fromFile := &finding{}, &finding{}, &finding{}

	// A file that nobody asked for may belong to another tool.
	isAskedFor := block["secrets_file"] != "" || block["profile"] != "" || around.Getenv("FBN_SECRETS_PATH") != ""
	file, fileNote, err := findSecretsFile(block, around)
	if err != nil && isAskedFor {
		return nil, err
	}
	if err != nil {
		r.fault, fileNote = err, err.Error()
	}
	if name := around.Getenv("FBN_PROFILE"); name != "" && block["profile"] == "" {
		r.profile = &askedProfile{name: name, values: map[string]value{}}
	}
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
				candidates = append(candidates, value{text: text, rank: rank, source: "the environment variable " + spelling})
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
		if file.section == "" {
			fileNote = file.describe() + `: found, but it has neither "api" nor "profiles"`
		}
		if r.fault != nil {
			fileNote += "; " + r.fault.Error()
		}
	}
	r.looked = append(r.looked, fileNote)
	return r, nil
}

// findSecretsFile reads the secrets file that the block or the environment names, else the
// default one if it exists. Where there is none, the note says where it was looked for.
func findSecretsFile(block map[string]string, around Surroundings) (file *secretsFile, note string, err error) {
	path, attribute := block["secrets_file"], "secrets_file"
	if path == "" {
		path, attribute = around.Getenv("FBN_SECRETS_PATH"), ""
	}
	if err := checkPath(path); err != nil {
		if attribute == "" {
			err = fmt.Errorf("FBN_SECRETS_PATH cannot be used: %w", err)
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
		profile = around.Getenv("FBN_PROFILE")
	}
	file, err = readSecretsFile(path, profile)
	if isDefault && errors.Is(err, fs.ErrNotExist) {
		if block["profile"] != "" {
			return nil, "", &SettingError{"profile", fmt.Errorf("a profile is named, but there is no secrets file: %s does not exist", path)}
		}
		return nil, fmt.Sprintf("the secrets file %s: not found", path), nil
	}
	if err != nil && attribute == "" && !isDefault {
		err = fmt.Errorf("FBN_SECRETS_PATH: %w", err)
	}
	if err != nil {
		return nil, "", &SettingError{attribute, err}
	}
	return file, "", nil
}

// checkFault returns the fault of the default secrets file if the chosen way or the domain takes a
// value from it. Else the file is not needed.
func (r *Resolved) checkFault(way *wayIn) error {
	isUsed := func(name string) bool { return r.values[name].inFile }
	if isUsed("api_url") || slices.ContainsFunc(way.settings(), isUsed) {
		return r.fault
	}
	return nil
}

// finding collects the names of what a source holds.
type finding struct{ names, placeholders []string }

// note returns the text, or nothing for the placeholder, and remembers the name.
func (f *finding) note(name, text string) string {
	switch text {
	case "":
		return ""
	case PasswordPlaceholder:
		f.placeholders = append(f.placeholders, name)
		f.names = append(f.names, name+" (still holds the placeholder "+PasswordPlaceholder+", so it counts as not set)")
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

// wayIn is a way to sign in and the settings it takes.
type wayIn struct {
	name string
	// own are the settings of this way alone, shared those that another way takes too.
	own, shared []string
}

// waysIn stand in the order that decides between two whose settings come from the same source:
// an access token beats a password, as in every LUSID SDK.
var waysIn = []wayIn{
	{name: "an access token", own: []string{"access_token"}},
	{name: "an access token file", own: []string{"access_token_file"}},
	{name: "a refresh token", own: []string{"refresh_token"}, shared: []string{"token_url", "client_id", "client_secret"}},
	{name: "user name and password", own: []string{"username", "password"}, shared: []string{"token_url", "client_id", "client_secret"}},
}

func (w wayIn) settings() []string { return slices.Concat(w.own, w.shared) }

// highest is the rank of the best source among the named settings.
func (r *Resolved) highest(names []string) rank {
	best := rankUnset
	for _, name := range names {
		best = max(best, r.values[name].rank)
	}
	return best
}

func (r *Resolved) missing(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return r.Text(name) != "" })
}

// wayIn chooses how to sign in: of the complete ways the one whose settings come from the
// highest source. A way begun in the provider block that no source completes is an error, so
// that credentials from elsewhere never stand in for it.
func (r *Resolved) wayIn() (*wayIn, error) {
	var chosen *wayIn
	for i := range waysIn {
		way := &waysIn[i]
		if len(r.missing(way.settings())) > 0 {
			continue
		}
		if chosen == nil || r.beats(way, chosen) {
			chosen = way
		}
	}
	var begun []wayIn
	for _, way := range waysIn {
		if r.isBegun(way) && (chosen == nil || r.highest(chosen.own) < rankBlock) {
			begun = append(begun, way)
		}
	}
	if len(begun) > 0 {
		return nil, r.incomplete(r.begun(r.likeliest(begun)))
	}
	if chosen == nil && len(r.placeholders) > 0 {
		return nil, r.incomplete(fmt.Sprintf("No way to sign in is complete: %s still has the placeholder %s that LUSID exports. Put the user's password in its place.",
			strings.Join(r.placeholders, " and "), PasswordPlaceholder))
	}
	if chosen == nil {
		return nil, r.incomplete("No way to sign in is complete.")
	}
	return chosen, nil
}

// passedOver says what else the provider could sign in with; empty where there is nothing.
func (r *Resolved) passedOver(chosen *wayIn) string {
	for i := range waysIn {
		if way := &waysIn[i]; way.name != chosen.name && len(r.missing(way.settings())) == 0 {
			_, credential := r.signIn(way)
			return credential
		}
	}
	return ""
}

// isBegun reports a way of which the provider block holds a part and no source the rest. What it
// shares with another way counts where that other way is not complete either.
func (r *Resolved) isBegun(way wayIn) bool {
	if len(r.missing(way.settings())) == 0 {
		return false
	}
	if r.highest(way.own) == rankBlock {
		return true
	}
	for _, other := range waysIn {
		if slices.Equal(other.shared, way.shared) && len(r.missing(other.settings())) == 0 {
			return false
		}
	}
	return r.highest(way.shared) == rankBlock
}

// likeliest returns the ways of which the user has given the most settings that belong to that way
// alone. The provider block counts first. Several are equal if the user has given only settings that
// they share.
func (r *Resolved) likeliest(begun []wayIn) []wayIn {
	var likeliest []wayIn
	most := 0
	for _, way := range begun {
		given := 0
		for _, name := range way.own {
			switch r.values[name].rank {
			case rankBlock:
				given += len(settings)
			case rankEnvironment, rankFile, rankLastResort:
				given++
			case rankUnset:
			}
		}
		if given > most {
			likeliest, most = nil, given
		}
		if given == most {
			likeliest = append(likeliest, way)
		}
	}
	return likeliest
}

// begun says which way the provider block begins, by what, and what it lacks.
func (r *Resolved) begun(ways []wayIn) string {
	var names, held, missing []string
	for _, way := range ways {
		names = append(names, way.name)
		missing = append(missing, strings.Join(r.missing(way.settings()), ", "))
		for _, name := range way.settings() {
			if r.values[name].rank == rankBlock && !slices.Contains(held, name) {
				held = append(held, name)
			}
		}
	}
	return fmt.Sprintf("The provider block begins to sign in by %s, with %s, and no source has the rest: %s. "+
		"An attribute that is null counts as not set. Credentials from elsewhere do not stand in for a way that the block begins.",
		strings.Join(names, " or by "), strings.Join(held, ", "), strings.Join(missing, "; or "))
}

func (r *Resolved) beats(a, b *wayIn) bool {
	if a, b := r.highest(a.settings()), r.highest(b.settings()); a != b {
		return a > b
	}
	return r.highest(a.own) > r.highest(b.own)
}

// incomplete is the error that lists every place looked at and what is missing for each way in.
func (r *Resolved) incomplete(reason string) error {
	var b strings.Builder
	b.WriteString(reason + "\n\nLooked at, the first one wins:\n")
	for _, looked := range r.looked {
		fmt.Fprintf(&b, "  - %s\n", looked)
	}
	if r.Text("api_url") == "" {
		fmt.Fprintf(&b, "\nThe LUSID domain is missing: %s.\n", whereToSet("api_url"))
	}
	b.WriteString("\nMissing for each way to sign in:\n")
	for _, way := range waysIn {
		var missing []string
		for _, name := range r.missing(way.settings()) {
			missing = append(missing, whereToSet(name))
		}
		if len(missing) == 0 {
			missing = []string{"nothing"}
			if r.highest(way.own) < rankBlock && slices.ContainsFunc(waysIn, r.isBegun) {
				missing[0] += ", but it ranks below what the provider block begins"
			}
		}
		fmt.Fprintf(&b, "  - %s: %s\n", way.name, strings.Join(missing, ", "))
	}
	b.WriteString("\nThe LUSID web app shows and exports all of it under Identity and access > Applications; " +
		"without an application yet, a personal access token is enough.")
	return errors.New(b.String())
}

// whereToSet names an attribute with its variable and its key in the secrets file.
func whereToSet(attribute string) string {
	i := slices.IndexFunc(settings, func(s Setting) bool { return s.Attribute == attribute })
	places := []string{settings[i].Environment[0]}
	if len(settings[i].File) > 0 {
		places = append(places, settings[i].File[0]+" in the secrets file")
	}
	return fmt.Sprintf("%s (%s)", attribute, strings.Join(places, ", "))
}

// grant is the token request that the settings describe, complete or not.
func (r *Resolved) grant() client.TokenRequest {
	return client.TokenRequest{
		TokenURL:     r.Text("token_url"),
		Username:     r.Text("username"),
		Password:     client.Secret(r.Text("password")),
		ClientID:     r.Text("client_id"),
		ClientSecret: client.Secret(r.Text("client_secret")),
		RefreshToken: client.Secret(r.Text("refresh_token")),
	}
}

// askedProfile is a profile of the secrets file that FBN_PROFILE asks for by name, and what it holds.
type askedProfile struct {
	name   string
	values map[string]value
}

// Format prints the profile without the secrets in it.
func (*askedProfile) Format(f fmt.State, _ rune) { conceal(f, "askedProfile") }

// note keeps the first value of a setting.
func (p *askedProfile) note(attribute string, v value) {
	if p != nil && p.values[attribute].text == "" {
		p.values[attribute] = v
	}
}

// checkProfile compares the profile that FBN_PROFILE asks for with the domain and the credentials in
// use. A person who names a profile must not end up in another domain without a word.
func (r *Resolved) checkProfile(way *wayIn) (warning string, err error) {
	if r.profile == nil {
		return "", nil
	}
	const remedy = "Unset FBN_PROFILE, or remove what ranks above the profile. A profile that is written in the provider block ranks above the environment."
	used, asked := r.values["api_url"], r.profile.values["api_url"]
	domain, askedDomain := domainOf(used.text), domainOf(asked.text)
	if askedDomain != "" && domain != askedDomain {
		return "", fmt.Errorf("FBN_PROFILE asks for the profile %q, whose domain is %s, from %s. The domain in use is %s, from %s. %s",
			r.profile.name, askedDomain, asked.source, domain, used.source, remedy)
	}
	isUsed := func(name string) bool { return r.values[name].inFile }
	if len(r.profile.values) == 0 {
		_, credential := r.signIn(way)
		return fmt.Sprintf("FBN_PROFILE asks for the profile %q, which gives no value (%s). The provider works in the domain %s, from %s, and signs in with %s.",
			r.profile.name, r.looked[len(r.looked)-1], domain, used.source, credential), nil
	}
	isThere := func(name string) bool { return r.profile.values[name].text != "" }
	credentials := slices.ContainsFunc(waysIn, func(way wayIn) bool { return slices.ContainsFunc(way.settings(), isThere) })
	if !credentials || slices.ContainsFunc(way.settings(), isUsed) {
		return "", nil
	}
	_, credential := r.signIn(way)
	return fmt.Sprintf("FBN_PROFILE asks for the profile %q, but its credentials are not used: the provider signs in with %s. %s",
		r.profile.name, credential, remedy), nil
}

// domainOf names the LUSID domain of an API URL; empty if it is none.
func domainOf(apiURL string) string {
	base, err := client.ParseAPIURL(apiURL)
	if err != nil {
		return ""
	}
	return client.DomainOf(base)
}

// signIn is the credential of the chosen way, and words for where it came from.
func (r *Resolved) signIn(way *wayIn) (client.SignIn, string) {
	first := r.values[way.own[len(way.own)-1]]
	credential := fmt.Sprintf("%s from %s", way.name, first.source)
	switch way.own[0] {
	case "access_token":
		return client.SignIn{AccessToken: client.Secret(first.text)}, credential
	case "access_token_file":
		return client.SignIn{AccessTokenFile: first.text}, credential
	}
	grant := r.grant()
	// A password is the refresh token's stand-in only where both come from the same source:
	// another one may belong to another user.
	if way.own[0] == "refresh_token" && r.highest([]string{"username", "password"}) != first.rank {
		grant.Username, grant.Password = "", ""
	}
	if way.own[0] == "username" {
		grant.RefreshToken = ""
	}
	return client.SignIn{Grant: grant}, credential
}
