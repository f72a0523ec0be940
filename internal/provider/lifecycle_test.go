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

// life is the lifecycle test of one kind in a separate domain, with credentials from the environment.
type life struct {
	*providertest.Workspace
	providertest.Life
	address string
	// config is the first configuration. update has a change in place, or is nil if nothing can change in place.
	config, update providertest.Object
	domain         providertest.Domain
	issued         providertest.IssuedSecrets
	// canaries are the secrets that must not be printed or logged, by name.
	canaries map[string]string
}

// TestAccLifecycle tests every kind of resource through the CLI. No step may print or log a credential or a secret.
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
			continue // TestFixtures_complete checks that another kind of the type has one, or that the type is a singleton.
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
		l.T.Skip("the object is deleted together with another object, and the kind has a separate test")
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
		l.T.Errorf("the plan replaces because of %q, want %s:\n%s", forces, l.ReplacedBy, plan)
	}
	l.MustRun("apply", "tfplan")
	l.mustWrite(l.Replaced)
	l.MustPlanEmpty()
}

// testForbidden runs every operation with a token that has no rights. Neither LUSID nor the state changes.
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

// testSecrets prints plans and states that contain secrets with every command that prints them.
func testSecrets(l *life) {
	if l.Secrets == nil {
		l.T.Skip("the kind has no secrets")
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

// create applies the first configuration.
func (l *life) create() {
	l.T.Helper()
	l.declare(l.config)
	l.MustRun("apply", "-auto-approve")
	l.domain.Forget()
}

// note records the secrets in the state.
func (l *life) note(when string) {
	l.T.Helper()
	for _, name := range l.Secrets {
		secret := l.Attribute(l.address, name)
		if slices.Contains(slices.Collect(maps.Values(l.canaries)), secret) {
			l.T.Errorf("%s, %s: the secret is the same as before", name, when)
		}
		l.canaries[name+", "+when] = secret
	}
}

// mustWrite checks the requests to change something since the last check.
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

// writes returns the provider's requests to change something.
func (l *life) writes() []mockserver.Request {
	return slices.DeleteFunc(l.domain.Requests(), func(r mockserver.Request) bool {
		return r.Method == http.MethodGet || strings.HasPrefix(r.Operation, "token")
	})
}

// mustBeRefused runs a command without rights. The provider sends at most one request to change something.
func (l *life) mustBeRefused(summary string, args ...string) {
	l.T.Helper()
	token := l.domain.Mock.Credentials().NoRightsToken
	l.Env = append(l.Env, "FBN_ACCESS_TOKEN="+token)
	l.MustFail([]string{summary, "FBN_ACCESS_TOKEN", "lusid-administrator", "HTTP 403", "(186)"}, args...)
	l.Env = append(l.Env, "FBN_ACCESS_TOKEN=")
	writes := l.writes()
	if len(writes) > 1 || len(writes) == 1 && writes[0].Status != http.StatusForbidden {
		l.T.Errorf("%s sent requests to change something: %v", args[0], writes)
	}
	l.domain.Forget()
}

// mustStayInPlace checks that JSON output contains the secrets only in their own attributes.
func (l *life) mustStayInPlace(where, text string) {
	l.T.Helper()
	for _, path := range leavesWith(l.T, text, l.canaries) {
		path, _, _ = strings.Cut(path, " (")
		if !slices.Contains(l.Secrets, path[strings.LastIndexByte(path, '.')+1:]) {
			l.T.Errorf("%s contains a secret at %s", where, path)
		}
	}
}

// mustKeepSecrets checks that no credential and no secret was printed or logged, and that the state has no credential.
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
	providertest.MustBeAbsent(l.T, "the output", l.Printed.String(), credentials)
	log := l.ReadFile("provider.log")
	if !strings.Contains(log, "LUSID request answered") {
		l.T.Error("the log does not contain the provider's messages")
	}
	providertest.MustBeAbsent(l.T, "the log", log, credentials)
}
