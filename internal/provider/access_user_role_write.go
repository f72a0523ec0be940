package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// adoptedNext says what a lost create may have left behind.
func adoptedNext(err error) []string {
	if !client.IsOutcomeUnknown(err) {
		return nil
	}
	return []string{"LUSID may have created it anyway. If so, the next apply adopts it."}
}

// keptNext is the next step if LUSID refuses to keep a policy or policy collection that the user role has already,
// because it was deleted. LUSID's error does not have the id in a field, so keptNext reads what the create keeps. The
// result is empty if all of it exists.
func (r *accessUserRoleResource) keptNext(ctx context.Context, userID string, kept userRoleExtras, err error) string {
	var gone []string
	switch {
	case client.HasCode(err, 772):
		gone = deletedAmong(kept.policies, func(id access.ResourceID) error {
			_, err := r.access.GetPolicy(ctx, id)
			return err
		})
	case client.HasCode(err, 604):
		gone = deletedAmong(kept.policyCollections, func(id access.ResourceID) error {
			_, err := r.access.GetPolicyCollection(ctx, id)
			return err
		})
	}
	if len(gone) == 0 {
		return ""
	}
	return fmt.Sprintf("The create keeps what the user role has in LUSID besides the configuration: %s. Of these, LUSID no longer has %s. "+
		"Import the user role instead of creating it. The plan then shows their removal. Use this import block, %s",
		strings.Join(kept.all(), ", "), strings.Join(gone, ", "), importHint("lusid_access_user_role", userID))
}

// deletedAmong returns those of the ids whose object does not exist.
func deletedAmong(ids []string, read func(access.ResourceID) error) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !client.IsNotFound(read(toAccessID(id))) })
}

// updatedNext is adoptedNext for an update.
func updatedNext(err error) []string {
	if !client.IsOutcomeUnknown(err) {
		return nil
	}
	return []string{"LUSID may have updated it anyway. If so, the next apply finds it as configured."}
}

// create creates the user role, or adds to the one that LUSID has. It returns what that one has besides.
//
// Terraform plans a create a second time when it applies it, and the provider does not learn what the first
// plan showed. So the create takes no policy away. It reads first: LUSID does not document that it refuses to
// create a second user role for a user, and it may replace the first one.
//
// Unverified: access/user-role-duplicate.
func (r *accessUserRoleResource) create(ctx context.Context, plan *accessUserRoleModel, diags *diag.Diagnostics) (kept userRoleExtras, err error) {
	userID, wanted := plan.UserID.ValueString(), plan.toUpdate()
	create := func() error {
		_, err := r.access.CreateUserRole(ctx, access.UserRoleCreationRequest{UserID: userID, UserRoleUpdateRequest: wanted})
		return err
	}
	isLost := false
	current, err := r.access.LookForUserRole(ctx, userID)
	if refused, ok := errors.AsType[*client.Error](err); ok && refused.StatusCode == http.StatusNotFound && !client.IsNotFound(err) {
		current, err = r.access.GetUserRole(ctx, userID)
	}
	if client.IsNotFound(err) {
		err = create()
		isLost = client.IsOutcomeUnknown(err)
		if err == nil || !isLost && !isConflict(err) {
			return kept, err
		}
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconcileTimeout)
		defer cancel()
		var readErr error
		current, readErr = r.access.GetUserRole(short, userID)
		switch {
		case client.IsNotFound(readErr) && isLost && ctx.Err() == nil:
			return kept, create()
		case readErr == nil:
			err = nil
		}
	}
	switch {
	case err != nil:
		return kept, err
	case len(current.Unmodelled) > 0:
		return kept, fmt.Errorf("in LUSID, the user role has a part that this resource has no argument for: %s. An update would erase it", strings.Join(current.Unmodelled, ", "))
	case current.LacksResource:
		return kept, errors.New(`the response to GetUserRole has no "resource", so the provider does not know which policies the user role has, and an update could erase them. ` +
			"Run Terraform again, and contact LUSID's support if the error stays")
	}
	var held access.PolicyIDRoleResource
	if current.Resource.PolicyIDRoleResource != nil {
		held = *current.Resource.PolicyIDRoleResource
	}
	both := access.UserRoleUpdateRequest{Resource: access.PolicyIDRoleResource{
		Policies: withIDs(held.Policies, wanted.Resource.Policies), PolicyCollections: withIDs(held.PolicyCollections, wanted.Resource.PolicyCollections),
	}}
	kept = plan.extras(current)
	if isLost {
		diags.AddWarning("The response to the creation of the user role of "+userID+" was lost",
			"LUSID now has the user role. Either this run or another run created it, or LUSID did at the first sign-in of "+userID+". This resource manages it from now on.\n\n"+
				"If another run of the same configuration created it, both runs now manage the same object. "+oneState)
	}
	if len(both.Resource.Policies) == len(held.Policies) && len(both.Resource.PolicyCollections) == len(held.PolicyCollections) {
		return kept, nil
	}
	return kept, r.update(ctx, userID, both)
}

// withIDs are ids, and those of more that are not among them.
func withIDs(ids, more []access.ResourceID) []access.ResourceID {
	all := append([]access.ResourceID{}, ids...)
	for _, id := range more {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// update updates the user role. LUSID's operation is a POST, so a lost answer is not repeated: the user role
// itself says whether LUSID has processed it.
func (r *accessUserRoleResource) update(ctx context.Context, userID string, request access.UserRoleUpdateRequest) error {
	_, err := r.access.UpdateUserRole(ctx, userID, request)
	if !client.IsOutcomeUnknown(err) {
		return err
	}
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconcileTimeout)
	defer cancel()
	current, readErr := r.access.GetUserRole(short, userID)
	if readErr != nil {
		return err
	}
	held := access.PolicyIDRoleResource{Policies: []access.ResourceID{}, PolicyCollections: []access.ResourceID{}}
	if current.Resource.PolicyIDRoleResource != nil {
		held = *current.Resource.PolicyIDRoleResource
	}
	if !current.LacksResource && sameElements(fromAccessIDs(held.Policies), fromAccessIDs(request.Resource.Policies)) &&
		sameElements(fromAccessIDs(held.PolicyCollections), fromAccessIDs(request.Resource.PolicyCollections)) {
		return nil
	}
	if ctx.Err() != nil {
		return err
	}
	// The lists replace what the user role has, so a repeat has no further effect.
	_, err = r.access.UpdateUserRole(ctx, userID, request)
	return err
}
