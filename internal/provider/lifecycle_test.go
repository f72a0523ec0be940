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

// lifecycles are what the kinds of resources go through in TestAccLifecycle, each described in its
// own test file.
var lifecycles = map[string]func(*testing.T, providertest.Domain) lifecycle{
	"lusid_application":                  applicationLifecycle,
	"lusid_role":                         roleLifecycle,
	providertest.RoleAssignmentType:      roleAssignmentLifecycle,
	providertest.RoleMembersType:         roleMembersLifecycle,
	providertest.MCPToolType:             mcpToolLifecycle,
	providertest.NetworkZoneType:         networkZoneLifecycle,
	providertest.ExternalTokenIssuerType: externalTokenIssuerLifecycle,
	providertest.PersonalAccessTokenType: personalAccessTokenLifecycle,
	providertest.UserType:                userLifecycle,
}

// lifecycle is a kind of resource as TestAccLifecycle needs it. What only reads is not among its
// requests.
type lifecycle struct {
	config providertest.Object

	// drift changes the object behind Terraform's back. The next plan holds all of drifted, and
	// mended is what its apply asks for: nothing where the change is nobody's business.
	drift   func()
	drifted []string
	mended  map[string]int

	// vanish removes the object behind Terraform's back, and deletedAndMadeAgain counts the requests of
	// the next apply, which creates it again. vanish is nil if another object would have to go: the kind
	// then has a separate test.
	vanish              func()
	deletedAndMadeAgain map[string]int

	// replacement is a configuration that differs in the attribute replacedBy, and perhaps in what
	// follows from it. replaced is what the replacement asks for.
	replacement providertest.Object
	replacedBy  string
	replaced    map[string]int

	// update is a configuration with a change in place, nil where there is none.
	update providertest.Object

	// The refused ones are the summaries of what somebody without rights is told.
	refusedCreate, refusedRead, refusedUpdate, refusedDelete string

	// secrets are the attributes that no output for people may show.
	secrets []string
}

// life is one kind's lifecycle on a domain of its own, with credentials from the environment.
type life struct {
	*providertest.Workspace
	lifecycle
	address string
	domain  providertest.Domain
	issued  providertest.IssuedSecrets
	// canaries are what must not be printed or logged, by name.
	canaries map[string]string
}

// TestAccLifecycle drives every kind of resource through the CLI. Whatever happens, no credential and
// no secret is printed or logged.
func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	aspects := map[string]func(*life){
		"drift":      testDrift,
		"disappears": testDisappears,
		"replace":    testReplace,
		"forbidden":  testForbidden,
		"secrets":    testSecrets,
	}
	for typeName := range providertest.NewProtocol(t).Schema.ResourceSchemas {
		if slices.ContainsFunc(singletons, func(s singleton) bool { return s.typeName == typeName }) {
			continue // TestAccSingletons: what nobody can make or delete has a life of its own.
		}
		describe := lifecycles[typeName]
		if describe == nil {
			t.Errorf("%s is not among the lifecycles", typeName)
			continue
		}
		for aspect, test := range aspects {
			t.Run(typeName+"/"+aspect, func(t *testing.T) {
				t.Parallel()
				l := &life{address: typeName + ".test", canaries: map[string]string{}}
				l.domain = providertest.NewMockBehind(t, mockserver.Options{}, l.issued.Front)
				l.Workspace = providertest.NewWorkspace(t, "", append(l.domain.Environment(), "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH=provider.log")...)
				l.lifecycle = describe(t, l.domain)
				test(l)
				l.mustKeepSecrets()
			})
		}
	}
}

func testDrift(l *life) {
	l.create()
	l.drift()
	plan := l.MustRun("plan", "-out=tfplan")
	l.mustWrite(nil)
	providertest.MustHold(l.T, plan, l.drifted...)
	if l.mended == nil {
		providertest.MustHold(l.T, plan, "No changes.")
	} else {
		providertest.MustHold(l.T, plan, l.address+" will be updated in-place", "Plan: 0 to add, 1 to change, 0 to destroy.")
	}
	l.MustRun("apply", "tfplan")
	l.mustWrite(l.mended)
	l.MustPlanEmpty()
}

func testDisappears(l *life) {
	if l.vanish == nil {
		l.T.Skip("goes with another object: the kind has a test of its own")
	}
	l.create()
	l.vanish()
	plan := l.MustRun("plan", "-out=tfplan")
	l.mustWrite(nil)
	providertest.MustHold(l.T, plan, l.address+" will be created", "Plan: 1 to add, 0 to change, 0 to destroy.")
	l.MustRun("apply", "tfplan")
	l.mustWrite(l.deletedAndMadeAgain)
	l.MustPlanEmpty()
}

func testReplace(l *life) {
	l.create()
	l.declare(l.replacement)
	plan := l.MustRun("plan", "-out=tfplan")
	l.mustWrite(nil)
	providertest.MustHold(l.T, plan, l.address+" must be replaced", "Plan: 1 to add, 0 to change, 1 to destroy.")
	forces := regexp.MustCompile(`(?m)^ +[~+-] (\w+) .*# forces replacement`).FindAllStringSubmatch(plan, -1)
	if len(forces) != 1 || forces[0][1] != l.replacedBy {
		l.T.Errorf("the replacement is because of %q:\n%s", forces, plan)
	}
	l.MustRun("apply", "tfplan")
	l.mustWrite(l.replaced)
	l.MustPlanEmpty()
}

// testForbidden signs in as somebody without rights for every operation. Nothing comes of it, on
// either side.
func testForbidden(l *life) {
	apply := []string{"apply", "-refresh=false", "-auto-approve"}
	l.declare(l.config)
	l.mustBeRefused(l.refusedCreate, apply...)
	l.create()
	l.mustBeRefused(l.refusedRead, "plan")
	if l.update != nil {
		l.declare(l.update)
		l.mustBeRefused(l.refusedUpdate, apply...)
		l.declare(l.config)
	}
	l.mustBeRefused(l.refusedDelete, "destroy", "-refresh=false", "-auto-approve")
	l.MustPlanEmpty()
}

// testSecrets shows what has secrets in every way there is.
func testSecrets(l *life) {
	if l.secrets == nil {
		l.T.Skip("has no secrets")
	}
	l.create()
	l.note("created")
	l.MustRun("apply", "-refresh-only", "-auto-approve")
	l.MustRun("show")
	l.declare(l.replacement)
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
	for _, name := range l.secrets {
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
		if !slices.Contains(l.secrets, path[strings.LastIndexByte(path, '.')+1:]) {
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
