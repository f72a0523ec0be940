package provider

import (
	"context"
	"fmt"
	"math"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*mcpToolDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*mcpToolDataSource)(nil)
)

// mcpToolDataSource reads a version of one tool by the tool's scope and code.
type mcpToolDataSource struct{ dataSourceBase }

// NewMcpToolDataSource returns the data source lusid_mcp_tool.
func NewMcpToolDataSource() datasource.DataSource { return &mcpToolDataSource{} }

func (d *mcpToolDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_mcp_tool"
}

func (d *mcpToolDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	isID := []validator.String{stringvalidator.RegexMatches(idPattern, "must have 1 to 64 letters, digits, hyphens and underscores")}
	attributes := mcpToolDataAttributes()
	attributes["scope"] = schema.StringAttribute{Required: true, MarkdownDescription: "Scope of the tool.", Validators: isID}
	attributes["code"] = schema.StringAttribute{Required: true, MarkdownDescription: "Code of the tool.", Validators: isID}
	attributes["version"] = schema.Int64Attribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: "Version to read. It can also be a version of a deleted tool. Default: the current version.",
		Validators:          []validator.Int64{int64validator.Between(1, math.MaxInt32)},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A tool of the domain, found by its scope and code.",
		Attributes:          attributes,
	}
}

// mcpToolDataAttributes are the attributes that the singular and the plural data source share.
func mcpToolDataAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"id":          text("`scope/code`."),
		"scope":       text("Scope of the tool."),
		"code":        text("Code of the tool, unique in its scope."),
		"version":     schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of the version; null if LUSID does not return it."},
		"name":        text("Name that an agent uses to call the tool, unique in the domain."),
		"title":       text("Title for people."),
		"description": text("What the tool does."),
		"parameters": schema.SetNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Parameters that the agent must supply; null if there are none.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"name":        text("Name."),
				"data_type":   text("Data type, such as `String` or `Integer`."),
				"description": text("Description of the value; null if LUSID does not return it."),
			}},
		},
		"luminesce_payload": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Query that the tool runs; null if it runs a job.",
			Attributes:          map[string]schema.Attribute{"query": text("Luminesce SQL.")},
		},
		"scheduler_payload": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Job that the tool runs; null if it runs a query.",
			Attributes: map[string]schema.Attribute{
				"job_scope": text("Scope of the job."),
				"job_code":  text("Code of the job."),
				"arguments": schema.MapAttribute{
					Computed:            true,
					ElementType:         types.StringType,
					MarkdownDescription: "Arguments of the job by name; null if there are none.",
				},
				"notifications": schema.SetNestedAttribute{
					Computed:            true,
					MarkdownDescription: "Messages about the job; null if there are none.",
					NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
						"type":    text("Kind of message, such as `Email` or `Webhook`."),
						"target":  text("E-mail address or URL that the message is sent to."),
						"trigger": text("When the message is sent, such as `OnFailure`."),
					}},
				},
				"run_as": text("Service user that the job runs as; null if it runs as the user who uses the tool."),
			},
		},
		"destructive":                         flag("Whether a person must confirm before the tool runs."),
		"destructive_action_summary_template": text("Text that a person is asked to confirm; null if there is none."),
		"read_only":                           flag("Whether the tool changes nothing."),
		"idempotent":                          flag("Whether using the tool twice has the same effect as using it once."),
		"open_world":                          flag("Whether the tool accesses systems outside LUSID."),
		"created_at":                          text("When the tool was created, in RFC 3339; null if LUSID does not return it."),
		"created_by":                          text("Who created it; null if LUSID does not return it."),
		"updated_at":                          text("When this version was saved, in RFC 3339; null if LUSID does not return it."),
		"updated_by":                          text("Who saved this version; null if LUSID does not return it."),
	}
}

type mcpToolDataModel struct {
	ID                               types.String `tfsdk:"id"`
	Scope                            types.String `tfsdk:"scope"`
	Code                             types.String `tfsdk:"code"`
	Version                          types.Int64  `tfsdk:"version"`
	Name                             types.String `tfsdk:"name"`
	Title                            types.String `tfsdk:"title"`
	Description                      types.String `tfsdk:"description"`
	Parameters                       types.Set    `tfsdk:"parameters"`
	LuminescePayload                 types.Object `tfsdk:"luminesce_payload"`
	SchedulerPayload                 types.Object `tfsdk:"scheduler_payload"`
	Destructive                      types.Bool   `tfsdk:"destructive"`
	DestructiveActionSummaryTemplate types.String `tfsdk:"destructive_action_summary_template"`
	ReadOnly                         types.Bool   `tfsdk:"read_only"`
	Idempotent                       types.Bool   `tfsdk:"idempotent"`
	OpenWorld                        types.Bool   `tfsdk:"open_world"`
	CreatedAt                        types.String `tfsdk:"created_at"`
	CreatedBy                        types.String `tfsdk:"created_by"`
	UpdatedAt                        types.String `tfsdk:"updated_at"`
	UpdatedBy                        types.String `tfsdk:"updated_by"`
}

func newMcpToolDataModel(ctx context.Context, tool *identity.McpToolResponse) (mcpToolDataModel, diag.Diagnostics) {
	var m mcpToolModel
	diags := m.fromAPI(ctx, tool)
	return mcpToolDataModel{
		ID:                               m.ID,
		Scope:                            m.Scope,
		Code:                             m.Code,
		Version:                          m.Version,
		Name:                             m.Name,
		Title:                            m.Title,
		Description:                      m.Description,
		Parameters:                       m.Parameters,
		LuminescePayload:                 m.LuminescePayload,
		SchedulerPayload:                 m.SchedulerPayload,
		Destructive:                      m.Destructive,
		DestructiveActionSummaryTemplate: m.DestructiveActionSummaryTemplate,
		ReadOnly:                         m.ReadOnly,
		Idempotent:                       m.Idempotent,
		OpenWorld:                        m.OpenWorld,
		CreatedAt:                        stringOrNull(tool.CreatedAt),
		CreatedBy:                        stringOrNull(tool.CreatedBy),
		UpdatedAt:                        stringOrNull(tool.UpdatedAt),
		UpdatedBy:                        stringOrNull(tool.UpdatedBy),
	}, diags
}

func (d *mcpToolDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read MCP tool"
	var model mcpToolDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	id := identity.ResourceID{Scope: model.Scope.ValueString(), Code: model.Code.ValueString()}
	attribute, label := "code", id.Scope+"/"+id.Code
	if !model.Version.IsNull() {
		attribute, label = "version", fmt.Sprintf("%s, version %d,", label, model.Version.ValueInt64())
	}
	tool, err := d.identity.GetMcpTool(ctx, id, int32(model.Version.ValueInt64())) //nolint:gosec // The validator knows the limit.
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root(attribute), summary,
			d.explain(fmt.Sprintf("The MCP tool %s could not be read from %s", label, d.client.Domain()), err))
		return
	}
	read, diags := newMcpToolDataModel(ctx, tool)
	if read.Version.IsNull() {
		read.Version = model.Version
	}
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, read)...)
}
