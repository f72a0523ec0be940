package conformance

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// The Access API's error codes.
const (
	codeCollectionGone  = 604
	codeCollectionTaken = 612
	codePolicyTaken     = 613
	codeRoleTaken       = 615
	codeTargetUserGone  = 616
	codePolicyGone      = 772
	codeTemplateTaken   = 877
	codeTemplateGone    = 878
)

const (
	administratorRole = "lusid-administrator"
	defaultScope      = "default"
	supportScope      = "support"
)

// ranked are LUSID's own roles in the order of precedence that KA-01904 documents.
var ranked = []string{
	administratorRole, "iam-administrator", "applications-administrator", "lusid-evaluator", "configuration-administrator", "instrument-administrator",
}

// accessAPI returns the Access API without not-found codes, because the checks test the codes.
func accessAPI(c *client.Client) *client.API { return c.API("access", "access/api") }

var accessReadChecks = []Check{
	missing("policy-missing", policies, "GetPolicy", missingID),
	missing("policy-collection-missing", collections, "GetPolicyCollection", missingID),
	missing("role-missing", accessRoles, "GetRole", missingID),
	missing("policy-template-missing", templates, "GetPolicyTemplate", missingID),
	{
		API: "access", Name: "user-role-missing",
		Statement: "A read of the user role of a user who does not exist returns status 404 and code 616.",
		Source:    "LUSID documents the code; the status: " + noSource,
		Assumed:   "The provider concludes from the code that the user does not exist. The mock responds with this status and this code.",
		run: func(ctx context.Context, d *domain) Finding {
			a := d.read(ctx, d.access.Get("GetUserRole", "userroles", missingID))
			return d.isMissing(ctx, userRoles, a, "read the user role of a user who does not exist", codeTargetUserGone)
		},
	},
	{
		API: "access", Name: "lusid-resources",
		Statement: "The LUSID API lists the resources that policies can refer to, at the same path as the Access API.",
		Source:    "LUSID documents the list for each of its services; the path in the LUSID API: " + noSource,
		Assumed:   "The data source lusid_access_controlled_resources reads it if service is \"lusid\". The mock has the path.",
		run: func(ctx context.Context, d *domain) Finding {
			a := d.lusidResources(ctx)
			if !a.isConclusive() {
				return a.unable(readResources)
			}
			values, _ := a.values()
			return decide(a.ok() && len(values) > 0, "%s, %d resources", a, len(values))
		},
	},
	{
		API: "access", Name: "lusid-instrument-actions",
		Statement: "A policy can allow the activities Read and List for the entity Instrument in the scope default.",
		Source:    "KA-01660 documents the activities; whether they apply to instruments: " + noSource,
		Assumed:   "The examples in the documentation use these actions. The mock lists them.",
		run: func(ctx context.Context, d *domain) Finding {
			a := d.lusidResources(ctx)
			values, ok := a.values()
			if !ok {
				return a.unable(readResources)
			}
			var seen []string
			for _, action := range actionsIn(values) {
				if text(action, "action.entity") == "Instrument" && text(action, "action.scope") == defaultScope {
					seen = append(seen, text(action, "action.activity"))
				}
			}
			reads, lists := slices.Contains(seen, "Read"), slices.Contains(seen, "List")
			if (!reads || !lists) && (len(actionsIn(values)) == 0 || text(a.object(), "nextPage") != "") {
				return couldNotTell("the list has no actions, or more pages")
			}
			return decide(reads && lists, "%d actions for the entity; Read: %t; List: %t", len(seen), reads, lists)
		},
	},
	{
		API: "access", Name: "lusid-feature-code",
		Statement: "The code of the feature that lists instruments is api-instruments-listinstruments.",
		Source:    "one of FINBOURNE's notebooks has a code of this form; the code itself: " + noSource,
		Assumed:   "The examples in the documentation, and the mock, use this code.",
		run: func(ctx context.Context, d *domain) Finding {
			a := d.lusidResources(ctx)
			values, ok := a.values()
			if !ok {
				return a.unable(readResources)
			}
			similar := 0
			for _, action := range actionsIn(values) {
				for _, limited := range objectsIn(action, "limitedSet") {
					code := text(limited, "identifier.code")
					if code == listInstruments {
						return asAssumed("a feature with the code")
					}
					if strings.Contains(strings.ToLower(code), "listinstruments") {
						similar++
					}
				}
			}
			if similar == 0 {
				return couldNotTell("the list of resources does not contain the code of such a feature")
			}
			return differs("no feature with the code, but %d with a similar code", similar)
		},
	},
	{
		API: "access", Name: "own-user-role",
		Statement: "A user who has signed in has a user role.",
		Source:    "KA-01794",
		Assumed:   "The provider adopts an empty user role instead of creating one. The mock creates it at the first sign-in.",
		run: func(ctx context.Context, d *domain) Finding {
			if _, ok := d.passwordGrant(); !ok {
				return couldNotTell("the run does not sign in with a password")
			}
			a := d.read(ctx, d.access.Get("GetUserRole", "userroles", text(d.me, "id")))
			if problem := d.isUnknownPath(ctx, userRoles, a); problem != nil {
				return *problem
			}
			if a.ok() && text(a.object(), "id.code") == "" {
				return anotherObject
			}
			return a.is("read the user role of the user who runs the checks", http.StatusOK, 0)
		},
	},
	{
		API: "access", Name: "own-policies-administrator",
		Statement: "The caller's own policies contain no policy of the role lusid-administrator.",
		Source:    "LUSID documents that the role has no policies; which policies an administrator reads: " + noSource,
		Assumed:   "The provider warns about a lock-out only if the list contains the policy. The mock lists none.",
		run: func(ctx context.Context, d *domain) Finding {
			if !d.isAdministrator() {
				return couldNotTell("the user who runs the checks does not have the role lusid-administrator")
			}
			a := d.read(ctx, d.access.Get("GetOwnPolicies", "me"))
			if !a.isList() {
				return a.unable("read the caller's own policies")
			}
			n := countOf(a.list(), func(policy map[string]any) bool { return text(policy, "sourceRole.code") == administratorRole })
			return decide(n == 0, "%d of %d policies are of the role", n, len(a.list()))
		},
	},
	{
		API: "access", Name: "roles-list-scopes",
		Statement: "If the list of access roles is read without a scope, it contains the roles of all scopes.",
		Source:    "LUSID documents a default scope for other lists, but not for this one",
		Assumed:   "The provider reads all roles from this list. The mock's list has all scopes.",
		run: func(ctx context.Context, d *domain) Finding {
			list := d.listOnce(ctx, accessRoles)
			if !list.isList() {
				return list.unable("list access roles")
			}
			if n := scopes(list.list()); n > 1 {
				return asAssumed("%d scopes", n)
			}
			return d.elsewhere(ctx, d.access.Get("ListRoles", "roles"))
		},
	},
	{
		API: "access", Name: "role-hierarchy-index",
		Statement: "The access role with the lower roleHierarchyIndex has the higher precedence.",
		Source:    "KA-01904 documents the precedence of LUSID's own roles; which index is higher: " + noSource,
		Assumed:   "In the mock, the role with the lower index decides. The provider sorts roles by the index.",
		run: func(ctx context.Context, d *domain) Finding {
			list := d.listOnce(ctx, accessRoles)
			if !list.isList() {
				return list.unable("list access roles")
			}
			return precedence(list.list())
		},
	},
	{
		API: "access", Name: "policies-page-scopes",
		Statement: "The pages of policies contain the policies of all scopes.",
		Source:    noSource,
		Assumed:   "If the pages do not contain a policy, the provider reads it by the ID. The mock's pages contain all scopes.",
		run: func(ctx context.Context, d *domain) Finding {
			a := d.policiesPage(ctx)
			values, ok := a.values()
			if !ok {
				return a.unable("read a page of policies")
			}
			if n := scopes(values); n > 1 {
				return asAssumed("%d scopes", n)
			}
			if isFull(values) || text(a.object(), "nextPage") != "" {
				return couldNotTell("the first page contains one scope, and there may be more pages")
			}
			return d.elsewhere(ctx, d.access.Get("ListPolicies", "policies"))
		},
	},
	{
		API: "access", Name: "policies-page-complete",
		Statement: "A page of policies that is not full is the last page, and contains every policy of the scope default.",
		Source:    noSource,
		Assumed:   "The provider reads pages until there is no next page. The mock's pages are full.",
		run: func(ctx context.Context, d *domain) Finding {
			a := d.policiesPage(ctx)
			values, ok := a.values()
			if !ok {
				return a.unable("read a page of policies")
			}
			if isFull(values) {
				return couldNotTell("the domain has more policies than one page can contain")
			}
			list := d.list(ctx, policies)
			if !list.isList() {
				return list.unable("list policies")
			}
			if len(list.list()) == 0 {
				return couldNotTell("the domain has no policy in the scope default")
			}
			missing := notOn(values, list.list())
			if missing > 0 {
				// Somebody may have created a policy after the read of the page.
				delete(d.cached, firstPage)
				if values, ok = d.policiesPage(ctx).values(); !ok {
					return couldNotTell("unable to read the page of policies again")
				}
				missing = notOn(values, list.list())
			}
			next := text(a.object(), "nextPage")
			return decide(next == "" && missing == 0, "a next page: %t; %d of %d policies are not on the page", next != "", missing, len(list.list()))
		},
	},
	{
		API: "access", Name: "policy-templates-enabled",
		Statement: "Policy templates are enabled: a read of their list returns status 200.",
		Source:    "LUSID calls policy templates experimental; whether every domain supports them: " + noSource,
		Assumed:   "The provider explains a refusal. The mock supports them.",
		run: func(ctx context.Context, d *domain) Finding {
			return d.list(ctx, templates).is("list policy templates", http.StatusOK, 0)
		},
	},
}

// listInstruments is the code of a feature in the examples of the documentation.
const listInstruments = "api-instruments-listinstruments"

const readResources = "read the resources of the LUSID API that policies can refer to"

// lusidResources reads the resources of the LUSID API that policies can refer to, once in a run.
func (d *domain) lusidResources(ctx context.Context) answer {
	const key = "resources of the LUSID API"
	a, ok := d.cached[key]
	if !ok {
		a = d.read(ctx, d.client.API("lusid", "api/api").Get("ListAccessControlledResources", "metadata", "access", "resources"))
		d.cached[key] = a
	}
	return a
}

// actionsIn returns the actions of all resources.
func actionsIn(resources []map[string]any) (actions []map[string]any) {
	for _, resource := range resources {
		actions = append(actions, objectsIn(resource, "actions")...)
	}
	return actions
}

// firstPage is the key of the first page of policies among the cached responses.
const firstPage = "page of policies"

// isFull reports whether a page has as many objects as a request allows.
func isFull(values []map[string]any) bool {
	limit, _ := strconv.Atoi(pageSize)
	return len(values) >= limit
}

// notOn returns the number of objects that are not on a page.
func notOn(page, objects []map[string]any) int {
	return countOf(objects, func(object map[string]any) bool {
		return !slices.ContainsFunc(page, func(other map[string]any) bool { return sameID(object, other) })
	})
}

// policiesPage reads the first page of policies, once in a run.
func (d *domain) policiesPage(ctx context.Context) answer {
	a, ok := d.cached[firstPage]
	if !ok {
		a = d.read(ctx, d.access.Get("PagePolicies", "policies", "page").Query("limit", pageSize))
		d.cached[firstPage] = a
	}
	return a
}

// elsewhere compares a list that has only one scope with the list of another scope.
func (d *domain) elsewhere(ctx context.Context, list client.Request) Finding {
	a := d.read(ctx, list.Query("scope", supportScope))
	if !a.isList() {
		return a.unable("list the objects in another scope")
	}
	// LUSID may ignore the scope of a request.
	n := countOf(a.list(), func(object map[string]any) bool { return text(object, "id.scope") == supportScope })
	if n == 0 {
		return couldNotTell("the domain may have objects in only one scope")
	}
	return differs("one scope, although another scope has %d objects", n)
}

func scopes(objects []map[string]any) int {
	seen := map[string]bool{}
	for _, object := range objects {
		seen[text(object, "id.scope")] = true
	}
	return len(seen)
}

func sameID(a, b map[string]any) bool {
	return text(a, "id.code") == text(b, "id.code") && text(a, "id.scope") == text(b, "id.scope")
}

// precedence compares the indexes of LUSID's own roles with their documented order.
func precedence(list []map[string]any) Finding {
	var indexes []float64
	for _, code := range ranked {
		// A role in the scope of LUSID's support can have the same code.
		i := slices.IndexFunc(list, func(role map[string]any) bool {
			return text(role, "id.code") == code && text(role, "id.scope") != supportScope
		})
		if i < 0 {
			continue
		}
		if index, ok := list[i][hierarchyIndex].(float64); ok {
			indexes = append(indexes, index)
		}
	}
	descending := slices.Clone(indexes)
	slices.Reverse(descending)
	seen := fmt.Sprintf("the indexes of the %d roles in LUSID's documented order", len(indexes))
	switch {
	case len(indexes) < 2 || indexes[0] == indexes[len(indexes)-1]:
		return couldNotTell("only %d of the roles in LUSID's documented order have an index", len(indexes))
	case slices.IsSorted(indexes):
		return asAssumed("%s increase from the highest precedence to the lowest", seen)
	case slices.IsSorted(descending):
		return differs("%s decrease from the highest precedence to the lowest", seen)
	}
	return couldNotTell("%s are in another order, perhaps because roles were moved", seen)
}
