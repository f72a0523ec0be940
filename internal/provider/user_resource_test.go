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
)

// userBody is UserResponse; the provider's own type would hide a wrong JSON tag.
type userBody struct {
	ID                 string             `json:"id"`
	Type               string             `json:"type"`
	Login              string             `json:"login"`
	EmailAddress       string             `json:"emailAddress"`
	FirstName          string             `json:"firstName"`
	LastName           string             `json:"lastName"`
	SecondEmailAddress *string            `json:"secondEmailAddress"`
	AlternativeUserIDs map[string]*string `json:"alternativeUserIds"`
	UserExpiry         *string            `json:"userExpiry"`
	Status             string             `json:"status"`
}

// createUser creates a service user behind Terraform's back.
func (d domain) createUser(t *testing.T, login, email string) userBody {
	t.Helper()
	var created userBody
	d.mustCall(t, http.MethodPost, "/users", map[string]string{
		"type": "Service", "login": login, "emailAddress": email, "firstName": "Other", "lastName": "User",
	}, &created)
	return created
}

// usersWith are all users with a login, the deprovisioned included.
func (d domain) usersWith(t *testing.T, login string) []userBody {
	t.Helper()
	var all, found []userBody
	d.mustCall(t, http.MethodGet, "/users?includeDeactivated=true", nil, &all)
	for _, user := range all {
		if strings.EqualFold(user.Login, login) {
			found = append(found, user)
		}
	}
	return found
}

// serviceUser is a configuration with all that a user may have.
func serviceUser(more ...object) object {
	config := object{
		"type": "Service", "login": "robot@example.com", "email_address": "owner@example.com", "first_name": "Robot", "last_name": "Xi",
		"second_email_address": "second@example.com", "alternative_user_ids": object{"desk": "7", "hr": "42"},
		"user_expiry": "2031-01-01T01:00:00+01:00",
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

// plainUser is a personal user with no more than it needs.
func plainUser(login string) object {
	return object{"type": "Personal", "login": login, "email_address": login, "first_name": "A", "last_name": "Xi"}
}

const usersType = "lusid_user"

func TestAccUser_basic(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	login := newName() + "@example.com"
	const address = "lusid_user.test"
	config := func(more string) string {
		return d.config(fmt.Sprintf(`
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
		ProtoV6ProviderFactories: factories,
		CheckDestroy: func(*terraform.State) error {
			if left := d.usersWith(t, login); len(left) > 0 {
				return fmt.Errorf("the user %s is still there", login)
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
			{ResourceName: address, ImportState: true, ImportStateId: login, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"deletion_policy", "user_expiry"}},
			{
				// The expiry is spelled in another way too.
				Config:           config("first_name = \"Two\"\nuser_expiry = \"2031-01-01T00:00:00Z\""),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}},
			},
		},
	})
}

func userLifecycle(t *testing.T, d domain) lifecycle {
	const login = "robot@example.com"
	path := func() string { return "/users/" + d.usersWith(t, login)[0].ID }
	personal := plainUser(login)
	personal["deletion_policy"] = "purge"
	return lifecycle{
		config: serviceUser(object{"deletion_policy": "purge"}),
		drift: func() {
			d.mustCall(t, http.MethodPut, path(), map[string]any{
				"login": login, "emailAddress": "owner@example.com", "firstName": "Drifted", "lastName": "Xi",
				"secondEmailAddress": "second@example.com", "alternativeUserIds": map[string]string{"desk": "8", "hr": "42"}, "userExpiry": "2031-01-01T00:00:00Z",
			}, nil)
		},
		drifted:             []string{`~ first_name = "Drifted" -> "Robot"`, `~ "desk" = "8" -> "7"`},
		mended:              map[string]int{"identity.UpdateUser": 1},
		vanish:              func() { d.mustCall(t, http.MethodDelete, path()+"?purge=true", nil, nil) },
		deletedAndMadeAgain: map[string]int{"identity.CreateUser": 1},
		replacement:         personal,
		replacedBy:          "type",
		replaced:            map[string]int{"identity.DeleteUser": 1, "identity.CreateUser": 1},
		update:              serviceUser(object{"deletion_policy": "purge", "first_name": "Android"}),
		refusedCreate:       "Unable to create user",
		refusedRead:         "Unable to read user " + login,
		refusedUpdate:       "Unable to update user " + login,
		refusedDelete:       "Unable to delete user " + login,
	}
}

func TestUser_lifecycle(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	users := d.protocol(t).resource(usersType)
	config := serviceUser()
	made := users.mustCreate(config)
	d.mustCount(t, map[string]int{"identity.ListUsers": 1, "identity.CreateUser": 1})
	if got := d.queries("identity.CreateUser"); got != "waitForReindex=true" {
		t.Errorf("created with %q", got)
	}
	stored := d.usersWith(t, "robot@example.com")[0]
	made.mustHave(t, map[string]string{"id": stored.ID, "status": "PROVISIONED", "external": "false", "deletion_policy": "deprovision"})
	if diff := cmp.Diff(map[string]string{"id": stored.ID}, users.identityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	d.mustBeWhole(t, stored.ID)

	d.forget()
	read := users.mustRead(made)
	read.mustHave(t, map[string]string{"user_expiry": "2031-01-01T01:00:00+01:00"})
	users.mustPlanNothing(read, config)
	d.mustCount(t, map[string]int{"identity.GetUser": 1})

	// Each attribute but the type updates in place, and the PUT clears nothing else.
	for _, change := range []object{
		{"first_name": "Android"},
		{"last_name": "Yo"},
		{"login": "robot2@example.com"},
		{"email_address": "owner2@example.com"},
	} {
		d.forget()
		changed := serviceUser(change)
		updated, diags := users.update(read, changed)
		diags.mustBeQuiet(t)
		d.mustCount(t, map[string]int{"identity.UpdateUser": 1})
		d.mustBeWhole(t, stored.ID)
		read = users.mustRead(updated)
		users.mustPlanNothing(read, changed)
	}
	// What is no longer configured is cleared.
	cleared, diags := users.update(read, serviceUser(object{"second_email_address": nil, "alternative_user_ids": nil, "user_expiry": nil}))
	diags.mustBeQuiet(t)
	var bare userBody
	d.mustCall(t, http.MethodGet, "/users/"+stored.ID, nil, &bare)
	for name, id := range bare.AlternativeUserIDs {
		if id != nil {
			t.Errorf("LUSID still has %s", name)
		}
	}
	if bare.SecondEmailAddress != nil || bare.UserExpiry != nil {
		t.Errorf("LUSID still has %+v", bare)
	}
	// What LUSID is not told is no call.
	d.forget()
	cleared, diags = users.update(cleared, serviceUser(object{
		"second_email_address": nil, "alternative_user_ids": object{}, "user_expiry": nil, "deletion_policy": "purge", "timeouts": object{"read": "1m"},
	}))
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{})
	cleared = users.mustRead(cleared)
	cleared.mustHave(t, map[string]string{"deletion_policy": "purge", "alternative_user_ids": cleared.get("alternative_user_ids")})

	change, diags := users.plan(cleared, plainUser("robot@example.com"))
	diags.mustBeQuiet(t)
	if diff := cmp.Diff([]string{"type"}, change.replaces); diff != "" {
		t.Errorf("replaced because of (-want +got):\n%s", diff)
	}
}

// mustBeWhole checks that LUSID has all that serviceUser configures besides the names.
func (d domain) mustBeWhole(t *testing.T, id string) {
	t.Helper()
	var stored userBody
	d.mustCall(t, http.MethodGet, "/users/"+id, nil, &stored)
	ids := map[string]string{}
	for name, id := range stored.AlternativeUserIDs {
		ids[name] = *id
	}
	if diff := cmp.Diff(map[string]string{"desk": "7", "hr": "42"}, ids); diff != "" {
		t.Errorf("alternative ids (-want +got):\n%s", diff)
	}
	if stored.SecondEmailAddress == nil || *stored.SecondEmailAddress != "second@example.com" || stored.UserExpiry == nil || stored.Type != "Service" {
		t.Errorf("LUSID has %+v", stored)
	}
}

// TestUser_expiry compares instants, not their spelling.
func TestUser_expiry(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	users := d.protocol(t).resource(usersType)
	made := users.mustCreate(serviceUser(object{"user_expiry": "2031-01-01T00:00:00Z"}))
	d.forget()
	for _, spelling := range []string{"2031-01-01T01:00:00+01:00", "2030-12-31T19:00:00-05:00", "2031-01-01T00:00:00.000Z"} {
		users.mustPlanNothing(users.mustRead(made), serviceUser(object{"user_expiry": spelling}))
	}
	d.mustCount(t, map[string]int{"identity.GetUser": 3})
	changed, diags := users.update(made, serviceUser(object{"user_expiry": "2031-01-01T00:00:00.5+01:00"}))
	diags.mustBeQuiet(t)
	users.mustRead(changed).mustHave(t, map[string]string{"user_expiry": "2031-01-01T00:00:00.5+01:00"})
	imported, diags := users.importState(made.get("id"))
	diags.mustBeQuiet(t)
	users.mustPlanNothing(imported, serviceUser(object{"user_expiry": "2031-01-01T00:00:00.5+01:00"}))
}

func TestUser_drift(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	users := d.protocol(t).resource(usersType)
	made := users.mustCreate(serviceUser())
	d.mustCall(t, http.MethodPut, "/users/"+made.get("id"), map[string]any{
		"login": "ROBOT@example.com", "emailAddress": "elsewhere@example.com", "firstName": "Drifted", "lastName": "Xi",
		"alternativeUserIds": map[string]any{"desk": "8", "gone": nil}, "userExpiry": "2032-01-01T00:00:00Z",
	}, nil)
	if err := d.mock.SignUp(made.get("id"), "canary-password"); err != nil {
		t.Fatal(err)
	}
	drifted := users.mustRead(made)
	drifted.mustHave(t, map[string]string{
		// Letter case is no drift, and a status never is.
		"login": "robot@example.com", "status": "ACTIVE",
		"email_address": "elsewhere@example.com", "first_name": "Drifted", "second_email_address": "null", "user_expiry": "2032-01-01T00:00:00Z",
	})
	mended, diags := users.update(drifted, serviceUser())
	diags.mustBeQuiet(t)
	d.mustBeWhole(t, made.get("id"))
	users.mustPlanNothing(users.mustRead(mended), serviceUser())
}

func TestUser_deletion(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]struct{ query, status string }{
		"deprovision": {"", "DEPROVISIONED"},
		"purge":       {"purge=true", ""},
	} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			users := d.protocol(t).resource(usersType)
			made := users.mustCreate(serviceUser(object{"deletion_policy": policy}))
			d.forget()
			users.destroy(made).mustBeQuiet(t)
			d.mustCount(t, map[string]int{"identity.DeleteUser": 1})
			if got := d.queries("identity.DeleteUser"); got != want.query {
				t.Errorf("deleted with %q", got)
			}
			var status string
			for _, left := range d.usersWith(t, "robot@example.com") {
				status = left.Status
			}
			if status != want.status {
				t.Errorf("the user is %q afterwards", status)
			}
			// A second time there is nothing to do.
			users.destroy(made).mustBeQuiet(t)
		})
	}
}

// TestUser_goneElsewhere deletes users behind Terraform's back.
func TestUser_goneElsewhere(t *testing.T) {
	t.Parallel()
	for _, gone := range []bool{false, true} {
		for _, query := range []string{"", "?purge=true"} {
			t.Run(fmt.Sprintf("deleted users are gone: %t%s", gone, query), func(t *testing.T) {
				t.Parallel()
				d := newMock(t, mockserver.Options{DeletedUsersGone: gone})
				users := d.protocol(t).resource(usersType)
				made := users.mustCreate(serviceUser())
				d.mustCall(t, http.MethodDelete, "/users/"+made.get("id")+query, nil, nil)
				if users.mustRead(made).exists() {
					t.Error("a user who is gone stays in the state")
				}
				for _, key := range []string{made.get("id"), "robot@example.com"} {
					_, diags := users.importState(key)
					diags.mustFail(t, "", "Unable to import user", key)
				}
				users.destroy(made).mustBeQuiet(t)
			})
		}
	}
}

func TestUser_import(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	users := d.protocol(t).resource(usersType)
	made := users.mustCreate(serviceUser(object{"login": "a+b%c@example.com"}))
	for _, key := range []string{made.get("id"), "a+b%c@example.com"} {
		imported, diags := users.importState(key)
		diags.mustBeQuiet(t)
		if diff := cmp.Diff([]string{"user_expiry"}, imported.differences(made)); diff != "" {
			t.Errorf("differences (-want +got):\n%s", diff)
		}
		users.mustPlanNothing(imported, serviceUser(object{"login": "a+b%c@example.com"}))
	}
	imported, diags := users.importIdentity(object{"id": made.get("id")})
	diags.mustBeQuiet(t)
	imported.mustHave(t, map[string]string{"login": "a+b%c@example.com", "deletion_policy": "deprovision"})
	for _, key := range []string{"missing", "missing@example.com", "x y", "ab"} {
		_, diags := users.importState(key)
		diags.mustFail(t, "", "Unable to import user", key)
	}
}

func TestUser_taken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config    object
		attribute string
	}{
		"login":              {serviceUser(object{"login": "taken@example.com"}), "login"},
		"login, in capitals": {serviceUser(object{"login": "TAKEN@example.com"}), "login"},
		"e-mail address":     {serviceUser(object{"email_address": "taken-mail@example.com"}), "email_address"},
	} {
		for by, of := range map[string]struct{ deprovisioned, hidden bool }{
			"a user": {}, "a deprovisioned user": {deprovisioned: true}, "a deprovisioned user that LUSID hides": {deprovisioned: true, hidden: true},
		} {
			t.Run(name+", of "+by, func(t *testing.T) {
				t.Parallel()
				d := newMock(t, mockserver.Options{DeletedUsersGone: of.hidden})
				taken := d.createUser(t, "taken@example.com", "taken-mail@example.com")
				parts := []string{"Unable to create user", taken.ID, "(658)", fmt.Sprintf("import {\n  to = lusid_user.NAME\n  id = %q\n}", taken.ID)}
				if of.deprovisioned {
					d.mustCall(t, http.MethodDelete, "/users/"+taken.ID, nil, nil)
					parts = []string{"Unable to create user", taken.ID, "(705)", "was deprovisioned", "?purge=true"}
				}
				made, diags := d.protocol(t).resource(usersType).create(test.config)
				if made.exists() {
					t.Error("something is in the state")
				}
				diags.mustFail(t, test.attribute, parts...)
				if of.deprovisioned && strings.Contains(strings.Join(diags.errors(), ""), "import {") {
					t.Error("it advises to import a user who is gone")
				}
				want := map[string]int{"identity.ListUsers": 2, "identity.CreateUser": 1, "identity.GetUserFromLogin": 1}
				if test.attribute == "login" && !of.hidden {
					want["identity.ListUsers"] = 1
				}
				d.mustCount(t, want)
			})
		}
	}
}

func TestUser_lostAnswer(t *testing.T) {
	t.Parallel()
	byLogin := map[string]int{"identity.ListUsers": 1, "identity.CreateUser": 1, "identity.GetUserFromLogin": 1}
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		lag     int
		adopted bool
		want    map[string]int
	}{
		"reset after":            {mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true, byLogin},
		"reset before":           {mockserver.Fault{Reset: mockserver.ResetBefore}, 0, false, map[string]int{"identity.ListUsers": 2, "identity.CreateUser": 2, "identity.GetUserFromLogin": 1}},
		"500 after":              {mockserver.Fault{Status: 500, AfterWrite: true}, 0, true, byLogin},
		"truncated":              {mockserver.Fault{Truncate: true}, 0, true, byLogin},
		"reset after, under lag": {mockserver.Fault{Reset: mockserver.ResetAfter}, 3, true, byLogin},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMockBehind(t, mockserver.Options{ListLag: test.lag}, withoutReindex)
			test.fault.Operation = "identity.CreateUser"
			d.mock.InjectFault(test.fault)
			users := d.protocol(t).resource(usersType)
			made, diags := users.create(serviceUser())
			if test.adopted {
				diags.mustWarn(t, "", "The answer to the creation of user robot@example.com was lost", made.get("id"), "this run or another one created it")
			} else {
				diags.mustBeQuiet(t)
			}
			d.mustCount(t, test.want)
			for range test.lag {
				d.usersWith(t, "robot@example.com")
			}
			if got := d.usersWith(t, "robot@example.com"); len(got) != 1 || got[0].ID != made.get("id") {
				t.Errorf("the domain has %v", got)
			}
			users.mustPlanNothing(users.mustRead(made), serviceUser())
		})
	}
	t.Run("another's", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		foreign := d.createUser(t, "robot@example.com", "owner@example.com")
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateUser", Reset: mockserver.ResetAfter})
		made, diags := d.protocol(t).resource(usersType).create(serviceUser())
		if made.exists() {
			t.Error("a foreign user was taken over")
		}
		diags.mustFail(t, "login", foreign.ID)
		d.mustCount(t, byLogin)
	})
	// CreateUser answered 201 until 2026.
	t.Run("201", func(t *testing.T) {
		t.Parallel()
		d := newMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") {
					w = &created{w}
				}
				mock.ServeHTTP(w, r)
			})
		})
		d.protocol(t).resource(usersType).mustCreate(serviceUser())
	})
}

// withoutReindex is a LUSID whose lists lag although a create asked to wait for them.
func withoutReindex(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			r.URL.RawQuery = ""
		}
		mock.ServeHTTP(w, r)
	})
}

// created answers 201 in place of 200.
type created struct{ http.ResponseWriter }

func (c *created) WriteHeader(status int) {
	if status == http.StatusOK {
		status = http.StatusCreated
	}
	c.ResponseWriter.WriteHeader(status)
}

func TestUser_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	users := d.protocol(t).resource(usersType)
	made := users.mustCreate(serviceUser())
	forbidden := d.noRights(t).resource(usersType)
	words := []string{"HTTP 403", "lusid-administrator"}
	kept, diags := forbidden.read(made)
	diags.mustFail(t, "", append(words, "Unable to read user robot@example.com")...)
	if names := made.differences(kept); names != nil {
		t.Errorf("a failed read changed %s", names)
	}
	_, diags = forbidden.update(made, serviceUser(object{"first_name": "New"}))
	diags.mustFail(t, "", append(words, "Unable to update user robot@example.com")...)
	forbidden.destroy(made).mustFail(t, "", append(words, "Unable to delete user robot@example.com", "deletion_policy deprovision")...)
	_, diags = forbidden.create(plainUser("new@example.com"))
	diags.mustFail(t, "", append(words, "Unable to create user", "new@example.com")...)
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.GetUser", Status: http.StatusNotFound, HTML: true})
	_, diags = users.read(made)
	diags.mustFail(t, "", "HTML page")
	// What no schema says LUSID does.
	_, diags = users.create(serviceUser(object{"login": "no address", "email_address": "no-address"}))
	diags.mustFail(t, "", "Unable to create user", "must look like an e-mail address")

	mustRefuseOtherDomain(t, d, usersType, made, serviceUser(), "robot@example.com")
	// A user who is deprovisioned could not be created again.
	purged := serviceUser(object{"deletion_policy": "purge"})
	made, diags = users.update(made, purged)
	diags.mustBeQuiet(t)
	mustDoWithoutCredentials(t, d, usersType, made, purged)
}

func TestUser_validation(t *testing.T) {
	t.Parallel()
	users := newProtocol(t).resource(usersType)
	personal := func(more object) object {
		config := plainUser("a@example.com")
		maps.Copy(config, more)
		return config
	}
	for name, test := range map[string]struct {
		config    object
		attribute string
	}{
		"a type in small letters":   {serviceUser(object{"type": "service"}), "type"},
		"a login of four":           {serviceUser(object{"login": "a@bc"}), "login"},
		"a login of 81":             {serviceUser(object{"login": strings.Repeat("a", 76) + "@b.cd"}), "login"},
		"an address of 81":          {serviceUser(object{"email_address": strings.Repeat("a", 76) + "@b.cd"}), "email_address"},
		"no first name":             {serviceUser(object{"first_name": ""}), "first_name"},
		"a last name of one":        {serviceUser(object{"last_name": "Ü"}), "last_name"},
		"a last name of 51":         {serviceUser(object{"last_name": strings.Repeat("ü", 51)}), "last_name"},
		"a second address of four":  {serviceUser(object{"second_email_address": "a@bc"}), "second_email_address"},
		"a null id":                 {serviceUser(object{"alternative_user_ids": object{"desk": nil}}), "alternative_user_ids"},
		"a date":                    {serviceUser(object{"user_expiry": "2031-01-01"}), "user_expiry"},
		"a time without its offset": {serviceUser(object{"user_expiry": "2031-01-01T00:00:00"}), "user_expiry"},
		"another deletion policy":   {serviceUser(object{"deletion_policy": "delete"}), "deletion_policy"},
		"a timeout of zero":         {serviceUser(object{"timeouts": object{"update": "0s"}}), "timeouts.update"},
		"Personal, another address": {personal(object{"email_address": "b@example.com"}), "login"},
		"Personal, a second one":    {personal(object{"second_email_address": "b@example.com"}), "second_email_address"},
	} {
		t.Run(name, func(t *testing.T) { users.validate(test.config).mustFail(t, test.attribute) })
	}
	for name, config := range map[string]object{
		"Service":                         serviceUser(),
		"Personal":                        personal(nil),
		"a type not known yet":            serviceUser(object{"type": unknown}),
		"a login not known yet":           personal(object{"login": unknown}),
		"an address not known yet":        personal(object{"email_address": unknown}),
		"a second address, maybe":         personal(object{"second_email_address": unknown}),
		"an expiry not known yet":         serviceUser(object{"user_expiry": unknown}),
		"alternative ids not known yet":   serviceUser(object{"alternative_user_ids": unknown}),
		"an alternative id not known yet": serviceUser(object{"alternative_user_ids": object{"desk": unknown}}),
	} {
		t.Run(name, func(t *testing.T) { users.validate(config).mustBeQuiet(t) })
	}
}

// TestUser_own warns of the end of the user that the provider signs in as.
func TestUser_own(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	users := d.signedIn(t).resource(usersType)
	login := d.mock.Credentials().Username
	own, diags := users.importState(login)
	diags.mustBeQuiet(t)
	config := object{"type": "Service", "login": login, "email_address": login, "first_name": own.get("first_name"), "last_name": own.get("last_name")}
	d.forget()
	users.mustPlanNothing(own, config)
	const words = "the user that this provider signs in as"
	changedType := maps.Clone(config)
	changedType["type"] = "Personal"
	_, diags = users.plan(own, changedType)
	diags.mustFail(t, "type", "Unable to replace user", `Apply deletion_policy = "purge" first`)
	config["deletion_policy"] = "purge"
	own, diags = users.update(own, config)
	diags.mustBeQuiet(t)
	_, diags = users.plan(own, nil)
	diags.mustWarn(t, "", "Deleting "+words, login, "FBN_USERNAME")
	for attribute, test := range map[string]struct{ value, doing string }{
		"type":  {"Personal", "Replacing "},
		"login": {"other@example.com", "Changing the login of "},
	} {
		changed := maps.Clone(config)
		changed[attribute] = test.value
		_, diags = users.plan(own, changed)
		diags.mustWarn(t, "", test.doing+words)
	}
	config["first_name"] = "New"
	_, diags = users.plan(own, config)
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{})
}
