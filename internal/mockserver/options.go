package mockserver

import "time"

// defaultMaxPersonalAccessTokens is the limit that LUSID documents.
const defaultMaxPersonalAccessTokens = 3

// Options configures a [Server]; the zero value is a prompt, faultless domain.
type Options struct {
	// Seed is what the domain holds from the start.
	Seed Seed
	// Hosts are the names and addresses, without a port, by which clients may reach the domain.
	// Loopback addresses and localhost need no mention. Any other host is answered with 421.
	Hosts []string
	// Latency delays every answer, the control API's excepted.
	Latency time.Duration
	// TokenLifetime is how long an access token is valid; one hour if zero.
	TokenLifetime time.Duration
	// ListLag is how many list calls of a kind do not show a change yet: with 2, the third
	// list after a change is the first to show it. Reads by id never lag. The users of each
	// role are a kind of their own.
	//
	// Unverified: identity/applications-list-lag, identity/roles-list-lag.
	// Unverified: identity/application-read-lag, identity/role-read-lag, identity/user-read-lag.
	// Unverified: access/policies-list-lag, access/policy-read-lag, access/policy-collection-read-lag.
	// Unverified: access/role-read-lag, access/policy-template-read-lag.
	ListLag int
	// RequestsPerSecond is how many requests are answered in a second; those past it get a 429
	// that asks to wait for one second. No limit if zero.
	RequestsPerSecond int
	// WithholdSecrets makes reads answer null for a secret, whatever they ask for.
	//
	// Unverified: identity/application-include-secret.
	WithholdSecrets bool
	// IssuerIsTokenURL makes an application's issuer end in /v1/token.
	//
	// Unverified: identity/application-issuer.
	IssuerIsTokenURL bool
	// DeletedUsersGone makes reads of a soft-deleted user answer as if it were purged, instead
	// of with the status [UserDeprovisioned]. Lists that ask for it show it either way.
	//
	// Unverified: identity/user-deleted-read, identity/user-deleted-read-by-login.
	DeletedUsersGone bool
	// MaxPersonalAccessTokens is how many active personal access tokens a user may have; three
	// if zero. The domain's own user starts with one, that of [Credentials].
	//
	// Unverified: identity/token-limit.
	MaxPersonalAccessTokens int
	// NetworkZonesShift makes an update that takes the hierarchy of another network zone move that
	// one, and all behind it, back by one, instead of refusing it.
	//
	// Unverified: identity/network-zone-hierarchy.
	NetworkZonesShift bool
	// Clock tells the time that things happen at and tokens expire by; [time.Now] if nil.
	Clock func() time.Time
}

func (o Options) withDefaults() Options {
	if o.TokenLifetime == 0 {
		o.TokenLifetime = time.Hour
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.MaxPersonalAccessTokens == 0 {
		o.MaxPersonalAccessTokens = defaultMaxPersonalAccessTokens
	}
	o.Seed = o.Seed.withDefaults()
	return o
}
