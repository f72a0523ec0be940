package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessPolicyCollectionsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessPolicyCollectionsDataSource)(nil)
)

// accessPolicyCollectionsDataSource is every policy collection of the domain, or of one scope.
type accessPolicyCollectionsDataSource struct{ dataSourceBase }

// NewAccessPolicyCollectionsDataSource returns the data source lusid_access_policy_collections.
func NewAccessPolicyCollectionsDataSource() datasource.DataSource {
	return &accessPolicyCollectionsDataSource{}
}

func (d *accessPolicyCollectionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy_collections"
}

func (d *accessPolicyCollectionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Policy collections of LUSID's Access service. To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"scope": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Scope of the policy collections. Without it, LUSID decides which scopes it lists.",
				Validators:          isAccessCode(),
			},
			"policy_collections": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Policy collections, sorted by ID.",
				NestedObject:        schema.NestedAttributeObject{Attributes: accessPolicyCollectionDataAttributes()},
			},
		},
	}
}

type accessPolicyCollectionsDataModel struct {
	Scope             types.String                      `tfsdk:"scope"`
	PolicyCollections []accessPolicyCollectionDataModel `tfsdk:"policy_collections"`
}

func (d *accessPolicyCollectionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list access policy collections"
	var model accessPolicyCollectionsDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	collections, err := d.listPolicyCollections(ctx, model.Scope.ValueString())
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The access policy collections of "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID promises no order, and another one would be a change.
	slices.SortFunc(collections, func(a, b access.PolicyCollectionResponse) int { return cmp.Compare(a.ID.String(), b.ID.String()) })
	model.PolicyCollections = make([]accessPolicyCollectionDataModel, len(collections))
	for i := range collections {
		model.PolicyCollections[i] = newAccessPolicyCollectionDataModel(&collections[i])
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// listPolicyCollections lists the policy collections of a scope, or all that LUSID's pages have.
func (c *connection) listPolicyCollections(ctx context.Context, scope string) ([]access.PolicyCollectionResponse, error) {
	if scope != "" {
		return c.access.ListPolicyCollections(ctx, scope)
	}
	return c.access.PagePolicyCollections(ctx)
}
