package provider

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A singleton exists exactly once, in a domain or for a user type. LUSID can read and update it, but
// can neither create nor delete it. So a create overwrites the existing values, and deletion_policy
// decides what a destroy does.

// singletonID is the id of every singleton of a domain.
const singletonID = "default"

// The values of a singleton's deletion_policy.
const (
	deletionPolicyAbandon = "abandon"
	deletionPolicyReset   = "reset"
)

// singletonDeletionPolicy is the attribute deletion_policy. reset describes the effect of the value
// "reset".
func singletonDeletionPolicy(reset string) schema.Attribute {
	return schema.StringAttribute{
		Optional: true,
		Computed: true,
		Default:  stringdefault.StaticString(deletionPolicyAbandon),
		MarkdownDescription: "What destroy does, because LUSID can't delete this. `abandon` changes nothing in LUSID, and the provider warns. `reset` " + reset +
			" Terraform uses the value in the state, so apply a change to it before the destroy. Default `abandon`.",
		Validators: []validator.String{stringvalidator.OneOf(deletionPolicyAbandon, deletionPolicyReset)},
	}
}

// singletonIDAttribute is the attribute id of a singleton of a domain.
func singletonIDAttribute() schema.Attribute {
	return schema.StringAttribute{
		Computed:            true,
		Default:             stringdefault.StaticString(singletonID),
		MarkdownDescription: "Always `default`.",
	}
}

// singletonIdentitySchema is the identity schema of a singleton of a domain.
func singletonIdentitySchema() identityschema.Schema {
	return identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{RequiredForImport: true, Description: "Always `default`."},
		},
	}
}

// singletonIdentity is the identity of a singleton of a domain.
func singletonIdentity() idIdentity { return idIdentity{types.StringValue(singletonID)} }

// importSingleton accepts the id default.
func (b *resourceBase) importSingleton(ctx context.Context, noun string, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	summary := "Unable to import " + noun
	id := importedID(ctx, req, resp)
	if resp.Diagnostics.HasError() || !b.requireClient(summary, &resp.Diagnostics) {
		return
	}
	if id != singletonID {
		resp.Diagnostics.AddError(summary, fmt.Sprintf("A domain has one %s, whose id is %s, not %q.", noun, singletonID, id))
		return
	}
	b.saveImported(ctx, resp, singletonIdentity(), map[string]any{"id": id})
}

// warnAbandons warns in the plan of a destroy that LUSID keeps the values, while the user can still
// change deletion_policy.
func warnAbandons(deletionPolicy types.String, noun string, diags *diag.Diagnostics) {
	if deletionPolicy.ValueString() == deletionPolicyReset {
		return
	}
	diags.AddWarning("LUSID keeps the "+noun, "Its deletion_policy is abandon. Destroy changes nothing in LUSID: all values stay as they are, and Terraform no longer "+
		"manages them. To restore LUSID's defaults instead, apply deletion_policy = \"reset\" before the destroy.")
}

// warnAbandoned warns after a destroy that LUSID kept the values. A CLI before Terraform 1.3 does not
// plan a destroy with the provider, and a person who applies a plan may not have seen its warnings.
func warnAbandoned(noun string, diags *diag.Diagnostics) {
	diags.AddWarning("LUSID keeps the "+noun, "Its deletion_policy is abandon, so nothing changed in LUSID.")
}

// warnNotReset warns that a destroy did not reset a singleton, and says why.
func warnNotReset(diags *diag.Diagnostics, noun string) {
	warnNeeded(diags, "The "+noun+" was not reset", "The "+noun+" keeps its values.")
}

// singletonInState is the kind of seenObject for a singleton in a state of this process. The key is
// the noun.
const singletonInState = "singleton in the state"

// isUnseen reports whether Terraform has not seen LUSID's values of a singleton: no state of this process
// has the singleton, and this run has not written it.
func (c *connection) isUnseen(noun string) bool {
	return !c.hasSeen(singletonInState, noun) && !c.placements.touched(noun)
}

// updateSingleton changes the values of a singleton from before to after. The values are those of an update request U.
// It refuses to undo a change that the plan did not show: it could relax a rule for passwords that somebody has made
// stricter since. read returns the values that LUSID has now.
func updateSingleton[U any](ctx context.Context, c *connection, noun, owner string, before, after U,
	read func(context.Context) (*U, error), update func(context.Context, U) error,
) error {
	send := func(ctx context.Context) error { return update(ctx, after) }
	return c.placements.put(ctx, noun, owner, func(removed bool) error {
		switch {
		case removed:
			// A destroy of this run has reset the values, so they differ from before.
			return send(ctx)
		case reflect.DeepEqual(after, before):
			return nil
		}
		return updateIfAsPlanned(ctx, read,
			func(now *U) bool { return reflect.DeepEqual(*now, after) },
			func(now *U) bool { return reflect.DeepEqual(*now, before) }, send)
	})
}

// resetSingleton sets a singleton to LUSID's defaults, unless another resource of this run needs its values. It refuses to
// undo a change that the plan did not show: an empty user schema could remove IDs of users that somebody has added since.
func resetSingleton[U any](ctx context.Context, c *connection, noun, owner string, before, defaults U,
	read func(context.Context) (*U, error), update func(context.Context, U) error,
) (needed bool, err error) {
	return c.placements.remove(ctx, noun, owner, func() error {
		now, err := read(ctx)
		switch {
		case err != nil:
			return err
		case !reflect.DeepEqual(*now, before) && !reflect.DeepEqual(*now, defaults):
			return errChangedAfterPlan
		}
		return update(ctx, defaults)
	})
}

// warnOverwritten warns which values a create overwrites. Terraform has never read them, so it cannot
// show them as a change. Unknown values are compared when they are known.
func warnOverwritten[M any](ctx context.Context, noun, typeName, importID string, present, planned *M, diags *diag.Diagnostics) {
	var lines []string
	left, right := reflect.ValueOf(present).Elem(), reflect.ValueOf(planned).Elem()
	for i := range left.NumField() {
		has, _ := reflect.TypeAssert[attr.Value](left.Field(i))
		becomes, ok := reflect.TypeAssert[attr.Value](right.Field(i))
		if !ok || becomes.Equal(has) {
			continue
		}
		if value, err := becomes.ToTerraformValue(ctx); err == nil && value.IsFullyKnown() {
			lines = append(lines, fmt.Sprintf("  %s: %s becomes %s", left.Type().Field(i).Tag.Get("tfsdk"), valueText(has), valueText(becomes)))
		}
	}
	if len(lines) == 0 {
		return
	}
	diags.AddWarning("The "+noun+" has values that Terraform has not seen", fmt.Sprintf(
		"It already exists in LUSID. The apply overwrites the values that differ from the configuration:\n\n%s\n\n"+
			"To keep a value, set it in the configuration. To see the differences as changes, import it first, %s",
		strings.Join(lines, "\n"), importHint(typeName, importID)))
}

func valueText(value attr.Value) string {
	if value.IsNull() {
		return "null"
	}
	return value.String()
}

// listSingleton returns the only result of a list of a singleton.
func listSingleton[M any](ctx context.Context, req list.ListRequest, noun string, model M) iter.Seq[list.ListResult] {
	return func(push func(list.ListResult) bool) {
		result := req.NewListResult(ctx)
		result.DisplayName = noun
		result.Diagnostics.Append(result.Identity.Set(ctx, singletonIdentity())...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		push(result)
	}
}
