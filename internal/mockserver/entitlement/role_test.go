package entitlement_test

import (
	"slices"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

func TestRoleRules(t *testing.T) {
	t.Parallel()
	allows, denies := policy("allows"), policy("denies", deny)
	both := []string{allows, denies}
	unrelated := policy("unrelated", selectors(matchAll("Any", "Quote")))
	two := []string{"high", "low"}
	ended := `"when":{"activate":"2020-01-01T00:00:00Z","deactivate":"2021-01-01T00:00:00Z"}`
	checkRules(t, []rule{
		{
			name:    "an action is denied unless a policy allows it",
			granted: world{policies: []string{allows}},
			denied:  world{policies: []string{unrelated}},
		},
		{
			name:    "an access role applies only to users with the identity role of the same code",
			granted: world{policies: []string{allows}, holds: []string{"other", "analyst"}},
			denied:  world{policies: []string{allows}, holds: []string{"other"}},
		},
		{
			name:    "the scope of an access role doesn't matter",
			granted: world{policies: []string{allows}, roles: []string{role("analyst", 1, policies("allows"), `"scope":"support"`)}},
			denied:  world{policies: []string{allows}, roles: []string{role("support", 1, policies("allows"), `"scope":"analyst"`)}},
		},
		{
			name:    "lusid-administrator may do everything",
			granted: world{policies: []string{denies}, holds: []string{"analyst", "lusid-administrator"}},
			denied:  world{policies: []string{denies}, holds: []string{"analyst", "iam-administrator"}},
		},
		{
			name:    "Deny has priority over Allow within a role, if it comes last",
			granted: world{policies: both, roles: []string{role("analyst", 1, policies("allows"))}},
			denied:  world{policies: both, roles: []string{role("analyst", 1, policies("allows", "denies"))}},
		},
		{
			name: "Deny has priority over Allow within a role, if it comes first",
			granted: world{
				policies: []string{allows, policy("denies", deny, selectors(matchAll("Delete", "Portfolio")))},
				roles:    []string{role("analyst", 1, policies("denies", "allows"))},
			},
			denied: world{policies: both, roles: []string{role("analyst", 1, policies("denies", "allows"))}},
		},
		{
			name:    "the role with the higher precedence decides",
			granted: world{policies: both, holds: two, roles: []string{role("high", 10, policies("allows")), role("low", 20, policies("denies"))}},
			denied:  world{policies: both, holds: two, roles: []string{role("high", 10, policies("denies")), role("low", 20, policies("allows"))}},
		},
		{
			name:    "roles with the same index count as one role",
			granted: world{policies: both, holds: two, roles: []string{role("high", 10, policies("allows")), role("low", 11, policies("denies"))}},
			denied:  world{policies: both, holds: two, roles: []string{role("high", 10, policies("allows")), role("low", 10, policies("denies"))}},
		},
		{
			name: "a role without a matching policy leaves the decision to the next role",
			granted: world{
				policies: []string{allows, unrelated},
				holds:    two,
				roles:    []string{role("high", 10, policies("unrelated")), role("low", 20, policies("allows"))},
			},
			denied: world{
				policies: []string{denies, unrelated},
				holds:    two,
				roles:    []string{role("high", 10, policies("unrelated")), role("low", 20, policies("denies"))},
			},
		},
		{
			name:    "the policies of the user role apply",
			granted: world{policies: both, roles: []string{}, userRole: `{` + policies("allows") + `}`},
			denied:  world{policies: both, roles: []string{}, userRole: `{` + policies("denies") + `}`},
		},
		{
			name:    "the user role comes after all roles",
			granted: world{policies: both, roles: []string{role("analyst", 100, policies("allows"))}, userRole: `{` + policies("denies") + `}`},
			denied:  world{policies: both, roles: []string{role("analyst", 100, policies("denies"))}, userRole: `{` + policies("allows") + `}`},
		},
		{
			name: "the user role has the policies of its collections",
			granted: world{
				policies:    both,
				roles:       []string{},
				userRole:    `{` + collections("c") + `}`,
				collections: []string{collection("c", policies("allows"))},
			},
			denied: world{
				policies:    both,
				roles:       []string{},
				userRole:    `{` + collections("c") + `}`,
				collections: []string{collection("c", policies("denies"))},
			},
		},
		{
			name: "a role that isn't active is ignored",
			granted: world{
				policies: both,
				holds:    two,
				roles:    []string{role("high", 10, policies("denies"), ended), role("low", 20, policies("allows"))},
			},
			denied: world{
				policies: both,
				holds:    two,
				roles:    []string{role("high", 10, policies("allows"), ended), role("low", 20, policies("denies"))},
			},
		},
		{
			name: "a role has the policies of its collections",
			granted: world{
				policies:    both,
				collections: []string{collection("c", policies("allows"))},
				roles:       []string{role("analyst", 1, collections("c"))},
			},
			denied: world{
				policies:    both,
				collections: []string{collection("c", policies("denies"))},
				roles:       []string{role("analyst", 1, policies("allows")+","+collections("c"))},
			},
		},
		{
			name: "a collection has the policies of its collections",
			granted: world{
				policies: both, roles: []string{role("analyst", 1, collections("c"))},
				collections: []string{collection("c", collections("d")), collection("d", collections("e")), collection("e", policies("allows"))},
			},
			denied: world{
				policies: both, roles: []string{role("analyst", 1, policies("allows")+","+collections("c"))},
				collections: []string{collection("c", collections("d")), collection("d", collections("e")), collection("e", policies("denies"))},
			},
		},
		{
			name: "a collection that contains itself is read once",
			granted: world{
				policies: both, roles: []string{role("analyst", 1, collections("c"))},
				collections: []string{collection("c", collections("c", "d")), collection("d", collections("c"), policies("allows"))},
			},
			denied: world{
				policies: both, roles: []string{role("analyst", 1, policies("allows")+","+collections("c"))},
				collections: []string{collection("c", collections("c", "d")), collection("d", collections("c"), policies("denies"))},
			},
		},
		{
			name: "references to missing objects are ignored",
			granted: world{
				policies: []string{allows},
				roles:    []string{role("analyst", 1, policies("gone", "allows")+","+collections("gone")), supervisor("boss", "gone")},
				holds:    []string{"analyst", "boss"},
			},
			denied: world{
				policies: []string{allows},
				roles:    []string{role("analyst", 1, policies("gone")+","+collections("gone")), supervisor("boss", "gone")},
				holds:    []string{"analyst", "boss"},
			},
		},
		{
			name: "a reference without a scope has the scope default",
			granted: world{
				policies:    both,
				collections: []string{collection("c", `"policies":[{"code":"allows"}]`)},
				roles:       []string{role("analyst", 1, `"policyCollections":[{"code":"c","scope":null}]`)},
			},
			denied: world{
				policies:    both,
				collections: []string{collection("c", `"policies":[{"code":"allows"}]`)},
				roles:       []string{role("analyst", 1, `"policyCollections":[{"code":"c","scope":"support"}]`)},
			},
		},
		{
			name: "a supervisor role has the policies of its supervised roles",
			granted: world{
				policies: both,
				holds:    []string{"boss"},
				roles:    []string{supervisor("boss", "analyst"), role("analyst", 1, policies("allows"))},
			},
			denied: world{
				policies: both,
				holds:    []string{"boss"},
				roles:    []string{supervisor("boss", "analyst"), role("analyst", 1, policies("denies", "allows"))},
			},
		},
		{
			name: "a supervisor role does not have the policies of indirectly supervised roles",
			granted: world{
				policies: both,
				holds:    []string{"chief"},
				roles:    []string{supervisor("chief", "analyst"), supervisor("boss", "analyst"), role("analyst", 1, policies("allows"))},
			},
			denied: world{
				policies: both,
				holds:    []string{"chief"},
				roles:    []string{supervisor("chief", "boss"), supervisor("boss", "analyst"), role("analyst", 1, policies("allows"))},
			},
		},
		{
			name: "a supervisor role does not have the policies of an inactive role",
			granted: world{
				policies: both,
				holds:    []string{"boss"},
				roles:    []string{supervisor("boss", "analyst"), role("analyst", 1, policies("allows"), `"when":{"activate":"2021-01-01T00:00:00Z"}`)},
			},
			denied: world{
				policies: both,
				holds:    []string{"boss"},
				roles:    []string{supervisor("boss", "analyst"), role("analyst", 1, policies("allows"), ended)},
			},
		},
	})
}

func TestComparePrecedence(t *testing.T) {
	t.Parallel()
	indexes := []int32{30, 10, 20}
	slices.SortFunc(indexes, entitlement.ComparePrecedence)
	if want := []int32{10, 20, 30}; !slices.Equal(indexes, want) {
		t.Errorf("got the order of precedence %v, want %v", indexes, want)
	}
}

func TestHeld(t *testing.T) {
	t.Parallel()
	w := world{
		policies:    []string{policy("a"), policy("b"), policy("c", deny), policy("not-held")},
		collections: []string{collection("inner", policies("b"))},
		roles: []string{
			role("low", 20, policies("a", "gone"), `"when":{"activate":"0001-01-01T00:00:00Z"}`),
			role("high", 10, policies("c", "c")+","+collections("inner")),
			role("ended", 5, policies("a"), `"when":{"activate":"0001-01-01T00:00:00Z","deactivate":"2021-01-01T00:00:00Z"}`),
			role("other", 1, policies("not-held")),
			supervisor("boss", "high"),
		},
		holds:    []string{"low", "high", "ended", "boss"},
		userRole: `{` + policies("a") + `}`,
	}
	id := func(code string) entitlement.ID { return entitlement.ID{Scope: "default", Code: code} }
	want := []entitlement.Held{
		{Role: id("boss"), Policy: id("c")},
		{Role: id("boss"), Policy: id("b")},
		{Role: id("high"), Policy: id("c")},
		{Role: id("high"), Policy: id("b")},
		{Role: id("low"), Policy: id("a")},
		{Role: id("user-1"), UserRole: true, Policy: id("a")},
	}
	if got := w.judge(t).Held(); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
