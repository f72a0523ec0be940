package mockserver

import "time"

// Options configures a [Server]; the zero value is a prompt, faultless domain.
type Options struct {
	// Seed is what the domain holds from the start.
	Seed Seed
	// Latency delays every answer, the control API's excepted.
	Latency time.Duration
	// TokenLifetime is how long an access token is valid; one hour if zero.
	TokenLifetime time.Duration
	// ListLag is how many list calls of a kind do not show a change yet: with 2, the third
	// list after a change is the first to show it. Reads by id never lag.
	ListLag int
	// WithholdSecrets makes reads answer null for a secret, whatever they ask for.
	WithholdSecrets bool
	// IssuerIsTokenURL makes an application's issuer end in /v1/token.
	IssuerIsTokenURL bool
	// Clock tells the time that tokens expire by; [time.Now] if nil.
	Clock func() time.Time
}

func (o Options) withDefaults() Options {
	if o.TokenLifetime == 0 {
		o.TokenLifetime = time.Hour
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.Seed = o.Seed.withDefaults()
	return o
}
