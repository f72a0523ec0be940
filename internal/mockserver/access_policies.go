package mockserver

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

const (
	codePolicyExists       = 613
	codePolicyDoesNotExist = 772
)

// accessPolicies are the policies of the Access service.
type accessPolicies struct{ *access }

type accessPolicy struct {
	id       entitlement.ID
	document policyDocument
	// rules is the document in the form that a decision uses.
	rules entitlement.Policy
}

// policyDocument is PolicyUpdateRequest, and the common part of PolicyCreationRequest and PolicyResponse.
// The mock keeps parts without a date unchanged, including the order of the selectors.
//
// Unverified: access/policy-selector-order, access/policy-activity-kept, access/policy-extras.
// Unverified: access/policy-empty-applications.
type policyDocument struct {
	Description      *string           `json:"description,omitempty"`
	Applications     []string          `json:"applications,omitzero"`
	Grant            string            `json:"grant"`
	Selectors        []json.RawMessage `json:"selectors"`
	For              []forSpec         `json:"for,omitzero"`
	If               []json.RawMessage `json:"if,omitzero"`
	When             whenSpec          `json:"when"`
	How              json.RawMessage   `json:"how,omitempty"`
	TemplateMetadata *templateMetadata `json:"templateMetadata,omitempty"`
}

// policyCreationRequest is PolicyCreationRequest.
type policyCreationRequest struct {
	Code string `json:"code"`
	policyDocument
}

// policyResponse is PolicyResponse.
type policyResponse struct {
	ID entitlement.ID `json:"id"`
	policyDocument
}

// forSpec is ForSpec.
type forSpec struct {
	EffectiveRange          *effectiveRange   `json:"effectiveRange,omitempty"`
	AsAtRangeForSpec        *asAtRangeForSpec `json:"asAtRangeForSpec,omitempty"`
	EffectiveDateRelative   json.RawMessage   `json:"effectiveDateRelative,omitempty"`
	AsAtRelative            json.RawMessage   `json:"asAtRelative,omitempty"`
	EffectiveDateHasQuality json.RawMessage   `json:"effectiveDateHasQuality,omitempty"`
}

// effectiveRange is EffectiveRange.
//
// Unverified: access/policy-effective-range.
type effectiveRange struct {
	From *instant `json:"from,omitempty"`
	To   *instant `json:"to,omitempty"`
}

// asAtRangeForSpec is AsAtRangeForSpec.
type asAtRangeForSpec struct {
	From asAtPredicate `json:"from"`
	To   asAtPredicate `json:"to"`
}

// asAtPredicate is AsAtPredicateContract.
type asAtPredicate struct {
	Value          *string  `json:"value,omitempty"`
	DateTimeOffset *instant `json:"dateTimeOffset,omitempty"`
}

// whenSpec is WhenSpec.
type whenSpec struct {
	Activate   instant  `json:"activate"`
	Deactivate *instant `json:"deactivate"`
}

// templateMetadata is TemplateMetadata.
//
// Unverified: access/policy-build-as-at.
type templateMetadata struct {
	TemplateSelection []templateSelection `json:"templateSelection,omitzero"`
	BuildAsAt         *instant            `json:"buildAsAt,omitempty"`
}

// templateSelection is TemplateSelection.
type templateSelection struct {
	Scope        string   `json:"scope"`
	Code         string   `json:"code"`
	SelectorTags []string `json:"selectorTags,omitzero"`
}

// never is the deactivation date of an object without an end.
//
// Unverified: access/policy-deactivate.
var never = instant(time.Date(9999, time.December, 31, 23, 59, 59, 999_999_900, time.UTC))

func (w *whenSpec) setDefault() {
	if w.Deactivate == nil {
		w.Deactivate = &never
	}
}

func (p accessPolicies) operations() operations {
	return operations{
		"ListPolicies": p.list,
		"PagePolicies": p.page,
		"GetPolicy":    p.get,
		"CreatePolicy": p.create,
		"UpdatePolicy": p.update,
		"DeletePolicy": p.delete,
	}
}

func (p accessPolicies) list(c *call) (any, error) {
	return bodies(inScope(p.policies.list(), accessID(c).Scope)), nil
}

// page returns policies of all scopes.
//
// Unverified: access/policies-page-scopes, access/policies-page-complete.
func (p accessPolicies) page(c *call) (any, error) { return pageOf(c, bodies(p.policies.list())) }

func (p accessPolicies) get(c *call) (any, error) {
	if err := refuseParameters(c, "asAt"); err != nil {
		return nil, err
	}
	row, err := p.lookUp(c)
	if err != nil {
		return nil, err
	}
	return row.body(), nil
}

// create creates the policy in the default scope. Codes are case-sensitive.
//
// Unverified: access/policy-create, access/create-scope, access/policy-code-case, access/policy-body-id.
func (p accessPolicies) create(c *call) (any, error) {
	request, err := decode[policyCreationRequest](c)
	if err != nil {
		return nil, err
	}
	return p.add(request)
}

func (p accessPolicies) add(request policyCreationRequest) (any, error) {
	id := entitlement.ID{Scope: defaultScope, Code: request.Code}
	if _, taken := p.policies.get(id.String()); taken {
		return nil, codeExists(codePolicyExists, "policy", id)
	}
	return p.put(id, request.policyDocument)
}

// update replaces the whole document. It clears the fields that the request leaves out.
//
// Unverified: access/policy-update-replaces.
func (p accessPolicies) update(c *call) (any, error) {
	document, err := decode[policyDocument](c)
	if err != nil {
		return nil, err
	}
	row, err := p.lookUpToChange(c)
	if err != nil {
		return nil, err
	}
	return p.put(row.id, document)
}

// delete also deletes a policy that roles and collections refer to. They keep the reference.
//
// Unverified: access/policy-delete, access/policy-delete-again, access/policy-in-use-delete.
// Unverified: access/role-dangling-policy.
func (p accessPolicies) delete(c *call) (any, error) {
	row, err := p.lookUpToChange(c)
	if err != nil {
		return nil, err
	}
	p.policies.delete(row.id.String())
	return nil, nil
}

func (p accessPolicies) put(id entitlement.ID, document policyDocument) (any, error) {
	document.When.setDefault()
	row := accessPolicy{id: id, document: document}
	encoded, err := json.Marshal(document)
	if err == nil {
		err = json.Unmarshal(encoded, &row.rules)
	}
	if err != nil {
		return nil, fmt.Errorf("the contract accepts a policy that cannot be evaluated: %w", err)
	}
	p.policies.put(id.String(), row)
	return row.body(), nil
}

// lookUp returns the policy in the path of a request, or the *problem of a 404.
//
// Unverified: access/policy-missing.
func (p accessPolicies) lookUp(c *call) (accessPolicy, error) {
	id := accessID(c)
	row, ok := p.policies.get(id.String())
	if !ok {
		return row, doesNotExist(codePolicyDoesNotExist, "policy", id.String())
	}
	return row, nil
}

func (p accessPolicies) lookUpToChange(c *call) (accessPolicy, error) {
	row, err := p.lookUp(c)
	if err == nil {
		err = mayChange(row.id)
	}
	return row, err
}

func (row accessPolicy) scope() string { return row.id.Scope }

func (row accessPolicy) body() policyResponse {
	return policyResponse{ID: row.id, policyDocument: row.document}
}
