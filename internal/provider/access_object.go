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

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// accessObject is an object of the Access API that a resource creates.
type accessObject struct {
	// noun is what messages call it, such as "access policy".
	noun, typeName string
	id             access.ResourceID
	owner          string
}

// createAccessObject creates an object, or finds the one that a create made whose answer was lost. It
// returns nil after an error.
func createAccessObject[T any](ctx context.Context, c *connection, object accessObject, creation creation[T], diags *diag.Diagnostics) *T {
	creation.existing = c.existingOf(object.noun)
	// What is the same to LUSID must not count as new: LUSID does not document whether it ignores case.
	id := creation.id
	creation.id = func(object *T) string { return strings.ToLower(id(object)) }
	label := object.id.String()
	made, adopted, err := creation.runFor(ctx, &c.placements, object.noun+" "+label, object.owner)
	if err == nil {
		if adopted {
			warnAdopted(diags, object.noun+" "+object.id.Code, label)
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
	if refused, ok := errors.AsType[*client.Error](err); ok && !isRightLacking(refused) && refused.Method != http.MethodGet {
		if attribute := accessBlamed[noun][refused.Code]; attribute != "" {
			diags.AddAttributeError(path.Root(attribute), summary, detail)
			return
		}
	}
	diags.AddError(summary, detail)
}

// errChangedAfterPlan refuses an update that would undo what the plan does not show.
var errChangedAfterPlan = errors.New("it was changed in LUSID after the plan was made, and the update would undo that change. " +
	"Plan again: the new plan shows the change")

// errChangedBeforeDelete refuses a deletion that would take away what the plan does not show.
var errChangedBeforeDelete = errors.New("it was changed in LUSID after the plan was made, and the deletion would take away what the plan does not show. " +
	"Plan again: the new plan shows the change")

// updateAccessObject updates an object that is still as the plan found it. LUSID's update replaces the whole
// object, so it would erase what somebody has changed since. An object that is as wanted needs no update.
func updateAccessObject[T any](ctx context.Context, c *connection, object string, read func(context.Context) (*T, error),
	isWanted, isAsPlanned func(*T) bool, update func(context.Context) error,
) error {
	return c.placements.during(ctx, object, func() error {
		current, err := read(ctx)
		switch {
		case err != nil:
			return err
		case isWanted(current):
			return nil
		case !isAsPlanned(current):
			return errChangedAfterPlan
		}
		return update(ctx)
	})
}

// deleteAccessObject deletes an object, unless another resource of this run needs it.
func (b *resourceBase) deleteAccessObject(
	ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse, summary, noun, label string, remove func() error,
) {
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	needed, err := b.placements.remove(ctx, noun+" "+label, owner, remove)
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary, b.explain(fmt.Sprintf("The %s %s of %s could not be deleted", noun, label, b.client.Domain()), err))
	case needed:
		warnNeeded(&resp.Diagnostics, fmt.Sprintf("The %s %s stays in LUSID", noun, label), fmt.Sprintf("The %s %s was not deleted.", noun, label))
	default:
		b.existingOf(noun).forget(strings.ToLower(label))
		resp.Diagnostics.Append(warnDeletedPart(ctx, req.Private, noun, label)...)
	}
}
