package access

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// pageSize is the number of objects on a page by default.
const pageSize = 2000

// PolicyResponse is a policy.
type PolicyResponse struct {
	ID ResourceID `json:"id"`
	PolicyUpdateRequest

	// Unmodelled has the names of the parts of the policy that this package does not support, such as
	// "how". An update would remove these parts. Selectors and conditions of an unknown kind are left out
	// of the lists.
	Unmodelled []string `json:"-"`
}

// ObjectKey implements client.Keyed.
func (p *PolicyResponse) ObjectKey() string { return p.ID.String() }

// MissingField implements [client.Checked].
func (p *PolicyResponse) MissingField() string {
	if p.ID.Code == "" {
		return "id.code"
	}
	return ""
}

// UnmarshalJSON decodes a policy, and records the parts that this package does not support.
func (p *PolicyResponse) UnmarshalJSON(data []byte) (err error) {
	type plain PolicyResponse
	if err = json.Unmarshal(data, (*plain)(p)); err != nil {
		return err
	}
	if p.Unmodelled, err = unmodelled(data, p.PolicyUpdateRequest, "selectors", "for", "if", "how", "when", "templateMetadata"); err != nil {
		return err
	}
	p.Selectors = withoutUnknown(p.Selectors)
	p.For = slices.DeleteFunc(p.For, ForSpec.isUnknown)
	p.If = slices.DeleteFunc(p.If, IfExpression.isUnknown)
	return nil
}

// PolicyCreationRequest describes a new policy.
type PolicyCreationRequest struct {
	// Code has 3 to 100 letters, digits, underscores, spaces, plus signs and hyphens. It is immutable.
	Code string `json:"code"`
	PolicyUpdateRequest
}

// PolicyUpdateRequest has all fields of a policy except its scope and code.
type PolicyUpdateRequest struct {
	// Description has 1024 characters at most.
	Description string `json:"description"`
	// Applications are names such as LUSID. Empty if there are none.
	Applications []string `json:"applications,omitempty"`
	// Grant is Allow or Deny.
	Grant string `json:"grant"`
	// Selectors must not be nil in a request.
	Selectors        []SelectorDefinition `json:"selectors"`
	For              []ForSpec            `json:"for,omitempty"`
	If               []IfExpression       `json:"if,omitempty"`
	When             WhenSpec             `json:"when"`
	TemplateMetadata *TemplateMetadata    `json:"templateMetadata,omitempty"`
}

// MissingElementField implements [client.CheckedElements] for a PolicyResponse.
func (p *PolicyUpdateRequest) MissingElementField() string {
	return cmp.Or(
		client.MissingIn("selectors", p.Selectors, SelectorDefinition.missingField),
		client.MissingIn("if", p.If, IfExpression.missingField),
		p.TemplateMetadata.missingField(),
	)
}

// TemplateMetadata has the templates from which a policy was generated.
type TemplateMetadata struct {
	TemplateSelection []TemplateSelection `json:"templateSelection,omitempty"`
	// BuildAsAt is a timestamp in RFC 3339. Empty if LUSID does not return it.
	BuildAsAt string `json:"buildAsAt,omitempty"`
}

// missingField returns the path of the first template without a code.
func (m *TemplateMetadata) missingField() string {
	if m == nil {
		return ""
	}
	return client.MissingIn("templateMetadata.templateSelection", m.TemplateSelection,
		func(s TemplateSelection) string { return client.IfEmpty("code", s.Code) })
}

// TemplateSelection is a template and the tags of the selectors that were used. Without tags, all selectors
// were used.
type TemplateSelection struct {
	Scope        string   `json:"scope"`
	Code         string   `json:"code"`
	SelectorTags []string `json:"selectorTags,omitempty"`
}

// ListPolicies returns every policy of a scope.
func (c *Client) ListPolicies(ctx context.Context, scope string) ([]PolicyResponse, error) {
	return client.DoList[PolicyResponse](ctx, c.api.Get("ListPolicies", "policies").Query("scope", scope))
}

// PagePolicies returns every policy. It reads all pages.
func (c *Client) PagePolicies(ctx context.Context) ([]PolicyResponse, error) {
	return client.DoPages[PolicyResponse](ctx, c.api.Get("PagePolicies", "policies", "page").Query("limit", strconv.Itoa(pageSize)))
}

// GetPolicy reads a policy. If LUSID returns the ID in another case, the policy gets the ID of the
// argument.
func (c *Client) GetPolicy(ctx context.Context, id ResourceID) (*PolicyResponse, error) {
	r := c.api.Get("GetPolicy", "policies", id.Code).Query("scope", id.Scope)
	policy, err := client.DoFor(ctx, r.On(c.policy(id)), id.String(), (*PolicyResponse).ObjectKey)
	if err == nil {
		policy.ID = id
	}
	return policy, err
}

// RefreshPolicy is GetPolicy for one of many. It may return the policy from a list, if accepts is true for
// it.
func (c *Client) RefreshPolicy(ctx context.Context, id ResourceID, accepts func(*PolicyResponse) bool) (*PolicyResponse, error) {
	return client.Refresh(ctx, client.Kind[PolicyResponse]{API: c.api, Name: "policies", List: c.PagePolicies},
		func(policy *PolicyResponse) bool { return policy.ID == id && accepts(policy) },
		func(ctx context.Context) (*PolicyResponse, error) { return c.GetPolicy(ctx, id) })
}

// CreatePolicy creates a policy in the default scope. LUSID refuses the code of another policy: see
// [IsTaken].
func (c *Client) CreatePolicy(ctx context.Context, body PolicyCreationRequest) (*PolicyResponse, error) {
	r := c.api.Post("CreatePolicy", "policies").Body(body)
	return client.DoFor(ctx, r, body.Code, func(policy *PolicyResponse) string { return policy.ID.Code })
}

// UpdatePolicy replaces all fields of a policy except its scope and code.
func (c *Client) UpdatePolicy(ctx context.Context, id ResourceID, body PolicyUpdateRequest) (*PolicyResponse, error) {
	r := c.api.Put("UpdatePolicy", "policies", id.Code).Query("scope", id.Scope).Body(body)
	return client.DoFor(ctx, r.On(c.policy(id)), id.String(), (*PolicyResponse).ObjectKey)
}

// DeletePolicy deletes a policy.
func (c *Client) DeletePolicy(ctx context.Context, id ResourceID) error {
	return client.DoNoContent(ctx, c.api.Delete("DeletePolicy", "policies", id.Code).Query("scope", id.Scope).On(c.policy(id)))
}

// policy decides with the list of the policy's scope whether the policy is gone, because the pages may
// contain only the default scope.
//
// Unverified: access/policies-page-scopes, access/policy-missing.
func (c *Client) policy(id ResourceID) client.Object {
	list := func(ctx context.Context) ([]PolicyResponse, error) { return c.ListPolicies(ctx, id.Scope) }
	return client.Listed(client.Kind[PolicyResponse]{API: c.api, Name: "policies of scope " + id.Scope, List: list},
		func(policy *PolicyResponse) bool { return policy.ID.isLike(id) }, codePolicyNotFound)
}
