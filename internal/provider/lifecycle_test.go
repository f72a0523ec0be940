package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// life is one kind's lifecycle in a separate domain, with credentials from the environment.
type life struct {
	*providertest.Workspace
	providertest.Life
	address string
	// config is the configuration to start with, and update one with a change in place; nil for none.
	config, update providertest.Object
	domain         providertest.Domain
	issued         providertest.IssuedSecrets
	// canaries are what must not be printed or logged, by name.
	canaries map[string]string
}

// TestAccLifecycle drives every kind of resource through the CLI. In every step, no credential and no
// secret is printed or logged.
func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	aspects := map[string]func(*life){
		"drift":      testDrift,
		"disappears": testDisappears,
		"replace":    testReplace,
		"forbidden":  testForbidden,
		"secrets":    testSecrets,
	}
	for kind, fixture := range providertest.Fixtures {
		if fixture.Life == nil {
			continue // TestFixtures_complete: another kind of the type has one, or it is a singleton.
		}
		typeName := providertest.TypeNameOf(kind)
		for aspect, test := range aspects {
			t.Run(typeName+"/"+aspect, func(t *testing.T) {
				t.Parallel()
				l := &life{address: typeName + ".test", canaries: map[string]string{}}
				l.domain = providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(2)}, l.issued.Front)
				l.Workspace = providertest.NewWorkspace(t, "", append(l.domain.Environment(), "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH=provider.log")...)
				l.Life = fixture.Life(t, l.domain)
				l.config, l.update = fixture.Config.Number(0), fixture.Change().Number(0)
				maps.Copy(l.config, l.More)
				if l.update != nil {
					maps.Copy(l.update, l.More)
				}
				test(l)
				l.mustKeepSecrets()
			})
		}
	}
}

func testDrift(l *life) {
	l.create()
	l.Drift()
	plan := l.MustRun("plan", "-out=tfplan")
	l.mustWrite(nil)
	providertest.MustHold(l.T, plan, l.Drifted...)
	if l.Mended == nil {
		providertest.MustHold(l.T, plan, "No changes.")
	} else {
		providertest.MustHold(l.T, plan, l.address+" will be updated in-place", "Plan: 0 to add, 1 to change, 0 to destroy.")
	}
	l.MustRun("apply", "tfplan")
	l.mustWrite(l.Mended)
	l.MustPlanEmpty()
}

func testDisappears(l *life) {
	if l.Vanish == nil {
		l.T.Skip("destroyed with another object: the kind has a separate test")
	}
	l.create()
	l.Vanish()
	plan := l.MustRun("plan", "-out=tfplan")
	l.mustWrite(nil)
	providertest.MustHold(l.T, plan, l.address+" will be created", "Plan: 1 to add, 0 to change, 0 to destroy.")
	l.MustRun("apply", "tfplan")
	l.mustWrite(l.DeletedAndMadeAgain)
	l.MustPlanEmpty()
}

func testReplace(l *life) {
	l.create()
	l.declare(l.Replacement)
	plan := l.MustRun("plan", "-out=tfplan")
	l.mustWrite(nil)
	providertest.MustHold(l.T, plan, l.address+" must be replaced", "Plan: 1 to add, 0 to change, 1 to destroy.")
	forces := regexp.MustCompile(`(?m)^ +[~+-] (\w+) .*# forces replacement`).FindAllStringSubmatch(plan, -1)
	if len(forces) != 1 || forces[0][1] != l.ReplacedBy {
		l.T.Errorf("the replacement is because of %q:\n%s", forces, plan)
	}
	l.MustRun("apply", "tfplan")
	l.mustWrite(l.Replaced)
	l.MustPlanEmpty()
}

// testForbidden signs in as somebody without rights for every operation. Nothing comes of it, on
// either side.
func testForbidden(l *life) {
	apply := []string{"apply", "-refresh=false", "-auto-approve"}
	l.declare(l.config)
	l.mustBeRefused(l.RefusedCreate, apply...)
	l.create()
	l.mustBeRefused(l.RefusedRead, "plan")
	if l.update != nil {
		l.declare(l.update)
		l.mustBeRefused(l.RefusedUpdate, apply...)
		l.declare(l.config)
	}
	l.mustBeRefused(l.RefusedDelete, "destroy", "-refresh=false", "-auto-approve")
	l.MustPlanEmpty()
}

// testSecrets shows what has secrets in every way there is.
func testSecrets(l *life) {
	if l.Secrets == nil {
		l.T.Skip("has no secrets")
	}
	l.create()
	l.note("created")
	l.MustRun("apply", "-refresh-only", "-auto-approve")
	l.MustRun("show")
	l.declare(l.Replacement)
	l.MustRun("plan", "-out=tfplan")
	l.MustRun("show", "tfplan")
	l.mustStayInPlace("the plan", l.Show("tfplan"))
	l.MustRun("apply", "tfplan")
	l.note("replaced")
	l.mustStayInPlace("the state", l.Show())
	l.MustRun("plan", "-destroy")
	l.MustRun("destroy", "-auto-approve")
}

// declare writes the configuration of the resource.
func (l *life) declare(config providertest.Object) {
	l.T.Helper()
	kind, name, _ := strings.Cut(l.address, ".")
	l.Configure(fmt.Sprintf("resource %q %q %s\n", kind, name, providertest.HCLValue(config)))
}

// create applies the configuration to start with.
func (l *life) create() {
	l.T.Helper()
	l.declare(l.config)
	l.MustRun("apply", "-auto-approve")
	l.domain.Forget()
}

// note remembers the secrets of the state.
func (l *life) note(when string) {
	l.T.Helper()
	for _, name := range l.Secrets {
		secret := l.Attribute(l.address, name)
		if slices.Contains(slices.Collect(maps.Values(l.canaries)), secret) {
			l.T.Errorf("%s is the same when %s", name, when)
		}
		l.canaries[name+", "+when] = secret
	}
}

// mustWrite compares what the provider asked LUSID to change since it was last looked at.
func (l *life) mustWrite(want map[string]int) {
	l.T.Helper()
	got := map[string]int{}
	for _, request := range l.writes() {
		got[request.Operation]++
	}
	if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
		l.T.Errorf("requests to change something (-want +got):\n%s", diff)
	}
	l.domain.Forget()
}

// writes are the provider's requests to change something.
func (l *life) writes() []mockserver.Request {
	return slices.DeleteFunc(l.domain.Requests(), func(r mockserver.Request) bool {
		return r.Method == http.MethodGet || strings.HasPrefix(r.Operation, "token")
	})
}

// mustBeRefused runs a command as somebody without rights. It is told so once, and tries no further.
func (l *life) mustBeRefused(summary string, args ...string) {
	l.T.Helper()
	token := l.domain.Mock.Credentials().NoRightsToken
	l.Env = append(l.Env, "FBN_ACCESS_TOKEN="+token)
	l.MustFail([]string{summary, "FBN_ACCESS_TOKEN", "lusid-administrator", "HTTP 403", "(186)"}, args...)
	l.Env = append(l.Env, "FBN_ACCESS_TOKEN=")
	writes := l.writes()
	if len(writes) > 1 || len(writes) == 1 && writes[0].Status != http.StatusForbidden {
		l.T.Errorf("%s asked for changes: %v", args[0], writes)
	}
	l.domain.Forget()
}

// mustStayInPlace expects the secrets in their attributes, of what holds them for programs, alone.
func (l *life) mustStayInPlace(where, text string) {
	l.T.Helper()
	for _, path := range leavesWith(l.T, text, l.canaries) {
		path, _, _ = strings.Cut(path, " (")
		if !slices.Contains(l.Secrets, path[strings.LastIndexByte(path, '.')+1:]) {
			l.T.Errorf("%s holds a secret at %s", where, path)
		}
	}
}

// mustKeepSecrets looks for what signed in, and for the secrets, in all that was printed and logged.
func (l *life) mustKeepSecrets() {
	l.T.Helper()
	credentials := map[string]string{"the token without rights": l.domain.Mock.Credentials().NoRightsToken}
	for _, name := range []string{"password", "client_secret"} {
		credentials[name], _ = l.domain.PasswordArguments()[name].(string)
	}
	for i, token := range l.issued.All() {
		credentials[fmt.Sprint("issued token ", i)] = token
	}
	providertest.MustBeAbsent(l.T, "the state", l.ReadFile("terraform.tfstate"), credentials)
	maps.Copy(credentials, l.canaries)
	providertest.MustBeAbsent(l.T, "what was printed", l.Printed.String(), credentials)
	log := l.ReadFile("provider.log")
	if !strings.Contains(log, "LUSID request answered") {
		l.T.Error("the log does not hold the provider's messages")
	}
	providertest.MustBeAbsent(l.T, "the log", log, credentials)
}
