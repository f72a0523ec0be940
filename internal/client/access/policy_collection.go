package access

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// PolicyCollectionResponse is a policy collection, which is a set of policies and other policy collections. A role that
// has the collection has all its policies. LUSID never returns the metadata of a collection.
type PolicyCollectionResponse struct {
	ID ResourceID `json:"id"`
	PolicyCollectionUpdateRequest

	// Unmodelled has the names of the parts of the collection that this package does not support. An update
	// would remove these parts. The metadata is not included.
	Unmodelled []string `json:"-"`
}

// ObjectKey implements client.Keyed.
func (p *PolicyCollectionResponse) ObjectKey() string { return p.ID.String() }

// MissingField implements [client.Checked].
func (p *PolicyCollectionResponse) MissingField() string {
	if p.ID.Code == "" {
		return "id.code"
	}
	return ""
}

// MissingElementField implements [client.CheckedElements].
func (p *PolicyCollectionResponse) MissingElementField() string {
	return cmp.Or(missingCode("policies", p.Policies), missingCode("policyCollections", p.PolicyCollections))
}

// UnmarshalJSON decodes a policy collection, and records the parts that this package does not support.
func (p *PolicyCollectionResponse) UnmarshalJSON(data []byte) (err error) {
	type plain PolicyCollectionResponse
	if err = json.Unmarshal(data, (*plain)(p)); err != nil {
		return err
	}
	p.Unmodelled, err = unmodelled(data, p.PolicyCollectionUpdateRequest, "policies", "policyCollections")
	return err
}

// PolicyCollectionCreationRequest describes a new policy collection.
type PolicyCollectionCreationRequest struct {
	// Code has 3 to 100 letters, digits, underscores, spaces, plus signs and hyphens. It is immutable.
	Code string `json:"code"`
	PolicyCollectionUpdateRequest
}

// PolicyCollectionUpdateRequest has all fields of a policy collection except its scope, its code and its
// metadata.
type PolicyCollectionUpdateRequest struct {
	// Description has 1024 characters at most.
	Description string `json:"description"`
	// Policies and PolicyCollections must not be nil in a request. Nil if LUSID returns none.
	Policies          []ResourceID `json:"policies"`
	PolicyCollections []ResourceID `json:"policyCollections"`
}

// addPolicyCollectionToRoleRequest has the policy collections to attach to a role.
type addPolicyCollectionToRoleRequest struct {
	PolicyCollections []ResourceID `json:"policyCollections"`
}

// ListPolicyCollections returns every policy collection of a scope.
func (c *Client) ListPolicyCollections(ctx context.Context, scope string) ([]PolicyCollectionResponse, error) {
	return client.DoList[PolicyCollectionResponse](ctx, c.api.Get("ListPolicyCollections", "policycollections").Query("scope", scope))
}

// PagePolicyCollections returns every policy collection. It reads all pages.
func (c *Client) PagePolicyCollections(ctx context.Context) ([]PolicyCollectionResponse, error) {
	r := c.api.Get("PagePolicyCollections", "policycollections", "page").Query("limit", strconv.Itoa(pageSize))
	return client.DoPages[PolicyCollectionResponse](ctx, r)
}

// GetPolicyCollection reads a policy collection. If LUSID returns the ID in another case, the collection
// gets the ID of the argument.
func (c *Client) GetPolicyCollection(ctx context.Context, id ResourceID) (*PolicyCollectionResponse, error) {
	r := c.api.Get("GetPolicyCollection", "policycollections", id.Code).Query("scope", id.Scope)
	collection, err := client.DoFor(ctx, r.On(c.policyCollection(id)), id.String(), (*PolicyCollectionResponse).ObjectKey)
	if err == nil {
		collection.ID = id
	}
	return collection, err
}

// RefreshPolicyCollection is GetPolicyCollection for one of many. It may return the policy collection from
// a list, if accepts is true for it.
func (c *Client) RefreshPolicyCollection(
	ctx context.Context, id ResourceID, accepts func(*PolicyCollectionResponse) bool,
) (*PolicyCollectionResponse, error) {
	return client.Refresh(ctx, c.policyCollections(),
		func(collection *PolicyCollectionResponse) bool { return collection.ID == id && accepts(collection) },
		func(ctx context.Context) (*PolicyCollectionResponse, error) { return c.GetPolicyCollection(ctx, id) })
}

// RefreshPolicyCollections is PagePolicyCollections for a plan. It may return the cached list of a refresh.
func (c *Client) RefreshPolicyCollections(ctx context.Context) ([]PolicyCollectionResponse, error) {
	return client.RefreshList(ctx, c.policyCollections(), func([]PolicyCollectionResponse) bool { return true })
}

// CreatePolicyCollection creates a policy collection in the default scope. LUSID refuses the code of
// another collection: see [IsTaken].
func (c *Client) CreatePolicyCollection(ctx context.Context, body PolicyCollectionCreationRequest) (*PolicyCollectionResponse, error) {
	r := c.api.Post("CreatePolicyCollection", "policycollections").Body(body)
	return client.DoFor(ctx, r, body.Code, func(collection *PolicyCollectionResponse) string { return collection.ID.Code })
}

// UpdatePolicyCollection replaces all fields of a policy collection except its scope and code. This removes
// its metadata.
func (c *Client) UpdatePolicyCollection(ctx context.Context, id ResourceID, body PolicyCollectionUpdateRequest) (*PolicyCollectionResponse, error) {
	r := c.api.Put("UpdatePolicyCollection", "policycollections", id.Code).Query("scope", id.Scope).Body(body)
	return client.DoFor(ctx, r.On(c.policyCollection(id)), id.String(), (*PolicyCollectionResponse).ObjectKey)
}

// DeletePolicyCollection deletes a policy collection.
func (c *Client) DeletePolicyCollection(ctx context.Context, id ResourceID) error {
	r := c.api.Delete("DeletePolicyCollection", "policycollections", id.Code).Query("scope", id.Scope)
	return client.DoNoContent(ctx, r.On(c.policyCollection(id)))
}

// AddPolicyCollectionToRole attaches a policy collection to a role. The role keeps its other policies and
// policy collections. If the collection is already attached, LUSID may refuse the request or do nothing.
func (c *Client) AddPolicyCollectionToRole(ctx context.Context, role, collection ResourceID) (*RoleResponse, error) {
	r := c.api.Post("AddPolicyCollectionToRole", "roles", role.Scope, role.Code, "policycollections")
	r = r.Body(addPolicyCollectionToRoleRequest{[]ResourceID{collection}}).Idempotent()
	return client.DoFor(ctx, r.On(c.role(role)), role.String(), (*RoleResponse).ObjectKey)
}

// RemovePolicyCollectionFromRole detaches a policy collection from a role. The role keeps its other
// policies and policy collections.
func (c *Client) RemovePolicyCollectionFromRole(ctx context.Context, role, collection ResourceID) error {
	r := c.api.Delete("RemovePolicyCollectionFromRole", "roles", role.Scope, role.Code, "policycollections", collection.Scope, collection.Code)
	has := func(listed *RoleResponse) bool { return listed.ID == role && listed.HasPolicyCollection(collection) }
	return client.DoNoContent(ctx, r.On(client.Listed(c.roles(), has, codePolicyCollectionNotFound)))
}

func (c *Client) policyCollections() client.Kind[PolicyCollectionResponse] {
	return client.Kind[PolicyCollectionResponse]{API: c.api, Name: "policy collections", List: c.PagePolicyCollections}
}

// policyCollection decides with the list of the collection's scope whether the collection is gone, because
// the pages may contain only the default scope.
func (c *Client) policyCollection(id ResourceID) client.Object {
	list := func(ctx context.Context) ([]PolicyCollectionResponse, error) {
		return c.ListPolicyCollections(ctx, id.Scope)
	}
	kind := client.Kind[PolicyCollectionResponse]{API: c.api, Name: "policy collections of scope " + id.Scope, List: list}
	return client.Listed(kind, func(collection *PolicyCollectionResponse) bool { return collection.ID.isLike(id) }, codePolicyCollectionNotFound)
}
