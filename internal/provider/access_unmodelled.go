package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// unmodelledKey is where a resource's private state keeps the parts of its object that the schema cannot
// express.
const unmodelledKey = "unmodelled"

// rememberUnmodelled keeps the names of these parts after a read.
func rememberUnmodelled(ctx context.Context, private privateState, parts []string) diag.Diagnostics {
	var known []string
	diags := getPrivate(ctx, private, unmodelledKey, &known)
	if len(parts) > 0 || len(known) > 0 {
		diags.Append(setPrivate(ctx, private, unmodelledKey, parts)...)
	}
	return diags
}

// change is what a plan does to an object.
type change int

const (
	updates change = iota
	replaces
	destroys
)

// checkUnmodelled refuses an update that would erase parts of the object which the schema cannot express:
// LUSID's update replaces the whole object. It warns if the object is destroyed with these parts.
func checkUnmodelled(ctx context.Context, private privateReader, change change, noun, label string) diag.Diagnostics {
	var parts []string
	diags := getPrivate(ctx, private, unmodelledKey, &parts)
	if len(parts) == 0 {
		return diags
	}
	list := strings.Join(parts, ", ")
	if change == updates {
		diags.AddError(fmt.Sprintf("Unable to update %s %s", noun, label), fmt.Sprintf(
			"In LUSID, the %s %s has a part that this resource has no argument for: %s. LUSID's update replaces the whole object, so it would erase that part. Nothing was changed.\n\n"+
				"Change the %s outside Terraform, in LUSID's web app or through its API, and change the configuration to match. Or remove that part there, and plan again. "+
				"To replace the %s with -replace or replace_triggered_by, undo the other changes of its configuration first: Terraform then plans no update.",
			noun, label, list, noun, noun))
		return diags
	}
	what := "This plan deletes it"
	if change == replaces {
		what = "This plan deletes it to create another one without that part"
	}
	diags.AddWarning(fmt.Sprintf("The %s %s has a part that Terraform cannot restore", noun, label), fmt.Sprintf(
		"In LUSID, the %s %s has a part that this resource has no argument for: %s. %s.", noun, label, list, what))
	return diags
}

// checkHiddenReplacement warns if a create replaces an object with parts that the schema cannot express. For
// -replace and replace_triggered_by, Terraform first plans an update, and then this create: it has no prior
// state, and only the private state shows that there was an object. Terraform 1.11 and OpenTofu 1.12 show
// the errors of this second call, and drop its warnings.
func checkHiddenReplacement(ctx context.Context, private privateReader, noun string) diag.Diagnostics {
	var parts []string
	diags := getPrivate(ctx, private, unmodelledKey, &parts)
	if len(parts) == 0 {
		return diags
	}
	diags.AddWarning(fmt.Sprintf("The %s to be replaced has a part that Terraform cannot restore", noun), fmt.Sprintf(
		"In LUSID, the %s that this plan replaces has a part that this resource has no argument for: %s. "+
			"This plan deletes it to create another one without that part.", noun, strings.Join(parts, ", ")))
	return diags
}

// warnDeletedPart says what an object had that the schema cannot express. For -replace, the plan did not show
// it.
func warnDeletedPart(ctx context.Context, private privateReader, noun, label string) diag.Diagnostics {
	var parts []string
	diags := getPrivate(ctx, private, unmodelledKey, &parts)
	if len(parts) > 0 {
		diags.AddWarning(fmt.Sprintf("The %s %s was deleted with a part that Terraform cannot restore", noun, label), fmt.Sprintf(
			"In LUSID, the %s had a part that this resource has no argument for: %s.", noun, strings.Join(parts, ", ")))
	}
	return diags
}
