package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
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
		Validators:          []validator.Object{activeSometimes{noun}},
		PlanModifiers:       []planmodifier.Object{keepEqualWhen{}},
	}
}

func accessWhenAttributes(noun string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"activate":   accessInstantAttribute("When the " + noun + " becomes active, in RFC 3339, such as `2027-01-01T00:00:00Z`. Default `0001-01-01T00:00:00Z`."),
		"deactivate": accessInstantAttribute("When the " + noun + " stops being active, in RFC 3339. Default: never. LUSID stores that as an instant in the year 9999, so any instant of that year means the same. The plan warns if the instant is in the past."),
	}
}

// accessInstantAttribute is an optional instant. An equivalent timestamp in a different format is not a change.
func accessInstantAttribute(description string) schema.Attribute {
	return schema.StringAttribute{
		Optional:            true,
		CustomType:          timetypes.RFC3339Type{},
		MarkdownDescription: description,
		Validators:          []validator.String{isAccessInstant{}},
		PlanModifiers:       []planmodifier.String{keepEqualInstant{}},
	}
}

// keepEqualWhen plans no change between two periods that mean the same. For example, LUSID puts the end into the
// year 9999 if there is none. Terraform accepts the prior value only for the whole object.
type keepEqualWhen struct{}

func (keepEqualWhen) Description(context.Context) string {
	return "A period that means the same is not a change."
}

func (m keepEqualWhen) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (keepEqualWhen) PlanModifyObject(ctx context.Context, req planmodifier.ObjectRequest, resp *planmodifier.ObjectResponse) {
	planned, err := req.PlanValue.ToTerraformValue(ctx)
	if err != nil || !planned.IsFullyKnown() || req.PlanValue.IsNull() || req.StateValue.IsNull() {
		return
	}
	before, diags := toAccessWhen(ctx, req.StateValue)
	resp.Diagnostics.Append(diags...)
	after, diags := toAccessWhen(ctx, req.PlanValue)
	resp.Diagnostics.Append(diags...)
	if !resp.Diagnostics.HasError() && normalWhen(before) == normalWhen(after) {
		resp.PlanValue = req.StateValue
	}
}

// activeSometimes warns of a period that has ended, or that ends before it starts. After the end, users lose what a role
// or policy allows, although Terraform finds no change.
type activeSometimes struct{ noun string }

func (activeSometimes) Description(context.Context) string {
	return "deactivate should be in the future, and after activate."
}

func (v activeSometimes) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v activeSometimes) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	activate, _ := req.ConfigValue.Attributes()["activate"].(timetypes.RFC3339)
	deactivate, _ := req.ConfigValue.Attributes()["deactivate"].(timetypes.RFC3339)
	end, err := parseInstant(deactivate.ValueString())
	if err != nil {
		return
	}
	at := req.Path.AtName("deactivate")
	if start, err := parseInstant(activate.ValueString()); err == nil && !end.After(start) {
		resp.Diagnostics.AddAttributeWarning(at, "The "+v.noun+" is never active", fmt.Sprintf(
			"It is deactivated at %s, which is not after %s, when it becomes active.", deactivate.ValueString(), activate.ValueString()))
	} else if isPast(deactivate.ValueString()) {
		resp.Diagnostics.AddAttributeWarning(at, "The "+v.noun+" is no longer active", fmt.Sprintf(
			"It was deactivated at %s. Since then, it neither allows nor denies anything. "+
				"To activate it again, set deactivate to a later time, or remove deactivate.", deactivate.ValueString()))
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

// isAccessInstant refuses an instant that is before the year 1 or after the year 9999 in UTC. LUSID cannot store it.
type isAccessInstant struct{}

func (isAccessInstant) Description(context.Context) string {
	return "The instant must be in the years 1 to 9999 in UTC."
}

func (v isAccessInstant) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (isAccessInstant) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	// The attribute's type reports what is not an instant.
	instant, err := parseInstant(req.ConfigValue.ValueString())
	if err != nil || instant.UTC().Year() >= 1 && instant.UTC().Year() <= yearOfNever {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid instant", fmt.Sprintf(
		"%s is not in the years 1 to 9999 in UTC, so LUSID cannot store it. The first instant is 0001-01-01T00:00:00Z, and the last 9999-12-31T23:59:59Z.",
		req.ConfigValue.ValueString()))
}

// fromAccessInstant reads an instant. It is null for none.
func fromAccessInstant(text string) (timetypes.RFC3339, diag.Diagnostics) {
	var diags diag.Diagnostics
	if _, err := parseInstant(text); text != "" && err != nil {
		// Null would mean no limit, so the policy or role would seem to be active for longer than it is.
		diags.AddError("Unreadable instant", fmt.Sprintf("The instant %q is not in RFC 3339, such as 2027-01-01T00:00:00Z.", text))
	}
	return sameInstant(timetypes.NewRFC3339Null(), text), diags
}

// explainUnreadable adds the object and the next step to the errors of a fromAPI. Only an instant can be unreadable.
func explainUnreadable(summary, object string, failed diag.Diagnostics) (diags diag.Diagnostics) {
	for _, d := range failed {
		diags.AddError(summary, joinParagraphs("The "+object+" could not be read.", d.Detail(),
			"Correct the instant in LUSID's web app or through its API, and run Terraform again. If LUSID itself wrote it, contact LUSID's support."))
	}
	return diags
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

// isNever reports whether an instant is in the year 9999. isFirstInstant reports whether it is the first one that LUSID
// knows.
func isNever(text string) bool { return strings.HasPrefix(accessInstant(text), "9999-") }

func isFirstInstant(text string) bool { return accessInstant(text) == alwaysActive }

// shortens reports whether the planned period may begin later, or end earlier.
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
	for _, text := range []string{spec.Activate, spec.Deactivate} {
		_, failed := fromAccessInstant(text)
		diags.Append(failed...)
	}
	spec = normalWhen(spec)
	switch {
	case diags.HasError() && prior.IsNull():
		// The null of a data source has no attribute types.
		return types.ObjectNull(accessWhenType.AttrTypes), diags
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
