package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// wayIn is a sign-in method and the settings it takes.
type wayIn struct {
	name string
	// own lists the settings of this method alone. shared lists those that another method takes too.
	own, shared []string
}

// waysIn lists the sign-in methods. If the settings of two come from the same source, the first one wins:
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

// wayIn chooses how to sign in: the complete method whose settings come from the source with the
// highest precedence. If the provider block sets part of a method and no source has the rest, this is
// an error, so that the provider never falls back to other credentials.
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
		return nil, r.incomplete(fmt.Sprintf("No way to sign in is complete: %s still contains the placeholder %s from LUSID's export. Replace it with the user's password.",
			strings.Join(r.placeholders, " and "), PasswordPlaceholder))
	}
	if chosen == nil {
		return nil, r.incomplete("No way to sign in is complete.")
	}
	return chosen, nil
}

// passedOver returns another method that the provider could sign in with; empty if there is none.
func (r *Resolved) passedOver(chosen *wayIn) string {
	for i := range waysIn {
		if way := &waysIn[i]; way.name != chosen.name && len(r.missing(way.settings())) == 0 {
			_, credential := r.signIn(way)
			return credential
		}
	}
	return ""
}

// isBegun reports whether the provider block sets part of a method and no source has the rest. Shared
// settings count only if the other method that uses them is not complete either.
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

// likeliest returns the methods for which the user has set the most settings that only this method
// uses. Settings in the provider block count first. If the user has set only shared settings, it
// returns several methods.
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

// begun says which method the provider block sets in part, with which settings, and which are missing.
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
	return fmt.Sprintf("The provider block sets only part of a way to sign in (%s): it sets %s, and no source has the rest: %s. "+
		"An attribute that is null counts as not set. The provider never falls back to other credentials if the block sets part of a way.",
		strings.Join(names, " or "), strings.Join(held, ", "), strings.Join(missing, "; or "))
}

func (r *Resolved) beats(a, b *wayIn) bool {
	if a, b := r.highest(a.settings()), r.highest(b.settings()); a != b {
		return a > b
	}
	return r.highest(a.own) > r.highest(b.own)
}

// incomplete returns an error that lists every source that was read, and the missing settings for each
// method.
func (r *Resolved) incomplete(reason string) error {
	var b strings.Builder
	b.WriteString(reason + "\n\nThe provider looked here, in order of precedence:\n")
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
				missing[0] += ", but the provider block takes precedence, and it sets only part of another way"
			}
		}
		fmt.Fprintf(&b, "  - %s: %s\n", way.name, strings.Join(missing, ", "))
	}
	b.WriteString("\nThe LUSID web app shows and exports all of these under Identity and access > Applications. " +
		"If you have no application yet, a personal access token is enough.")
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

// signIn returns the credential of the chosen method, and a description with its source.
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
	// A password replaces a failed refresh token only if both come from the same source. A password from
	// another source may belong to another user.
	if way.own[0] == "refresh_token" && r.highest([]string{"username", "password"}) != first.rank {
		grant.Username, grant.Password = "", ""
	}
	if way.own[0] == "username" {
		grant.RefreshToken = ""
	}
	return client.SignIn{Grant: grant}, credential
}
