package provider

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessOwnPoliciesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessOwnPoliciesDataSource)(nil)
)

// accessOwnPoliciesDataSource is what the user that the provider signs in as may do.
type accessOwnPoliciesDataSource struct{ dataSourceBase }

// NewAccessOwnPoliciesDataSource returns the data source lusid_access_own_policies.
func NewAccessOwnPoliciesDataSource() datasource.DataSource { return &accessOwnPoliciesDataSource{} }

func (d *accessOwnPoliciesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_own_policies"
}

func (d *accessOwnPoliciesDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := accessPolicyDataAttributes(ctx)
	delete(attributes, "template_metadata") // LUSID does not return it here.
	attributes["source_role"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "ID of the access role that gives the policy, as `scope/code`. Null if LUSID returns none.",
	}
	attributes["source_role_hierarchy_index"] = schema.Int64Attribute{
		Computed:            true,
		MarkdownDescription: "Place of that role among all access roles. Null if LUSID returns none.",
	}
	attributes["policy_type"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "`Entitlement` or `Licence`. LUSID manages policies of the type `Licence` itself. Null if LUSID returns none.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The policies of the user that the provider signs in as, each with the access role that gives it.\n\n" +
			"LUSID's role `lusid-administrator` grants everything without policies. The list can therefore be empty for a user who may do everything. " +
			"To find out whether a certain request would be granted, use `lusid_access_evaluation`.",
		Attributes: map[string]schema.Attribute{
			"policies": schema.ListNestedAttribute{
				Computed: true,
				MarkdownDescription: "Policies, sorted by `source_role_hierarchy_index`, `source_role` and `id`. " +
					"If two roles of the user have the same policy, the list has it twice.",
				NestedObject: schema.NestedAttributeObject{Attributes: attributes},
			},
		},
	}
}

type accessOwnPoliciesModel struct {
	Policies []accessOwnPolicyModel `tfsdk:"policies"`
}

type accessOwnPolicyModel struct {
	ID                       types.String `tfsdk:"id"`
	Scope                    types.String `tfsdk:"scope"`
	Code                     types.String `tfsdk:"code"`
	Description              types.String `tfsdk:"description"`
	Applications             types.Set    `tfsdk:"applications"`
	Grant                    types.String `tfsdk:"grant"`
	Selectors                types.List   `tfsdk:"selectors"`
	DateConditions           types.List   `tfsdk:"date_conditions"`
	RequestConditions        types.List   `tfsdk:"request_conditions"`
	When                     types.Object `tfsdk:"when"`
	Unmodelled               types.List   `tfsdk:"unmodelled"`
	SourceRole               types.String `tfsdk:"source_role"`
	SourceRoleHierarchyIndex types.Int64  `tfsdk:"source_role_hierarchy_index"`
	PolicyType               types.String `tfsdk:"policy_type"`
}

func (d *accessOwnPoliciesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list own access policies"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	policies, err := d.access.GetOwnPolicies(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The access policies of the user that the provider signs in as to "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID promises no order, and another one would be a change.
	slices.SortFunc(policies, func(a, b access.AttachedPolicyDefinitionResponse) int {
		return cmp.Or(cmp.Compare(hierarchyIndex(a), hierarchyIndex(b)), cmp.Compare(a.SourceRole.String(), b.SourceRole.String()), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	model := accessOwnPoliciesModel{Policies: []accessOwnPolicyModel{}}
	warned := map[access.ResourceID]bool{}
	for i := range policies {
		p, diags := newAccessPolicyDataModel(ctx, &policies[i].PolicyResponse)
		resp.Diagnostics.Append(diags...)
		if !warned[policies[i].ID] {
			warnUnmodelled(&resp.Diagnostics, accessPolicyNoun, policies[i].ID, policies[i].Unmodelled)
			warned[policies[i].ID] = true
		}
		own := accessOwnPolicyModel{
			ID: p.ID, Scope: p.Scope, Code: p.Code, Description: p.Description, Applications: p.Applications, Grant: p.Grant,
			Selectors: p.Selectors, DateConditions: p.DateConditions, RequestConditions: p.RequestConditions, When: p.When, Unmodelled: p.Unmodelled,
			PolicyType: stringOrNull(policies[i].PolicyType),
		}
		if role := policies[i].SourceRole; role.Code != "" {
			own.SourceRole = types.StringValue(role.String())
		}
		if index := policies[i].RoleHierarchyIndex; index != nil {
			own.SourceRoleHierarchyIndex = types.Int64Value(int64(*index))
		}
		model.Policies = append(model.Policies, own)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// hierarchyIndex is last for what has no place, such as a user role.
func hierarchyIndex(policy access.AttachedPolicyDefinitionResponse) int32 {
	if policy.RoleHierarchyIndex == nil {
		return math.MaxInt32
	}
	return *policy.RoleHierarchyIndex
}
