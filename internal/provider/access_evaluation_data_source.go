package provider

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessEvaluationDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessEvaluationDataSource)(nil)
)

// accessEvaluationDataSource shows which requests LUSID would grant to the user that the provider signs in as.
type accessEvaluationDataSource struct{ dataSourceBase }

// NewAccessEvaluationDataSource returns the data source lusid_access_evaluation.
func NewAccessEvaluationDataSource() datasource.DataSource { return &accessEvaluationDataSource{} }

func (d *accessEvaluationDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_evaluation"
}

func (d *accessEvaluationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	date := func(description string) schema.Attribute {
		return schema.StringAttribute{
			Optional: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description, Validators: []validator.String{isAccessInstant{}},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find out which requests LUSID would grant to the user that the provider signs in as. LUSID only evaluates the requests. It reads and changes no data.\n\n" +
			"LUSID answers for the provider's own user only. To test the rights of somebody else, add a provider configuration with an `alias` that signs in as that user.\n\n" +
			"~> To read data through LUSID's API, a user needs a policy for the feature and a policy for the data. Evaluate a request for each.\n\n" +
			"~> If the policies are managed in the same configuration, set `depends_on`, so that Terraform reads this data source after it has changed the policies.",
		Attributes: map[string]schema.Attribute{
			"applications": schema.SetAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Evaluate only the policies for these applications, such as `LUSID`. Default: all policies.",
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1),
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
			},
			"requests": schema.MapNestedAttribute{
				Required:            true,
				MarkdownDescription: "Requests, by a key of your choice.",
				Validators:          []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
				NestedObject: schema.NestedAttributeObject{Validators: []validator.Object{endsAfterStart{}}, Attributes: map[string]schema.Attribute{
					"scope": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "Scope of the action. For data `default`. For a feature the application, such as `LUSID`.",
						Validators:          isAccessCode(),
					},
					"activity": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "For data `Read`, `List`, `Add`, `Update`, `Delete` and others. For a feature `Execute`. 3 to 100 characters.",
						Validators:          []validator.String{stringvalidator.UTF8LengthBetween(3, 100)},
					},
					"entity": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "Type of object, such as `Portfolio` or `Instrument`. For a feature `Feature`.",
						Validators:          isAccessCode(),
					},
					"identifier": schema.MapAttribute{
						Required:    true,
						ElementType: types.StringType,
						MarkdownDescription: "Parts of the object's identifier, such as `scope` and `code`. " +
							"The data source `lusid_access_controlled_resources` lists the parts and the codes of features.",
						Validators: []validator.Map{mapvalidator.NoNullValues()},
					},
					"metadata": schema.MapAttribute{
						Optional:            true,
						ElementType:         types.SetType{ElemType: types.StringType},
						MarkdownDescription: "Values of the object's access metadata, by key.",
						Validators:          []validator.Map{mapvalidator.NoNullValues(), mapvalidator.ValueSetsAre(setvalidator.NoNullValues())},
					},
					"from_effective_date": date("Effective date of the data, or the start of a range, in RFC 3339. Default: now."),
					"to_effective_date":   date("End of the range of effective dates, in RFC 3339. It must not be before `from_effective_date`. Default: the start."),
					"from_as_at":          date("As-at time of the data, or the start of a range, in RFC 3339. Default: the latest."),
					"to_as_at":            date("End of the range of as-at times, in RFC 3339. It must not be before `from_as_at`."),
				}},
			},
			"results": schema.MapNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Results, by the keys of `requests`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"granted": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether LUSID would grant the request."},
					"reason": schema.StringAttribute{
						Computed:            true,
						MarkdownDescription: "Why LUSID would refuse the request, in LUSID's words. Null if LUSID would grant it.",
					},
				}},
			},
		},
	}
}

type accessEvaluationModel struct {
	Applications types.Set                              `tfsdk:"applications"`
	Requests     map[string]accessEvaluationRequest     `tfsdk:"requests"`
	Results      map[string]accessEvaluationResultModel `tfsdk:"results"`
}

type accessEvaluationRequest struct {
	Scope             types.String      `tfsdk:"scope"`
	Activity          types.String      `tfsdk:"activity"`
	Entity            types.String      `tfsdk:"entity"`
	Identifier        types.Map         `tfsdk:"identifier"`
	Metadata          types.Map         `tfsdk:"metadata"`
	FromEffectiveDate timetypes.RFC3339 `tfsdk:"from_effective_date"`
	ToEffectiveDate   timetypes.RFC3339 `tfsdk:"to_effective_date"`
	FromAsAt          timetypes.RFC3339 `tfsdk:"from_as_at"`
	ToAsAt            timetypes.RFC3339 `tfsdk:"to_as_at"`
}

type accessEvaluationResultModel struct {
	Granted types.Bool   `tfsdk:"granted"`
	Reason  types.String `tfsdk:"reason"`
}

func (m accessEvaluationRequest) toAPI(ctx context.Context) (access.EvaluationRequest, diag.Diagnostics) {
	request := access.EvaluationRequest{
		Request: access.RequestDetails{
			Action:            access.RequestedActionKey{EntityCode: m.Entity.ValueString(), Scope: m.Scope.ValueString(), Activity: m.Activity.ValueString()},
			FromEffectiveDate: toAccessInstant(m.FromEffectiveDate),
			ToEffectiveDate:   toAccessInstant(m.ToEffectiveDate),
			FromAsAt:          toAccessInstant(m.FromAsAt),
			ToAsAt:            toAccessInstant(m.ToAsAt),
		},
		Resource: access.ResourceDetails{ID: map[string]string{}, Metadata: map[string][]access.EntitlementMetadata{}},
	}
	diags := m.Identifier.ElementsAs(ctx, &request.Resource.ID, false)
	for key, value := range m.Metadata.Elements() {
		values, _ := value.(types.Set)
		for _, text := range texts(values) {
			request.Resource.Metadata[key] = append(request.Resource.Metadata[key], access.EntitlementMetadata{Value: text})
		}
	}
	return request, diags
}

func newAccessEvaluationResult(response access.EvaluationResponse) accessEvaluationResultModel {
	if response.Result == access.EvaluationGranted {
		return accessEvaluationResultModel{Granted: types.BoolValue(true)}
	}
	return accessEvaluationResultModel{types.BoolValue(false), types.StringValue(cmp.Or(response.DetailedMessage, response.Result))}
}

func (d *accessEvaluationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to evaluate access requests"
	var model accessEvaluationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	requests := map[string]access.EvaluationRequest{}
	for key, m := range model.Requests {
		request, diags := m.toAPI(ctx)
		resp.Diagnostics.Append(diags...)
		requests[key] = request
	}
	if resp.Diagnostics.HasError() {
		return
	}
	attempt := fmt.Sprintf("The requests %s could not be evaluated for the user that the provider signs in as to %s",
		strings.Join(slices.Sorted(maps.Keys(requests)), ", "), d.client.Domain())
	responses, err := d.access.Evaluate(ctx, texts(model.Applications), requests)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("requests"), summary, d.explain(attempt, err))
		return
	}
	model.Results = map[string]accessEvaluationResultModel{}
	for _, key := range slices.Sorted(maps.Keys(requests)) {
		response, ok := responses[key]
		if !ok {
			resp.Diagnostics.AddAttributeError(path.Root("requests").AtMapKey(key), summary, d.explain(attempt,
				fmt.Errorf("LUSID's response has no result for the request %q", key)))
			continue
		}
		model.Results[key] = newAccessEvaluationResult(response)
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	}
}

// endsAfterStart refuses a request with a range of effective dates or as-at times that ends before it starts.
type endsAfterStart struct{}

func (endsAfterStart) Description(context.Context) string {
	return "to_effective_date must not be before from_effective_date, and to_as_at not before from_as_at."
}

func (v endsAfterStart) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (endsAfterStart) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	for _, dates := range []struct{ from, to, noun string }{
		{"from_effective_date", "to_effective_date", "effective dates"}, {"from_as_at", "to_as_at", "as-at times"},
	} {
		from, _ := req.ConfigValue.Attributes()[dates.from].(timetypes.RFC3339)
		to, _ := req.ConfigValue.Attributes()[dates.to].(timetypes.RFC3339)
		// The attributes' type reports what is not an instant.
		start, err := parseInstant(from.ValueString())
		if err != nil {
			continue
		}
		if end, err := parseInstant(to.ValueString()); err == nil && end.Before(start) {
			resp.Diagnostics.AddAttributeError(req.Path.AtName(dates.to), "Invalid range of "+dates.noun, fmt.Sprintf(
				"The range ends before it starts: %s is %s, and %s is %s. Swap them.", dates.to, to.ValueString(), dates.from, from.ValueString()))
		}
	}
}
