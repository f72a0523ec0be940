package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ list.ListResource              = (*mcpToolListResource)(nil)
	_ list.ListResourceWithConfigure = (*mcpToolListResource)(nil)
)

// mcpToolListResource finds the tools of the domain for terraform query.
type mcpToolListResource struct{ resourceBase }

// NewMcpToolListResource returns the list resource lusid_mcp_tool.
func NewMcpToolListResource() list.ListResource { return &mcpToolListResource{} }

func (l *mcpToolListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_mcp_tool"
}

func (l *mcpToolListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import existing tools of the domain. A result matches every filter that is set.",
		Attributes: map[string]schema.Attribute{
			"scope":       schema.StringAttribute{Optional: true, MarkdownDescription: "Scope of the tool."},
			"name_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the name."},
		},
	}
}

type mcpToolListModel struct {
	Scope      types.String `tfsdk:"scope"`
	NamePrefix types.String `tfsdk:"name_prefix"`
}

func (m *mcpToolListModel) holds(tool *identity.McpToolResponse) bool {
	return strings.HasPrefix(tool.Name, m.NamePrefix.ValueString()) && (m.Scope.IsNull() || m.Scope.ValueString() == tool.Scope)
}

func (l *mcpToolListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list MCP tools"
	var filter mcpToolListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	tools, err := l.identity.ListMcpTools(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The MCP tools of "+l.client.Domain()+" could not be listed", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listResults(req.Limit, tools, filter.holds, func(tool *identity.McpToolResponse) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = tool.Name
		model := mcpToolModel{Timeouts: nullTimeouts(ctx)}
		result.Diagnostics.Append(model.fromAPI(ctx, tool)...)
		result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
		}
		return result
	})
}
