package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*mcpToolsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*mcpToolsDataSource)(nil)
)

// mcpToolsDataSource lists every tool of the domain.
type mcpToolsDataSource struct{ dataSourceBase }

// NewMcpToolsDataSource returns the data source lusid_mcp_tools.
func NewMcpToolsDataSource() datasource.DataSource { return &mcpToolsDataSource{} }

func (d *mcpToolsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_mcp_tools"
}

func (d *mcpToolsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The current version of every tool of the domain. To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"mcp_tools": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Tools, sorted by scope and code.",
				NestedObject:        schema.NestedAttributeObject{Attributes: mcpToolDataAttributes()},
			},
		},
	}
}

type mcpToolsDataModel struct {
	McpTools []mcpToolDataModel `tfsdk:"mcp_tools"`
}

func (d *mcpToolsDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list MCP tools"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	tools, err := d.identity.ListMcpTools(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The MCP tools of "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(tools, func(a, b identity.McpToolResponse) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Code, b.Code))
	})
	model := mcpToolsDataModel{McpTools: make([]mcpToolDataModel, len(tools))}
	for i := range tools {
		var diags diag.Diagnostics
		model.McpTools[i], diags = newMcpToolDataModel(ctx, &tools[i])
		resp.Diagnostics.Append(diags...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
