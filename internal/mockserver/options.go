package mockserver

import "time"

// defaultMaxPersonalAccessTokens is the limit that LUSID documents.
const defaultMaxPersonalAccessTokens = 3

// Options configures a [Server]. The zero value is a domain without latency and without limits on requests.
type Options struct {
	// Seed has the objects that exist from the start.
	Seed Seed
	// Hosts are the names and addresses, without a port, that clients may use for the domain.
	// Loopback addresses and localhost are always allowed. The response for any other host is 421.
	Hosts []string
	// Latency delays every response, except those of the control API.
	Latency time.Duration
	// TokenLifetime is how long an access token is valid. Zero means one hour.
	TokenLifetime time.Duration
	// ListLag is the number of list calls after a change that do not contain it yet. With 2, the third list
	// after a change is the first one that contains it. Reads by id never lag. The lag is counted separately for
	// each kind of object, and for the users of each role.
	//
	// Unverified: identity/applications-list-lag, identity/roles-list-lag, identity/roles-list-deleted.
	// Unverified: identity/tokens-list-lag, identity/mcp-tools-list-lag, identity/role-members-list-lag.
	// Unverified: identity/network-zones-list-lag, identity/external-token-issuers-list-lag.
	// Unverified: identity/application-read-lag, identity/role-read-lag, identity/user-read-lag.
	// Unverified: identity/mcp-tool-read-lag, identity/network-zone-read-lag, identity/external-token-issuer-read-lag.
	// Unverified: access/policies-list-lag, access/roles-list-lag, access/user-roles-list-lag.
	// Unverified: access/policy-collections-list-lag, access/policy-templates-list-lag.
	// Unverified: access/policy-read-lag, access/policy-collection-read-lag, access/role-read-lag.
	// Unverified: access/policy-template-read-lag.
	ListLag int
	// RequestsPerSecond is the number of requests allowed per second. The response to others is 429, with a
	// Retry-After of one second. Zero means no limit.
	RequestsPerSecond int
	// WithholdSecrets makes every read return null for a secret, even if the request has includeSecret.
	//
	// Unverified: identity/application-include-secret.
	WithholdSecrets bool
	// IssuerIsTokenURL makes an application's issuer end in /v1/token.
	//
	// Unverified: identity/application-issuer.
	IssuerIsTokenURL bool
	// DeletedUsersGone makes a read of a soft-deleted user fail like that of a purged user. Otherwise the read
	// returns the status [UserDeprovisioned]. A list that includes deactivated users contains the user in both
	// cases.
	//
	// Unverified: identity/user-deleted-read, identity/user-deleted-read-by-login.
	DeletedUsersGone bool
	// MaxPersonalAccessTokens is the maximum number of active personal access tokens per user. Zero means three.
	// The domain's own user starts with one token, which is in [Credentials].
	//
	// Unverified: identity/token-limit.
	MaxPersonalAccessTokens int
	// NetworkZonesShift decides what happens if an update gives a network zone the hierarchy of another zone. If it
	// is true, the other zone and all later ones move back by one. Otherwise the update fails.
	//
	// Unverified: identity/network-zone-hierarchy, identity/network-zone-hierarchy-gap.
	NetworkZonesShift bool
	// Clock returns the current time of the domain. Nil means [time.Now].
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
