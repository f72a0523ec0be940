package provider

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// accessSelectorAttributes are the kinds of selectors of a policy.
func accessSelectorAttributes() map[string]schema.Attribute {
	attributes := accessRestrictionSelectorAttributes()
	attributes["policy"] = accessPolicySelectorAttribute()
	return attributes
}

// accessRestrictionSelectorAttributes are the kinds of selectors that a policy selector can have in turn.
func accessRestrictionSelectorAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Covers the objects with this identifier.",
			Attributes: withSelectorBase(map[string]schema.Attribute{
				"identifier": schema.MapAttribute{
					Required:    true,
					ElementType: types.StringType,
					MarkdownDescription: "Parts of the identifier, at least one. Most objects have `scope` and `code`. Properties also have `domain`, and files in Drive have `path` and `name`. " +
						"`*` matches everything, alone or at the end of a value. LUSID writes the code of a feature in lower case, such as `api-instruments-listinstruments`. " +
						"The data source `lusid_access_controlled_resources` lists the parts and the codes of features.",
					Validators: []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
				},
			}),
		},
		"match_all": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Covers every object that the actions apply to.",
			Attributes:          withSelectorBase(map[string]schema.Attribute{}),
		},
		"metadata": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Covers the objects whose access metadata meets all expressions.",
			Attributes: withSelectorBase(map[string]schema.Attribute{
				"expressions": schema.ListNestedAttribute{
					Required:            true,
					MarkdownDescription: "Conditions on access metadata, at least one.",
					Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues()},
					NestedObject:        schema.NestedAttributeObject{Attributes: accessExpressionAttributes()},
				},
			}),
		},
	}
}

// accessPolicySelectorAttribute is the selector of policies.
func accessPolicySelectorAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Covers policies, for delegated administration: which policies a user may create and change.",
		Attributes: withSelectorBase(map[string]schema.Attribute{
			"identity_restriction": schema.MapAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Parts of the identifier that these policies must have, such as `scope`.",
				Validators:          []validator.Map{mapvalidator.NoNullValues()},
			},
			"restriction_selectors": schema.ListNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Selectors that limit what these policies may cover. Each has exactly one of `id`, `match_all` and `metadata`.",
				Validators:          []validator.List{listvalidator.NoNullValues()},
				NestedObject: schema.NestedAttributeObject{
					Attributes: accessRestrictionSelectorAttributes(),
					Validators: []validator.Object{exactlyOne{"selector", []string{"id", "match_all", "metadata"}}},
				},
			},
		}),
	}
}

// withSelectorBase adds what every kind of selector has.
func withSelectorBase(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	maps.Copy(attributes, map[string]schema.Attribute{
		"actions": schema.SetNestedAttribute{
			Required:            true,
			MarkdownDescription: "Actions that the policy allows or denies, at least one.",
			Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()},
			NestedObject:        schema.NestedAttributeObject{Attributes: accessActionAttributes()},
		},
		"name": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Name of the selector, 100 characters at most.",
			Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(100)},
		},
		"description": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Description of the selector, 1024 characters at most.",
			Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(1024)},
		},
	})
	return attributes
}

func accessActionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"scope": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "For data `default`. For a feature the application, such as `LUSID`. 3 to 100 characters.",
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(3, 100)},
		},
		"activity": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "For data `Any`, `Read`, `List`, `Add`, `Update`, `Delete` and others. For a feature `Execute`. 3 to 25 characters.",
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(3, 25)},
		},
		"entity": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Type of object, such as `Portfolio` or `Instrument`. For a feature `Feature`. 3 to 40 characters.",
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(3, 40)},
		},
	}
}

func accessExpressionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"metadata_key": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Key of the access metadata.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"operator": accessEnumAttribute("How the value is compared.",
			"Equals", "NotEquals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo", "In"),
		"text_value": schema.StringAttribute{Optional: true, MarkdownDescription: "Value to compare with."},
	}
}

// accessEnumAttribute is a required choice.
func accessEnumAttribute(description string, values ...string) schema.Attribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: description + " One of " + quotedList(values) + ".",
		Validators:          []validator.String{stringvalidator.OneOf(values...)},
	}
}

var (
	accessSelectorType            = objectTypeOf(accessSelectorAttributes())
	accessRestrictionSelectorType = objectTypeOf(accessRestrictionSelectorAttributes())
	accessActionType              = objectTypeOf(accessActionAttributes())
	accessExpressionType          = objectTypeOf(accessExpressionAttributes())
)

type accessSelectorModel struct {
	ID       *accessIDSelectorModel       `tfsdk:"id"`
	MatchAll *accessMatchAllSelectorModel `tfsdk:"match_all"`
	Metadata *accessMetadataSelectorModel `tfsdk:"metadata"`
	Policy   *accessPolicySelectorModel   `tfsdk:"policy"`
}

type accessRestrictionSelectorModel struct {
	ID       *accessIDSelectorModel       `tfsdk:"id"`
	MatchAll *accessMatchAllSelectorModel `tfsdk:"match_all"`
	Metadata *accessMetadataSelectorModel `tfsdk:"metadata"`
}

type accessIDSelectorModel struct {
	Identifier  types.Map    `tfsdk:"identifier"`
	Actions     types.Set    `tfsdk:"actions"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
}

type accessMatchAllSelectorModel struct {
	Actions     types.Set    `tfsdk:"actions"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
}

type accessMetadataSelectorModel struct {
	Expressions types.List   `tfsdk:"expressions"`
	Actions     types.Set    `tfsdk:"actions"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
}

type accessPolicySelectorModel struct {
	IdentityRestriction  types.Map    `tfsdk:"identity_restriction"`
	RestrictionSelectors types.List   `tfsdk:"restriction_selectors"`
	Actions              types.Set    `tfsdk:"actions"`
	Name                 types.String `tfsdk:"name"`
	Description          types.String `tfsdk:"description"`
}

type accessActionModel struct {
	Scope    types.String `tfsdk:"scope"`
	Activity types.String `tfsdk:"activity"`
	Entity   types.String `tfsdk:"entity"`
}

type accessExpressionModel struct {
	MetadataKey types.String `tfsdk:"metadata_key"`
	Operator    types.String `tfsdk:"operator"`
	TextValue   types.String `tfsdk:"text_value"`
}

// toAccessSelectors gives equal lists equal requests, and is never nil.
func toAccessSelectors(ctx context.Context, list types.List) ([]access.SelectorDefinition, diag.Diagnostics) {
	var models []accessSelectorModel
	diags := list.ElementsAs(ctx, &models, false)
	selectors := make([]access.SelectorDefinition, len(models))
	for i := range models {
		selector, failed := models[i].toAPI(ctx)
		diags.Append(failed...)
		selectors[i] = selector
	}
	return selectors, diags
}

// toAPI gives equal selectors equal requests.
func (m *accessSelectorModel) toAPI(ctx context.Context) (selector access.SelectorDefinition, diags diag.Diagnostics) {
	selector.RestrictionSelector, diags = toAccessRestrictionSelector(ctx, accessRestrictionSelectorModel{m.ID, m.MatchAll, m.Metadata})
	if m.Policy == nil {
		return selector, diags
	}
	policy := &access.PolicySelectorDefinition{}
	var failed diag.Diagnostics
	policy.SelectorBase, failed = toSelectorBase(ctx, m.Policy.Actions, m.Policy.Name, m.Policy.Description)
	diags.Append(failed...)
	if len(m.Policy.IdentityRestriction.Elements()) > 0 {
		diags.Append(m.Policy.IdentityRestriction.ElementsAs(ctx, &policy.IdentityRestriction, false)...)
	}
	var restrictions []accessRestrictionSelectorModel
	diags.Append(m.Policy.RestrictionSelectors.ElementsAs(ctx, &restrictions, false)...)
	for _, m := range restrictions {
		restriction, failed := toAccessRestrictionSelector(ctx, m)
		diags.Append(failed...)
		policy.RestrictionSelectors = append(policy.RestrictionSelectors, restriction)
	}
	selector.PolicySelectorDefinition = policy
	return selector, diags
}

func toAccessRestrictionSelector(ctx context.Context, m accessRestrictionSelectorModel) (s access.RestrictionSelector, diags diag.Diagnostics) {
	var failed diag.Diagnostics
	if m.ID != nil {
		s.IDSelectorDefinition = &access.IDSelectorDefinition{}
		s.IDSelectorDefinition.SelectorBase, failed = toSelectorBase(ctx, m.ID.Actions, m.ID.Name, m.ID.Description)
		diags.Append(failed...)
		diags.Append(m.ID.Identifier.ElementsAs(ctx, &s.IDSelectorDefinition.Identifier, false)...)
	}
	if m.MatchAll != nil {
		s.MatchAllSelectorDefinition = &access.MatchAllSelectorDefinition{}
		s.MatchAllSelectorDefinition.SelectorBase, failed = toSelectorBase(ctx, m.MatchAll.Actions, m.MatchAll.Name, m.MatchAll.Description)
		diags.Append(failed...)
	}
	if m.Metadata != nil {
		s.MetadataSelectorDefinition = &access.MetadataSelectorDefinition{}
		s.MetadataSelectorDefinition.SelectorBase, failed = toSelectorBase(ctx, m.Metadata.Actions, m.Metadata.Name, m.Metadata.Description)
		diags.Append(failed...)
		var expressions []accessExpressionModel
		diags.Append(m.Metadata.Expressions.ElementsAs(ctx, &expressions, false)...)
		for _, e := range expressions {
			s.MetadataSelectorDefinition.Expressions = append(s.MetadataSelectorDefinition.Expressions, access.MetadataExpression{
				MetadataKey: e.MetadataKey.ValueString(), Operator: e.Operator.ValueString(), TextValue: e.TextValue.ValueString(),
			})
		}
	}
	return s, diags
}

func toSelectorBase(ctx context.Context, actions types.Set, name, description types.String) (access.SelectorBase, diag.Diagnostics) {
	var models []accessActionModel
	diags := actions.ElementsAs(ctx, &models, false)
	base := access.SelectorBase{Actions: make([]access.ActionID, len(models)), Name: name.ValueString(), Description: description.ValueString()}
	for i, m := range models {
		base.Actions[i] = access.ActionID{Scope: m.Scope.ValueString(), Activity: m.Activity.ValueString(), Entity: m.Entity.ValueString()}
	}
	slices.SortFunc(base.Actions, func(a, b access.ActionID) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Activity, b.Activity))
	})
	return base, diags
}

// fromAccessSelectors keeps the order of the prior list, and its spelling of what means the same.
func fromAccessSelectors(ctx context.Context, prior types.List, selectors []access.SelectorDefinition) (types.List, diag.Diagnostics) {
	read, diags := newAccessSelectors(ctx, selectors)
	if diags.HasError() {
		return prior, diags
	}
	return keepEqualElements(ctx, prior, read, toAccessSelectors)
}

// newAccessSelectors is a list of selectors. It is empty for none: the argument is required.
func newAccessSelectors(ctx context.Context, selectors []access.SelectorDefinition) (types.List, diag.Diagnostics) {
	var diags diag.Diagnostics
	models := make([]accessSelectorModel, len(selectors))
	for i, s := range selectors {
		model, failed := newAccessSelectorModel(ctx, s)
		diags.Append(failed...)
		models[i] = model
	}
	list, failed := types.ListValueFrom(ctx, accessSelectorType, models)
	return list, append(diags, failed...)
}

func newAccessSelectorModel(ctx context.Context, s access.SelectorDefinition) (accessSelectorModel, diag.Diagnostics) {
	restriction, diags := fromAccessRestrictionSelector(ctx, s.RestrictionSelector)
	model := accessSelectorModel{ID: restriction.ID, MatchAll: restriction.MatchAll, Metadata: restriction.Metadata}
	policy := s.PolicySelectorDefinition
	if policy == nil {
		return model, diags
	}
	m := &accessPolicySelectorModel{
		Name:                stringOrNull(policy.Name),
		Description:         stringOrNull(policy.Description),
		IdentityRestriction: types.MapNull(types.StringType),
	}
	var failed diag.Diagnostics
	m.Actions, failed = fromAccessActions(ctx, policy.Actions)
	diags.Append(failed...)
	if identity := withoutNull(policy.IdentityRestriction); len(identity) > 0 {
		m.IdentityRestriction, failed = types.MapValueFrom(ctx, types.StringType, identity)
		diags.Append(failed...)
	}
	restrictions := make([]accessRestrictionSelectorModel, len(policy.RestrictionSelectors))
	for i, s := range policy.RestrictionSelectors {
		restrictions[i], failed = fromAccessRestrictionSelector(ctx, s)
		diags.Append(failed...)
	}
	m.RestrictionSelectors, failed = fromAPIList(ctx, accessRestrictionSelectorType, restrictions)
	model.Policy = m
	return model, append(diags, failed...)
}

// withoutNull leaves out the parts of an identifier that are null. They say nothing, and a configuration must
// not have them.
func withoutNull(identifier map[string]*string) map[string]string {
	parts := make(map[string]string, len(identifier))
	for name, value := range identifier {
		if value != nil {
			parts[name] = *value
		}
	}
	return parts
}

func fromAccessRestrictionSelector(ctx context.Context, s access.RestrictionSelector) (m accessRestrictionSelectorModel, diags diag.Diagnostics) {
	var failed diag.Diagnostics
	if id := s.IDSelectorDefinition; id != nil {
		m.ID = &accessIDSelectorModel{Name: stringOrNull(id.Name), Description: stringOrNull(id.Description)}
		m.ID.Actions, failed = fromAccessActions(ctx, id.Actions)
		diags.Append(failed...)
		m.ID.Identifier, failed = types.MapValueFrom(ctx, types.StringType, withoutNull(id.Identifier))
		diags.Append(failed...)
	}
	if all := s.MatchAllSelectorDefinition; all != nil {
		m.MatchAll = &accessMatchAllSelectorModel{Name: stringOrNull(all.Name), Description: stringOrNull(all.Description)}
		m.MatchAll.Actions, failed = fromAccessActions(ctx, all.Actions)
		diags.Append(failed...)
	}
	if metadata := s.MetadataSelectorDefinition; metadata != nil {
		m.Metadata = &accessMetadataSelectorModel{Name: stringOrNull(metadata.Name), Description: stringOrNull(metadata.Description)}
		m.Metadata.Actions, failed = fromAccessActions(ctx, metadata.Actions)
		diags.Append(failed...)
		expressions := make([]accessExpressionModel, len(metadata.Expressions))
		for i, e := range metadata.Expressions {
			expressions[i] = accessExpressionModel{types.StringValue(e.MetadataKey), types.StringValue(e.Operator), stringOrNull(e.TextValue)}
		}
		m.Metadata.Expressions, failed = types.ListValueFrom(ctx, accessExpressionType, expressions)
		diags.Append(failed...)
	}
	return m, diags
}

// fromAccessActions drops the repeats that LUSID may return, which a set cannot have.
func fromAccessActions(ctx context.Context, actions []access.ActionID) (types.Set, diag.Diagnostics) {
	models := make([]accessActionModel, 0, len(actions))
	for i, a := range actions {
		if !slices.Contains(actions[:i], a) {
			models = append(models, accessActionModel{types.StringValue(a.Scope), types.StringValue(a.Activity), types.StringValue(a.Entity)})
		}
	}
	return types.SetValueFrom(ctx, accessActionType, models)
}
