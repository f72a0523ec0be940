package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestAccUser_basic(t *testing.T) {
	t.Parallel()
	d := providertest.NewDomain(t)
	login := providertest.NewName() + "@example.com"
	const address = "lusid_user.test"
	config := func(more string) string {
		return d.Config(fmt.Sprintf(`
resource "lusid_user" "test" {
  type            = "Service"
  login           = %[1]q
  email_address   = "owner-%[1]s"
  last_name       = "Robot"
  deletion_policy = "purge"
  %[2]s
}`, login, more))
	}
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), check)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy: func(*terraform.State) error {
			if left := d.UsersWith(t, login); len(left) > 0 {
				return fmt.Errorf("the user %s still exists after the destroy", login)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: config("first_name = \"One\"\nuser_expiry = \"2031-01-01T01:00:00+01:00\""),
				ConfigStateChecks: []statecheck.StateCheck{
					known("status", knownvalue.NotNull()),
					known("user_expiry", knownvalue.StringExact("2031-01-01T01:00:00+01:00")),
				},
			},
			{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"deletion_policy", "user_expiry"}},
			{
				ResourceName:            address,
				ImportState:             true,
				ImportStateId:           login,
				ImportStateVerify:       true,
				ImportStateVerifyIgnore: []string{"deletion_policy", "user_expiry"},
			},
			{
				// The expiry changes its format only, which is not a change.
				Config: config("first_name = \"Two\"\nuser_expiry = \"2031-01-01T00:00:00Z\""),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address,
					plancheck.ResourceActionUpdate)}},
			},
		},
	})
}

func TestUser_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	users := d.Protocol(t).Resource(providertest.UserType)
	config := providertest.ServiceUser()
	made := users.MustCreate(config)
	d.MustCount(t, map[string]int{"identity.ListUsers": 1, "identity.CreateUser": 1})
	if got := d.Queries("identity.CreateUser"); got != "waitForReindex=true" {
		t.Errorf("the create has the query %q, want waitForReindex=true", got)
	}
	stored := d.UsersWith(t, "robot@example.com")[0]
	made.MustHave(t, map[string]string{"id": stored.ID, "status": "PROVISIONED", "external": "false", "deletion_policy": "deprovision"})
	if diff := cmp.Diff(map[string]string{"id": stored.ID}, users.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	mustBeWhole(d, t, stored.ID)

	d.Forget()
	read := users.MustRead(made)
	read.MustHave(t, map[string]string{"user_expiry": "2031-01-01T01:00:00+01:00"})
	users.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"identity.GetUser": 1})

	// Each attribute except the type is updated in place, and the PUT changes no other field.
	for _, change := range []providertest.Object{
		{"first_name": "Android"},
		{"last_name": "Yo"},
		{"login": "robot2@example.com"},
		{"email_address": "owner2@example.com"},
	} {
		d.Forget()
		changed := providertest.ServiceUser(change)
		updated, diags := users.Update(read, changed)
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{"identity.GetUser": 1, "identity.UpdateUser": 1})
		mustBeWhole(d, t, stored.ID)
		read = users.MustRead(updated)
		users.MustPlanNothing(read, changed)
	}
	// An attribute that is removed from the configuration is cleared in LUSID.
	cleared, diags := users.Update(read, providertest.ServiceUser(providertest.Object{
		"second_email_address": nil,
		"alternative_user_ids": nil,
		"user_expiry":          nil,
	}))
	diags.MustBeQuiet(t)
	var bare providertest.UserBody
	d.MustCall(t, http.MethodGet, "/users/"+stored.ID, nil, &bare)
	for name, id := range bare.AlternativeUserIDs {
		if id != nil {
			t.Errorf("LUSID still has the alternative ID %s", name)
		}
	}
	if bare.SecondEmailAddress != nil || bare.UserExpiry != nil {
		t.Errorf("got the user %+v, want no second e-mail address and no expiry", bare)
	}
	// An attribute that LUSID does not take causes no request.
	d.Forget()
	cleared, diags = users.Update(cleared, providertest.ServiceUser(providertest.Object{
		"second_email_address": nil, "alternative_user_ids": providertest.Object{}, "user_expiry": nil, "deletion_policy": "purge", "timeouts": providertest.Object{"read": "1m"},
	}))
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{})
	cleared = users.MustRead(cleared)
	cleared.MustHave(t, map[string]string{"deletion_policy": "purge", "alternative_user_ids": cleared.Get("alternative_user_ids")})

	change, diags := users.Plan(cleared, providertest.PlainUser("robot@example.com"))
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"type"}, change.Replaces); diff != "" {
		t.Errorf("attributes that force the replacement (-want +got):\n%s", diff)
	}
}

// TestUser_changedAfterPlan changes a user after the plan of another change was made. The update would undo the change,
// and the plan did not show that.
func TestUser_changedAfterPlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config providertest.Object
		field  string
		value  any
	}{
		"login":                 {nil, "login", "robot2@example.com"},
		"e-mail address":        {nil, "emailAddress", "owner2@example.com"},
		"ID in another system":  {nil, "alternativeUserIds", map[string]string{"desk": "8", "hr": "42"}},
		"expiry":                {nil, "userExpiry", "2032-01-01T00:00:00Z"},
		"expiry, not in config": {providertest.Object{"user_expiry": nil}, "userExpiry", "2032-01-01T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			users := d.Protocol(t).Resource(providertest.UserType)
			config := providertest.ServiceUser(test.config)
			made := users.MustCreate(config)
			changed := maps.Clone(config)
			changed["last_name"] = "Yo"
			path := "/users/" + made.Get("id")
			stored := map[string]any{
				"login": "robot@example.com", "emailAddress": "owner@example.com", "firstName": "Robot", "lastName": "Xi",
				"secondEmailAddress": "second@example.com", "alternativeUserIds": map[string]string{"desk": "7", "hr": "42"},
				"userExpiry": config["user_expiry"],
			}
			elsewhere := maps.Clone(stored)
			elsewhere[test.field] = test.value

			d.MustCall(t, http.MethodPut, path, elsewhere, nil)
			d.Forget()
			_, diags := users.Update(made, changed)
			diags.MustFail(t, "", "Unable to update user robot@example.com", "It was changed in LUSID after the plan was made", "Plan again, without -refresh=false")
			d.MustCount(t, map[string]int{"identity.GetUser": 1})

			// The update does not change the status or the roles, and the case of a login is not a change.
			stored["login"] = "Robot@example.com"
			d.MustCall(t, http.MethodPut, path, stored, nil)
			if err := d.Mock.SignUp(made.Get("id"), "canary-password"); err != nil {
				t.Fatal(err)
			}
			role := d.Protocol(t).Resource("lusid_role").MustCreate(providertest.Object{"name": "traders"})
			d.Assign(t, role.Get("id"), made.Get("id"))
			updated, diags := users.Update(made, changed)
			diags.MustBeQuiet(t)
			users.MustPlanNothing(users.MustRead(updated), changed)

			// The user is as wanted, for example after an update whose response was lost.
			d.Forget()
			_, diags = users.Update(made, changed)
			diags.MustBeQuiet(t)
			d.MustCount(t, map[string]int{"identity.GetUser": 1})

			d.MustCall(t, http.MethodDelete, path, nil, nil)
			_, diags = users.Update(made, changed)
			diags.MustFail(t, "", "Unable to update user robot@example.com", "It was deprovisioned in LUSID after the plan was made", "Plan again, without -refresh=false")
		})
	}
}

// TestUser_nameLeavesSchema updates a user in the run that removes a name from the user schema. LUSID may remove the user's
// ID under that name when the schema changes.
func TestUser_nameLeavesSchema(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]providertest.Object{
		"renamed": {"desk": "7", "people": "42"},
		"removed": {"desk": "7"},
		"all":     nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			users := d.Protocol(t).Resource(providertest.UserType)
			config := providertest.ServiceUser()
			made := users.MustCreate(config)
			left := map[string]string{"desk": "7"}
			changed := maps.Clone(config)
			changed["last_name"], changed["alternative_user_ids"] = "Yo", nil
			if after == nil {
				left = map[string]string{}
			} else {
				changed["alternative_user_ids"] = after
			}
			stored := map[string]any{
				"login": "robot@example.com", "emailAddress": "owner@example.com", "firstName": "Robot", "lastName": "Xi",
				"secondEmailAddress": "second@example.com", "alternativeUserIds": left, "userExpiry": config["user_expiry"],
			}
			d.MustCall(t, http.MethodPut, "/users/"+made.Get("id"), stored, nil)

			updated, diags := users.Update(made, changed)
			diags.MustBeQuiet(t)
			users.MustPlanNothing(users.MustRead(updated), changed)
		})
	}
}

// TestUser_expiryInOtherForm updates the expiry of a user if LUSID returns an expiry that is no timestamp.
func TestUser_expiryInOtherForm(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	users := d.Protocol(t).Resource(providertest.UserType)
	made := users.MustCreate(providertest.ServiceUser())
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetUser", Body: fmt.Sprintf(`{"id": %q, "type": "Service", "login": "robot@example.com",
		"emailAddress": "owner@example.com", "firstName": "Robot", "lastName": "Xi", "secondEmailAddress": "second@example.com",
		"alternativeUserIds": {"desk": "7", "hr": "42"}, "status": "PROVISIONED", "userExpiry": "1 January 2031"}`, made.Get("id"))})
	d.Forget()
	_, diags := users.Update(made, providertest.ServiceUser(providertest.Object{"user_expiry": "2032-01-01T00:00:00Z"}))
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{"identity.GetUser": 1, "identity.UpdateUser": 1})
}

// TestUser_loginInOtherCase updates the login of a user if only the case of letters changes.
func TestUser_loginInOtherCase(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	users := d.Protocol(t).Resource(providertest.UserType)
	made := users.MustCreate(providertest.ServiceUser())
	_, diags := users.Update(made, providertest.ServiceUser(providertest.Object{"login": "Robot@example.com"}))
	diags.MustBeQuiet(t)
	if got := d.UsersWith(t, "robot@example.com")[0].Login; got != "Robot@example.com" {
		t.Errorf("LUSID has the login %s, want Robot@example.com", got)
	}
}

// mustBeWhole expects that LUSID has everything that ServiceUser configures, except the names.
func mustBeWhole(d providertest.Domain, t *testing.T, id string) {
	t.Helper()
	var stored providertest.UserBody
	d.MustCall(t, http.MethodGet, "/users/"+id, nil, &stored)
	ids := map[string]string{}
	for name, id := range stored.AlternativeUserIDs {
		ids[name] = *id
	}
	if diff := cmp.Diff(map[string]string{"desk": "7", "hr": "42"}, ids); diff != "" {
		t.Errorf("alternative IDs (-want +got):\n%s", diff)
	}
	if stored.SecondEmailAddress == nil || *stored.SecondEmailAddress != "second@example.com" || stored.UserExpiry == nil || stored.Type != "Service" {
		t.Errorf("got the user %+v, want a service user with a second e-mail address and an expiry", stored)
	}
}

// TestUser_expiry expects that equivalent timestamps in different formats plan no change.
func TestUser_expiry(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	users := d.Protocol(t).Resource(providertest.UserType)
	made := users.MustCreate(providertest.ServiceUser(providertest.Object{"user_expiry": "2031-01-01T00:00:00Z"}))
	d.Forget()
	for _, spelling := range []string{"2031-01-01T01:00:00+01:00", "2030-12-31T19:00:00-05:00", "2031-01-01T00:00:00.000Z"} {
		users.MustPlanNothing(users.MustRead(made), providertest.ServiceUser(providertest.Object{"user_expiry": spelling}))
	}
	d.MustCount(t, map[string]int{"identity.GetUser": 3})
	changed, diags := users.Update(made, providertest.ServiceUser(providertest.Object{"user_expiry": "2031-01-01T00:00:00.5+01:00"}))
	diags.MustBeQuiet(t)
	users.MustRead(changed).MustHave(t, map[string]string{"user_expiry": "2031-01-01T00:00:00.5+01:00"})
	imported, diags := users.ImportState(made.Get("id"))
	diags.MustBeQuiet(t)
	users.MustPlanNothing(imported, providertest.ServiceUser(providertest.Object{"user_expiry": "2031-01-01T00:00:00.5+01:00"}))
}

func TestUser_drift(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	users := d.Protocol(t).Resource(providertest.UserType)
	made := users.MustCreate(providertest.ServiceUser())
	d.MustCall(t, http.MethodPut, "/users/"+made.Get("id"), map[string]any{
		"login": "ROBOT@example.com", "emailAddress": "elsewhere@example.com", "firstName": "Drifted", "lastName": "Xi",
		"alternativeUserIds": map[string]any{"desk": "8", "gone": nil}, "userExpiry": "2032-01-01T00:00:00Z",
	}, nil)
	if err := d.Mock.SignUp(made.Get("id"), "canary-password"); err != nil {
		t.Fatal(err)
	}
	drifted := users.MustRead(made)
	drifted.MustHave(t, map[string]string{
		// Another case of the login is not drift. The status is read, but it never plans a change.
		"login": "robot@example.com", "status": "ACTIVE",
		"email_address": "elsewhere@example.com", "first_name": "Drifted", "second_email_address": "null", "user_expiry": "2032-01-01T00:00:00Z",
	})
	mended, diags := users.Update(drifted, providertest.ServiceUser())
	diags.MustBeQuiet(t)
	mustBeWhole(d, t, made.Get("id"))
	users.MustPlanNothing(users.MustRead(mended), providertest.ServiceUser())
}

func TestUser_deletion(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]struct{ query, status string }{
		"deprovision": {"", "DEPROVISIONED"},
		"purge":       {"purge=true", ""},
	} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			users := d.Protocol(t).Resource(providertest.UserType)
			made := users.MustCreate(providertest.ServiceUser(providertest.Object{"deletion_policy": policy}))
			d.Forget()
			users.Destroy(made).MustBeQuiet(t)
			d.MustCount(t, map[string]int{"identity.DeleteUser": 1})
			if got := d.Queries("identity.DeleteUser"); got != want.query {
				t.Errorf("the DELETE has the query %q, want %q", got, want.query)
			}
			var status string
			for _, left := range d.UsersWith(t, "robot@example.com") {
				status = left.Status
			}
			if status != want.status {
				t.Errorf("the user has the status %q after the destroy, want %q", status, want.status)
			}
			// A second destroy succeeds, because the user is deleted already.
			users.Destroy(made).MustBeQuiet(t)
		})
	}
}

// TestUser_deletedOutsideTerraform deletes users outside Terraform.
func TestUser_deletedOutsideTerraform(t *testing.T) {
	t.Parallel()
	for _, gone := range []bool{false, true} {
		for _, query := range []string{"", "?purge=true"} {
			t.Run(fmt.Sprintf("deleted users return 404: %t%s", gone, query), func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{DeletedUsersGone: gone})
				users := d.Protocol(t).Resource(providertest.UserType)
				made := users.MustCreate(providertest.ServiceUser())
				d.MustCall(t, http.MethodDelete, "/users/"+made.Get("id")+query, nil, nil)
				if users.MustRead(made).Exists() {
					t.Error("a user that was deleted outside Terraform is still in the state")
				}
				for _, key := range []string{made.Get("id"), "robot@example.com"} {
					_, diags := users.ImportState(key)
					diags.MustFail(t, "", "Unable to import user", key)
				}
				users.Destroy(made).MustBeQuiet(t)
			})
		}
	}
}

func TestUser_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	users := d.Protocol(t).Resource(providertest.UserType)
	made := users.MustCreate(providertest.ServiceUser(providertest.Object{"login": "a+b%c@example.com"}))
	for _, key := range []string{made.Get("id"), "a+b%c@example.com"} {
		imported, diags := users.ImportState(key)
		diags.MustBeQuiet(t)
		if diff := cmp.Diff([]string{"user_expiry"}, imported.Differences(made)); diff != "" {
			t.Errorf("attributes that the import changes (-want +got):\n%s", diff)
		}
		users.MustPlanNothing(imported, providertest.ServiceUser(providertest.Object{"login": "a+b%c@example.com"}))
	}
	imported, diags := users.ImportIdentity(providertest.Object{"id": made.Get("id")})
	diags.MustBeQuiet(t)
	imported.MustHave(t, map[string]string{"login": "a+b%c@example.com", "deletion_policy": "deprovision"})
	for _, key := range []string{"missing", "missing@example.com", "x y", "ab"} {
		_, diags := users.ImportState(key)
		diags.MustFail(t, "", "Unable to import user", key)
	}
}

func TestUser_taken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config    providertest.Object
		attribute string
	}{
		"login":                    {providertest.ServiceUser(providertest.Object{"login": "taken@example.com"}), "login"},
		"login in capital letters": {providertest.ServiceUser(providertest.Object{"login": "TAKEN@example.com"}), "login"},
		"e-mail address":           {providertest.ServiceUser(providertest.Object{"email_address": "taken-mail@example.com"}), "email_address"},
	} {
		for by, of := range map[string]struct{ deprovisioned, hidden bool }{
			"a user": {}, "a deprovisioned user": {deprovisioned: true}, "a deprovisioned user that LUSID hides": {deprovisioned: true, hidden: true},
		} {
			t.Run(name+", of "+by, func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{DeletedUsersGone: of.hidden})
				taken := d.CreateUser(t, "taken@example.com", "taken-mail@example.com")
				parts := []string{"Unable to create user", taken.ID, "(658)", fmt.Sprintf("import {\n  to = lusid_user.NAME\n  id = %q\n}", taken.ID)}
				if of.deprovisioned {
					d.MustCall(t, http.MethodDelete, "/users/"+taken.ID, nil, nil)
					parts = []string{"Unable to create user", taken.ID, "(705)", "deprovisioned user", "?purge=true"}
				}
				made, diags := d.Protocol(t).Resource(providertest.UserType).Create(test.config)
				if made.Exists() {
					t.Error("the state has a user, although the create failed")
				}
				diags.MustFail(t, test.attribute, parts...)
				if of.deprovisioned && strings.Contains(strings.Join(diags.Errors(), ""), "import {") {
					t.Error("the error has an import block for a deleted user")
				}
				want := map[string]int{"identity.ListUsers": 2, "identity.CreateUser": 1, "identity.GetUserFromLogin": 1}
				if test.attribute == "login" && !of.hidden {
					want["identity.ListUsers"] = 1
				}
				d.MustCount(t, want)
			})
		}
	}
}

func TestUser_lostResponse(t *testing.T) {
	t.Parallel()
	byLogin := map[string]int{"identity.ListUsers": 1, "identity.CreateUser": 1, "identity.GetUserFromLogin": 1}
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		lag     int
		adopted bool
		want    map[string]int
	}{
		"connection reset after the write": {mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true, byLogin},
		"connection reset before the write": {
			mockserver.Fault{Reset: mockserver.ResetBefore},
			0, false,
			map[string]int{"identity.ListUsers": 2, "identity.CreateUser": 2, "identity.GetUserFromLogin": 1},
		},
		"HTTP 500 after the write":                                {mockserver.Fault{Status: 500, AfterWrite: true}, 0, true, byLogin},
		"truncated response":                                      {mockserver.Fault{Truncate: true}, 0, true, byLogin},
		"connection reset after the write, with a list that lags": {mockserver.Fault{Reset: mockserver.ResetAfter}, 3, true, byLogin},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMockBehind(t, mockserver.Options{ListLag: test.lag}, withoutReindex)
			test.fault.Operation = "identity.CreateUser"
			d.Mock.InjectFault(test.fault)
			users := d.Protocol(t).Resource(providertest.UserType)
			made, diags := users.Create(providertest.ServiceUser())
			if test.adopted {
				diags.MustWarn(t, "", "The response to the creation of user robot@example.com was lost", made.Get("id"),
					"this run or another run created it")
			} else {
				diags.MustBeQuiet(t)
			}
			d.MustCount(t, test.want)
			for range test.lag {
				d.UsersWith(t, "robot@example.com")
			}
			if got := d.UsersWith(t, "robot@example.com"); len(got) != 1 || got[0].ID != made.Get("id") {
				t.Errorf("got the users %v, want the one in the state", got)
			}
			users.MustPlanNothing(users.MustRead(made), providertest.ServiceUser())
		})
	}
	t.Run("user of another run", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		foreign := d.CreateUser(t, "robot@example.com", "owner@example.com")
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateUser", Reset: mockserver.ResetAfter})
		made, diags := d.Protocol(t).Resource(providertest.UserType).Create(providertest.ServiceUser())
		if made.Exists() {
			t.Error("a user of another run was adopted")
		}
		diags.MustFail(t, "login", foreign.ID)
		d.MustCount(t, byLogin)
	})
	// LUSID answered CreateUser with 201 until 2026.
	t.Run("HTTP 201", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") {
					w = &created{w}
				}
				mock.ServeHTTP(w, r)
			})
		})
		d.Protocol(t).Resource(providertest.UserType).MustCreate(providertest.ServiceUser())
	})
}

// withoutReindex removes waitForReindex from creates, so that the lists of the mock lag.
func withoutReindex(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			r.URL.RawQuery = ""
		}
		mock.ServeHTTP(w, r)
	})
}

// created replaces the status 200 of a response by 201.
type created struct{ http.ResponseWriter }

func (c *created) WriteHeader(status int) {
	if status == http.StatusOK {
		status = http.StatusCreated
	}
	c.ResponseWriter.WriteHeader(status)
}

func TestUser_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	users := d.Protocol(t).Resource(providertest.UserType)
	made := users.MustCreate(providertest.ServiceUser())
	forbidden := d.NoRights(t).Resource(providertest.UserType)
	words := []string{"HTTP 403", "lusid-administrator"}
	kept, diags := forbidden.Read(made)
	diags.MustFail(t, "", append(words, "Unable to read user robot@example.com")...)
	if names := made.Differences(kept); names != nil {
		t.Errorf("a failed read changed %s in the state", names)
	}
	_, diags = forbidden.Update(made, providertest.ServiceUser(providertest.Object{"first_name": "New"}))
	diags.MustFail(t, "", append(words, "Unable to update user robot@example.com")...)
	forbidden.Destroy(made).MustFail(t, "", append(words, "Unable to delete user robot@example.com", "deletion_policy deprovision")...)
	_, diags = forbidden.Create(providertest.PlainUser("new@example.com"))
	diags.MustFail(t, "", append(words, "Unable to create user", "new@example.com")...)
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetUser", Status: http.StatusNotFound, HTML: true})
	_, diags = users.Read(made)
	diags.MustFail(t, "", "HTML page")
	// LUSID has checks that its schema does not document.
	_, diags = users.Create(providertest.ServiceUser(providertest.Object{"login": "no address", "email_address": "no-address"}))
	diags.MustFail(t, "", "Unable to create user", "must look like an e-mail address")

	providertest.MustRefuseOtherDomain(t, d, providertest.UserType, made, providertest.ServiceUser(), "robot@example.com")
	// If the user were deprovisioned, the user could not be created again. So the policy is purge.
	purged := providertest.ServiceUser(providertest.Object{"deletion_policy": "purge"})
	made, diags = users.Update(made, purged)
	diags.MustBeQuiet(t)
	providertest.MustDoWithoutCredentials(t, d, providertest.UserType, made, purged)
}

func TestUser_validation(t *testing.T) {
	t.Parallel()
	users := providertest.NewProtocol(t).Resource(providertest.UserType)
	personal := func(more providertest.Object) providertest.Object {
		config := providertest.PlainUser("a@example.com")
		maps.Copy(config, more)
		return config
	}
	for name, test := range map[string]struct {
		config    providertest.Object
		attribute string
	}{
		"type in lower case":     {providertest.ServiceUser(providertest.Object{"type": "service"}), "type"},
		"login of 4 characters":  {providertest.ServiceUser(providertest.Object{"login": "a@bc"}), "login"},
		"login of 81 characters": {providertest.ServiceUser(providertest.Object{"login": strings.Repeat("a", 76) + "@b.cd"}), "login"},
		"e-mail address of 81 characters": {
			providertest.ServiceUser(providertest.Object{"email_address": strings.Repeat("a", 76) + "@b.cd"}),
			"email_address",
		},
		"empty first name":                      {providertest.ServiceUser(providertest.Object{"first_name": ""}), "first_name"},
		"last name of 1 character":              {providertest.ServiceUser(providertest.Object{"last_name": "Ü"}), "last_name"},
		"last name of 51 characters":            {providertest.ServiceUser(providertest.Object{"last_name": strings.Repeat("ü", 51)}), "last_name"},
		"second e-mail address of 4 characters": {providertest.ServiceUser(providertest.Object{"second_email_address": "a@bc"}), "second_email_address"},
		"null alternative ID": {
			providertest.ServiceUser(providertest.Object{"alternative_user_ids": providertest.Object{"desk": nil}}),
			"alternative_user_ids",
		},
		"expiry without a time":    {providertest.ServiceUser(providertest.Object{"user_expiry": "2031-01-01"}), "user_expiry"},
		"expiry without an offset": {providertest.ServiceUser(providertest.Object{"user_expiry": "2031-01-01T00:00:00"}), "user_expiry"},
		"invalid deletion policy":  {providertest.ServiceUser(providertest.Object{"deletion_policy": "delete"}), "deletion_policy"},
		"timeout of zero": {
			providertest.ServiceUser(providertest.Object{"timeouts": providertest.Object{"update": "0s"}}),
			"timeouts.update",
		},
		"Personal with a login that is not the e-mail address": {personal(providertest.Object{"email_address": "b@example.com"}), "login"},
		"Personal with a second e-mail address":                {personal(providertest.Object{"second_email_address": "b@example.com"}), "second_email_address"},
	} {
		t.Run(name, func(t *testing.T) { users.Validate(test.config).MustFail(t, test.attribute) })
	}
	for name, config := range map[string]providertest.Object{
		"Service":                        providertest.ServiceUser(),
		"Personal":                       personal(nil),
		"unknown type":                   providertest.ServiceUser(providertest.Object{"type": providertest.Unknown}),
		"Personal with an unknown login": personal(providertest.Object{"login": providertest.Unknown}),
		"Personal with an unknown e-mail address":        personal(providertest.Object{"email_address": providertest.Unknown}),
		"Personal with an unknown second e-mail address": personal(providertest.Object{"second_email_address": providertest.Unknown}),
		"unknown expiry":          providertest.ServiceUser(providertest.Object{"user_expiry": providertest.Unknown}),
		"unknown alternative IDs": providertest.ServiceUser(providertest.Object{"alternative_user_ids": providertest.Unknown}),
		"unknown alternative ID":  providertest.ServiceUser(providertest.Object{"alternative_user_ids": providertest.Object{"desk": providertest.Unknown}}),
	} {
		t.Run(name, func(t *testing.T) { users.Validate(config).MustBeQuiet(t) })
	}
}

// TestUser_ownUser expects a warning if a plan deletes or replaces the user that the provider signs in
// as, or changes that user's login.
func TestUser_ownUser(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	users := d.SignedIn(t).Resource(providertest.UserType)
	login := d.Mock.Credentials().Username
	own, diags := users.ImportState(login)
	diags.MustBeQuiet(t)
	config := providertest.Object{
		"type":          "Service",
		"login":         login,
		"email_address": login,
		"first_name":    own.Get("first_name"),
		"last_name":     own.Get("last_name"),
	}
	d.Forget()
	users.MustPlanNothing(own, config)
	const words = "the user that this provider signs in as"
	changedType := maps.Clone(config)
	changedType["type"] = "Personal"
	_, diags = users.Plan(own, changedType)
	diags.MustFail(t, "type", "Unable to replace user", `Apply deletion_policy = "purge" first`)
	config["deletion_policy"] = "purge"
	own, diags = users.Update(own, config)
	diags.MustBeQuiet(t)
	_, diags = users.Plan(own, nil)
	diags.MustWarn(t, "", "Deleting "+words, login, "FBN_USERNAME")
	for attribute, test := range map[string]struct{ value, doing string }{
		"type":  {"Personal", "Replacing "},
		"login": {"other@example.com", "Changing the login of "},
	} {
		changed := maps.Clone(config)
		changed[attribute] = test.value
		_, diags = users.Plan(own, changed)
		diags.MustWarn(t, "", test.doing+words)
	}
	config["first_name"] = "New"
	_, diags = users.Plan(own, config)
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{})
}

// TestUser_expired validates the expiry of an account. If it is in the past, nobody can sign in as the user.
func TestUser_expired(t *testing.T) {
	t.Parallel()
	users := providertest.NewProtocol(t).Resource(providertest.UserType)
	config := providertest.PlainUser("jane.doe@acme.com")
	for expiry, isExpired := range map[string]bool{"2020-01-01T01:00:00+01:00": true, "2199-01-01T00:00:00Z": false} {
		diags := users.Validate(providertest.With(config, "user_expiry", expiry))
		if !isExpired {
			diags.MustBeQuiet(t)
			continue
		}
		diags.MustWarn(t, "user_expiry", "The user has expired", expiry, "set user_expiry to a later time")
	}
}

// TestUser_cannotSignIn refreshes users who cannot sign in. Terraform finds no change, so only a warning shows it.
func TestUser_cannotSignIn(t *testing.T) {
	t.Parallel()
	for status, next := range map[string]string{
		"LOCKED_OUT": "lusid_unlock_user", "SUSPENDED": "lusid_unsuspend_user", "PASSWORD_EXPIRED": "choose a new password",
		"PROVISIONED": "", "ACTIVE": "", "RECOVERY": "",
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			users := d.Protocol(t).Resource(providertest.UserType)
			config := providertest.PlainUser("jane.doe@acme.com")
			made := users.MustCreate(config)
			w.Set(func(_ *http.Request, body any) any {
				if user, ok := body.(map[string]any); ok && user["login"] == "jane.doe@acme.com" {
					user["status"] = status
				}
				return body
			})
			read, diags := users.Read(made)
			if next == "" {
				diags.MustBeQuiet(t)
				return
			}
			diags.MustWarn(t, "status", "The user jane.doe@acme.com cannot sign in", "is "+status, next)
			users.MustPlanNothing(read, config)
		})
	}
}
