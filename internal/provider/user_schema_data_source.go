package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
)

var (
	_ datasource.DataSource              = (*userSchemaDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*userSchemaDataSource)(nil)
)

// userSchemaDataSource reads the list of alternative ids that users of the domain may have.
type userSchemaDataSource struct{ dataSourceBase }

// NewUserSchemaDataSource returns the data source lusid_user_schema.
func NewUserSchemaDataSource() datasource.DataSource { return &userSchemaDataSource{} }

func (d *userSchemaDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_schema"
}

func (d *userSchemaDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Which alternative IDs users of the domain may have: the keys of a user's `alternative_user_ids`.",
		Attributes: map[string]schema.Attribute{
			"alternative_user_ids": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Definitions of alternative IDs, in LUSID's order.",
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"name":        schema.StringAttribute{Computed: true, MarkdownDescription: "Name, unique in the schema."},
						"description": schema.StringAttribute{Computed: true, MarkdownDescription: "Description; empty if there is none."},
					},
				},
			},
		},
	}
}

func (d *userSchemaDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read user schema"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	userSchema, err := d.identity.GetUserSchema(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The user schema of "+d.client.Domain()+" could not be read", err))
		return
	}
	var model userSchemaList
	resp.Diagnostics.Append(model.fromAPI(ctx, userSchema)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
