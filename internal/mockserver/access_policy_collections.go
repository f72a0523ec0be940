package mockserver

import (
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

const (
	codePolicyCollectionDoesNotExist = 604
	codePolicyCollectionExists       = 612
)

// accessPolicyCollections are the policy collections of the Access service.
type accessPolicyCollections struct{ *access }

type accessPolicyCollection struct {
	id          entitlement.ID
	description *string
	members     entitlement.PolicyIDRoleResource
}

// policyCollectionUpdateRequest is PolicyCollectionUpdateRequest without the metadata, which no response
// has. It is also AddToPolicyCollectionRequest and RemoveFromPolicyCollectionRequest, which have no
// description.
type policyCollectionUpdateRequest struct {
	Description *string `json:"description"`
	entitlement.PolicyIDRoleResource
}

// policyCollectionCreationRequest is PolicyCollectionCreationRequest.
type policyCollectionCreationRequest struct {
	Code string `json:"code"`
	policyCollectionUpdateRequest
}

// policyCollectionResponse is PolicyCollectionResponse.
type policyCollectionResponse struct {
	ID          entitlement.ID `json:"id"`
	Description *string        `json:"description,omitempty"`
	entitlement.PolicyIDRoleResource
}

func (p accessPolicyCollections) operations() operations {
	return operations{
		"ListPolicyCollections":      p.list,
		"PagePolicyCollections":      p.page,
		"GetPolicyCollection":        p.get,
		"CreatePolicyCollection":     p.create,
		"UpdatePolicyCollection":     p.update,
		"DeletePolicyCollection":     p.delete,
		"AddToPolicyCollection":      p.addMembers,
		"RemoveFromPolicyCollection": p.removeMembers,
	}
}

func (p accessPolicyCollections) list(c *call) (any, error) {
	return bodies(inScope(p.collections.list(), accessID(c).Scope)), nil
}

func (p accessPolicyCollections) page(c *call) (any, error) {
	return pageOf(c, bodies(p.collections.list()))
}

func (p accessPolicyCollections) get(c *call) (any, error) {
	row, err := p.lookUp(c)
	if err != nil {
		return nil, err
	}
	return row.body(), nil
}

// create creates the collection in the default scope.
//
// Unverified: access/policy-collection-create.
func (p accessPolicyCollections) create(c *call) (any, error) {
	request, err := decode[policyCollectionCreationRequest](c)
	if err != nil {
		return nil, err
	}
	return p.add(request)
}

func (p accessPolicyCollections) add(request policyCollectionCreationRequest) (any, error) {
	id := entitlement.ID{Scope: defaultScope, Code: request.Code}
	if _, taken := p.collections.get(id.String()); taken {
		return nil, codeExists(codePolicyCollectionExists, "policy collection", id)
	}
	return p.put(id, request.policyCollectionUpdateRequest)
}

// update replaces the description and both lists.
//
// Unverified: access/policy-collection-update-replaces.
func (p accessPolicyCollections) update(c *call) (any, error) {
	request, err := decode[policyCollectionUpdateRequest](c)
	if err != nil {
		return nil, err
	}
	row, err := p.lookUpToChange(c)
	if err != nil {
		return nil, err
	}
	return p.put(row.id, request)
}

// delete also deletes a collection that roles and collections refer to. They keep the reference.
//
// Unverified: access/policy-collection-delete, access/policy-collection-delete-again.
// Unverified: access/policy-collection-in-use-delete.
func (p accessPolicyCollections) delete(c *call) (any, error) {
	row, err := p.lookUpToChange(c)
	if err != nil {
		return nil, err
	}
	p.collections.delete(row.id.String())
	return nil, nil
}

func (p accessPolicyCollections) addMembers(c *call) (any, error) {
	return p.changeMembers(c, p.attach)
}

func (p accessPolicyCollections) removeMembers(c *call) (any, error) {
	return p.changeMembers(c, func(members *entitlement.PolicyIDRoleResource, request entitlement.PolicyIDRoleResource) error {
		detach(members, request)
		return nil
	})
}

func (p accessPolicyCollections) changeMembers(c *call, change func(members *entitlement.PolicyIDRoleResource, request entitlement.PolicyIDRoleResource) error) (any, error) {
	request, err := decode[policyCollectionUpdateRequest](c)
	if err != nil {
		return nil, err
	}
	row, err := p.lookUpToChange(c)
	if err != nil {
		return nil, err
	}
	if err := change(&row.members, request.PolicyIDRoleResource); err != nil {
		return nil, err
	}
	p.collections.put(row.id.String(), row)
	return row.body(), nil
}

func (p accessPolicyCollections) put(id entitlement.ID, request policyCollectionUpdateRequest) (any, error) {
	row := accessPolicyCollection{id: id, description: request.Description, members: request.PolicyIDRoleResource}
	if err := p.checkResource(&row.members); err != nil {
		return nil, err
	}
	p.collections.put(id.String(), row)
	return row.body(), nil
}

// lookUp returns the collection in the path of a request, or the *problem of a 404.
//
// Unverified: access/policy-collection-missing.
func (p accessPolicyCollections) lookUp(c *call) (accessPolicyCollection, error) {
	id := accessID(c)
	row, ok := p.collections.get(id.String())
	if !ok {
		return row, doesNotExist(codePolicyCollectionDoesNotExist, "policy collection", id.String())
	}
	return row, nil
}

func (p accessPolicyCollections) lookUpToChange(c *call) (accessPolicyCollection, error) {
	row, err := p.lookUp(c)
	if err == nil {
		err = mayChange(row.id)
	}
	return row, err
}

// attach adds references to the members of a role or collection, and keeps the other members. The added
// objects must exist.
func (a *access) attach(members *entitlement.PolicyIDRoleResource, added entitlement.PolicyIDRoleResource) error {
	if err := a.checkResource(&added); err != nil {
		return err
	}
	detach(members, added)
	members.Policies = append(members.Policies, added.Policies...)
	members.PolicyCollections = append(members.PolicyCollections, added.PolicyCollections...)
	return nil
}

// detach removes references. It ignores references that are not members.
func detach(members *entitlement.PolicyIDRoleResource, removed entitlement.PolicyIDRoleResource) {
	without := func(ids, removed []entitlement.ID) []entitlement.ID {
		return slices.DeleteFunc(slices.Clone(ids), func(id entitlement.ID) bool {
			return slices.ContainsFunc(removed, func(r entitlement.ID) bool { return r.String() == id.String() })
		})
	}
	members.Policies = without(members.Policies, removed.Policies)
	members.PolicyCollections = without(members.PolicyCollections, removed.PolicyCollections)
}

func (row accessPolicyCollection) scope() string { return row.id.Scope }

func (row accessPolicyCollection) body() policyCollectionResponse {
	return policyCollectionResponse{ID: row.id, Description: row.description, PolicyIDRoleResource: row.members}
}
