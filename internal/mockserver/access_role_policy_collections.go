package mockserver

import (
	"fmt"
	"net/http"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// accessRolePolicyCollections has the policy collections of each role.
type accessRolePolicyCollections struct{ accessRoles }

// addPolicyCollectionToRoleRequest is AddPolicyCollectionToRoleRequest.
type addPolicyCollectionToRoleRequest struct {
	PolicyCollections []entitlement.ID `json:"policyCollections"`
}

func (r accessRolePolicyCollections) operations() operations {
	return operations{
		"AddPolicyCollectionToRole":      r.add,
		"RemovePolicyCollectionFromRole": r.remove,
	}
}

// add also succeeds if the role already has the collections.
//
// Unverified: access/role-attach-again.
func (r accessRolePolicyCollections) add(c *call) (any, error) {
	request, err := decode[addPolicyCollectionToRoleRequest](c)
	if err != nil {
		return nil, err
	}
	return r.change(c, func(members *entitlement.PolicyIDRoleResource) error {
		return r.attach(members, entitlement.PolicyIDRoleResource{PolicyCollections: request.PolicyCollections})
	})
}

// remove also succeeds if the role doesn't have the collection.
//
// Unverified: access/role-detach-again.
func (r accessRolePolicyCollections) remove(c *call) (any, error) {
	id := entitlement.ID{Scope: c.params["policycollectionscope"], Code: c.params["policycollectioncode"]}
	return r.change(c, func(members *entitlement.PolicyIDRoleResource) error {
		detach(members, entitlement.PolicyIDRoleResource{PolicyCollections: []entitlement.ID{id}})
		return nil
	})
}

func (r accessRolePolicyCollections) change(c *call, change func(members *entitlement.PolicyIDRoleResource) error) (any, error) {
	row, err := r.lookUpToChange(accessID(c))
	if err != nil {
		return nil, err
	}
	if row.resource.PolicyIDRoleResource == nil {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeInvalidRequest,
			detail: fmt.Sprintf("The role %q supervises roles, so it has no policy collections.", row.id.String()),
		}
	}
	members := *row.resource.PolicyIDRoleResource
	if err := change(&members); err != nil {
		return nil, err
	}
	row.resource.PolicyIDRoleResource = &members
	r.roles.put(row.id.String(), row)
	return row.body(), nil
}
