package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// mcpToolSchedulerPayloadAttributes describe the job that a tool runs.
func mcpToolSchedulerPayloadAttributes() map[string]schema.Attribute {
	isID := []validator.String{stringvalidator.RegexMatches(idPattern, "must have 1 to 64 letters, digits, hyphens and underscores")}
	return map[string]schema.Attribute{
		"job_scope": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Scope of the job: 1 to 64 letters, digits, hyphens and underscores.",
			Validators:          isID,
		},
		"job_code": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Code of the job: 1 to 64 letters, digits, hyphens and underscores.",
			Validators:          isID,
		},
		"arguments": schema.MapAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Arguments of the job by name. Use `{{{name}}}` to insert a parameter's value.",
		},
		"notifications": schema.SetNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Messages about the job, in addition to those that the job sends itself.",
			Validators:          []validator.Set{setvalidator.NoNullValues()},
			NestedObject:        schema.NestedAttributeObject{Attributes: mcpToolNotificationAttributes()},
		},
		"run_as": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Service user to run the job as: 1 to 64 letters, digits, hyphens and underscores. Default: the user who uses the tool.",
			Validators:          isID,
		},
	}
}

// mcpToolNotificationAttributes describe a message about the job.
func mcpToolNotificationAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"type": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Kind of message, such as `Email` or `Webhook`: 1 to 50 characters.",
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 50)},
		},
		"target": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "E-mail address or URL to send the message to: 1 to 250 characters.",
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 250)},
		},
		"trigger": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "When to send the message, such as `OnSuccess`, `OnFailure` or `Always`: 1 to 50 characters.",
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 50)},
		},
	}
}

var (
	mcpToolSchedulerPayloadType = objectTypeOf(mcpToolSchedulerPayloadAttributes())
	mcpToolNotificationType     = objectTypeOf(mcpToolNotificationAttributes())
)

type mcpToolSchedulerPayloadModel struct {
	JobScope      types.String `tfsdk:"job_scope"`
	JobCode       types.String `tfsdk:"job_code"`
	Arguments     types.Map    `tfsdk:"arguments"`
	Notifications types.Set    `tfsdk:"notifications"`
	RunAs         types.String `tfsdk:"run_as"`
}

type mcpToolNotificationModel struct {
	Type    types.String `tfsdk:"type"`
	Target  types.String `tfsdk:"target"`
	Trigger types.String `tfsdk:"trigger"`
}

// toMcpToolSchedulerPayload returns nil for a null payload.
func toMcpToolSchedulerPayload(ctx context.Context, object types.Object) (*identity.McpToolSchedulerPayload, diag.Diagnostics) {
	if object.IsNull() {
		return nil, nil
	}
	var (
		m             mcpToolSchedulerPayloadModel
		notifications []mcpToolNotificationModel
	)
	diags := object.As(ctx, &m, basetypes.ObjectAsOptions{})
	payload := &identity.McpToolSchedulerPayload{
		JobScope: m.JobScope.ValueString(),
		JobCode:  m.JobCode.ValueString(),
		RunAs:    m.RunAs.ValueString(),
	}
	if len(m.Arguments.Elements()) > 0 {
		diags.Append(m.Arguments.ElementsAs(ctx, &payload.Arguments, false)...)
	}
	diags.Append(m.Notifications.ElementsAs(ctx, &notifications, false)...)
	for _, n := range notifications {
		payload.Notifications = append(payload.Notifications, identity.McpToolSchedulerNotification{
			Type: n.Type.ValueString(), Target: n.Target.ValueString(), Trigger: n.Trigger.ValueString(),
		})
	}
	slices.SortFunc(payload.Notifications, func(a, b identity.McpToolSchedulerNotification) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Trigger, b.Trigger))
	})
	return payload, diags
}

// fromMcpToolSchedulerPayload returns null for no payload. LUSID does not distinguish null from empty,
// so the prior value decides between them.
func fromMcpToolSchedulerPayload(ctx context.Context, prior types.Object, payload *identity.McpToolSchedulerPayload) (types.Object, diag.Diagnostics) {
	if payload == nil {
		return types.ObjectNull(mcpToolSchedulerPayloadType.AttrTypes), nil
	}
	var (
		m             mcpToolSchedulerPayloadModel
		notifications []mcpToolNotificationModel
		diags, failed diag.Diagnostics
	)
	if !prior.IsNull() && !prior.IsUnknown() {
		diags.Append(prior.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	}
	m.JobScope = types.StringValue(payload.JobScope)
	m.JobCode = types.StringValue(payload.JobCode)
	m.RunAs = stringOrNull(payload.RunAs)
	switch {
	case len(payload.Arguments) > 0:
		m.Arguments, failed = types.MapValueFrom(ctx, types.StringType, payload.Arguments)
		diags.Append(failed...)
	case m.Arguments.IsNull(), m.Arguments.IsUnknown(), len(m.Arguments.Elements()) > 0:
		m.Arguments = types.MapNull(types.StringType)
	}
	for _, n := range payload.Notifications {
		notifications = append(notifications, mcpToolNotificationModel{
			Type: types.StringValue(n.Type), Target: types.StringValue(n.Target), Trigger: types.StringValue(n.Trigger),
		})
	}
	m.Notifications, failed = optionalSet(ctx, m.Notifications, mcpToolNotificationType, notifications)
	diags.Append(failed...)
	object, failed := types.ObjectValueFrom(ctx, mcpToolSchedulerPayloadType.AttrTypes, m)
	return object, append(diags, failed...)
}
