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
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// tokensNamed returns the IDs of the caller's tokens with a name. Expired tokens are included.
func tokensNamed(d providertest.Domain, t *testing.T, name string) []string {
	t.Helper()
	var all []struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
	}
	d.MustCall(t, http.MethodGet, "/keys", nil, &all)
	var ids []string
	for _, token := range all {
		if token.DisplayName == name {
			ids = append(ids, token.ID)
		}
	}
	return ids
}

func TestAccPersonalAccessToken_basic(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	first, second := providertest.NewName(), providertest.NewName()
	const address = "lusid_personal_access_token.test"
	config := func(name, date string) string {
		return d.Config(fmt.Sprintf("resource \"lusid_personal_access_token\" \"test\" {\n  display_name      = %q\n  deactivation_date = %q\n}\n",
			name, date))
	}
	action := func(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		Steps: []resource.TestStep{
			{
				Config: config(first, "2099-01-01T01:00:00+01:00"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectSensitiveValue(address, tfjsonpath.New("key")),
				}},
				ConfigStateChecks: providertest.ExpectSensitive(t, address, "key"),
			},
			{Config: config(first, "2099-01-01T00:00:00Z"), ConfigPlanChecks: action(plancheck.ResourceActionNoop)},
			{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"key", "deactivation_date"}},
			{Config: config(second, "2099-01-01T00:00:00Z"), ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate)},
		},
	})
	for _, name := range []string{first, second} {
		if left := tokensNamed(d, t, name); len(left) > 0 {
			t.Errorf("the token %s still exists after the destroy", name)
		}
	}
}

func TestPersonalAccessToken_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	tokens := d.Protocol(t).Resource(providertest.PersonalAccessTokenType)
	config := providertest.Object{"display_name": "pipeline"}
	made := tokens.MustCreate(config)
	d.MustCount(t, map[string]int{"identity.GetUserInfo": 1, "identity.ListOwnApiKeys": 1, "identity.CreateApiKey": 1})
	made.MustHave(t, map[string]string{"id": tokensNamed(d, t, "pipeline")[0], "deactivation_date": "null"})
	if diff := cmp.Diff(map[string]string{"id": made.Get("id")}, tokens.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	// The provider can sign in with the key.
	d.Protocol(t, providertest.Object{"access_token": made.Get("key")}).Resource("lusid_role").MustCreate(providertest.Object{"name": "traders"})

	d.Forget()
	read := tokens.MustRead(made)
	tokens.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"identity.ListOwnApiKeys": 1})
	if names := read.Differences(made); names != nil {
		t.Errorf("the refresh changed %s in the state", names)
	}
	updated, diags := tokens.Update(read, providertest.Object{"display_name": "pipeline", "timeouts": providertest.Object{"read": "1m"}})
	diags.MustBeQuiet(t)
	if updated.Get("key") != made.Get("key") {
		t.Error("an update of the timeouts changed the key in the state")
	}
	for attribute, value := range map[string]any{"display_name": "other", "deactivation_date": "2099-01-01T00:00:00Z"} {
		changed := maps.Clone(config)
		changed[attribute] = value
		change, diags := tokens.Plan(read, changed)
		diags.MustBeQuiet(t)
		if diff := cmp.Diff([]string{attribute}, change.Replaces); diff != "" {
			t.Errorf("attributes that force the replacement (-want +got):\n%s", diff)
		}
	}

	for range 2 {
		tokens.Destroy(made).MustBeQuiet(t)
	}
	if left := tokensNamed(d, t, "pipeline"); len(left) > 0 {
		t.Error("the token still exists after the destroy")
	}
	if tokens.MustRead(made).Exists() {
		t.Error("a deleted token is still in the state after a refresh")
	}
}

// TestPersonalAccessToken_deactivationDate expects that equivalent timestamps in different formats plan
// no change.
func TestPersonalAccessToken_deactivationDate(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	tokens := d.Protocol(t).Resource(providertest.PersonalAccessTokenType)
	dated := func(date string) providertest.Object {
		return providertest.Object{"display_name": "pipeline", "deactivation_date": date}
	}
	made := tokens.MustRead(tokens.MustCreate(dated("2099-01-01T01:00:00+01:00")))
	for _, spelling := range []string{"2099-01-01T01:00:00+01:00", "2099-01-01T00:00:00Z", "2098-12-31T19:00:00.0-05:00"} {
		tokens.MustPlanNothing(made, dated(spelling))
	}
	change, diags := tokens.Plan(made, dated("2099-01-01T01:00:00Z"))
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"deactivation_date"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force the replacement (-want +got):\n%s", diff)
	}
	imported, diags := tokens.ImportState(made.Get("id"))
	diags.MustWarn(t, "", "The key of an imported personal access token is not known")
	imported.MustHave(t, map[string]string{"key": "null", "deactivation_date": "2099-01-01T00:00:00Z", "user_id": made.Get("user_id")})
	tokens.MustPlanNothing(imported, dated("2099-01-01T01:00:00+01:00"))
}

// TestPersonalAccessToken_expired expects a warning about an expired token. The plan does not replace
// the token.
func TestPersonalAccessToken_expired(t *testing.T) {
	t.Parallel()
	t.Run("deactivated outside Terraform", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		tokens := d.Protocol(t).Resource(providertest.PersonalAccessTokenType)
		for _, config := range []providertest.Object{{"display_name": "one"}, {"display_name": "two", "deactivation_date": "2099-01-01T00:00:00Z"}} {
			made := tokens.MustCreate(config)
			if err := d.Mock.DeactivatePersonalAccessToken(made.Get("id")); err != nil {
				t.Fatal(err)
			}
			read, diags := tokens.Read(made)
			diags.MustWarn(t, "", "has expired", "-replace")
			tokens.MustPlanNothing(read, config)
			if names := read.Differences(made); names != nil {
				t.Errorf("the refresh changed %s in the state", names)
			}
			imported, diags := tokens.ImportState(made.Get("id"))
			if len(diags.Errors()) != 0 || len(diags.Warnings()) != 2 || imported.Get("deactivation_date") == "null" {
				t.Errorf("imported the deactivation date %s with the warnings %q, want a date and two warnings", imported.Get("deactivation_date"), diags.Warnings())
			}
		}
	})
	t.Run("after its deactivation date", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		tokens := d.Protocol(t).Resource(providertest.PersonalAccessTokenType)
		config := providertest.Object{"display_name": "brief", "deactivation_date": time.Now().Add(2 * time.Second).UTC().Format(time.RFC3339)}
		made := tokens.MustCreate(config)
		time.Sleep(2 * time.Second)
		read, diags := tokens.Read(made)
		diags.MustWarn(t, "", "has expired", "deactivation_date")
		tokens.MustPlanNothing(read, config)
	})
}

// TestPersonalAccessToken_expiredName creates a token with the name of an expired token. If the
// response is lost, the provider must not report the expired token as the one that was created.
func TestPersonalAccessToken_expiredName(t *testing.T) {
	t.Parallel()
	for _, fault := range []mockserver.Fault{{}, {Reset: mockserver.ResetBefore}, {Reset: mockserver.ResetAfter}} {
		t.Run(fmt.Sprintf("connection reset: %q", fault.Reset), func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			old := d.CreateToken(t, "pipeline")
			if err := d.Mock.DeactivatePersonalAccessToken(old); err != nil {
				t.Fatal(err)
			}
			if fault.Reset != "" {
				fault.Operation = "identity.CreateApiKey"
				d.Mock.InjectFault(fault)
			}
			made, diags := d.Protocol(t).Resource(providertest.PersonalAccessTokenType).Create(providertest.Object{"display_name": "pipeline"})
			got := tokensNamed(d, t, "pipeline")
			if len(got) != 2 || made.Get("id") == old {
				t.Errorf("created the token %s, and LUSID has %s: want a second token beside %s", made.Get("id"), got, old)
			}
			if fault.Reset != mockserver.ResetAfter {
				diags.MustSucceed(t)
				return
			}
			got = slices.DeleteFunc(got, func(id string) bool { return id == old })
			diags.MustFail(t, "display_name", "LUSID now has the token "+got[0])
		})
	}
	t.Run("refused for another reason", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		if err := d.Mock.DeactivatePersonalAccessToken(d.CreateToken(t, "pipeline")); err != nil {
			t.Fatal(err)
		}
		_, diags := d.Protocol(t).Resource(providertest.PersonalAccessTokenType).Create(providertest.Object{
			"display_name":      "pipeline",
			"deactivation_date": "2001-01-01T00:00:00Z",
		})
		diags.MustFail(t, "", "Unable to create personal access token", "must be in the future")
	})
}

func TestPersonalAccessToken_refused(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{MaxPersonalAccessTokens: 3})
	tokens := d.Protocol(t).Resource(providertest.PersonalAccessTokenType)
	taken := d.CreateToken(t, "pipeline")
	_, diags := tokens.Create(providertest.Object{"display_name": "pipeline"})
	diags.MustFail(t, "display_name", "Unable to create personal access token", "(659)", "taken by the token "+taken, "delete that token")
	d.CreateToken(t, "another")
	_, diags = tokens.Create(providertest.Object{"display_name": "one too many"})
	diags.MustFail(t, "", "Unable to create personal access token", "(238)", "as many active tokens as LUSID allows")
}

// TestPersonalAccessToken_nameHiddenBefore creates a token with a name that is taken, and the response
// is lost. LUSID's first list hides the name of the existing token. The provider must not treat that
// token as the new one, and must not delete it.
func TestPersonalAccessToken_nameHiddenBefore(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	precious := d.Protocol(t).Resource(providertest.PersonalAccessTokenType).MustCreate(providertest.Object{"display_name": "precious"})
	lists := 0
	w.Set(func(r *http.Request, body any) any {
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
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApiKey", Reset: mockserver.ResetAfter})
	d.Forget()
	_, diags := d.Protocol(t).Resource(providertest.PersonalAccessTokenType).Create(providertest.Object{"display_name": "precious"})
	diags.MustFail(t, "display_name", precious.Get("id"))
	if got := d.Counts()["identity.DeleteApiKey"]; got != 0 {
		t.Errorf("got %d requests to delete a token, want none", got)
	}
}

// TestPersonalAccessToken_lostResponse loses the response to a create. If LUSID has the token then, its
// key is lost, and this run or another run may have created it. So the provider neither adopts nor
// deletes the token.
func TestPersonalAccessToken_lostResponse(t *testing.T) {
	t.Parallel()
	reset := func(when mockserver.Reset) mockserver.Fault { return mockserver.Fault{Reset: when} }
	for name, test := range map[string]struct {
		faults  []mockserver.Fault
		options mockserver.Options
		// isThere is true if LUSID has the token in the end.
		isThere bool
		want    map[string]int
	}{
		"connection reset after the write": {
			[]mockserver.Fault{reset(mockserver.ResetAfter)},
			mockserver.Options{},
			true,
			map[string]int{"identity.ListOwnApiKeys": 2, "identity.CreateApiKey": 1},
		},
		"truncated response": {
			[]mockserver.Fault{{Truncate: true}},
			mockserver.Options{},
			true,
			map[string]int{"identity.ListOwnApiKeys": 2, "identity.CreateApiKey": 1},
		},
		"connection reset before the write": {
			[]mockserver.Fault{reset(mockserver.ResetBefore)},
			mockserver.Options{},
			false,
			map[string]int{"identity.ListOwnApiKeys": 2, "identity.CreateApiKey": 2},
		},
		"connection reset before the write, then after the write": {
			[]mockserver.Fault{reset(mockserver.ResetBefore), reset(mockserver.ResetAfter)},
			mockserver.Options{},
			true,
			map[string]int{"identity.ListOwnApiKeys": 3, "identity.CreateApiKey": 2},
		},
		// The list does not contain the token yet, so the provider repeats the create. LUSID refuses a
		// second token with the same name.
		"connection reset after the write, with a list that lags": {
			[]mockserver.Fault{reset(mockserver.ResetAfter)},
			mockserver.Options{ListLag: 1},
			true,
			map[string]int{"identity.ListOwnApiKeys": 3, "identity.CreateApiKey": 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, test.options)
			for _, fault := range test.faults {
				fault.Operation = "identity.CreateApiKey"
				d.Mock.InjectFault(fault)
			}
			made, diags := d.Protocol(t).Resource(providertest.PersonalAccessTokenType).Create(providertest.Object{"display_name": "pipeline"})
			test.want["identity.GetUserInfo"] = 1
			d.MustCount(t, test.want)
			tokensNamed(d, t, "pipeline") // A list that lags is complete the second time.
			there := tokensNamed(d, t, "pipeline")
			if len(there) != 1 {
				t.Fatalf("got the tokens %s, want one", there)
			}
			if !test.isThere {
				diags.MustBeQuiet(t)
				d.Protocol(t, providertest.Object{"access_token": made.Get("key")}).Resource("lusid_role").MustCreate(providertest.Object{"name": "traders"})
				return
			}
			diags.MustFail(t, "display_name", "The response was lost", there[0], "created at 20", "this run or another run created it", "its key is lost", "depends on who created the token",
				"DELETE /identity/api/keys/"+there[0], "choose another display_name", "one state")
			if made.Exists() {
				t.Error("the state has a token whose key is lost")
			}
			_, diags = d.Protocol(t).Resource(providertest.PersonalAccessTokenType).Create(providertest.Object{"display_name": "pipeline"})
			diags.MustFail(t, "display_name", "taken by the token "+there[0]+", created at 20", "remove create_before_destroy",
				"An import would have no key")
		})
	}
	t.Run("name taken, but not in the list", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApiKey", Status: 400, Code: 659})
		_, diags := d.Protocol(t).Resource(providertest.PersonalAccessTokenType).Create(providertest.Object{"display_name": "pipeline"})
		diags.MustFail(t, "display_name", "unique among a user's active tokens", "(659)")
	})
	t.Run("token of another run", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		foreign := d.CreateToken(t, "pipeline")
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApiKey", Reset: mockserver.ResetAfter})
		_, diags := d.Protocol(t).Resource(providertest.PersonalAccessTokenType).Create(providertest.Object{"display_name": "pipeline"})
		diags.MustFail(t, "display_name", foreign)
		if got := tokensNamed(d, t, "pipeline"); len(got) != 1 || got[0] != foreign {
			t.Errorf("got the tokens %s, want only %s", got, foreign)
		}
	})
}

// TestPersonalAccessToken_somebodyElse signs in as a user who does not own the token.
func TestPersonalAccessToken_somebodyElse(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, providertest.WithSomebodyElse())
	tokens := d.Protocol(t).Resource(providertest.PersonalAccessTokenType)
	made := tokens.MustCreate(providertest.Object{"display_name": "pipeline"})
	other := d.Protocol(t, providertest.Object{"access_token": providertest.SomebodyElseKey}).Resource(providertest.PersonalAccessTokenType)
	kept, diags := other.Read(made)
	diags.MustFail(t, "", `Unable to read personal access token "pipeline"`, made.Get("user_id"), "changed nothing", "terraform state rm")
	if names := made.Differences(kept); names != nil {
		t.Errorf("a failed read changed %s in the state", names)
	}
	other.Destroy(made).MustFail(t, "", `Unable to delete personal access token "pipeline"`, made.Get("user_id"))
	_, diags = other.ImportState(made.Get("id"))
	diags.MustFail(t, "", "Unable to import personal access token", "only to their user")
	if got := tokensNamed(d, t, "pipeline"); len(got) != 1 {
		t.Errorf("got the tokens %s, want one", got)
	}
	// Two users can have tokens with the same name.
	other.MustCreate(providertest.Object{"display_name": "pipeline"})
}

// TestPersonalAccessToken_ownToken expects a warning if a plan ends the token that the provider signs in
// with.
func TestPersonalAccessToken_ownToken(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	config := providertest.Object{"display_name": "own"}
	made := d.Protocol(t).Resource(providertest.PersonalAccessTokenType).MustCreate(config)
	own := d.Protocol(t, providertest.Object{"access_token": made.Get("key")}).Resource(providertest.PersonalAccessTokenType)
	d.Forget()
	own.MustPlanNothing(made, config)
	const words = "This is the personal access token that the provider signs in with"
	_, diags := own.Plan(made, nil)
	diags.MustWarn(t, "", words, "own")
	_, diags = own.Plan(made, providertest.Object{"display_name": "new"})
	diags.MustWarn(t, "", words)
	_, diags = own.Plan(made, providertest.Object{"display_name": "own", "deactivation_date": providertest.Unknown})
	diags.MustWarn(t, "", words)
	_, diags = own.Plan(made, providertest.Object{"display_name": "own", "timeouts": providertest.Object{"read": "1m"}})
	diags.MustBeQuiet(t)
	_, diags = d.Protocol(t).Resource(providertest.PersonalAccessTokenType).Plan(made, nil)
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{})
}

func TestPersonalAccessToken_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	tokens := d.Protocol(t).Resource(providertest.PersonalAccessTokenType)
	config := providertest.Object{"display_name": "pipeline"}
	made := tokens.MustCreate(config)
	words := []string{"HTTP 403", "lusid-administrator"}
	forbidden := d.NoRights(t).Resource(providertest.PersonalAccessTokenType)
	_, diags := forbidden.Read(made)
	diags.MustFail(t, "", append(words, "Unable to read personal access token")...)
	_, diags = forbidden.Create(providertest.Object{"display_name": "other"})
	diags.MustFail(t, "", append(words, "Unable to create personal access token")...)
	forbidden.Destroy(made).MustFail(t, "", append(words, "Unable to delete personal access token")...)
	_, diags = forbidden.ImportState(made.Get("id"))
	diags.MustFail(t, "", append(words, "Unable to import personal access token")...)
	_, diags = tokens.ImportState("missing")
	diags.MustFail(t, "", "Unable to import personal access token", "missing")

	providertest.MustRefuseOtherDomain(t, d, providertest.PersonalAccessTokenType, made, config, "pipeline")
	providertest.MustDoWithoutCredentials(t, d, providertest.PersonalAccessTokenType, made, config)
}

// TestPersonalAccessToken_listLag reads a token after its creation, while the list does not contain it
// yet.
func TestPersonalAccessToken_listLag(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{ListLag: 1})
	tokens := d.Protocol(t).Resource(providertest.PersonalAccessTokenType)
	made := tokens.MustCreate(providertest.Object{"display_name": "pipeline"})
	if !tokens.MustRead(made).Exists() {
		t.Error("the token was removed from the state, because a list that lags does not contain it")
	}
}

func TestPersonalAccessToken_validation(t *testing.T) {
	t.Parallel()
	tokens := providertest.NewProtocol(t).Resource(providertest.PersonalAccessTokenType)
	tokens.Validate(providertest.Object{"display_name": ""}).MustFail(t, "display_name")
	tokens.Validate(providertest.Object{"display_name": string(make([]byte, 513))}).MustFail(t, "display_name")
	tokens.Validate(providertest.Object{"display_name": "a", "deactivation_date": "tomorrow"}).MustFail(t, "deactivation_date")
	tokens.Validate(providertest.Object{"display_name": "a", "timeouts": providertest.Object{"create": "0s"}}).MustFail(t, "timeouts.create")
	tokens.Validate(providertest.Object{"display_name": providertest.Unknown, "deactivation_date": providertest.Unknown}).MustBeQuiet(t)
}

// TestPersonalAccessToken_renamed plans a destroy and a create of the same token, as Terraform does after a rename without a
// moved block. The run can end well, and the old key no longer works.
func TestPersonalAccessToken_renamed(t *testing.T) {
	t.Parallel()
	config := providertest.Object{"display_name": "nightly"}
	for name, createFirst := range map[string]bool{"destroy planned first": false, "create planned first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			tokens := d.Protocol(t).Resource(providertest.PersonalAccessTokenType)
			made := tokens.MustCreate(config)
			var created providertest.Diagnostics
			if createFirst {
				_, created = tokens.Plan(providertest.Instance{}, config)
			}
			removal, destroyed := tokens.Plan(made, nil)
			if !createFirst {
				_, created = tokens.Plan(providertest.Instance{}, config)
			}
			append(created, destroyed...).MustWarn(t, "", `Replacing personal access token "nightly" ends its key`, "add a moved block")
			// The apply plans the create again.
			_, again := tokens.Plan(providertest.Instance{}, config)
			again.MustBeQuiet(t)
			_, diags := tokens.Apply(removal)
			diags.MustBeQuiet(t)
			// A change of an attribute shows the replacement itself.
			change, diags := tokens.Plan(tokens.MustCreate(config), providertest.Object{"display_name": "daily"})
			diags.MustBeQuiet(t)
			if len(change.Replaces) == 0 {
				t.Error("another name does not replace the token")
			}
			_, diags = tokens.Plan(providertest.Instance{}, providertest.Object{"display_name": "daily"})
			diags.MustBeQuiet(t)
		})
	}
}
