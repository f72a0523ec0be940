package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// askedProfile is the profile of the secrets file that FBN_PROFILE names, and its values.
type askedProfile struct {
	// variable is the spelling of FBN_PROFILE that is set.
	variable, name string
	values         map[string]value
}

// Format prints the profile without the secrets in it.
func (*askedProfile) Format(f fmt.State, _ rune) { conceal(f, "askedProfile") }

// note keeps the first value of a setting.
func (p *askedProfile) note(attribute string, v value) {
	if p != nil && p.values[attribute].text == "" {
		p.values[attribute] = v
	}
}

// checkProfile compares the profile that FBN_PROFILE names with the domain and the credentials in use.
// If a person names a profile, the provider must not use another domain without a message.
func (r *Resolved) checkProfile(way *wayIn) (warning string, err error) {
	if r.profile == nil {
		return "", nil
	}
	remedy := "Unset " + r.profile.variable +
		", or remove the settings that take precedence over the profile. A profile that is set in the provider block takes precedence " +
		"over the environment."
	used, asked := r.values["api_url"], r.profile.values["api_url"]
	domain, askedDomain := domainOf(used.text), domainOf(asked.text)
	if askedDomain != "" && domain != askedDomain {
		return "", fmt.Errorf("%s asks for the profile %q, whose domain is %s, from %s. The domain in use is %s, from %s. %s",
			r.profile.variable, r.profile.name, askedDomain, asked.source, domain, used.source, remedy)
	}
	if len(r.profile.values) == 0 {
		_, credential := r.signIn(way)
		return fmt.Sprintf("%s asks for the profile %q, but the provider uses nothing from it: %s. The provider uses the domain %s, from %s, and signs in with %s. Set %s to another profile, or unset it.",
			r.profile.variable, r.profile.name, r.looked[len(r.looked)-1], domain, used.source, credential, r.profile.variable), nil
	}
	unused, elsewhere := r.profileCredentials(way)
	if len(unused) == 0 || len(elsewhere) == 0 {
		return "", nil
	}
	_, credential := r.signIn(way)
	if len(elsewhere) < len(way.settings()) {
		return fmt.Sprintf("%s asks for the profile %q, but the provider does not use some of its credentials: %s. The provider signs in with %s. "+
			"These settings come from elsewhere: %s. %s",
			r.profile.variable, r.profile.name, strings.Join(unused, ", "), credential, strings.Join(elsewhere, ", "), remedy), nil
	}
	return fmt.Sprintf("%s asks for the profile %q, but the provider does not use its credentials. The provider signs in with %s. %s",
		r.profile.variable, r.profile.name, credential, remedy), nil
}

// profileCredentials returns the credentials of the profile that the sign-in does not use, and the
// settings that it uses from other sources, with these sources.
func (r *Resolved) profileCredentials(way *wayIn) (unused, elsewhere []string) {
	used := way.settings()
	// A sign-in with a refresh token may fall back to a password.
	if signIn, _ := r.signIn(way); signIn.Grant.Password != "" {
		used = append(used, "username", "password")
	}
	for _, s := range settings {
		isCredential := slices.ContainsFunc(waysIn, func(way wayIn) bool { return slices.Contains(way.settings(), s.Attribute) })
		v := r.values[s.Attribute]
		isUsed := v.inFile && slices.Contains(used, s.Attribute)
		if isCredential && r.profile.values[s.Attribute].text != "" && !isUsed {
			unused = append(unused, s.Attribute)
		}
		if slices.Contains(way.settings(), s.Attribute) && !v.inFile {
			elsewhere = append(elsewhere, fmt.Sprintf("%s from %s", s.Attribute, v.source))
		}
	}
	return unused, elsewhere
}

// domainOf names the LUSID domain of an API URL; empty if it is none.
func domainOf(apiURL string) string {
	base, err := client.ParseAPIURL(apiURL)
	if err != nil {
		return ""
	}
	return client.DomainOf(base)
}
