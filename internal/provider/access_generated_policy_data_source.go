package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessGeneratedPolicyDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessGeneratedPolicyDataSource)(nil)
)

// accessGeneratedPolicyDataSource are the parts of a policy that LUSID generates from templates.
type accessGeneratedPolicyDataSource struct{ dataSourceBase }

// NewAccessGeneratedPolicyDataSource returns the data source lusid_access_generated_policy.
func NewAccessGeneratedPolicyDataSource() datasource.DataSource {
	return &accessGeneratedPolicyDataSource{}
}

func (d *accessGeneratedPolicyDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_generated_policy"
}

// maxTemplates is how many templates or selectors a request can have.
const maxTemplates = 100

func (d *accessGeneratedPolicyDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	selection := dataAttributes(templateSelectionAttributes(), false)
	selection["scope"] = schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "Scope of the template: " + accessCodeWords + ". Default `default`.",
		Validators:          isAccessCode(),
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Parts of a policy that LUSID generates from policy templates. This data source creates nothing: use its attributes as arguments of a `lusid_access_policy`. " +
			"LUSID calls policy templates experimental.\n\n" +
			"If a template changes, the selectors change when Terraform next reads them, and the next plan updates the policy. " +
			"If the template is in the same configuration, the apply that changes the template also updates the policy. " +
			"The plan then shows `selectors = (known after apply)`, so it does not show what the policy will grant. " +
			"To see what the policy will grant before it is updated, apply the template first, with `-target`.\n\n" +
			"~> If no selector of the templates has the tags in `selector_tags`, LUSID generates a policy without selectors, and the provider warns. " +
			"If you select several templates and only some of them have selectors with these tags, the provider doesn't warn, because LUSID doesn't return which template a selector comes from.",
		Attributes: map[string]schema.Attribute{
			"template_selection": schema.ListNestedAttribute{
				Required:            true,
				MarkdownDescription: "Templates to generate the policy from, 1 to 100.",
				Validators:          []validator.List{listvalidator.SizeBetween(1, maxTemplates), listvalidator.NoNullValues()},
				NestedObject:        schema.NestedAttributeObject{Attributes: selection},
			},
			"additional_selectors": schema.ListNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Selectors to add to the selectors of the templates, at most 100. Each has exactly one of " + quotedList(accessSelectorKinds) + ".",
				Validators:          []validator.List{listvalidator.SizeAtMost(maxTemplates), listvalidator.NoNullValues()},
				NestedObject: schema.NestedAttributeObject{
					Attributes: dataAttributes(accessSelectorAttributes(), false),
					Validators: []validator.Object{exactlyOne{"selector", accessSelectorKinds}},
				},
			},
			"applications": schema.SetAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Applications of the templates, for the argument `applications` of the policy.",
			},
			"selectors": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Selectors of the templates, and the additional selectors, for the argument `selectors` of the policy.",
				NestedObject:        schema.NestedAttributeObject{Attributes: dataAttributes(accessSelectorAttributes(), true)},
			},
			"template_metadata": schema.SingleNestedAttribute{
				Computed: true,
				MarkdownDescription: "Which templates were used, for the argument `template_metadata` of the policy. Null if LUSID returns none. " +
					"`build_as_at` changes with every read. That alone does not change a policy.",
				Attributes: dataAttributes(templateMetadataAttributes(), true),
			},
		},
	}
}

type accessGeneratedPolicyModel struct {
	TemplateSelection   types.List   `tfsdk:"template_selection"`
	AdditionalSelectors types.List   `tfsdk:"additional_selectors"`
	Applications        types.Set    `tfsdk:"applications"`
	Selectors           types.List   `tfsdk:"selectors"`
	TemplateMetadata    types.Object `tfsdk:"template_metadata"`
}

func (m *accessGeneratedPolicyModel) toRequest(ctx context.Context) (request access.GeneratePolicyFromTemplateRequest, diags diag.Diagnostics) {
	request.TemplateSelection, diags = toTemplateSelection(ctx, m.TemplateSelection)
	for i := range request.TemplateSelection {
		if selection := &request.TemplateSelection[i]; selection.Scope == "" {
			selection.Scope = access.DefaultScope
		}
	}
	var failed diag.Diagnostics
	request.Selectors, failed = toAccessSelectors(ctx, m.AdditionalSelectors)
	return request, append(diags, failed...)
}

func (m *accessGeneratedPolicyModel) fromAPI(ctx context.Context, generated *access.GeneratedPolicyComponents) (diags diag.Diagnostics) {
	var failed diag.Diagnostics
	m.Applications, failed = sameTexts(ctx, types.SetValueMust(types.StringType, nil), generated.Applications)
	diags.Append(failed...)
	m.Selectors, failed = newAccessSelectors(ctx, generated.Selectors)
	diags.Append(failed...)
	m.TemplateMetadata, failed = fromTemplateMetadata(ctx, types.ObjectNull(templateMetadataType.AttrTypes), generated.TemplateMetadata)
	return append(diags, failed...)
}

func (d *accessGeneratedPolicyDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to generate an access policy"
	var model accessGeneratedPolicyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	request, diags := model.toRequest(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	generated, err := d.access.GeneratePolicyFromTemplate(ctx, request)
	if err != nil {
		detail := d.explain("The policy could not be generated from the templates of "+d.client.Domain(), err)
		if client.HasCode(err, codeTemplateUnknown) {
			resp.Diagnostics.AddAttributeError(path.Root("template_selection"), summary, detail)
		} else {
			resp.Diagnostics.AddError(summary, detail)
		}
		return
	}
	if len(generated.Unmodelled) > 0 {
		resp.Diagnostics.AddError(summary, fmt.Sprintf(
			"LUSID generated a part that lusid_access_policy has no argument for: %s. The policy would lack it. "+
				"Leave out the template that has the part, or create the policy in LUSID's web app.", strings.Join(generated.Unmodelled, ", ")))
		return
	}
	if len(generated.Selectors) <= len(request.Selectors) {
		resp.Diagnostics.AddAttributeWarning(path.Root("template_selection"), "The templates give the policy no selectors", withoutSelectors(request))
	}
	resp.Diagnostics.Append(explainUnreadable(summary, "generated policy", model.fromAPI(ctx, generated))...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// withoutSelectors explains why a generated policy has no selector of a template. LUSID's response does not say
// which tags the templates have.
func withoutSelectors(request access.GeneratePolicyFromTemplateRequest) string {
	var sentences []string
	for _, selection := range request.TemplateSelection {
		template := selection.Scope + "/" + selection.Code
		if len(selection.SelectorTags) == 0 {
			sentences = append(sentences, "The template "+template+" has no selectors.")
			continue
		}
		sentences = append(sentences, "No selector of the template "+template+" has one of the tags "+strings.Join(selection.SelectorTags, ", ")+".")
	}
	if len(request.Selectors) == 0 {
		sentences = append(sentences, "The policy would grant or deny nothing.")
	} else {
		sentences = append(sentences, "The policy would have the additional selectors only.")
	}
	return joinParagraphs(strings.Join(sentences, " "),
		"The data source lusid_access_policy_template returns the tags that a template has: correct selector_tags.")
}
