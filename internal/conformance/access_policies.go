package conformance

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

var accessPolicyChecks = slices.Concat(lifeOf(policies, "GetPolicy", codePolicyTaken, (*domain).createPolicy), []Check{
	{
		API: "access", Name: "policies-list-lag", Needs: Write,
		Statement: "The first list after a create shows the new policy.",
		Source:    noSource,
		Assumed:   "If a list does not contain an object, the provider reads it by the code. The mock's lists contain new objects at once.",
		run:       listedWith("a policy", (*domain).createPolicy),
	},
	{
		API: "access", Name: "create-scope", Needs: Write,
		Statement: "New policies, policy collections and access roles are in the scope default.",
		Source:    "LUSID's examples; a request cannot choose the scope",
		Assumed:   "The provider looks for a new object in this scope. The mock creates new objects in this scope.",
		run: func(ctx context.Context, d *domain) Finding {
			code, elsewhere := d.name("scope"), 0
			for _, create := range []creator{(*domain).createPolicy, (*domain).createCollection, (*domain).createAccessRole} {
				o, a := create(d, ctx, code)
				if o == nil {
					return a.unable("create an object of each kind")
				}
				if text(o.fields, o.kind.scope) != defaultScope {
					elsewhere++
				}
			}
			return decide(elsewhere == 0, "%d of 3 objects in another scope", elsewhere)
		},
	},
	{
		API: "access", Name: "policy-code-escaped", Needs: Write,
		Statement: "A policy whose code has a space and a plus sign can be read by the code.",
		Source:    "the contract allows both in a code; how to encode them in a path: " + noSource,
		Assumed:   "The provider percent-encodes both in the path of the URL. The mock decodes the path.",
		run: readableWith("a policy", "GetPolicy", func(d *domain, ctx context.Context, code string) (*object, answer) {
			return d.createPolicy(ctx, code+" a+b")
		}),
	},
	{
		API: "access", Name: "policy-code-case", Needs: Write,
		Statement: "Two policies can have codes that differ only in case.",
		Source:    noSource,
		Assumed:   "For the provider, codes are case-sensitive. The mock creates both policies.",
		run: func(ctx context.Context, d *domain) Finding {
			first, a := d.createPolicy(ctx, d.name("case"))
			if first == nil {
				return a.unable("create a policy")
			}
			_, second := d.createPolicy(ctx, d.name("CASE"))
			if !second.isConclusive() {
				return second.unable("create a policy")
			}
			return decide(second.ok(), "%s", second)
		},
	},
	{
		API: "access", Name: "policy-body-id", Needs: Write,
		Statement: "A create of a policy with an id in its body, as in LUSID's responses, is refused with status 400.",
		Source:    contract + "; whether a domain follows it: " + noSource,
		Assumed:   "The function access_policy omits the id. The mock refuses the create.",
		run: func(ctx context.Context, d *domain) Finding {
			code := d.name("id")
			body := policyBody(code)
			body["id"] = map[string]string{"scope": defaultScope, "code": code}
			_, a := d.createPolicyWith(ctx, code, body)
			if a.isConclusive() && !a.ok() {
				// The refusal is conclusive only if LUSID accepts the same policy without the id.
				if o, control := d.createPolicy(ctx, code); o == nil {
					return control.unable("create the same policy without an id")
				}
			}
			return a.is("create a policy with an id", http.StatusBadRequest, 0)
		},
	},
	policyKeeps("policy-selector-order", "LUSID keeps the order of the selectors of a policy.", "FINBOURNE's own tool compares selectors in order", "The provider keeps the order of the configuration if LUSID returns another order. The mock keeps the order.",
		map[string]any{"selectors": []any{selector("Read", "c"), selector("Read", "a"), selector("Read", "b")}},
		func(policy map[string]any) (bool, string) {
			var order []string
			for _, part := range objectsIn(policy, "selectors") {
				order = append(order, text(part, "idSelectorDefinition.identifier.code"))
			}
			same := slices.Equal(order, []string{"c", "a", "b"})
			return same, strconv.Itoa(len(order)) + " selectors, in the same order: " + strconv.FormatBool(same)
		}),
	policyKeeps("policy-activity-kept", "LUSID keeps the case of an activity.", noSource, "For the provider, activities are case-sensitive. The mock keeps the case.",
		map[string]any{"selectors": []any{selector("rEAD", "a")}},
		func(policy map[string]any) (bool, string) {
			for _, part := range objectsIn(policy, "selectors") {
				inner, _ := part["idSelectorDefinition"].(map[string]any)
				for _, action := range objectsIn(inner, "actions") {
					activity := text(action, "activity")
					return activity == "rEAD", "the same text: " + strconv.FormatBool(activity == "rEAD") + "; the same ignoring case: " + strconv.FormatBool(strings.EqualFold(activity, "rEAD"))
				}
			}
			return false, "no action"
		}),
	policyKeeps("policy-deactivate", "LUSID returns a policy without an end with an end in the year 9999.", "an article on the validity of policies; the day and the time vary", "The provider treats any date in that year as no end. The mock returns such a date.",
		nil,
		func(policy map[string]any) (bool, string) {
			end := text(policy, "when.deactivate")
			if end == "" {
				return false, "no end"
			}
			instant, err := time.Parse(time.RFC3339, end)
			if err != nil {
				return false, "an end that is not a date"
			}
			return instant.UTC().Year() == 9999, "the year " + strconv.Itoa(instant.UTC().Year())
		}),
	policyKeeps("policy-extras", "If a policy is created without description, for, if and how, LUSID returns it without them.", "inferred from a test of FINBOURNE's own tool",
		"The provider treats null and empty alike, and refuses to update a policy with a how. The mock omits the fields.",
		nil,
		func(policy map[string]any) (bool, string) {
			var extra []string
			for _, name := range []string{"description", "for", "if", "how", "templateMetadata"} {
				if !isEmpty(policy[name]) {
					extra = append(extra, name)
				}
			}
			return len(extra) == 0, "fields with a value: " + cmp.Or(strings.Join(extra, ", "), "none")
		}),
	policyKeeps("policy-empty-applications", "If a policy has an empty list of applications, LUSID returns an empty list or null.", noSource, "The provider treats null and an empty list alike. The mock keeps the empty list.",
		map[string]any{"applications": []string{}},
		func(policy map[string]any) (bool, string) {
			return isEmpty(policy["applications"]), "a list with elements: " + strconv.FormatBool(!isEmpty(policy["applications"]))
		}),
	policyKeeps("policy-effective-range", "If an effective range has no end, LUSID returns it without an end.", noSource, "If LUSID adds an end, the provider shows it as a change. The mock adds no end.",
		map[string]any{"for": []any{map[string]any{"effectiveRange": map[string]string{"from": "2020-01-01T00:00:00Z"}}}},
		func(policy map[string]any) (bool, string) {
			for _, condition := range objectsIn(policy, "for") {
				from, to := text(condition, "effectiveRange.from"), text(condition, "effectiveRange.to")
				return from != "" && to == "", "a start: " + strconv.FormatBool(from != "") + "; an end: " + strconv.FormatBool(to != "")
			}
			return false, "no condition"
		}),
	{
		API: "access", Name: "policy-build-as-at", Needs: Write,
		Statement: "If a request has template metadata without buildAsAt, LUSID returns it without buildAsAt.",
		Source:    noSource,
		Assumed:   "If LUSID adds a time, the provider shows it as a change. The mock adds none.",
		run: func(ctx context.Context, d *domain) Finding {
			template, a := d.createTemplate(ctx, d.name("built"))
			if template == nil {
				return a.unable("create a policy template")
			}
			selection := map[string]string{"scope": text(template.fields, "scope"), "code": text(template.fields, "code")}
			return d.policyWith(ctx, "policy-built", map[string]any{"templateMetadata": map[string]any{"templateSelection": []any{selection}}}, func(policy map[string]any) (bool, string) {
				metadata, _ := policy["templateMetadata"].(map[string]any)
				built, n := text(metadata, "buildAsAt") != "", len(objectsIn(metadata, "templateSelection"))
				return !built && n == 1, strconv.Itoa(n) + " templates; a time: " + strconv.FormatBool(built)
			})
		},
	},
	{
		API: "access", Name: "policy-update-replaces", Needs: Write,
		Statement: "An update of a policy without a description clears the description.",
		Source:    "KA-01699, about access roles",
		Assumed:   "The provider sends the whole policy. The mock clears missing fields.",
		run: func(ctx context.Context, d *domain) Finding {
			code := d.name("clear")
			body := policyBody(code)
			body["description"] = createdBy
			o, a := d.createPolicyWith(ctx, code, body)
			if o == nil {
				return a.unable("create a policy")
			}
			if text(o.fields, "description") == "" {
				return couldNotTell("the new policy has no description")
			}
			body = policyBody(code)
			delete(body, "code")
			if update := d.write(ctx, d.access.Put("UpdatePolicy", o.path()...).Body(body)); !update.ok() {
				return update.unable("update a policy without a description")
			}
			return d.isClearedAfter(ctx, o, d.access.Get("GetPolicy", o.path()...), "description")
		},
	},
	{
		API: "access", Name: "policy-in-use-delete", Needs: Write,
		Statement: "A delete of a policy that an access role refers to returns status 204.",
		Source:    "KA-01695 describes it as normal",
		Assumed:   "The provider deletes the policy, and explains a refusal. The mock deletes it.",
		run: func(ctx context.Context, d *domain) Finding {
			policy, role, a := d.policyInRole(ctx, "used")
			if role == nil {
				return a.unable("create a policy and a role with it")
			}
			return d.removedInUse(ctx, "a policy", policy, role)
		},
	},
	{
		API: "access", Name: "policy-collection-in-use-delete", Needs: Write,
		Statement: "A delete of a policy collection that an access role refers to returns status 204.",
		Source:    "KA-01695 describes it as normal for policies; whether it applies to policy collections: " + noSource,
		Assumed:   "The provider deletes the policy collection, and explains a refusal. The mock deletes it.",
		run: func(ctx context.Context, d *domain) Finding {
			role, collection, a := d.attached(ctx, "used-collection")
			if role == nil {
				return a.unable("attach a policy collection to a role")
			}
			return d.removedInUse(ctx, "a policy collection", collection, role)
		},
	},
	{
		API: "access", Name: "role-dangling-policy", Needs: Write,
		Statement: "An access role keeps the reference to a policy that was deleted.",
		Source:    noSource,
		Assumed:   "The provider shows the reference. The mock keeps it.",
		run: func(ctx context.Context, d *domain) Finding {
			policy, role, a := d.policyInRole(ctx, "dangling")
			if role == nil {
				return a.unable("create a policy and a role with it")
			}
			if removed := d.remove(ctx, policy); !removed.ok() {
				return removed.unable("delete a policy in use")
			}
			// A late read still shows the reference.
			isLost := func(role map[string]any) bool { return len(policiesOf(role)) == 0 }
			read := d.readUntil(ctx, d.access.Get("GetRole", role.path()...), isLost)
			if !read.ok() {
				return read.unable("read the role")
			}
			if !role.isSameAs(read.object()) {
				return anotherObject
			}
			n := len(policiesOf(read.object()))
			return decide(n == 1, "references: %d", n)
		},
	},
})

// missingPolicy is the ID of a policy that does not exist.
var missingPolicy = map[string]string{"scope": defaultScope, "code": missingID}

// selector covers an identifier that does not exist, so the policy allows nothing.
func selector(activity, code string) map[string]any {
	return selectorOf(activity, map[string]string{"scope": missingID, "code": code})
}

// selectorOf covers the portfolios with an identifier.
func selectorOf(activity string, identifier map[string]string) map[string]any {
	return map[string]any{"idSelectorDefinition": map[string]any{
		"identifier": identifier,
		"actions":    []any{map[string]string{"scope": defaultScope, "activity": activity, "entity": "Portfolio"}},
	}}
}

// alwaysActive is a period without an end.
var alwaysActive = map[string]any{"activate": "2020-01-01T00:00:00Z"}

func policyBody(code string) map[string]any {
	return map[string]any{
		"code": code, "applications": []string{"LUSID"}, "grant": "Allow", "selectors": []any{selector("Read", code)}, "when": alwaysActive,
	}
}

func (d *domain) createPolicy(ctx context.Context, code string) (*object, answer) {
	return d.createPolicyWith(ctx, code, policyBody(code))
}

func (d *domain) createPolicyWith(ctx context.Context, code string, body map[string]any) (*object, answer) {
	return d.create(ctx, policies, code, d.access.Post("CreatePolicy", "policies").Body(body))
}

// policyKeeps returns the check of what a read returns for a policy with the given fields.
func policyKeeps(name, statement, source, assumed string, fields map[string]any, holds func(policy map[string]any) (bool, string)) Check {
	return Check{
		API: "access", Name: name, Needs: Write, Statement: statement, Source: source, Assumed: assumed,
		run: func(ctx context.Context, d *domain) Finding { return d.policyWith(ctx, name, fields, holds) },
	}
}

// policyWith creates a policy with the given fields, and reads it.
func (d *domain) policyWith(ctx context.Context, suffix string, fields map[string]any, holds func(policy map[string]any) (bool, string)) Finding {
	code := d.name(suffix)
	body := policyBody(code)
	maps.Copy(body, fields)
	o, a := d.createPolicyWith(ctx, code, body)
	if o == nil && a.status == http.StatusBadRequest && len(fields) > 0 {
		// The refusal is conclusive only if LUSID accepts a policy without these fields.
		plain, control := d.createPolicy(ctx, code)
		if plain == nil {
			return control.unable("create a policy")
		}
		return differs("LUSID refuses the create: %s", a)
	}
	if o == nil {
		return a.unable("create a policy")
	}
	read := d.read(ctx, d.access.Get("GetPolicy", o.path()...))
	if !read.ok() {
		return read.unable("read the policy")
	}
	if !o.isSameAs(read.object()) {
		return anotherObject
	}
	held, seen := holds(read.object())
	return decide(held, "%s", seen)
}

// policyInRole creates a policy and a role with that policy. If a step fails, the role is nil, and the
// answer is that of the failed request.
func (d *domain) policyInRole(ctx context.Context, suffix string) (policy, role *object, a answer) {
	if policy, a = d.createPolicy(ctx, d.name(suffix)); policy == nil {
		return nil, nil, a
	}
	role, a = d.createAccessRoleWith(ctx, d.name(suffix), roleResource([]any{policy.fields["id"]}))
	return policy, role, a
}

// removedInUse deletes an object that an access role of the run refers to, and checks the status.
func (d *domain) removedInUse(ctx context.Context, noun string, o, role *object) Finding {
	a := d.remove(ctx, o)
	if a.isConclusive() && !a.ok() {
		// The refusal is conclusive only if LUSID deletes the object as soon as no role refers to it.
		if removed := d.remove(ctx, role); !removed.ok() {
			return removed.unable("delete the access role")
		}
		if removed := d.remove(ctx, o); !removed.ok() {
			return removed.unable("delete " + noun + " that is not in use")
		}
	}
	return a.is("delete "+noun+" in use", http.StatusNoContent, 0)
}

func policiesOf(role map[string]any) []map[string]any {
	held, _ := field(role, "resource.policyIdRoleResource").(map[string]any)
	return objectsIn(held, "policies")
}

var accessCollectionChecks = slices.Concat(
	lifeOf(collections, "GetPolicyCollection", codeCollectionTaken, (*domain).createCollection),
	[]Check{
		{
			API: "access", Name: "policy-collections-list-lag", Needs: Write,
			Statement: "The first list after a create contains the new policy collection.",
			Source:    noSource,
			Assumed:   "If a list does not contain an object, the provider reads it by the code. The mock's lists contain new objects at once.",
			run:       listedWith("a policy collection", (*domain).createCollection),
		},
		{
			API: "access", Name: "policy-collection-update-replaces", Needs: Write,
			Statement: "An update of a policy collection without a description and policies clears both.",
			Source:    "KA-01699, about access roles",
			Assumed:   "The provider sends the whole collection. The mock clears missing fields.",
			run: func(ctx context.Context, d *domain) Finding {
				policy, a := d.createPolicy(ctx, d.name("member"))
				if policy == nil {
					return a.unable("create a policy")
				}
				o, a := d.createCollectionWith(ctx, d.name("clear"), policy.fields["id"])
				if o == nil {
					return a.unable("create a policy collection")
				}
				update := d.write(ctx, d.access.Put("UpdatePolicyCollection", o.path()...).Body(map[string]any{}))
				if !update.ok() {
					return update.unable("update a policy collection")
				}
				seen := func(collection map[string]any) (described bool, members int) {
					return text(collection, "description") != "", len(objectsIn(collection, "policies"))
				}
				updated, problem := d.readUpdated(ctx, o, d.access.Get("GetPolicyCollection", o.path()...), func(collection map[string]any) bool {
					described, members := seen(collection)
					return !described && members == 0
				})
				if problem != nil {
					return *problem
				}
				described, members := seen(updated)
				return decide(!described && members == 0, "a description: %t; %d policies", described, members)
			},
		},
		{
			API: "access", Name: "policy-collection-missing-policy", Needs: Write,
			Statement: "A new policy collection with a policy that does not exist is refused with status 400 and code 772.",
			Source:    "LUSID documents the code; the status, and whether LUSID refuses the create: " + noSource,
			Assumed:   "The provider explains the refusal. The mock responds with this status and this code.",
			run: func(ctx context.Context, d *domain) Finding {
				_, a := d.createCollectionWith(ctx, d.name("missing"), missingPolicy)
				if a.isConclusive() && !a.ok() && a.code != codePolicyGone {
					// The refusal is conclusive only if LUSID accepts a collection without the policy.
					if o, control := d.createCollection(ctx, d.name("without")); o == nil {
						return control.unable("create a policy collection")
					}
				}
				return a.is("create a policy collection with a policy that does not exist", http.StatusBadRequest, codePolicyGone)
			},
		},
	})

func (d *domain) createCollection(ctx context.Context, code string) (*object, answer) {
	return d.createCollectionWith(ctx, code)
}

func (d *domain) createCollectionWith(ctx context.Context, code string, members ...any) (*object, answer) {
	body := map[string]any{"code": code, "description": createdBy, "policies": append([]any{}, members...), "policyCollections": []any{}}
	return d.create(ctx, collections, code, d.access.Post("CreatePolicyCollection", "policycollections").Body(body))
}

var accessTemplateChecks = slices.Concat(
	lifeOf(templates, "GetPolicyTemplate", codeTemplateTaken, (*domain).createTemplate),
	[]Check{
		{
			API: "access", Name: "policy-templates-list-lag", Needs: Write,
			Statement: "The first list after a create contains the new policy template.",
			Source:    noSource,
			Assumed:   "If a list does not contain an object, the provider reads it by the code. The mock's lists contain new objects at once.",
			run:       listedWith("a policy template", (*domain).createTemplate),
		},
		{
			API: "access", Name: "policy-template-update-replaces", Needs: Write,
			Statement: "An update of a policy template removes the selectors that the request omits.",
			Source:    "a rule for all of LUSID's PUT requests; whether it applies to lists: " + noSource,
			Assumed:   "The provider sends the whole template. The mock replaces the list of selectors.",
			run: func(ctx context.Context, d *domain) Finding {
				code := d.name("clear")
				o, a := d.createTemplate(ctx, code)
				if o == nil {
					return a.unable("create a policy template")
				}
				const tag = "Updated"
				body := map[string]any{"displayName": code, "description": createdBy, "templatedSelectors": []any{templatedSelector(code, tag)}}
				if update := d.write(ctx, d.access.Put("UpdatePolicyTemplate", o.path()...).Body(body)); !update.ok() {
					return update.unable("update a policy template")
				}
				tags := func(template map[string]any) (all []string) {
					for _, templated := range objectsIn(template, "templatedSelectors") {
						all = append(all, text(templated, "tag"))
					}
					return all
				}
				isReplaced := func(template map[string]any) bool { return slices.Equal(tags(template), []string{tag}) }
				updated, problem := d.readUpdated(ctx, o, d.access.Get("GetPolicyTemplate", o.path()...), isReplaced)
				switch {
				case problem != nil:
					return *problem
				case !slices.Contains(tags(updated), tag):
					return couldNotTell("a read does not show the update")
				}
				return decide(isReplaced(updated), "%d selectors after an update with one selector", len(tags(updated)))
			},
		},
	})

func (d *domain) createTemplate(ctx context.Context, code string) (*object, answer) {
	return d.create(ctx, templates, code, d.templateRequest(code))
}

func (d *domain) templateRequest(code string) client.Request {
	return d.access.Post("CreatePolicyTemplate", "policytemplates").Body(map[string]any{
		"code": code, "displayName": code, "description": createdBy,
		"templatedSelectors": []any{templatedSelector(code, "Data")},
	})
}

func templatedSelector(code, tag string) map[string]any {
	return map[string]any{"application": "LUSID", "tag": tag, "selector": selector("Read", code)}
}
