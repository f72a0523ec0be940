package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// domainFlags are the options for the domain. Every command has them.
type domainFlags struct {
	options mockserver.Options
	seed    string
}

func (d *domainFlags) register(flags *flag.FlagSet) {
	flags.DurationVar(&d.options.Latency, "latency", 0, "delay every response by this `duration`")
	flags.DurationVar(&d.options.TokenLifetime, "token-lifetime", time.Hour, "`duration` after which access tokens expire")
	flags.IntVar(&d.options.ListLag, "list-lag", 0, "`number` of list calls after a change that do not contain it yet")
	flags.IntVar(&d.options.RequestsPerSecond, "requests-per-second", 0,
		"`number` of requests allowed per second. The response to others is 429. 0 means no limit")
	flags.BoolVar(&d.options.WithholdSecrets, "withhold-secrets", false, "do not return the secret of an application after its creation")
	flags.BoolVar(&d.options.IssuerIsTokenURL, "issuer-is-token-url", false, "return an issuer of applications that ends in /v1/token")
	flags.BoolVar(&d.options.DeletedUsersGone, "deleted-users-gone", false, "return 404 for a user that is deleted but not purged")
	flags.IntVar(&d.options.MaxPersonalAccessTokens, "max-personal-access-tokens", 3,
		"maximum `number` of active personal access tokens per user. lusid-mock's user starts with one")
	flags.BoolVar(&d.options.NetworkZonesShift, "network-zones-shift", false,
		"if a network zone gets the hierarchy of another one, move that zone and the later ones back")
	flags.StringVar(&d.seed, "seed", "", "JSON `file` with the objects that exist from the start:\n"+
		`{"user": {"username": "", "password": ""}, "applications": [{"clientId": "", "displayName": "", "type": "", "secret": ""}],`+"\n"+
		` "roles": [{"name": "", "description": ""}], "users": [{"username": "", "password": "", "type": "", "roles": [""]}],`+"\n"+
		` "personalAccessTokens": [{"username": "", "displayName": "", "key": ""}],`+"\n"+
		` "mcpTools": [{"scope": "", "code": "", "name": "", "title": "", "description": "", "query": ""}],`+"\n"+
		` "passwordPolicies": {"Personal": {"minLength": 12, "maxAttempts": 10}},`+"\n"+
		` "sessionPolicy": {"maxSessionIdleMinutes": 60}, "userSchema": [{"name": "", "description": ""}],`+"\n"+
		` "networkZones": [{"code": "", "action": "", "ips": [""], "sessionType": [""]}],`+"\n"+
		` "externalTokenIssuers": [{"code": "", "issuer": "", "audience": "", "logoutUrl": "", "claimMappings": {}}],`+"\n"+
		` "policies": [{}], "policyCollections": [{}], "accessRoles": [{}], "policyTemplates": [{}]}`+"\n"+
		"The last four have the format of the Access API's create requests")
}

// load checks the options and reads the seed file.
func (d *domainFlags) load() (mockserver.Options, error) {
	switch {
	case d.options.Latency < 0:
		return d.options, errors.New("-latency must not be negative")
	case d.options.TokenLifetime <= 0:
		return d.options, errors.New("-token-lifetime must be positive")
	case d.options.ListLag < 0:
		return d.options, errors.New("-list-lag must not be negative")
	case d.options.RequestsPerSecond < 0:
		return d.options, errors.New("-requests-per-second must not be negative")
	case d.options.MaxPersonalAccessTokens < 1:
		return d.options, errors.New("-max-personal-access-tokens must be positive")
	}
	if d.seed != "" {
		data, err := os.ReadFile(d.seed)
		if err != nil {
			return d.options, fmt.Errorf("-seed: %w", err)
		}
		if d.options.Seed, err = mockserver.ParseSeed(data); err != nil {
			return d.options, fmt.Errorf("-seed: %s: %w", d.seed, err)
		}
	}
	return d.options, nil
}

// domain is a running mock server.
type domain struct {
	*mockserver.Server
	http http.Server
	// url is the domain's base URL, without a trailing slash.
	url string
}

// listen starts a domain. Clients may use the host in the address.
func listen(ctx context.Context, address string, options mockserver.Options) (*domain, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if host, _, err := net.SplitHostPort(address); err == nil {
		options.Hosts = append(options.Hosts, host)
	}
	d := &domain{Server: mockserver.New(options), url: "http://" + reachable(listener.Addr())}
	d.http = http.Server{Handler: d.Server, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = d.http.Serve(listener) }()
	return d, nil
}

// reachable returns the address at which this machine can reach a listener.
func reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

// close stops the domain after the current requests have ended. It prints the contract violations of the mock.
func (d *domain) close(stderr io.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if d.http.Shutdown(ctx) != nil {
		_ = d.http.Close()
	}
	for _, violation := range d.ContractViolations() {
		_, _ = fmt.Fprintln(stderr, "lusid-mock:", violation)
	}
}
