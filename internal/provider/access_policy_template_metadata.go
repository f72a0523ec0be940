package provider

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// templateMetadataAttributes say which templates a policy was generated from.
func templateMetadataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"template_selection": schema.ListNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Templates that the policy was generated from.",
			Validators:          []validator.List{listvalidator.NoNullValues()},
			NestedObject:        schema.NestedAttributeObject{Attributes: templateSelectionAttributes()},
		},
		"build_as_at": accessInstantAttribute("When the policy was generated, in RFC 3339. A difference in this attribute alone is not a change, because each generation has a different time."),
	}
}

func templateSelectionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"scope": schema.StringAttribute{Required: true, MarkdownDescription: "Scope of the template: " + accessCodeWords + ".", Validators: isAccessCode()},
		"code":  schema.StringAttribute{Required: true, MarkdownDescription: "Code of the template: " + accessCodeWords + ".", Validators: isAccessCode()},
		"selector_tags": schema.SetAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Tags of the selectors to use, such as `Data` and `Feature`. Default: all.",
			Validators:          []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
		},
	}
}

var (
	templateMetadataType  = objectTypeOf(templateMetadataAttributes())
	templateSelectionType = objectTypeOf(templateSelectionAttributes())
)

type templateMetadataModel struct {
	TemplateSelection types.List        `tfsdk:"template_selection"`
	BuildAsAt         timetypes.RFC3339 `tfsdk:"build_as_at"`
}

type templateSelectionModel struct {
	Scope        types.String `tfsdk:"scope"`
	Code         types.String `tfsdk:"code"`
	SelectorTags types.Set    `tfsdk:"selector_tags"`
}

// toTemplateMetadata is nil for none, and for an empty object.
func toTemplateMetadata(ctx context.Context, object types.Object) (*access.TemplateMetadata, diag.Diagnostics) {
	if object.IsNull() || object.IsUnknown() {
		return nil, nil
	}
	var m templateMetadataModel
	diags := object.As(ctx, &m, basetypes.ObjectAsOptions{})
	metadata := &access.TemplateMetadata{BuildAsAt: toAccessInstant(m.BuildAsAt)}
	var failed diag.Diagnostics
	metadata.TemplateSelection, failed = toTemplateSelection(ctx, m.TemplateSelection)
	diags.Append(failed...)
	if reflect.DeepEqual(*metadata, access.TemplateMetadata{}) {
		return nil, diags
	}
	return metadata, diags
}

// toTemplateSelection gives equal lists equal requests.
func toTemplateSelection(ctx context.Context, list types.List) ([]access.TemplateSelection, diag.Diagnostics) {
	var (
		models    []templateSelectionModel
		selection []access.TemplateSelection
	)
	diags := list.ElementsAs(ctx, &models, false)
	for _, m := range models {
		selected := access.TemplateSelection{Scope: m.Scope.ValueString(), Code: m.Code.ValueString()}
		if !isEmpty(m.SelectorTags) {
			selected.SelectorTags = texts(m.SelectorTags)
		}
		selection = append(selection, selected)
	}
	return selection, diags
}

// fromTemplateMetadata keeps the prior value if it means the same.
func fromTemplateMetadata(ctx context.Context, prior types.Object, metadata *access.TemplateMetadata) (types.Object, diag.Diagnostics) {
	read := types.ObjectNull(templateMetadataType.AttrTypes)
	var diags, failed diag.Diagnostics
	if metadata != nil {
		var selections []templateSelectionModel
		for _, s := range metadata.TemplateSelection {
			tags, failed := sameTexts(ctx, types.SetNull(types.StringType), s.SelectorTags)
			diags.Append(failed...)
			selections = append(selections, templateSelectionModel{types.StringValue(s.Scope), types.StringValue(s.Code), tags})
		}
		var m templateMetadataModel
		m.BuildAsAt, failed = fromAccessInstant(metadata.BuildAsAt)
		diags.Append(failed...)
		m.TemplateSelection, failed = fromAPIList(ctx, templateSelectionType, selections)
		diags.Append(failed...)
		read, failed = types.ObjectValueFrom(ctx, templateMetadataType.AttrTypes, m)
		diags.Append(failed...)
	}
	before, failed := toTemplateMetadata(ctx, prior)
	diags.Append(failed...)
	now, failed := toTemplateMetadata(ctx, read)
	diags.Append(failed...)
	if before != nil && now != nil && before.BuildAsAt == "" {
		// LUSID may fill in when it stored the policy.
		now.BuildAsAt = ""
	}
	if before == nil && now != nil && len(now.TemplateSelection) == 0 {
		// A time alone says nothing.
		now = nil
	}
	switch {
	case !diags.HasError() && !prior.IsUnknown() && !prior.IsNull() && reflect.DeepEqual(before, now):
		return prior, diags
	case now == nil:
		return types.ObjectNull(templateMetadataType.AttrTypes), diags
	}
	return read, diags
}

// keptBuildTime is the time of the state, if a plan differs from the state in nothing else of what LUSID
// stores. Otherwise it is null. Every generation of a policy gives another time.
func (m *accessPolicyModel) keptBuildTime(ctx context.Context, state *accessPolicyModel) timetypes.RFC3339 {
	none := timetypes.NewRFC3339Null()
	after, diags := m.toUpdate(ctx)
	before, failed := state.toUpdate(ctx)
	if diags.HasError() || failed.HasError() || after.TemplateMetadata == nil || before.TemplateMetadata == nil ||
		after.TemplateMetadata.BuildAsAt == "" || before.TemplateMetadata.BuildAsAt == after.TemplateMetadata.BuildAsAt {
		return none
	}
	after.TemplateMetadata.BuildAsAt = before.TemplateMetadata.BuildAsAt
	if !reflect.DeepEqual(after, before) {
		return none
	}
	kept, _ := state.TemplateMetadata.Attributes()["build_as_at"].(timetypes.RFC3339)
	return kept
}
