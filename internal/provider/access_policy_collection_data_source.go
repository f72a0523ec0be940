package provider

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessPolicyCollectionDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessPolicyCollectionDataSource)(nil)
)

// accessPolicyCollectionDataSource is one policy collection, found by its code.
type accessPolicyCollectionDataSource struct{ dataSourceBase }

// NewAccessPolicyCollectionDataSource returns the data source lusid_access_policy_collection.
func NewAccessPolicyCollectionDataSource() datasource.DataSource {
	return &accessPolicyCollectionDataSource{}
}

func (d *accessPolicyCollectionDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy_collection"
}

func (d *accessPolicyCollectionDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := accessPolicyCollectionDataAttributes()
	attributes["code"] = accessDataCodeAttribute("policy collection", notPageCode{"policy collection"})
	attributes["scope"] = accessDataScopeAttribute("policy collection")
	resp.Schema = schema.Schema{
		MarkdownDescription: "A policy collection of LUSID's Access service, found by its code.",
		Attributes:          attributes,
	}
}

// accessPolicyCollectionDataAttributes are what the singular and the plural data source have in common.
func accessPolicyCollectionDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":          schema.StringAttribute{Computed: true, MarkdownDescription: "`scope/code`. Resources refer to the policy collection by this ID."},
		"scope":       schema.StringAttribute{Computed: true, MarkdownDescription: "Scope of the policy collection, such as `default`."},
		"code":        schema.StringAttribute{Computed: true, MarkdownDescription: "Code of the policy collection, unique in its scope."},
		"description": schema.StringAttribute{Computed: true, MarkdownDescription: "Description. Null if there is none."},
		"policies": schema.SetAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "IDs of the policies in the collection, each `scope/code`.",
		},
		"policy_collections": schema.SetAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "IDs of the policy collections in the collection, each `scope/code`.",
		},
	}
}

type accessPolicyCollectionDataModel struct {
	ID                types.String `tfsdk:"id"`
	Scope             types.String `tfsdk:"scope"`
	Code              types.String `tfsdk:"code"`
	Description       types.String `tfsdk:"description"`
	Policies          []string     `tfsdk:"policies"`
	PolicyCollections []string     `tfsdk:"policy_collections"`
}

func newAccessPolicyCollectionDataModel(collection *access.PolicyCollectionResponse) accessPolicyCollectionDataModel {
	return accessPolicyCollectionDataModel{
		ID:                types.StringValue(collection.ID.String()),
		Scope:             types.StringValue(collection.ID.Scope),
		Code:              types.StringValue(collection.ID.Code),
		Description:       stringOrNull(collection.Description),
		Policies:          distinctAccessIDs(collection.Policies),
		PolicyCollections: distinctAccessIDs(collection.PolicyCollections),
	}
}

func (d *accessPolicyCollectionDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read " + accessPolicyCollectionNoun
	var code, scope types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("code"), &code)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("scope"), &scope)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	id := access.ResourceID{Scope: cmp.Or(scope.ValueString(), access.DefaultScope), Code: code.ValueString()}
	collection, err := d.access.GetPolicyCollection(ctx, id)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("code"), summary,
			d.explain(fmt.Sprintf("The access policy collection %s of %s could not be read", id, d.client.Domain()), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newAccessPolicyCollectionDataModel(collection))...)
}
