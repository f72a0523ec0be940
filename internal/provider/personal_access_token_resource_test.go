package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const patType = "lusid_personal_access_token"

// tokensNamed are the ids of the caller's tokens with a name, the expired included.
func (d domain) tokensNamed(t *testing.T, name string) []string {
	t.Helper()
	var all []struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
	}
	d.mustCall(t, http.MethodGet, "/keys", nil, &all)
	var ids []string
	for _, token := range all {
		if token.DisplayName == name {
			ids = append(ids, token.ID)
		}
	}
	return ids
}

// createToken creates a token behind Terraform's back.
func (d domain) createToken(t *testing.T, name string) (id string) {
	t.Helper()
	var created struct {
		ID string `json:"id"`
	}
	d.mustCall(t, http.MethodPost, "/keys", map[string]string{"displayName": name}, &created)
	return created.ID
}

// somebodyElseKey is the personal access token of a service user.
const somebodyElseKey = "canary-key-of-somebody-else"

func withSomebodyElse() mockserver.Options {
	const login = "else@example.com"
	return mockserver.Options{Seed: mockserver.Seed{
		Users:                []mockserver.User{{Username: login, Password: "canary-password", Roles: []string{"lusid-administrator"}}},
		PersonalAccessTokens: []mockserver.PersonalAccessToken{{DisplayName: "Else", Username: login, Key: somebodyElseKey}},
	}}
}

func TestAccPersonalAccessToken_basic(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	first, second := newName(), newName()
	const address = "lusid_personal_access_token.test"
	config := func(name, date string) string {
		return d.config(fmt.Sprintf("resource \"lusid_personal_access_token\" \"test\" {\n  display_name      = %q\n  deactivation_date = %q\n}\n", name, date))
	}
	action := func(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{
				Config: config(first, "2099-01-01T01:00:00+01:00"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectSensitiveValue(address, tfjsonpath.New("key")),
				}},
				ConfigStateChecks: expectSensitive(t, address, "key"),
			},
			{Config: config(first, "2099-01-01T00:00:00Z"), ConfigPlanChecks: action(plancheck.ResourceActionNoop)},
			{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"key", "deactivation_date"}},
			{Config: config(second, "2099-01-01T00:00:00Z"), ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate)},
		},
	})
	for _, name := range []string{first, second} {
		if left := d.tokensNamed(t, name); len(left) > 0 {
			t.Errorf("the token %s is still there", name)
		}
	}
}

func personalAccessTokenLifecycle(t *testing.T, d domain) lifecycle {
	const label = `personal access token "pipeline"`
	return lifecycle{
		config: object{"display_name": "pipeline"},
		// An end that somebody put to it is shown, and not undone.
		drift: func() {
			if err := d.mock.DeactivatePersonalAccessToken(d.tokensNamed(t, "pipeline")[0]); err != nil {
				t.Fatal(err)
			}
		},
		drifted:             []string{"The " + label + " has expired", "-replace"},
		vanish:              func() { d.mustCall(t, http.MethodDelete, "/keys/"+d.tokensNamed(t, "pipeline")[0], nil, nil) },
		deletedAndMadeAgain: map[string]int{"identity.CreateApiKey": 1},
		replacement:         object{"display_name": "delivery"},
		replacedBy:          "display_name",
		replaced:            map[string]int{"identity.DeleteApiKey": 1, "identity.CreateApiKey": 1},
		refusedCreate:       "Unable to create personal access token",
		refusedRead:         "Unable to read " + label,
		refusedDelete:       "Unable to delete " + label,
		secrets:             []string{"key"},
	}
}

func TestPersonalAccessToken_lifecycle(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	tokens := d.protocol(t).resource(patType)
	config := object{"display_name": "pipeline"}
	made := tokens.mustCreate(config)
	d.mustCount(t, map[string]int{"identity.GetUserInfo": 1, "identity.ListOwnApiKeys": 1, "identity.CreateApiKey": 1})
	made.mustHave(t, map[string]string{"id": d.tokensNamed(t, "pipeline")[0], "deactivation_date": "null"})
	if diff := cmp.Diff(map[string]string{"id": made.get("id")}, tokens.identityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	// The key signs in.
	d.protocol(t, object{"access_token": made.get("key")}).resource("lusid_role").mustCreate(object{"name": "traders"})

	d.forget()
	read := tokens.mustRead(made)
	tokens.mustPlanNothing(read, config)
	d.mustCount(t, map[string]int{"identity.ListOwnApiKeys": 1})
	if names := read.differences(made); names != nil {
		t.Errorf("the refresh changed %s", names)
	}
	updated, diags := tokens.update(read, object{"display_name": "pipeline", "timeouts": object{"read": "1m"}})
	diags.mustBeQuiet(t)
	if updated.get("key") != made.get("key") {
		t.Error("an update of the timeouts lost the key")
	}
	for attribute, value := range map[string]any{"display_name": "other", "deactivation_date": "2099-01-01T00:00:00Z"} {
		changed := maps.Clone(config)
		changed[attribute] = value
		change, diags := tokens.plan(read, changed)
		diags.mustBeQuiet(t)
		if diff := cmp.Diff([]string{attribute}, change.replaces); diff != "" {
			t.Errorf("replaced because of (-want +got):\n%s", diff)
		}
	}

	for range 2 {
		tokens.destroy(made).mustBeQuiet(t)
	}
	if left := d.tokensNamed(t, "pipeline"); len(left) > 0 {
		t.Error("the token is still there")
	}
	if tokens.mustRead(made).exists() {
		t.Error("a token that is gone stays in the state")
	}
}

// TestPersonalAccessToken_deactivationDate compares instants, not their spelling.
func TestPersonalAccessToken_deactivationDate(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	tokens := d.protocol(t).resource(patType)
	dated := func(date string) object { return object{"display_name": "pipeline", "deactivation_date": date} }
	made := tokens.mustRead(tokens.mustCreate(dated("2099-01-01T01:00:00+01:00")))
	for _, spelling := range []string{"2099-01-01T01:00:00+01:00", "2099-01-01T00:00:00Z", "2098-12-31T19:00:00.0-05:00"} {
		tokens.mustPlanNothing(made, dated(spelling))
	}
	change, diags := tokens.plan(made, dated("2099-01-01T01:00:00Z"))
	diags.mustBeQuiet(t)
	if diff := cmp.Diff([]string{"deactivation_date"}, change.replaces); diff != "" {
		t.Errorf("replaced because of (-want +got):\n%s", diff)
	}
	imported, diags := tokens.importState(made.get("id"))
	diags.mustWarn(t, "", "The key of an imported personal access token is not known")
	imported.mustHave(t, map[string]string{"key": "null", "deactivation_date": "2099-01-01T00:00:00Z", "user_id": made.get("user_id")})
	tokens.mustPlanNothing(imported, dated("2099-01-01T01:00:00+01:00"))
}

// TestPersonalAccessToken_expired shows the end of a token, and makes no other one unasked.
func TestPersonalAccessToken_expired(t *testing.T) {
	t.Parallel()
	t.Run("ended by somebody", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		tokens := d.protocol(t).resource(patType)
		for _, config := range []object{{"display_name": "one"}, {"display_name": "two", "deactivation_date": "2099-01-01T00:00:00Z"}} {
			made := tokens.mustCreate(config)
			if err := d.mock.DeactivatePersonalAccessToken(made.get("id")); err != nil {
				t.Fatal(err)
			}
			read, diags := tokens.read(made)
			diags.mustWarn(t, "", "has expired", "-replace")
			tokens.mustPlanNothing(read, config)
			if names := read.differences(made); names != nil {
				t.Errorf("the refresh changed %s", names)
			}
			imported, diags := tokens.importState(made.get("id"))
			if len(diags.errors()) != 0 || len(diags.warnings()) != 2 || imported.get("deactivation_date") == "null" {
				t.Errorf("imported %s with %s", imported.get("deactivation_date"), diags.warnings())
			}
		}
	})
	t.Run("by its date", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		tokens := d.protocol(t).resource(patType)
		config := object{"display_name": "brief", "deactivation_date": time.Now().Add(2 * time.Second).UTC().Format(time.RFC3339)}
		made := tokens.mustCreate(config)
		time.Sleep(2 * time.Second)
		read, diags := tokens.read(made)
		diags.mustWarn(t, "", "has expired", "deactivation_date")
		tokens.mustPlanNothing(read, config)
	})
}

// TestPersonalAccessToken_expiredName takes the name of a token that has expired, and does not take
// that token for the one whose creation was lost.
func TestPersonalAccessToken_expiredName(t *testing.T) {
	t.Parallel()
	for _, fault := range []mockserver.Fault{{}, {Reset: mockserver.ResetBefore}, {Reset: mockserver.ResetAfter}} {
		t.Run("reset "+string(fault.Reset), func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			old := d.createToken(t, "pipeline")
			if err := d.mock.DeactivatePersonalAccessToken(old); err != nil {
				t.Fatal(err)
			}
			if fault.Reset != "" {
				fault.Operation = "identity.CreateApiKey"
				d.mock.InjectFault(fault)
			}
			made, diags := d.protocol(t).resource(patType).create(object{"display_name": "pipeline"})
			got := d.tokensNamed(t, "pipeline")
			if len(got) != 2 || made.get("id") == old {
				t.Errorf("made %s, and the domain has %s", made.get("id"), got)
			}
			if fault.Reset != mockserver.ResetAfter {
				diags.mustSucceed(t)
				return
			}
			got = slices.DeleteFunc(got, func(id string) bool { return id == old })
			diags.mustFail(t, "display_name", "LUSID now has the token "+got[0])
		})
	}
	t.Run("another refusal", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		if err := d.mock.DeactivatePersonalAccessToken(d.createToken(t, "pipeline")); err != nil {
			t.Fatal(err)
		}
		_, diags := d.protocol(t).resource(patType).create(object{"display_name": "pipeline", "deactivation_date": "2001-01-01T00:00:00Z"})
		diags.mustFail(t, "", "Unable to create personal access token", "must be in the future")
	})
}

func TestPersonalAccessToken_refused(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{MaxPersonalAccessTokens: 3})
	tokens := d.protocol(t).resource(patType)
	taken := d.createToken(t, "pipeline")
	_, diags := tokens.create(object{"display_name": "pipeline"})
	diags.mustFail(t, "display_name", "Unable to create personal access token", "(659)", "taken by the token "+taken, "delete that token")
	d.createToken(t, "another")
	_, diags = tokens.create(object{"display_name": "one too many"})
	diags.mustFail(t, "", "Unable to create personal access token", "(238)", "as many active tokens as LUSID allows")
}

// TestPersonalAccessToken_unreadBefore has the first list spoil a token of the caller's, whose name
// LUSID then refuses to give twice, in an answer that is lost. That token is not the lost one.
func TestPersonalAccessToken_unreadBefore(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	precious := d.protocol(t).resource(patType).mustCreate(object{"display_name": "precious"})
	lists := 0
	w.set(func(r *http.Request, body any) any {
		if list, ok := body.([]any); ok && r.Method == http.MethodGet {
			if lists++; lists == 1 {
				for _, key := range list {
					if fields, ok := key.(map[string]any); ok {
						fields["displayName"] = nil
					}
				}
			}
		}
		return body
	})
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApiKey", Reset: mockserver.ResetAfter})
	d.forget()
	_, diags := d.protocol(t).resource(patType).create(object{"display_name": "precious"})
	diags.mustFail(t, "display_name", precious.get("id"))
	if got := d.counts()["identity.DeleteApiKey"]; got != 0 {
		t.Errorf("%d tokens were deleted", got)
	}
}

// TestPersonalAccessToken_lostAnswer leaves a token alone that is there once the answer was lost: its
// key is lost if this run created it, and another run may have.
func TestPersonalAccessToken_lostAnswer(t *testing.T) {
	t.Parallel()
	reset := func(when mockserver.Reset) mockserver.Fault { return mockserver.Fault{Reset: when} }
	for name, test := range map[string]struct {
		faults  []mockserver.Fault
		options mockserver.Options
		// isThere tells that LUSID has the token in the end.
		isThere bool
		want    map[string]int
	}{
		"reset after":             {[]mockserver.Fault{reset(mockserver.ResetAfter)}, mockserver.Options{}, true, map[string]int{"identity.ListOwnApiKeys": 2, "identity.CreateApiKey": 1}},
		"truncated":               {[]mockserver.Fault{{Truncate: true}}, mockserver.Options{}, true, map[string]int{"identity.ListOwnApiKeys": 2, "identity.CreateApiKey": 1}},
		"reset before":            {[]mockserver.Fault{reset(mockserver.ResetBefore)}, mockserver.Options{}, false, map[string]int{"identity.ListOwnApiKeys": 2, "identity.CreateApiKey": 2}},
		"reset before, and after": {[]mockserver.Fault{reset(mockserver.ResetBefore), reset(mockserver.ResetAfter)}, mockserver.Options{}, true, map[string]int{"identity.ListOwnApiKeys": 3, "identity.CreateApiKey": 2}},
		// The list does not show the token yet. LUSID refuses a second one of that name.
		"reset after, under lag": {[]mockserver.Fault{reset(mockserver.ResetAfter)}, mockserver.Options{ListLag: 1}, true, map[string]int{"identity.ListOwnApiKeys": 3, "identity.CreateApiKey": 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, test.options)
			for _, fault := range test.faults {
				fault.Operation = "identity.CreateApiKey"
				d.mock.InjectFault(fault)
			}
			made, diags := d.protocol(t).resource(patType).create(object{"display_name": "pipeline"})
			test.want["identity.GetUserInfo"] = 1
			d.mustCount(t, test.want)
			d.tokensNamed(t, "pipeline") // A list that lags shows everything the second time.
			there := d.tokensNamed(t, "pipeline")
			if len(there) != 1 {
				t.Fatalf("the domain has %s", there)
			}
			if !test.isThere {
				diags.mustBeQuiet(t)
				d.protocol(t, object{"access_token": made.get("key")}).resource("lusid_role").mustCreate(object{"name": "traders"})
				return
			}
			diags.mustFail(t, "display_name", "The answer was lost", there[0], "created at 20", "this run or another one", "its key is lost", "two ways on",
				"DELETE /identity/api/keys/"+there[0], "choose another display_name", "one state")
			if made.exists() {
				t.Error("a token whose key is lost is in the state")
			}
			_, diags = d.protocol(t).resource(patType).create(object{"display_name": "pipeline"})
			diags.mustFail(t, "display_name", "taken by the token "+there[0]+", created at 20", "remove create_before_destroy", "an import would have no key")
		})
	}
	t.Run("a name that no list shows", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApiKey", Status: 400, Code: 659})
		_, diags := d.protocol(t).resource(patType).create(object{"display_name": "pipeline"})
		diags.mustFail(t, "display_name", "unique among a user's active tokens", "(659)")
	})
	t.Run("another's", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		foreign := d.createToken(t, "pipeline")
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApiKey", Reset: mockserver.ResetAfter})
		_, diags := d.protocol(t).resource(patType).create(object{"display_name": "pipeline"})
		diags.mustFail(t, "display_name", foreign)
		if got := d.tokensNamed(t, "pipeline"); len(got) != 1 || got[0] != foreign {
			t.Errorf("the domain has %s", got)
		}
	})
}

// TestPersonalAccessToken_somebodyElse signs in as another user than the token's.
func TestPersonalAccessToken_somebodyElse(t *testing.T) {
	t.Parallel()
	d := newMock(t, withSomebodyElse())
	tokens := d.protocol(t).resource(patType)
	made := tokens.mustCreate(object{"display_name": "pipeline"})
	other := d.protocol(t, object{"access_token": somebodyElseKey}).resource(patType)
	kept, diags := other.read(made)
	diags.mustFail(t, "", `Unable to read personal access token "pipeline"`, made.get("user_id"), "Nothing was changed", "terraform state rm")
	if names := made.differences(kept); names != nil {
		t.Errorf("the state changed: %s", names)
	}
	other.destroy(made).mustFail(t, "", `Unable to delete personal access token "pipeline"`, made.get("user_id"))
	_, diags = other.importState(made.get("id"))
	diags.mustFail(t, "", "Unable to import personal access token", "nobody else")
	if got := d.tokensNamed(t, "pipeline"); len(got) != 1 {
		t.Errorf("the domain has %s", got)
	}
	// Each user has names of its own.
	other.mustCreate(object{"display_name": "pipeline"})
}

// TestPersonalAccessToken_own warns of the end of the token that the provider signs in with.
func TestPersonalAccessToken_own(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	config := object{"display_name": "own"}
	made := d.protocol(t).resource(patType).mustCreate(config)
	own := d.protocol(t, object{"access_token": made.get("key")}).resource(patType)
	d.forget()
	own.mustPlanNothing(made, config)
	const words = "This is the personal access token that the provider signs in with"
	_, diags := own.plan(made, nil)
	diags.mustWarn(t, "", words, "own")
	_, diags = own.plan(made, object{"display_name": "new"})
	diags.mustWarn(t, "", words)
	_, diags = own.plan(made, object{"display_name": "own", "deactivation_date": unknown})
	diags.mustWarn(t, "", words)
	_, diags = own.plan(made, object{"display_name": "own", "timeouts": object{"read": "1m"}})
	diags.mustBeQuiet(t)
	_, diags = d.protocol(t).resource(patType).plan(made, nil)
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{})
}

func TestPersonalAccessToken_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	tokens := d.protocol(t).resource(patType)
	config := object{"display_name": "pipeline"}
	made := tokens.mustCreate(config)
	words := []string{"HTTP 403", "lusid-administrator"}
	forbidden := d.noRights(t).resource(patType)
	_, diags := forbidden.read(made)
	diags.mustFail(t, "", append(words, "Unable to read personal access token")...)
	_, diags = forbidden.create(object{"display_name": "other"})
	diags.mustFail(t, "", append(words, "Unable to create personal access token")...)
	forbidden.destroy(made).mustFail(t, "", append(words, "Unable to delete personal access token")...)
	_, diags = forbidden.importState(made.get("id"))
	diags.mustFail(t, "", append(words, "Unable to import personal access token")...)
	_, diags = tokens.importState("missing")
	diags.mustFail(t, "", "Unable to import personal access token", "missing")

	mustRefuseOtherDomain(t, d, patType, made, config, "pipeline")
	mustDoWithoutCredentials(t, d, patType, made, config)
}

// TestPersonalAccessToken_lag reads right after a create that the list does not show yet.
func TestPersonalAccessToken_lag(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{ListLag: 1})
	tokens := d.protocol(t).resource(patType)
	made := tokens.mustCreate(object{"display_name": "pipeline"})
	if !tokens.mustRead(made).exists() {
		t.Error("a lagging list lost the token")
	}
}

func TestPersonalAccessToken_validation(t *testing.T) {
	t.Parallel()
	tokens := newProtocol(t).resource(patType)
	tokens.validate(object{"display_name": ""}).mustFail(t, "display_name")
	tokens.validate(object{"display_name": string(make([]byte, 513))}).mustFail(t, "display_name")
	tokens.validate(object{"display_name": "a", "deactivation_date": "tomorrow"}).mustFail(t, "deactivation_date")
	tokens.validate(object{"display_name": "a", "timeouts": object{"create": "0s"}}).mustFail(t, "timeouts.create")
	tokens.validate(object{"display_name": unknown, "deactivation_date": unknown}).mustBeQuiet(t)
}
