package provider

import (
	"cmp"
	"context"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var mcpToolParameterPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,50}$`)

// mcpToolParameterAttributes describe a parameter of a tool.
func mcpToolParameterAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name: 1 to 50 letters, digits, hyphens and underscores.",
			Validators: []validator.String{stringvalidator.RegexMatches(mcpToolParameterPattern,
				"must have 1 to 50 letters, digits, hyphens and underscores")},
		},
		"data_type": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Data type, such as `String` or `Integer`.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"description": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Description of the value, for the agent: 1 to 2000 characters.",
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 2000)},
		},
	}
}

var mcpToolParameterType = objectTypeOf(mcpToolParameterAttributes())

type mcpToolParameterModel struct {
	Name        types.String `tfsdk:"name"`
	DataType    types.String `tfsdk:"data_type"`
	Description types.String `tfsdk:"description"`
}

// toMcpToolParameters returns equal sets in the same order, and never nil.
func toMcpToolParameters(ctx context.Context, set types.Set) ([]identity.McpToolParameter, diag.Diagnostics) {
	var models []mcpToolParameterModel
	diags := set.ElementsAs(ctx, &models, false)
	parameters := []identity.McpToolParameter{}
	for _, m := range models {
		parameters = append(parameters, identity.McpToolParameter{
			Name: m.Name.ValueString(), DataType: m.DataType.ValueString(), Description: m.Description.ValueString(),
		})
	}
	slices.SortFunc(parameters, func(a, b identity.McpToolParameter) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.DataType, b.DataType), cmp.Compare(a.Description, b.Description))
	})
	return parameters, diags
}

func fromMcpToolParameters(ctx context.Context, prior types.Set, parameters []identity.McpToolParameter) (types.Set, diag.Diagnostics) {
	var models []mcpToolParameterModel
	for _, p := range parameters {
		models = append(models, mcpToolParameterModel{
			Name: types.StringValue(p.Name), DataType: types.StringValue(p.DataType), Description: stringOrNull(p.Description),
		})
	}
	return optionalSet(ctx, prior, mcpToolParameterType, models)
}
