package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// accessSelectorKinds are the kinds of a selector of a policy.
var accessSelectorKinds = []string{"id", "match_all", "metadata", "policy"}

// templatedSelectorAttributes are a selector with the application that it is for.
func templatedSelectorAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"application": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Application that the selector is for, such as `LUSID`.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"tag": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Kind of policy that the selector is for, such as `Data` or `Feature`. `lusid_access_generated_policy` can select selectors by their tags.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"selector": schema.SingleNestedAttribute{
			Required:            true,
			MarkdownDescription: "What a generated policy covers. Exactly one of " + quotedList(accessSelectorKinds) + ".",
			Attributes:          accessSelectorAttributes(),
			Validators:          []validator.Object{exactlyOne{"selector", accessSelectorKinds}},
		},
	}
}

var templatedSelectorType = objectTypeOf(templatedSelectorAttributes())

type templatedSelectorModel struct {
	Application types.String        `tfsdk:"application"`
	Tag         types.String        `tfsdk:"tag"`
	Selector    accessSelectorModel `tfsdk:"selector"`
}

// toTemplatedSelectors gives equal lists equal requests, and is never nil.
func toTemplatedSelectors(ctx context.Context, list types.List) ([]access.PolicyTemplatedSelector, diag.Diagnostics) {
	var models []templatedSelectorModel
	diags := list.ElementsAs(ctx, &models, false)
	selectors := make([]access.PolicyTemplatedSelector, len(models))
	for i, m := range models {
		selector, failed := m.Selector.toAPI(ctx)
		diags.Append(failed...)
		selectors[i] = access.PolicyTemplatedSelector{Application: m.Application.ValueString(), Tag: m.Tag.ValueString(), Selector: selector}
	}
	return selectors, diags
}

// fromTemplatedSelectors keeps the order of the prior list, and its spelling of what means the same.
func fromTemplatedSelectors(ctx context.Context, prior types.List, selectors []access.PolicyTemplatedSelector) (types.List, diag.Diagnostics) {
	var diags diag.Diagnostics
	models := make([]templatedSelectorModel, len(selectors))
	for i, s := range selectors {
		selector, failed := newAccessSelectorModel(ctx, s.Selector)
		diags.Append(failed...)
		models[i] = templatedSelectorModel{types.StringValue(s.Application), types.StringValue(s.Tag), selector}
	}
	// A template without selectors has an empty list: the argument is required.
	read, failed := types.ListValueFrom(ctx, templatedSelectorType, models)
	if diags.Append(failed...); diags.HasError() {
		return prior, diags
	}
	return keepEqualElements(ctx, prior, read, toTemplatedSelectors)
}
