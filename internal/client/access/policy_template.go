package access

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// PolicyTemplateResponse is a template for policies. LUSID calls templates experimental.
type PolicyTemplateResponse struct {
	// ID is at the top level of LUSID's document.
	ID ResourceID `json:"-"`
	PolicyTemplateUpdateRequest

	// Applications and Tags are those of the selectors. LUSID computes them.
	Applications []string `json:"applications"`
	Tags         []string `json:"tags"`
	// Unmodelled has the names of the parts of the template that this package does not support. An update
	// would remove these parts. Selectors of an unknown kind are left out of the list.
	Unmodelled []string `json:"-"`
}

// ObjectKey implements client.Keyed.
func (p *PolicyTemplateResponse) ObjectKey() string { return p.ID.String() }

// MissingField implements [client.Checked].
func (p *PolicyTemplateResponse) MissingField() string {
	if p.ID.Code == "" {
		return "code"
	}
	return ""
}

// MissingElementField implements [client.CheckedElements].
func (p *PolicyTemplateResponse) MissingElementField() string {
	return client.MissingIn("templatedSelectors", p.TemplatedSelectors, func(s PolicyTemplatedSelector) string {
		return cmp.Or(client.IfEmpty("application", s.Application), client.IfEmpty("tag", s.Tag), s.Selector.missingField())
	})
}

// UnmarshalJSON decodes a template, and records the parts that this package does not support.
func (p *PolicyTemplateResponse) UnmarshalJSON(data []byte) (err error) {
	type plain PolicyTemplateResponse
	if err = json.Unmarshal(data, (*plain)(p)); err != nil {
		return err
	}
	if err = json.Unmarshal(data, &p.ID); err != nil {
		return err
	}
	if p.Unmodelled, err = unmodelled(data, p.PolicyTemplateUpdateRequest, "templatedSelectors"); err != nil {
		return err
	}
	for i := range p.TemplatedSelectors {
		selector := &p.TemplatedSelectors[i].Selector
		name := fmt.Sprintf("templatedSelectors[%d]", i)
		isNamed := func(part string) bool { return strings.HasPrefix(part, name) }
		if !selector.isKnown() && !slices.ContainsFunc(p.Unmodelled, isNamed) {
			p.Unmodelled = append(p.Unmodelled, name)
		}
		selector.dropUnknown()
	}
	p.TemplatedSelectors = slices.DeleteFunc(p.TemplatedSelectors, func(s PolicyTemplatedSelector) bool { return !s.Selector.isKnown() })
	return nil
}

// PolicyTemplateCreationRequest describes a new template.
type PolicyTemplateCreationRequest struct {
	// Code has 3 to 100 letters, digits, underscores, spaces, plus signs and hyphens. It is immutable.
	Code string `json:"code"`
	PolicyTemplateUpdateRequest
}

// PolicyTemplateUpdateRequest has all fields of a template except its scope and code.
type PolicyTemplateUpdateRequest struct {
	// DisplayName has 1 to 512 characters.
	DisplayName string `json:"displayName"`
	// Description has 1024 characters at most.
	Description string `json:"description"`
	// TemplatedSelectors must not be nil in a request.
	TemplatedSelectors []PolicyTemplatedSelector `json:"templatedSelectors"`
}

// PolicyTemplatedSelector is a selector with its application.
type PolicyTemplatedSelector struct {
	// Application is a name such as LUSID.
	Application string `json:"application"`
	// Tag is a name such as Data or Feature. A policy can be generated from the selectors with certain
	// tags only.
	Tag      string             `json:"tag"`
	Selector SelectorDefinition `json:"selector"`
}

// GeneratePolicyFromTemplateRequest has the templates and the selectors of a policy to generate.
type GeneratePolicyFromTemplateRequest struct {
	// TemplateSelection has 100 templates at most. It must not be nil.
	TemplateSelection []TemplateSelection `json:"templateSelection"`
	// Selectors are added to those of the templates. There are 100 at most.
	Selectors []SelectorDefinition `json:"selectors,omitempty"`
}

// GeneratedPolicyComponents are the parts of a generated policy.
type GeneratedPolicyComponents struct {
	Applications []string             `json:"applications"`
	Selectors    []SelectorDefinition `json:"selectors"`
	// TemplateMetadata is for the TemplateMetadata of the policy. Nil if LUSID does not return it.
	TemplateMetadata *TemplateMetadata `json:"templateMetadata"`
	// Unmodelled has the names of the parts of the policy that this package does not support. Selectors of
	// an unknown kind are left out of the list.
	Unmodelled []string `json:"-"`
}

// MissingField implements [client.Checked].
func (g *GeneratedPolicyComponents) MissingField() string {
	if g.Selectors == nil && g.Applications == nil && g.TemplateMetadata == nil {
		return "selectors"
	}
	return ""
}

// MissingElementField implements [client.CheckedElements].
func (g *GeneratedPolicyComponents) MissingElementField() string {
	return cmp.Or(client.MissingIn("selectors", g.Selectors, SelectorDefinition.missingField), g.TemplateMetadata.missingField())
}

// UnmarshalJSON decodes the parts, and records those that this package does not support.
func (g *GeneratedPolicyComponents) UnmarshalJSON(data []byte) (err error) {
	type plain GeneratedPolicyComponents
	if err = json.Unmarshal(data, (*plain)(g)); err != nil {
		return err
	}
	if g.Unmodelled, err = unmodelled(data, g, "selectors", "templateMetadata"); err != nil {
		return err
	}
	g.Selectors = withoutUnknown(g.Selectors)
	return nil
}

// ListPolicyTemplates returns every template. It reads all pages.
func (c *Client) ListPolicyTemplates(ctx context.Context) ([]PolicyTemplateResponse, error) {
	return client.DoPages[PolicyTemplateResponse](ctx,
		c.api.Get("ListPolicyTemplates", "policytemplates").Query("limit", strconv.Itoa(pageSize)))
}

// GetPolicyTemplate reads a template. If LUSID returns the ID in another case, the template gets the ID of
// the argument.
func (c *Client) GetPolicyTemplate(ctx context.Context, id ResourceID) (*PolicyTemplateResponse, error) {
	r := c.api.Get("GetPolicyTemplate", "policytemplates", id.Code).Query("scope", id.Scope)
	template, err := client.DoFor(ctx, r.On(c.policyTemplate(id)), id.String(), (*PolicyTemplateResponse).ObjectKey)
	if err == nil {
		template.ID = id
	}
	return template, err
}

// RefreshPolicyTemplate is GetPolicyTemplate for one of many. It may return the template from a list, if
// accepts is true for it.
func (c *Client) RefreshPolicyTemplate(
	ctx context.Context, id ResourceID, accepts func(*PolicyTemplateResponse) bool,
) (*PolicyTemplateResponse, error) {
	return client.Refresh(ctx, c.policyTemplates(),
		func(template *PolicyTemplateResponse) bool { return template.ID == id && accepts(template) },
		func(ctx context.Context) (*PolicyTemplateResponse, error) { return c.GetPolicyTemplate(ctx, id) })
}

// CreatePolicyTemplate creates a template in the default scope. LUSID refuses the code of another template:
// see [IsTaken].
func (c *Client) CreatePolicyTemplate(ctx context.Context, body PolicyTemplateCreationRequest) (*PolicyTemplateResponse, error) {
	r := c.api.Post("CreatePolicyTemplate", "policytemplates").Body(body)
	return client.DoFor(ctx, r, body.Code, func(template *PolicyTemplateResponse) string { return template.ID.Code })
}

// UpdatePolicyTemplate replaces all fields of a template in the default scope except its code. LUSID can't
// update a template in another scope.
//
// Unverified: access/policy-template-update-replaces.
func (c *Client) UpdatePolicyTemplate(ctx context.Context, code string, body PolicyTemplateUpdateRequest) (*PolicyTemplateResponse, error) {
	id, r := ResourceID{Scope: DefaultScope, Code: code}, c.api.Put("UpdatePolicyTemplate", "policytemplates", code).Body(body)
	return client.DoFor(ctx, r.On(c.policyTemplate(id)), id.String(), (*PolicyTemplateResponse).ObjectKey)
}

// DeletePolicyTemplate deletes a template. LUSID keeps the policies that were generated from it.
func (c *Client) DeletePolicyTemplate(ctx context.Context, id ResourceID) error {
	r := c.api.Delete("DeletePolicyTemplate", "policytemplates", id.Code).Query("scope", id.Scope)
	return client.DoNoContent(ctx, r.On(c.policyTemplate(id)))
}

// GeneratePolicyFromTemplate returns the parts of a policy that LUSID generates from templates. It creates
// nothing.
func (c *Client) GeneratePolicyFromTemplate(ctx context.Context, body GeneratePolicyFromTemplateRequest) (*GeneratedPolicyComponents, error) {
	return client.Do[GeneratedPolicyComponents](ctx, c.api.Post("GeneratePolicyFromTemplate", "policytemplates", "$generatepolicy").ReadOnly().Body(body))
}

func (c *Client) policyTemplates() client.Kind[PolicyTemplateResponse] {
	return client.Kind[PolicyTemplateResponse]{API: c.api, Name: "policy templates", List: c.ListPolicyTemplates}
}

func (c *Client) policyTemplate(id ResourceID) client.Object {
	return client.Listed(c.policyTemplates(), func(template *PolicyTemplateResponse) bool { return template.ID.isLike(id) }, codePolicyTemplateNotFound)
}
