package entitlement_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// listPortfolios is a call that reads and lists portfolios.
var listPortfolios = entitlement.Call{
	Feature: "api-portfolios-listportfolios",
	Data: []entitlement.RequestDetails{
		{Action: entitlement.RequestedActionKey{Scope: "default", Activity: "Read", EntityCode: "Portfolio"}},
		{Action: entitlement.RequestedActionKey{Scope: "default", Activity: "List", EntityCode: "Portfolio"}},
	},
}

var (
	mayCall  = policy("feature", selectors(feature("api-portfolios-listportfolios")))
	mayRead  = policy("read", selectors(byID(`"scope":"official"`, "Read", "Portfolio")))
	mayList  = policy("list", selectors(byID(`"scope":"*"`, "List", "Portfolio")))
	mainID   = map[string]string{"scope": "official", "code": "main"}
	secretID = map[string]string{"scope": "secret", "code": "main"}
)

func TestCallRules(t *testing.T) {
	t.Parallel()
	viaFeature := func(code string) string {
		return policy("read", `"if":[{"ifViaApiExpression":{"apiFeatureCodes":["`+code+`"],"operator":"In"}}]`)
	}
	bothKinds := policy("both", selectors(feature("api-portfolios-listportfolios"), matchAll("Any", "Portfolio")))
	cases := []struct {
		name            string
		granted, denied world
	}{
		{
			name:    "a call needs a feature policy",
			granted: world{policies: []string{mayCall, mayRead, mayList}},
			denied:  world{policies: []string{mayRead, mayList}},
		},
		{
			name:    "a call needs a data policy",
			granted: world{policies: []string{mayCall, mayRead, mayList}},
			denied:  world{policies: []string{mayCall}},
		},
		{
			name:    "a call needs all of its actions",
			granted: world{policies: []string{mayCall, mayRead, mayList}},
			denied:  world{policies: []string{mayCall, mayRead}},
		},
		{
			name:    "one policy may have selectors for features and for data",
			granted: world{policies: []string{bothKinds}},
			denied:  world{policies: []string{policy("both", selectors(feature("api-portfolios-getportfolio"), matchAll("Any", "Portfolio")))}},
		},
		{
			name:    "a data request of a call comes through its feature",
			granted: world{policies: []string{mayCall, viaFeature("api-portfolios-listportfolios")}},
			denied:  world{policies: []string{mayCall, viaFeature("api-portfolios-getportfolio")}},
		},
		{
			name:    "lusid-administrator may call everything",
			granted: world{holds: []string{"lusid-administrator"}},
			denied:  world{holds: []string{"lusid-evaluator"}},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if decision := c.granted.judge(t).DecideCall(listPortfolios, entitlement.ResourceDetails{ID: mainID}); !decision.Granted {
				t.Errorf("the call is denied: %s", decision.Reason)
			}
			if decision := c.denied.judge(t).DecideCall(listPortfolios, entitlement.ResourceDetails{ID: mainID}); decision.Granted {
				t.Errorf("the call is allowed: %s", decision.Reason)
			}
		})
	}
}

// TestDecide_single has policies for the data of a call, but not for its feature.
func TestDecide_single(t *testing.T) {
	t.Parallel()
	w := world{policies: []string{mayRead}}
	if decision := w.decide(t); !decision.Granted {
		t.Errorf("a data action without a feature policy is denied: %s", decision.Reason)
	}
	w.request = askFeature("api-portfolios-listportfolios")
	if decision := w.decide(t); decision.Granted {
		t.Errorf("a feature with only a data policy is allowed: %s", decision.Reason)
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	all := []map[string]string{secretID, mainID, secretID}
	cases := []struct {
		name     string
		policies []string
		objects  []map[string]string
		want     []map[string]string
		granted  bool
	}{
		{"some", []string{mayCall, mayRead, mayList}, all, []map[string]string{mainID}, true},
		{"none", []string{mayCall, mayList}, all, nil, false},
		{"no feature", []string{mayRead, mayList}, all, nil, false},
		{"no objects", []string{mayCall}, nil, nil, true},
		{"no objects and no feature", []string{mayRead, mayList}, nil, nil, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			details := func(id map[string]string) entitlement.ResourceDetails { return entitlement.ResourceDetails{ID: id} }
			got, decision := entitlement.Filter(world{policies: c.policies}.judge(t), listPortfolios, c.objects, details)
			if !slices.EqualFunc(got, c.want, maps.Equal) || decision.Granted != c.granted {
				t.Errorf("got %v, granted %t (%s), want %v, granted %t", got, decision.Granted, decision.Reason, c.want, c.granted)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	const asked = `"Read" on "Portfolio" in the scope "default" for the object with code "main", scope "official"`
	allows, denies := policy("allows"), policy("denies", deny)
	cases := []struct {
		name  string
		world world
		want  string
	}{
		{"administrator", world{holds: []string{"lusid-administrator"}}, `The role "lusid-administrator" may do everything.`},
		{"allowed", world{policies: []string{allows}}, `Policy "default/allows" of access role "default/analyst" allows ` + asked + `.`},
		{"denied", world{policies: []string{allows, denies}}, `Policy "default/denies" of access role "default/analyst" denies ` + asked + `.`},
		{
			"user role",
			world{roles: []string{}, policies: []string{denies}, userRole: `{` + policies("denies") + `}`},
			`Policy "default/denies" of the user role denies ` + asked + `.`,
		},
		{
			"supervisor",
			world{
				policies: []string{allows},
				holds:    []string{"boss"},
				roles:    []string{supervisor("boss", "analyst"), role("analyst", 1, policies("allows"))},
			},
			`Policy "default/allows" of access role "default/boss", which supervises "default/analyst", allows ` + asked + `.`,
		},
		{"no policy", world{userRole: `{}`}, `No policy allows ` + asked + `. The user has access role "default/analyst"; the user role.`},
		{
			"nothing supervised",
			world{roles: []string{supervisor("boss", "gone")}, holds: []string{"boss"}},
			`No policy allows ` + asked + `. The user has access role "default/boss".`,
		},
		{"no role", world{holds: []string{}}, `The user has no active access role and no user role, so nothing allows ` + asked + `.`},
		{
			"no identifier",
			world{request: ask("Read", "Quote", "")},
			`No policy allows "Read" on "Quote" in the scope "default". The user has access role "default/analyst".`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if decision := c.world.decide(t); decision.Reason != c.want {
				t.Errorf("got the reason\n%s\nwant\n%s", decision.Reason, c.want)
			}
		})
	}
}

// TestReasons_call expects the policy for the feature and the policies for the data in the reason.
func TestReasons_call(t *testing.T) {
	t.Parallel()
	decision := world{policies: []string{mayCall, mayRead, mayList}}.judge(t).DecideCall(listPortfolios, entitlement.ResourceDetails{ID: mainID})
	const want = `Policy "default/feature" of access role "default/analyst" allows "Execute" on "Feature" in the scope "LUSID" for the object with code "api-portfolios-listportfolios", scope "LUSID".` +
		` Policy "default/read" of access role "default/analyst" allows "Read" on "Portfolio" in the scope "default" for the object with code "main", scope "official".` +
		` Policy "default/list" of access role "default/analyst" allows "List" on "Portfolio" in the scope "default" for the object with code "main", scope "official".`
	if decision.Reason != want {
		t.Errorf("got the reason\n%s\nwant\n%s", decision.Reason, want)
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	for _, choice := range entitlement.Choices {
		if choice == "" || choice[len(choice)-1] != '.' {
			t.Errorf("got %q, want a sentence", choice)
		}
	}
}
