package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// accessObject is an object of the Access API that a resource creates.
type accessObject struct {
	// noun is what messages call it, such as "access policy".
	noun, typeName string
	id             access.ResourceID
	owner          string
	// onAgain is called if this run has deleted an object of the same id before it created this one. It may be nil.
	onAgain func()
}

// createAccessObject creates an object, or finds the one that a create made whose answer was lost. It
// returns nil after an error.
func createAccessObject[T any](ctx context.Context, c *connection, object accessObject, creation creation[T], diags *diag.Diagnostics) *T {
	creation.existing = c.existingOf(object.noun)
	// What is the same to LUSID must not count as new: LUSID does not document whether it ignores case.
	// Unverified: access/policy-code-case.
	id := creation.id
	creation.id = func(object *T) string { return strings.ToLower(id(object)) }
	label := object.id.String()
	made, adopted, err := creation.runFor(ctx, &c.placements, object.noun+" "+label, object.owner)
	if err == nil {
		if adopted {
			warnAdopted(diags, object.noun+" "+object.id.Code, label)
		}
		if creation.again && object.onAgain != nil {
			object.onAgain()
		}
		return made
	}
	summary := "Unable to create " + object.noun
	attempt := fmt.Sprintf("The %s %q could not be created in %s", object.noun, object.id.Code, c.client.Domain())
	var taken *takenError[T]
	if !errors.As(err, &taken) && !access.IsTaken(err) {
		c.addAccessError(diags, object.noun, summary, attempt, err, doubtAfterCreate(err, "code")...)
		return nil
	}
	diags.AddAttributeError(path.Root("code"), summary, c.explain(attempt, err, fmt.Sprintf(
		"The code is taken by the %s %s, and codes are unique in their scope. %s", object.noun, label, importAdvice(object.noun, object.typeName, label))))
	return nil
}

// addAccessError explains a refusal on the attribute that LUSID's error code is about, if there is one. A code
// of a read is about the object itself.
func (c *connection) addAccessError(diags *diag.Diagnostics, noun, summary, attempt string, err error, more ...string) {
	detail := c.explain(attempt, err, more...)
	refused, ok := errors.AsType[*client.Error](err)
	switch {
	case !ok || isRightLacking(refused):
	case refused.Method == http.MethodGet:
		// If a read before a create finds no object, the create goes on. So the object of this read was to be updated.
		detail = c.explainUpdate(attempt, err, more...)
	default:
		attribute := accessBlamed[noun][refused.Code]
		if noun == accessRoleNoun && isSupervisedRoleRefused(refused) {
			attribute = "supervised_roles"
		}
		if attribute != "" {
			diags.AddAttributeError(path.Root(attribute), summary, detail)
			return
		}
	}
	diags.AddError(summary, detail)
}

// errUnreturned refuses a change of a role or user role if LUSID does not return what it has.
var errUnreturned = errors.New("LUSID did not return what the role has, so the change could take away what the plan does not show. Nothing was changed. " +
	"Run Terraform again, and contact LUSID's support if the error stays")

// deletion deletes an access object that has nothing more than the plan showed.
type deletion[T any] struct {
	noun, label string
	read        func(context.Context) (*T, error)
	// isShown reports whether the state has all that the object has. It leaves out the parts that the schema cannot
	// express, which are unmodelled.
	isShown    func(*T) bool
	unmodelled func(*T) []string
	remove     func(context.Context) error
}

// deleteAccessObject deletes an object, unless another resource of this run needs it. It reads the object first, so that
// it deletes only what the plan showed. The plan warned of the parts that the private state has.
func deleteAccessObject[T any](
	ctx context.Context, c *connection, req resource.DeleteRequest, resp *resource.DeleteResponse, summary string, deletion deletion[T],
) {
	noun, label := deletion.noun, deletion.label
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	var warnedOf []string
	resp.Diagnostics.Append(getPrivate(ctx, req.Private, unmodelledKey, &warnedOf)...)
	if resp.Diagnostics.HasError() {
		return
	}
	needed, err := c.placements.remove(ctx, noun+" "+label, owner, func() error {
		return deleteIfShown(ctx, deletion.read, func(object *T) bool {
			return deletion.isShown(object) && len(without(deletion.unmodelled(object), warnedOf)) == 0
		}, deletion.remove)
	})
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary, c.explain(fmt.Sprintf("The %s %s of %s could not be deleted", noun, label, c.client.Domain()), err))
	case needed:
		warnNeeded(&resp.Diagnostics, fmt.Sprintf("The %s %s stays in LUSID", noun, label), fmt.Sprintf("The %s %s was not deleted.", noun, label))
	default:
		c.existingOf(noun).forget(strings.ToLower(label))
		resp.Diagnostics.Append(warnDeletedPart(ctx, req.Private, noun, label)...)
	}
}

// unlessMore returns the elements of the state if the object has no others. It is no loss if a deletion deletes less.
func unlessMore(state, object types.Set) types.Set {
	if isSubset(object, state) {
		return state
	}
	return object
}
