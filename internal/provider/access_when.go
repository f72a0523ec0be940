package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

const (
	// accessInstantFormat is how LUSID writes an instant.
	accessInstantFormat = "2006-01-02T15:04:05.0000000-07:00"
	// alwaysActive is the first instant that LUSID knows.
	alwaysActive = "0001-01-01T00:00:00.0000000+00:00"
	// yearOfNever is the year that LUSID puts the end into if there is none.
	yearOfNever = 9999
)

func accessWhenAttribute(noun string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "When the " + noun + " is active. Default: always.",
		Attributes:          accessWhenAttributes(noun),
	}
}

func accessWhenAttributes(noun string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"activate":   accessInstantAttribute("When the " + noun + " becomes active, in RFC 3339, such as `2027-01-01T00:00:00Z`. Default `0001-01-01T00:00:00Z`."),
		"deactivate": accessEndAttribute("When the " + noun + " stops being active, in RFC 3339. Default: never. LUSID stores that as an instant in the year 9999, so any instant of that year means the same."),
	}
}

// accessInstantAttribute is an optional instant. An equivalent timestamp in a different format is not a change.
func accessInstantAttribute(description string) schema.Attribute {
	return schema.StringAttribute{
		Optional:            true,
		CustomType:          timetypes.RFC3339Type{},
		MarkdownDescription: description,
		PlanModifiers:       []planmodifier.String{keepEqualInstant{}},
	}
}

// accessEndAttribute is an optional instant that LUSID puts into the year 9999 if it is not given.
func accessEndAttribute(description string) schema.Attribute {
	return schema.StringAttribute{
		Optional:            true,
		CustomType:          timetypes.RFC3339Type{},
		MarkdownDescription: description,
		PlanModifiers:       []planmodifier.String{keepEqualInstant{}, keepNever{}},
	}
}

// keepNever plans no change between null and an instant of the year 9999, which mean the same.
type keepNever struct{}

func (keepNever) Description(context.Context) string {
	return "Null and any instant of the year 9999 are the same."
}

func (m keepNever) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (keepNever) PlanModifyString(ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	isNever := func(value types.String) bool {
		return !value.IsUnknown() && normalWhen(access.WhenSpec{Deactivate: value.ValueString()}).Deactivate == ""
	}
	if req.State.Raw.IsNull() || !isNever(req.PlanValue) || !isNever(req.StateValue) {
		return
	}
	// Without a prior period there is no prior end either, and Terraform wants the configured one.
	var prior types.Object
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, req.Path.ParentPath(), &prior)...)
	if !resp.Diagnostics.HasError() && !prior.IsNull() {
		resp.PlanValue = req.StateValue
	}
}

var accessWhenType = objectTypeOf(accessWhenAttributes(""))

type accessWhenModel struct {
	Activate   timetypes.RFC3339 `tfsdk:"activate"`
	Deactivate timetypes.RFC3339 `tfsdk:"deactivate"`
}

// toAccessInstant writes an instant as LUSID does. LUSID stores seven digits of a fraction.
func toAccessInstant(value timetypes.RFC3339) string { return accessInstant(value.ValueString()) }

// accessInstant gives equal instants one spelling.
func accessInstant(text string) string {
	instant, err := parseInstant(text)
	if err != nil {
		return text
	}
	// The last hours of the year 9999 may be in the year 10000 in UTC, which RFC 3339 cannot write.
	if utc := instant.UTC(); utc.Year() <= yearOfNever {
		instant = utc
	}
	return instant.Format(accessInstantFormat)
}

// fromAccessInstant is null for none.
func fromAccessInstant(text string) timetypes.RFC3339 {
	return sameInstant(timetypes.NewRFC3339Null(), text)
}

// toAccessWhen sends an end in the year 9999 as it is given.
func toAccessWhen(ctx context.Context, object types.Object) (access.WhenSpec, diag.Diagnostics) {
	var m accessWhenModel
	var diags diag.Diagnostics
	if !object.IsNull() && !object.IsUnknown() {
		diags = object.As(ctx, &m, basetypes.ObjectAsOptions{UnhandledUnknownAsEmpty: true})
	}
	spec := access.WhenSpec{Activate: alwaysActive, Deactivate: toAccessInstant(m.Deactivate)}
	if !m.Activate.IsNull() {
		spec.Activate = toAccessInstant(m.Activate)
	}
	return spec, diags
}

// normalWhen gives equal periods one form.
//
// Unverified: access/policy-deactivate.
func normalWhen(spec access.WhenSpec) access.WhenSpec {
	normal := access.WhenSpec{Activate: alwaysActive, Deactivate: accessInstant(spec.Deactivate)}
	if spec.Activate != "" {
		normal.Activate = accessInstant(spec.Activate)
	}
	if isNever(normal.Deactivate) {
		normal.Deactivate = ""
	}
	return normal
}

// isNever reports an instant of the year 9999, and isFirstInstant the first one that LUSID knows.
func isNever(text string) bool { return strings.HasPrefix(accessInstant(text), "9999-") }

func isFirstInstant(text string) bool { return accessInstant(text) == alwaysActive }

// shortens reports that the planned period may begin later, or end earlier.
func shortens(ctx context.Context, before, planned types.Object) bool {
	value, err := planned.ToTerraformValue(ctx)
	if err != nil || !value.IsFullyKnown() {
		return true
	}
	old, diags := toAccessWhen(ctx, before)
	period, failed := toAccessWhen(ctx, planned)
	old, period = normalWhen(old), normalWhen(period)
	// Instants of this format sort as texts.
	endsEarlier := period.Deactivate != "" && (old.Deactivate == "" || period.Deactivate < old.Deactivate)
	return diags.HasError() || failed.HasError() || period.Activate > old.Activate || endsEarlier
}

// fromAccessWhen keeps the prior value if it means the same.
func fromAccessWhen(ctx context.Context, prior types.Object, spec access.WhenSpec) (types.Object, diag.Diagnostics) {
	before, diags := toAccessWhen(ctx, prior)
	spec = normalWhen(spec)
	switch {
	case diags.HasError():
		return prior, diags
	case !prior.IsUnknown() && !prior.IsNull() && normalWhen(before) == spec:
		return prior, diags
	case normalWhen(access.WhenSpec{}) == spec:
		return types.ObjectNull(accessWhenType.AttrTypes), diags
	}
	var m accessWhenModel
	if !prior.IsNull() && !prior.IsUnknown() {
		diags.Append(prior.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	}
	activate := spec.Activate
	if activate == alwaysActive && m.Activate.IsNull() {
		activate = ""
	}
	m.Activate, m.Deactivate = sameInstant(m.Activate, activate), sameInstant(m.Deactivate, spec.Deactivate)
	object, failed := types.ObjectValueFrom(ctx, accessWhenType.AttrTypes, m)
	return object, append(diags, failed...)
}
