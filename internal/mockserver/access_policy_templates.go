package mockserver

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

const (
	codePolicyTemplateExists       = 877
	codePolicyTemplateDoesNotExist = 878
)

// accessPolicyTemplates are the policy templates of the Access service.
type accessPolicyTemplates struct{ *access }

type accessPolicyTemplate struct {
	id       entitlement.ID
	document policyTemplateDocument
}

// policyTemplateDocument is PolicyTemplateUpdateRequest, and the common part of
// PolicyTemplateCreationRequest and PolicyTemplateResponse.
type policyTemplateDocument struct {
	DisplayName        string                    `json:"displayName"`
	Description        string                    `json:"description"`
	TemplatedSelectors []policyTemplatedSelector `json:"templatedSelectors"`
}

// policyTemplatedSelector is PolicyTemplatedSelector.
type policyTemplatedSelector struct {
	Application string          `json:"application"`
	Tag         string          `json:"tag"`
	Selector    json.RawMessage `json:"selector"`
}

// policyTemplateCreationRequest is PolicyTemplateCreationRequest.
type policyTemplateCreationRequest struct {
	Code string `json:"code"`
	policyTemplateDocument
}

// policyTemplateResponse is PolicyTemplateResponse.
type policyTemplateResponse struct {
	Scope        string   `json:"scope"`
	Code         string   `json:"code"`
	Applications []string `json:"applications"`
	Tags         []string `json:"tags"`
	policyTemplateDocument
}

// generatePolicyRequest is GeneratePolicyFromTemplateRequest.
type generatePolicyRequest struct {
	TemplateSelection []templateSelection `json:"templateSelection"`
	Selectors         []json.RawMessage   `json:"selectors"`
}

// generatedPolicyComponents is GeneratedPolicyComponents.
type generatedPolicyComponents struct {
	Applications     []string          `json:"applications"`
	Selectors        []json.RawMessage `json:"selectors"`
	TemplateMetadata templateMetadata  `json:"templateMetadata"`
}

func (p accessPolicyTemplates) operations() operations {
	return operations{
		"ListPolicyTemplates":        p.list,
		"GetPolicyTemplate":          p.get,
		"CreatePolicyTemplate":       p.create,
		"UpdatePolicyTemplate":       p.update,
		"DeletePolicyTemplate":       p.delete,
		"GeneratePolicyFromTemplate": p.generate,
	}
}

// list returns every template. In the mock, the experimental feature is always enabled.
//
// Unverified: access/policy-templates-enabled.
func (p accessPolicyTemplates) list(c *call) (any, error) {
	return pageOf(c, bodies(p.templates.list()))
}

func (p accessPolicyTemplates) get(c *call) (any, error) {
	if err := refuseParameters(c, "asAt"); err != nil {
		return nil, err
	}
	row, err := p.lookUp(c)
	if err != nil {
		return nil, err
	}
	return row.body(), nil
}

// create creates the template in the default scope.
//
// Unverified: access/policy-template-create.
func (p accessPolicyTemplates) create(c *call) (any, error) {
	request, err := decode[policyTemplateCreationRequest](c)
	if err != nil {
		return nil, err
	}
	return p.add(request)
}

func (p accessPolicyTemplates) add(request policyTemplateCreationRequest) (any, error) {
	id := entitlement.ID{Scope: defaultScope, Code: request.Code}
	if _, taken := p.templates.get(id.String()); taken {
		return nil, codeExists(codePolicyTemplateExists, "policy template", id)
	}
	return p.put(accessPolicyTemplate{id, request.policyTemplateDocument}), nil
}

// update replaces all fields except the code.
//
// Unverified: access/policy-template-update-replaces.
func (p accessPolicyTemplates) update(c *call) (any, error) {
	document, err := decode[policyTemplateDocument](c)
	if err != nil {
		return nil, err
	}
	row, err := p.lookUp(c)
	if err != nil {
		return nil, err
	}
	return p.put(accessPolicyTemplate{row.id, document}), nil
}

// delete accepts a scope, but every template is in the default scope.
//
// Unverified: access/policy-template-delete, access/policy-template-delete-again.
func (p accessPolicyTemplates) delete(c *call) (any, error) {
	row, err := p.lookUp(c)
	if err != nil {
		return nil, err
	}
	p.templates.delete(row.id.String())
	return nil, nil
}

// generate creates nothing. It returns the selectors of the templates, followed by those of the request.
func (p accessPolicyTemplates) generate(c *call) (any, error) {
	if err := refuseParameters(c, "asAt"); err != nil {
		return nil, err
	}
	request, err := decode[generatePolicyRequest](c)
	if err != nil {
		return nil, err
	}
	generated := generatedPolicyComponents{
		Applications:     []string{},
		Selectors:        []json.RawMessage{},
		TemplateMetadata: templateMetadata{TemplateSelection: request.TemplateSelection, BuildAsAt: newInstant(c.now)},
	}
	for i, selection := range request.TemplateSelection {
		id := entitlement.ID{Scope: selection.Scope, Code: selection.Code}
		row, ok := p.templates.get(id.String())
		if !ok {
			return nil, invalidField(codePolicyTemplateDoesNotExist, fmt.Sprintf("templateSelection.%d", i),
				fmt.Sprintf("The policy template %q does not exist.", id.String()))
		}
		for _, templated := range row.document.TemplatedSelectors {
			if len(selection.SelectorTags) == 0 || slices.Contains(selection.SelectorTags, templated.Tag) {
				generated.Applications = appendNew(generated.Applications, templated.Application)
				generated.Selectors = append(generated.Selectors, templated.Selector)
			}
		}
	}
	generated.Selectors = append(generated.Selectors, request.Selectors...)
	return generated, nil
}

func (p accessPolicyTemplates) put(row accessPolicyTemplate) policyTemplateResponse {
	p.templates.put(row.id.String(), row)
	return row.body()
}

// lookUp returns the template in the path of a request, or the *problem of a 404.
//
// Unverified: access/policy-template-missing.
func (p accessPolicyTemplates) lookUp(c *call) (accessPolicyTemplate, error) {
	id := accessID(c)
	row, ok := p.templates.get(id.String())
	if !ok {
		return row, doesNotExist(codePolicyTemplateDoesNotExist, "policy template", id.String())
	}
	return row, nil
}

func (row accessPolicyTemplate) body() policyTemplateResponse {
	response := policyTemplateResponse{
		Scope: row.id.Scope, Code: row.id.Code, Applications: []string{}, Tags: []string{}, policyTemplateDocument: row.document,
	}
	for _, selector := range row.document.TemplatedSelectors {
		response.Applications = appendNew(response.Applications, selector.Application)
		response.Tags = appendNew(response.Tags, selector.Tag)
	}
	return response
}

// appendNew appends a text if the list does not contain it.
func appendNew(texts []string, text string) []string {
	if slices.Contains(texts, text) {
		return texts
	}
	return append(texts, text)
}
