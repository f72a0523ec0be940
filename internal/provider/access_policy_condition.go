package provider

import (
	"context"
	"math"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// dateConditionKinds and requestConditionKinds are the attributes of a condition.
var (
	dateConditionKinds    = []string{"effective_range", "as_at_range", "effective_date_relative", "as_at_relative", "effective_date_has_quality"}
	requestConditionKinds = []string{"request_header", "identity_claim", "identity_scope", "via_api"}
)

// dateConditionAttributes are the kinds of a condition on dates.
func dateConditionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"effective_range": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The effective date is within a range.",
			Attributes: map[string]schema.Attribute{
				"from": accessInstantAttribute("Start of the range, in RFC 3339."),
				"to":   accessInstantAttribute("End of the range, in RFC 3339. Default: no end."),
			},
		},
		"as_at_range": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The as-at time is within a range.",
			Attributes: map[string]schema.Attribute{
				"from": asAtBoundAttribute("Start of the range."),
				"to":   asAtBoundAttribute("End of the range."),
			},
		},
		"effective_date_relative": relativeDateAttribute("The effective date is before, on or after a point in time that LUSID computes for each request."),
		"as_at_relative":          relativeDateAttribute("The as-at time is before, on or after a point in time that LUSID computes for each request."),
		"effective_date_has_quality": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The effective date has a certain quality.",
			Attributes: map[string]schema.Attribute{
				"quality": accessEnumAttribute("Quality of the date.", "IsFirstDayOfAnyMonth", "IsLastDayOfAnyMonth", "IsBusinessDayOfAnyMonth",
					"IsFirstDayOfTheCurrentMonth", "IsLastDayOfTheCurrentMonth", "IsBusinessDayOfTheCurrentMonth", "IsBeforeMidday", "IsBefore5pm", "IsAfter5pm"),
			},
		},
	}
}

// asAtBoundAttribute is a bound of a range of as-at times.
func asAtBoundAttribute(description string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Required:            true,
		MarkdownDescription: description + " Set exactly one of `date_time_offset` and `value`.",
		Validators:          []validator.Object{exactlyOne{"bound", []string{"date_time_offset", "value"}}},
		Attributes: map[string]schema.Attribute{
			"date_time_offset": accessInstantAttribute("An instant, in RFC 3339."),
			"value": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "An expression, such as `AsAt=Latest`: 5 to 25 characters.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(5, 25)},
			},
		},
	}
}

// relativeDateAttribute compares a date with a point in time.
func relativeDateAttribute(description string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: description,
		Attributes: map[string]schema.Attribute{
			"date": accessEnumAttribute(
				"Point in time.",
				"Now",
				"FirstOfMonth",
				"FirstBusinessDayOfTheMonth",
				"LastDayOfTheMonth",
				"LastBusinessDayOfMonth",
				"FirstDayOfYear",
				"LastDayOfYear",
			),
			"adjustment": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "Number of units to add to the point in time. A negative number subtracts.",
				Validators:          []validator.Int64{int64validator.Between(math.MinInt32, math.MaxInt32)},
			},
			"unit": accessEnumAttribute(
				"Unit of the adjustment.",
				"Minute",
				"Hour",
				"Day",
				"BusinessDay",
				"Weeks",
				"Months",
				"Years",
			),
			"relative_to_date_time": accessEnumAttribute(
				"How the date compares with the adjusted point in time.",
				"BeforeOrOn",
				"Before",
				"OnDayOf",
				"AfterOrOn",
				"After",
				"Exactly",
			),
		},
	}
}

// requestConditionAttributes are the kinds of a condition on the request.
func requestConditionAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	operator := func() schema.Attribute {
		return accessEnumAttribute("How the value is compared.", "EqualsCaseSensitive", "EqualsCaseInsensitive", "NotEqualsCaseSensitive", "NotEqualsCaseInsensitive",
			"ContainsCaseSensitive", "NotPresentOrNotContainsCaseSensitive", "NotPresent", "InCaseInsensitive")
	}
	return map[string]schema.Attribute{
		"request_header": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A header of the request has a value.",
			Attributes: map[string]schema.Attribute{
				"header_name": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "Name of the header: 1 to 1024 characters.",
					Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 1024)},
				},
				"operator": operator(),
				"value": schema.StringAttribute{
					Optional:            true,
					MarkdownDescription: "Value to compare with, 4096 characters at most.",
					Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(4096)},
				},
			},
		},
		"identity_claim": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A claim of the caller's token has a value.",
			Attributes: map[string]schema.Attribute{
				"claim_type": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "Name of the claim.",
					Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				},
				"operator":              operator(),
				"value":                 text("Value to compare with."),
				"claim_value_type":      text("Type of the claim's value."),
				"claim_issuer":          text("Issuer of the claim."),
				"claim_original_issuer": text("Original issuer of the claim."),
			},
		},
		"identity_scope": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The caller's token has a scope.",
			Attributes: map[string]schema.Attribute{
				"scope_name": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "Name of the scope: " + accessCodeWords + ".",
					Validators:          isAccessCode(),
				},
			},
		},
		"via_api": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The request came through certain features.",
			Attributes: map[string]schema.Attribute{
				"api_feature_codes": schema.SetAttribute{
					Required:            true,
					ElementType:         types.StringType,
					MarkdownDescription: "Codes of the features, such as `api-instruments-listinstruments`.",
					Validators:          []validator.Set{setvalidator.NoNullValues()},
				},
				"operator": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "How the features are compared. LUSID has not published the values.",
					Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				},
			},
		},
	}
}

var (
	dateConditionType    = objectTypeOf(dateConditionAttributes())
	requestConditionType = objectTypeOf(requestConditionAttributes())
)

type dateConditionModel struct {
	EffectiveRange          *effectiveRangeModel          `tfsdk:"effective_range"`
	AsAtRange               *asAtRangeModel               `tfsdk:"as_at_range"`
	EffectiveDateRelative   *relativeDateModel            `tfsdk:"effective_date_relative"`
	AsAtRelative            *relativeDateModel            `tfsdk:"as_at_relative"`
	EffectiveDateHasQuality *effectiveDateHasQualityModel `tfsdk:"effective_date_has_quality"`
}

type effectiveRangeModel struct {
	From timetypes.RFC3339 `tfsdk:"from"`
	To   timetypes.RFC3339 `tfsdk:"to"`
}

type asAtRangeModel struct {
	From asAtBoundModel `tfsdk:"from"`
	To   asAtBoundModel `tfsdk:"to"`
}

type asAtBoundModel struct {
	DateTimeOffset timetypes.RFC3339 `tfsdk:"date_time_offset"`
	Value          types.String      `tfsdk:"value"`
}

type relativeDateModel struct {
	Date               types.String `tfsdk:"date"`
	Adjustment         types.Int64  `tfsdk:"adjustment"`
	Unit               types.String `tfsdk:"unit"`
	RelativeToDateTime types.String `tfsdk:"relative_to_date_time"`
}

type effectiveDateHasQualityModel struct {
	Quality types.String `tfsdk:"quality"`
}

type requestConditionModel struct {
	RequestHeader *requestHeaderModel `tfsdk:"request_header"`
	IdentityClaim *identityClaimModel `tfsdk:"identity_claim"`
	IdentityScope *identityScopeModel `tfsdk:"identity_scope"`
	ViaAPI        *viaAPIModel        `tfsdk:"via_api"`
}

type requestHeaderModel struct {
	HeaderName types.String `tfsdk:"header_name"`
	Operator   types.String `tfsdk:"operator"`
	Value      types.String `tfsdk:"value"`
}

type identityClaimModel struct {
	ClaimType           types.String `tfsdk:"claim_type"`
	Operator            types.String `tfsdk:"operator"`
	Value               types.String `tfsdk:"value"`
	ClaimValueType      types.String `tfsdk:"claim_value_type"`
	ClaimIssuer         types.String `tfsdk:"claim_issuer"`
	ClaimOriginalIssuer types.String `tfsdk:"claim_original_issuer"`
}

type identityScopeModel struct {
	ScopeName types.String `tfsdk:"scope_name"`
}

type viaAPIModel struct {
	APIFeatureCodes types.Set    `tfsdk:"api_feature_codes"`
	Operator        types.String `tfsdk:"operator"`
}

// toDateConditions gives equal lists equal requests.
func toDateConditions(ctx context.Context, list types.List) ([]access.ForSpec, diag.Diagnostics) {
	var models []dateConditionModel
	diags := list.ElementsAs(ctx, &models, false)
	var conditions []access.ForSpec
	for _, m := range models {
		var c access.ForSpec
		if m.EffectiveRange != nil {
			c.EffectiveRange = &access.EffectiveRange{From: toAccessInstant(m.EffectiveRange.From), To: toAccessInstant(m.EffectiveRange.To)}
		}
		if m.AsAtRange != nil {
			c.AsAtRangeForSpec = &access.AsAtRangeForSpec{From: m.AsAtRange.From.toAPI(), To: m.AsAtRange.To.toAPI()}
		}
		c.EffectiveDateRelative, c.AsAtRelative = m.EffectiveDateRelative.toAPI(), m.AsAtRelative.toAPI()
		if m.EffectiveDateHasQuality != nil {
			c.EffectiveDateHasQuality = &access.EffectiveDateHasQuality{Quality: m.EffectiveDateHasQuality.Quality.ValueString()}
		}
		conditions = append(conditions, c)
	}
	return conditions, diags
}

func (m asAtBoundModel) toAPI() access.AsAtPredicateContract {
	return access.AsAtPredicateContract{Value: m.Value.ValueString(), DateTimeOffset: toAccessInstant(m.DateTimeOffset)}
}

func newAsAtBoundModel(bound access.AsAtPredicateContract) (asAtBoundModel, diag.Diagnostics) {
	instant, diags := fromAccessInstant(bound.DateTimeOffset)
	return asAtBoundModel{instant, stringOrNull(bound.Value)}, diags
}

func (m *relativeDateModel) toAPI() *access.RelativeDate {
	if m == nil {
		return nil
	}
	return &access.RelativeDate{
		Date:               m.Date.ValueString(),
		Adjustment:         int32(m.Adjustment.ValueInt64()), //nolint:gosec // The validator knows the limits.
		Unit:               m.Unit.ValueString(),
		RelativeToDateTime: m.RelativeToDateTime.ValueString(),
	}
}

func newRelativeDateModel(date *access.RelativeDate) *relativeDateModel {
	if date == nil {
		return nil
	}
	return &relativeDateModel{
		stringOrNull(date.Date),
		types.Int64Value(int64(date.Adjustment)),
		stringOrNull(date.Unit),
		stringOrNull(date.RelativeToDateTime),
	}
}

// fromDateConditions keeps the order of the prior list, and its spelling of what means the same.
func fromDateConditions(ctx context.Context, prior types.List, conditions []access.ForSpec) (types.List, diag.Diagnostics) {
	var diags, failed diag.Diagnostics
	models := make([]dateConditionModel, len(conditions))
	for i, c := range conditions {
		m := dateConditionModel{
			EffectiveDateRelative: newRelativeDateModel(c.EffectiveDateRelative),
			AsAtRelative:          newRelativeDateModel(c.AsAtRelative),
		}
		if c.EffectiveRange != nil {
			c.EffectiveRange = normalRange(c.EffectiveRange)
			m.EffectiveRange = new(effectiveRangeModel)
			m.EffectiveRange.From, failed = fromAccessInstant(c.EffectiveRange.From)
			diags.Append(failed...)
			m.EffectiveRange.To, failed = fromAccessInstant(c.EffectiveRange.To)
			diags.Append(failed...)
		}
		if c.AsAtRangeForSpec != nil {
			m.AsAtRange = new(asAtRangeModel)
			m.AsAtRange.From, failed = newAsAtBoundModel(normalBound(c.AsAtRangeForSpec.From))
			diags.Append(failed...)
			m.AsAtRange.To, failed = newAsAtBoundModel(normalBound(c.AsAtRangeForSpec.To))
			diags.Append(failed...)
		}
		if c.EffectiveDateHasQuality != nil {
			m.EffectiveDateHasQuality = &effectiveDateHasQualityModel{types.StringValue(c.EffectiveDateHasQuality.Quality)}
		}
		models[i] = m
	}
	read, failed := fromAPIList(ctx, dateConditionType, models)
	switch diags.Append(failed...); {
	case diags.HasError() && prior.IsNull():
		// The null of a data source has no element type.
		return types.ListNull(dateConditionType), diags
	case diags.HasError():
		return prior, diags
	}
	return keepEqualElements(ctx, prior, read, normalDateConditions)
}

// normalDateConditions are date conditions without what LUSID may fill in where nothing is given: the first
// and the last instant that it knows.
func normalDateConditions(ctx context.Context, list types.List) ([]access.ForSpec, diag.Diagnostics) {
	conditions, diags := toDateConditions(ctx, list)
	for i := range conditions {
		if conditions[i].EffectiveRange != nil {
			conditions[i].EffectiveRange = normalRange(conditions[i].EffectiveRange)
		}
	}
	return conditions, diags
}

func normalRange(r *access.EffectiveRange) *access.EffectiveRange {
	normal := *r
	if isFirstInstant(normal.From) {
		normal.From = ""
	}
	if isNever(normal.To) {
		normal.To = ""
	}
	return &normal
}

// normalBound drops an instant beside an expression, which LUSID may fill in.
func normalBound(bound access.AsAtPredicateContract) access.AsAtPredicateContract {
	if bound.Value != "" && isFirstInstant(bound.DateTimeOffset) {
		bound.DateTimeOffset = ""
	}
	return bound
}

// toRequestConditions gives equal lists equal requests.
func toRequestConditions(ctx context.Context, list types.List) ([]access.IfExpression, diag.Diagnostics) {
	var models []requestConditionModel
	diags := list.ElementsAs(ctx, &models, false)
	var conditions []access.IfExpression
	for _, m := range models {
		var c access.IfExpression
		if header := m.RequestHeader; header != nil {
			c.IfRequestHeaderExpression = &access.IfRequestHeaderExpression{
				HeaderName: header.HeaderName.ValueString(), Operator: header.Operator.ValueString(), Value: header.Value.ValueString(),
			}
		}
		if claim := m.IdentityClaim; claim != nil {
			c.IfIdentityClaimExpression = &access.IfIdentityClaimExpression{
				ClaimType: claim.ClaimType.ValueString(), Operator: claim.Operator.ValueString(), Value: claim.Value.ValueString(),
				ClaimValueType: claim.ClaimValueType.ValueString(), ClaimIssuer: claim.ClaimIssuer.ValueString(), ClaimOriginalIssuer: claim.ClaimOriginalIssuer.ValueString(),
			}
		}
		if m.IdentityScope != nil {
			c.IfIdentityScopeExpression = &access.IfIdentityScopeExpression{ScopeName: m.IdentityScope.ScopeName.ValueString()}
		}
		if m.ViaAPI != nil {
			c.IfViaAPIExpression = &access.IfViaAPIExpression{
				APIFeatureCodes: texts(m.ViaAPI.APIFeatureCodes),
				Operator:        m.ViaAPI.Operator.ValueString(),
			}
		}
		conditions = append(conditions, c)
	}
	return conditions, diags
}

// fromRequestConditions keeps the order of the prior list, and its spelling of what means the same.
func fromRequestConditions(ctx context.Context, prior types.List, conditions []access.IfExpression) (types.List, diag.Diagnostics) {
	var diags diag.Diagnostics
	models := make([]requestConditionModel, len(conditions))
	for i, c := range conditions {
		var m requestConditionModel
		if header := c.IfRequestHeaderExpression; header != nil {
			m.RequestHeader = &requestHeaderModel{
				types.StringValue(header.HeaderName),
				types.StringValue(header.Operator),
				stringOrNull(header.Value),
			}
		}
		if claim := c.IfIdentityClaimExpression; claim != nil {
			m.IdentityClaim = &identityClaimModel{
				types.StringValue(claim.ClaimType), types.StringValue(claim.Operator), stringOrNull(claim.Value),
				stringOrNull(claim.ClaimValueType), stringOrNull(claim.ClaimIssuer), stringOrNull(claim.ClaimOriginalIssuer),
			}
		}
		if c.IfIdentityScopeExpression != nil {
			m.IdentityScope = &identityScopeModel{types.StringValue(c.IfIdentityScopeExpression.ScopeName)}
		}
		if via := c.IfViaAPIExpression; via != nil {
			codes, failed := types.SetValueFrom(ctx, types.StringType, distinct(via.APIFeatureCodes))
			diags.Append(failed...)
			m.ViaAPI = &viaAPIModel{codes, types.StringValue(via.Operator)}
		}
		models[i] = m
	}
	read, failed := fromAPIList(ctx, requestConditionType, models)
	if diags.Append(failed...); diags.HasError() {
		return prior, diags
	}
	return keepEqualElements(ctx, prior, read, toRequestConditions)
}

// quotedList is a list of values for a description.
func quotedList(values []string) string { return "`" + strings.Join(values, "`, `") + "`" }
