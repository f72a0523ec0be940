package provider

import (
	"context"
	"fmt"
	"reflect"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                   = (*mcpToolResource)(nil)
	_ resource.ResourceWithConfigure      = (*mcpToolResource)(nil)
	_ resource.ResourceWithIdentity       = (*mcpToolResource)(nil)
	_ resource.ResourceWithImportState    = (*mcpToolResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*mcpToolResource)(nil)
	_ resource.ResourceWithValidateConfig = (*mcpToolResource)(nil)
)

// mcpToolResource is a tool that agents can use. Its scope and code are immutable. Every other change
// creates a version. Its import ID is scope/code.
type mcpToolResource struct{ resourceBase }

// NewMcpToolResource returns the resource lusid_mcp_tool.
func NewMcpToolResource() resource.Resource { return &mcpToolResource{} }

func (r *mcpToolResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_mcp_tool"
}

var mcpToolNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,256}$`)

func (r *mcpToolResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	isID := []validator.String{stringvalidator.RegexMatches(idPattern, "must have 1 to 64 letters, digits, hyphens and underscores")}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{
			Optional:            true,
			Computed:            true,
			Default:             booldefault.StaticBool(false),
			MarkdownDescription: description + " Default `false`.",
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A tool for LUSID's agents and other clients of the Model Context Protocol (MCP). " +
			"It runs a Luminesce query or a job of the Scheduler. LUSID saves every change as a new version.\n\n" +
			"~> LUSID keeps the versions of a deleted tool. It does not document whether its code can be used again.",
		Attributes: map[string]schema.Attribute{
			"scope": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Scope of the tool: 1 to 64 letters, digits, hyphens and underscores. Changing this forces a new tool.",
				Validators:          isID,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"code": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Code of the tool, unique in its scope: 1 to 64 letters, digits, hyphens and underscores. Changing this forces a new tool.",
				Validators:          isID,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name that an agent uses to call the tool, unique in the domain: 1 to 256 letters, digits, hyphens and underscores.",
				Validators: []validator.String{stringvalidator.RegexMatches(mcpToolNamePattern,
					"must have 1 to 256 letters, digits, hyphens and underscores")},
			},
			"title": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Title for people: 1 to 256 characters.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 256)},
			},
			"description": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "What the tool does: 1 to 2000 characters. An agent reads it to decide when to use the tool.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 2000)},
			},
			"parameters": schema.SetNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Parameters that the agent must supply. Use `{{{name}}}` in the payload to insert a parameter's value.",
				Validators:          []validator.Set{setvalidator.NoNullValues()},
				NestedObject:        schema.NestedAttributeObject{Attributes: mcpToolParameterAttributes()},
			},
			"luminesce_payload": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Query that the tool runs. Set exactly one of `luminesce_payload` and `scheduler_payload`.",
				Attributes:          mcpToolLuminescePayloadAttributes(),
			},
			"scheduler_payload": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Job that the tool runs. Set exactly one of `luminesce_payload` and `scheduler_payload`.",
				Attributes:          mcpToolSchedulerPayloadAttributes(),
			},
			"destructive": flag("Whether a person must confirm the text in `destructive_action_summary_template` before the tool runs."),
			"destructive_action_summary_template": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Text that a person is asked to confirm: 500 characters at most. Use `{name}` to insert a parameter's value. Required if `destructive` is true.",
				Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(500)},
			},
			"read_only":  flag("Whether the tool changes nothing. An agent asks a person before it uses a tool that changes something."),
			"idempotent": flag("Whether using the tool twice has the same effect as using it once. For information only: LUSID does not act on it."),
			"open_world": flag("Whether the tool accesses systems outside LUSID. For information only: LUSID does not act on it."),
			"timeouts":   timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`scope/code`.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"version": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of the current version, which increases with every change; null if LUSID does not return it.",
			},
		},
	}
}

// mcpToolLuminescePayloadAttributes describe the query that a tool runs.
func mcpToolLuminescePayloadAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"query": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Luminesce SQL: 1 to 50000 characters. Use `{{{name}}}` to insert a parameter's value.",
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 50000)},
		},
	}
}

type mcpToolModel struct {
	Scope                            types.String   `tfsdk:"scope"`
	Code                             types.String   `tfsdk:"code"`
	Name                             types.String   `tfsdk:"name"`
	Title                            types.String   `tfsdk:"title"`
	Description                      types.String   `tfsdk:"description"`
	Parameters                       types.Set      `tfsdk:"parameters"`
	LuminescePayload                 types.Object   `tfsdk:"luminesce_payload"`
	SchedulerPayload                 types.Object   `tfsdk:"scheduler_payload"`
	Destructive                      types.Bool     `tfsdk:"destructive"`
	DestructiveActionSummaryTemplate types.String   `tfsdk:"destructive_action_summary_template"`
	ReadOnly                         types.Bool     `tfsdk:"read_only"`
	Idempotent                       types.Bool     `tfsdk:"idempotent"`
	OpenWorld                        types.Bool     `tfsdk:"open_world"`
	Timeouts                         timeouts.Value `tfsdk:"timeouts"`
	ID                               types.String   `tfsdk:"id"`
	Version                          types.Int64    `tfsdk:"version"`
}

type mcpToolLuminescePayloadModel struct {
	Query types.String `tfsdk:"query"`
}

var mcpToolLuminescePayloadType = objectTypeOf(mcpToolLuminescePayloadAttributes())

// toUpsert returns the whole tool. Equal tools result in equal requests.
func (m *mcpToolModel) toUpsert(ctx context.Context) (identity.UpsertMcpToolRequest, diag.Diagnostics) {
	request := identity.UpsertMcpToolRequest{
		Name:                             m.Name.ValueString(),
		Title:                            m.Title.ValueString(),
		Description:                      m.Description.ValueString(),
		Destructive:                      m.Destructive.ValueBool(),
		DestructiveActionSummaryTemplate: m.DestructiveActionSummaryTemplate.ValueString(),
		Idempotent:                       m.Idempotent.ValueBool(),
		OpenWorld:                        m.OpenWorld.ValueBool(),
		ReadOnly:                         m.ReadOnly.ValueBool(),
	}
	var diags, failed diag.Diagnostics
	request.Parameters, diags = toMcpToolParameters(ctx, m.Parameters)
	if !m.LuminescePayload.IsNull() {
		var payload mcpToolLuminescePayloadModel
		diags.Append(m.LuminescePayload.As(ctx, &payload, basetypes.ObjectAsOptions{})...)
		request.LuminescePayload = &identity.McpToolLuminescePayload{Query: payload.Query.ValueString()}
	}
	request.SchedulerPayload, failed = toMcpToolSchedulerPayload(ctx, m.SchedulerPayload)
	return request, append(diags, failed...)
}

func (m *mcpToolModel) fromAPI(ctx context.Context, tool *identity.McpToolResponse) (diags diag.Diagnostics) {
	m.Scope = sameFold(m.Scope, tool.Scope)
	m.Code = sameFold(m.Code, tool.Code)
	m.ID = types.StringValue(m.label())
	m.Name = types.StringValue(tool.Name)
	m.Title = types.StringValue(tool.Title)
	m.Description = types.StringValue(tool.Description)
	m.Destructive = types.BoolValue(tool.Destructive)
	m.DestructiveActionSummaryTemplate = optionalString(m.DestructiveActionSummaryTemplate, tool.DestructiveActionSummaryTemplate)
	m.ReadOnly = types.BoolValue(tool.ReadOnly)
	m.Idempotent = types.BoolValue(tool.Idempotent)
	m.OpenWorld = types.BoolValue(tool.OpenWorld)
	m.Version = versionOf(tool)

	var failed diag.Diagnostics
	m.Parameters, failed = fromMcpToolParameters(ctx, m.Parameters, tool.Parameters)
	diags.Append(failed...)
	m.LuminescePayload = types.ObjectNull(mcpToolLuminescePayloadType.AttrTypes)
	if tool.LuminescePayload != nil && tool.PayloadType != identity.McpToolPayloadTypeScheduler {
		m.LuminescePayload, failed = types.ObjectValueFrom(ctx, mcpToolLuminescePayloadType.AttrTypes,
			mcpToolLuminescePayloadModel{types.StringValue(tool.LuminescePayload.Query)})
		diags.Append(failed...)
	}
	payload := tool.SchedulerPayload
	if tool.PayloadType == identity.McpToolPayloadTypeLuminesce {
		payload = nil
	}
	m.SchedulerPayload, failed = fromMcpToolSchedulerPayload(ctx, m.SchedulerPayload, payload)
	return append(diags, failed...)
}

// versionOf returns null if LUSID does not return a version.
func versionOf(tool *identity.McpToolResponse) types.Int64 {
	if tool.Version == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(int64(tool.Version))
}

func (r *mcpToolResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan mcpToolModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create MCP tool"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	request, diags := plan.toUpsert(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	tool := r.create(ctx, plan.resourceID(), request, owner, &resp.Diagnostics)
	if tool == nil {
		return
	}
	// Terraform requires the planned values after an apply. The next refresh shows any difference.
	plan.ID, plan.Version = types.StringValue(plan.label()), versionOf(tool)
	r.saveCreated(ctx, resp, plan, plan.identity())
}

func (r *mcpToolResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state mcpToolModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read MCP tool " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, state.identity(), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	tool, err := r.identity.RefreshMcpTool(ctx, state.resourceID(), func(listed *identity.McpToolResponse) bool {
		return unchanged(ctx, &state, listed)
	})
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The MCP tool %s of %s could not be read", state.label(), r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, tool)...)
	r.saveRead(ctx, resp, state)
}

func (r *mcpToolResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state mcpToolModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to update MCP tool " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	before, diags := state.toUpsert(ctx)
	resp.Diagnostics.Append(diags...)
	after, diags := plan.toUpsert(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	plan.Version = state.Version
	if !reflect.DeepEqual(after, before) {
		is := func(request identity.UpsertMcpToolRequest) func(*identity.McpToolResponse) bool {
			return func(tool *identity.McpToolResponse) bool { return isAsRequested(ctx, tool, request) }
		}
		var tool *identity.McpToolResponse
		err := updateAsPlanned(ctx, r.connection, mcpToolObject(state.label()),
			func(ctx context.Context) (_ *identity.McpToolResponse, err error) {
				tool, err = r.identity.GetMcpTool(ctx, state.resourceID(), 0)
				return tool, err
			},
			is(after), is(before),
			func(ctx context.Context) (err error) {
				tool, err = r.update(ctx, state.resourceID(), after)
				return err
			})
		if err != nil {
			r.addUpdateError(ctx, summary, &state, after.Name, err, &resp.Diagnostics)
			return
		}
		plan.Version = versionOf(tool)
	}
	r.saveUpdated(ctx, resp, plan, plan.identity())
}

func (r *mcpToolResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state mcpToolModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete MCP tool " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	known, diags := state.toUpsert(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	needed, err := r.placements.remove(ctx, mcpToolObject(state.label()), owner, func() error {
		return deleteIfShown(ctx,
			func(ctx context.Context) (*identity.McpToolResponse, error) {
				return r.identity.GetMcpTool(ctx, state.resourceID(), 0)
			},
			func(tool *identity.McpToolResponse) bool { return isAsRequested(ctx, tool, known) },
			func(ctx context.Context) error { return r.identity.DeleteMcpTool(ctx, state.resourceID()) })
	})
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary,
			r.explain(fmt.Sprintf("The MCP tool %s of %s could not be deleted", state.label(), r.client.Domain()), err))
	case needed:
		warnNeeded(&resp.Diagnostics, "The MCP tool "+state.label()+" stays in LUSID", "The MCP tool "+state.label()+" was not deleted.")
	default:
		r.existingOf("MCP tool").forget(state.label())
	}
}

// mcpToolObject names a tool for placements.
func mcpToolObject(label string) string { return "MCP tool " + label }

// ValidateConfig checks what depends on several attributes.
func (r *mcpToolResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config mcpToolModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(config.validate()...)
	}
}

// validate checks what depends on several attributes, as far as they are known.
func (m *mcpToolModel) validate() (diags diag.Diagnostics) {
	luminesce, scheduler := m.LuminescePayload, m.SchedulerPayload
	switch {
	case luminesce.IsUnknown() || scheduler.IsUnknown():
	case luminesce.IsNull() && scheduler.IsNull():
		diags.AddAttributeError(path.Root("luminesce_payload"), "Missing payload",
			"A tool runs either a query or a job. Set luminesce_payload or scheduler_payload.")
	case !luminesce.IsNull() && !scheduler.IsNull():
		diags.AddAttributeError(path.Root("scheduler_payload"), "Invalid scheduler_payload",
			"A tool runs either a query or a job, but this tool has both. Remove luminesce_payload or scheduler_payload.")
	}
	template := m.DestructiveActionSummaryTemplate
	if m.Destructive.ValueBool() && !template.IsUnknown() && template.ValueString() == "" {
		diags.AddAttributeError(path.Root("destructive_action_summary_template"), "Missing destructive_action_summary_template",
			"A destructive tool asks a person before it runs. Describe here what it will do. Use {name} to insert a parameter's value.")
	}
	return diags
}

// ModifyPlan refuses another domain's tool before it plans anything, and keeps the version if the plan
// sends no update to LUSID.
func (r *mcpToolResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state mcpToolModel
	if !req.Plan.Raw.IsNull() {
		// Values from other resources are known only here, not in ValidateConfig.
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		resp.Diagnostics.Append(plan.validate()...)
	}
	if req.State.Raw.IsNull() {
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change MCP tool "+state.label())...)
	if req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	plan.Timeouts, plan.Version = state.Timeouts, state.Version
	if sameValues(&plan, &state) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("version"), state.Version)...)
	}
}

// label returns a name of the tool for messages.
func (m *mcpToolModel) label() string { return m.Scope.ValueString() + "/" + m.Code.ValueString() }
