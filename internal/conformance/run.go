package conformance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
)

// Prefix is the start of the name of every run, and of every object that a run creates.
const Prefix = "lusid-conformance-"

var runName = regexp.MustCompile("^" + Prefix + "[0-9a-f]{8}$")

// NewRunName returns [Prefix] and eight random hexadecimal digits.
func NewRunName() string {
	random := make([]byte, 4)
	_, _ = rand.Read(random) // Read never fails.
	return Prefix + hex.EncodeToString(random)
}

// IsRunName reports whether a text has the form of a name that [NewRunName] returns.
func IsRunName(text string) bool { return runName.MatchString(text) }

// maxRetries is the number of retries of a request. It is low, because a check can continue without a
// response.
const maxRetries = 2

// maxSilent is the number of checks in a row without a response after which the run sends nothing. Each of
// them can wait for minutes, and a create without a response may leave an object.
const maxSilent = 3

// Options has the settings of a run.
type Options struct {
	// RunName is the start of the names of the run's objects. [NewRunName] returns a new one.
	RunName string
	// Allowed has the permissions that the user gives.
	Allowed map[Permission]bool
	// Pause is the time between two reads of a list that may lag.
	Pause time.Duration
}

// allow reports whether the user gives the permission. No permission has an effect without Write.
func (o Options) allow(needed Permission) bool { return o.Allowed[Write] && o.Allowed[needed] }

// domain is the LUSID domain that a run checks.
type domain struct {
	config   client.Config
	client   *client.Client
	identity *client.API
	access   *client.API
	options  Options
	// me is LUSID's data about the user who runs the checks.
	me map[string]any
	// own are the objects that the run has created and must remove.
	own []*object
	// lost are the objects that LUSID may have created, although no response confirms it.
	lost []*object

	// cached are lists that several checks read.
	cached map[string]answer
	// unanswered counts the requests without a response of an API. silent counts the last checks in a row that
	// got none.
	unanswered, silent int
	// answers counts the responses of an API that are no failure. The other fields count responses by status or
	// header.
	answers, withRequestID, rateLimited, withRetryAfter int
}

// Format prints the domain without its secrets.
func (*domain) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "conformance.domain") }

// Connection has the URL of a domain and the credentials for it.
type Connection struct {
	config client.Config
	// Domain is the name of the domain, and Credential describes the source of the credentials. Neither
	// may be in a report.
	Domain, Credential string
}

// Format prints the connection without its secrets.
func (*Connection) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "conformance.Connection") }

// Resolve finds the domain and the credentials like the provider with an empty provider block. The warning
// may be empty.
func Resolve(around config.Surroundings) (_ *Connection, warning string, _ error) {
	resolved, err := config.Resolve(nil, around)
	if err != nil {
		return nil, "", err
	}
	choice, err := resolved.Choose()
	if err != nil {
		return nil, "", err
	}
	base, err := client.ParseAPIURL(choice.Client.APIURL)
	if err != nil {
		return nil, "", err
	}
	choice.Client.UserAgent = "lusid-conformance"
	choice.Client.MaxRetries = maxRetries
	choice.Client.Log = watch
	return &Connection{choice.Client, client.DomainOf(base), choice.Credential}, choice.Warning, nil
}

func (c *Connection) open(options Options) (*domain, error) {
	lusid, err := client.New(c.config)
	if err != nil {
		return nil, err
	}
	if !IsRunName(options.RunName) {
		return nil, fmt.Errorf("%q is not the name of a run: it is %s and 8 hexadecimal digits", options.RunName, Prefix)
	}
	return &domain{
		config: c.config, client: lusid, identity: identityAPI(lusid), access: accessAPI(lusid), options: options,
		cached: map[string]answer{},
	}, nil
}

// signIn reads the user who runs the checks. Without this response, no check can run.
func (d *domain) signIn(ctx context.Context) error {
	if _, err := d.client.AccessToken(ctx, 0); err != nil {
		return fmt.Errorf("unable to sign in: %w", err)
	}
	a, err := d.send(ctx, d.identity.Get("GetUserInfo", "me"))
	if err != nil {
		return fmt.Errorf("unable to read the current user: %w", err)
	}
	d.me = a.object()
	return nil
}

// signInKind describes the credential without its value or its source.
func (d *domain) signInKind() string {
	signIn := d.config.SignIn
	switch {
	case signIn.AccessToken != "" || signIn.AccessTokenFile != "":
		return "an access token"
	case signIn.Grant.RefreshToken != "":
		return "a refresh token"
	}
	return "a password"
}

// Run runs the checks and writes one line for each of them to progress. It removes the objects that it
// created, even after a failure and after the context ends. It returns an error if it cannot sign in.
func Run(ctx context.Context, connection *Connection, checks []Check, options Options, progress io.Writer) (*Report, error) {
	d, err := connection.open(options) //nolint:contextcheck // Every request brings its own context.
	if err != nil {
		return nil, err
	}
	if err := d.signIn(ctx); err != nil {
		return nil, err
	}
	report := &Report{SignIn: d.signInKind(), Allowed: options.Allowed}
	for i, check := range checks {
		_, _ = fmt.Fprintf(progress, "[%*d/%d] %s: ", len(strconv.Itoa(len(checks))), i+1, len(checks), check.FullName())
		finding := d.find(ctx, check)
		report.Rows = append(report.Rows, Row{check, finding})
		_, _ = fmt.Fprintln(progress, finding.Result)
	}
	report.Interrupted = ctx.Err() != nil
	// If an interrupt ended ctx, the objects must still be removed.
	report.Left, report.Lost = d.removeAll(context.WithoutCancel(ctx))
	return report, nil
}

func (d *domain) find(ctx context.Context, check Check) Finding {
	switch {
	case ctx.Err() != nil:
		return Finding{Skipped, "the run was interrupted"}
	case check.Needs != Read && !d.options.allow(check.Needs):
		return Finding{Skipped, "needs " + flagsFor(check.Needs)}
	case d.silent >= maxSilent:
		return couldNotTell("LUSID did not respond to earlier checks, so this check sent nothing")
	}
	answers, unanswered := d.answers, d.unanswered
	finding := check.run(ctx, d)
	if d.answers == answers && d.unanswered > unanswered {
		// Perhaps only the responses to writes are lost.
		if d.silent++; d.silent == maxSilent {
			d.read(ctx, d.identity.Get("GetUserInfo", "me"))
		}
	}
	if d.answers > answers {
		d.silent = 0
	}
	// A domain can have only a few network zones and issuers, and a user only a few tokens. So the objects
	// of a check are removed before the next check.
	d.removeOwn(ctx, func(o *object) bool { return o.why == "" })
	if ctx.Err() != nil && finding.Result == Differs {
		// The check may have stopped waiting.
		return couldNotTell("the run was interrupted during the check")
	}
	return finding
}

func flagsFor(needed Permission) string {
	if needed == Write {
		return "-write"
	}
	return "-write -" + string(needed)
}

// name returns a name for an object of this run.
func (d *domain) name(suffix string) string { return d.options.RunName + "-" + suffix }

// isNamed reports whether a name is that of an object of this run. The name of a run is in lower case. A name in another
// case may be the name of a person's object.
func (d *domain) isNamed(name string) bool { return strings.HasPrefix(name, d.name("")) }
