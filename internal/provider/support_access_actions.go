package provider

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ action.Action              = (*grantSupportAccessAction)(nil)
	_ action.ActionWithConfigure = (*grantSupportAccessAction)(nil)
	_ action.Action              = (*revokeSupportAccessAction)(nil)
	_ action.ActionWithConfigure = (*revokeSupportAccessAction)(nil)
)

// grantSupportAccessAction gives FINBOURNE's support staff access to the domain for a limited time.
type grantSupportAccessAction struct{ actionBase }

// NewGrantSupportAccessAction returns the action lusid_grant_support_access.
func NewGrantSupportAccessAction() action.Action { return &grantSupportAccessAction{} }

func (a *grantSupportAccessAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_grant_support_access"
}

func (a *grantSupportAccessAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Give FINBOURNE's support staff access to the domain for a limited time, so that they can investigate a problem. " +
			"A new grant doesn't replace grants that are already active. The data source `lusid_support_access` lists all grants.",
		Attributes: map[string]schema.Attribute{
			"duration": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "How long the access lasts, in ISO 8601: `PT8H` is eight hours and `P1D` is one day. 30 characters at most.",
				Validators:          []validator.String{isoDuration{}},
			},
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Reason for the access, such as the number of a support ticket: 1024 characters at most.",
				Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(1024)},
			},
			"permitted_roles": schema.SetAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "Internal identifiers of the roles that support staff can use, from the data source `lusid_support_roles`. At least one. " +
					"If not set, LUSID decides. It documents no limit, so expect full access.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()},
			},
		},
	}
}

type grantSupportAccessModel struct {
	Duration       types.String `tfsdk:"duration"`
	Description    types.String `tfsdk:"description"`
	PermittedRoles types.Set    `tfsdk:"permitted_roles"`
}

func (a *grantSupportAccessAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	const summary = "Unable to grant support access"
	var model grantSupportAccessModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	request := identity.SupportAccessRequest{Duration: model.Duration.ValueString(), Description: model.Description.ValueString()}
	resp.Diagnostics.Append(model.PermittedRoles.ElementsAs(ctx, &request.PermittedRoles, false)...)
	if resp.Diagnostics.HasError() || !a.requireClient(summary, &resp.Diagnostics) {
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "Granting support access to FINBOURNE's staff."})
	attempt := "Support access could not be granted to " + a.client.Domain()
	_, err := a.identity.GrantSupportAccess(ctx, request)
	if client.IsOutcomeUnknown(err) {
		resp.Diagnostics.AddError(summary, a.explain(attempt+", or it was granted and the response was lost", err,
			"The data source lusid_support_access shows whether there is a new grant. Invoke the action again if there is none."))
		return
	}
	if err != nil {
		resp.Diagnostics.AddError(summary, a.explain(attempt, err))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "FINBOURNE's staff have access until the grant expires. To end it earlier, use the action lusid_revoke_support_access."})
}

// revokeSupportAccessAction ends FINBOURNE's support access to the domain.
type revokeSupportAccessAction struct{ actionBase }

// NewRevokeSupportAccessAction returns the action lusid_revoke_support_access.
func NewRevokeSupportAccessAction() action.Action { return &revokeSupportAccessAction{} }

func (a *revokeSupportAccessAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_revoke_support_access"
}

func (a *revokeSupportAccessAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "End FINBOURNE's support access to the domain. This ends every active grant, no matter who created it. " +
			"LUSID can't end a single grant. If no grant is active, nothing happens.",
	}
}

func (a *revokeSupportAccessAction) Invoke(ctx context.Context, _ action.InvokeRequest, resp *action.InvokeResponse) {
	const summary = "Unable to revoke support access"
	if !a.requireClient(summary, &resp.Diagnostics) {
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "Asking LUSID to end every grant of support access."})
	if err := a.identity.InvalidateSupportAccess(ctx); err != nil {
		resp.Diagnostics.AddError(summary, a.explain("Support access could not be revoked from "+a.client.Domain(), err))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "No grant is active now. FINBOURNE's staff have no access until there is a new grant."})
}

// isoDuration accepts the same durations as LUSID's pattern. In Go's syntax this needs two
// expressions.
type isoDuration struct{}

var (
	isoDurationPattern = regexp.MustCompile(`^P([\d.]+Y)?([\d.]+M)?([\d.]+W)?([\d.]+D)?(T([\d.]+H)?([\d.]+M)?([\d.]+S)?)?$`)
	// isoDurationEnding refuses a duration without any parts, and a fraction before the last.
	isoDurationEnding = regexp.MustCompile(`^[^.]*\d(\.\d+)?[A-Z]$`)
)

func (isoDuration) Description(context.Context) string {
	return "must be a duration in ISO 8601, such as PT8H or P1D, of 30 characters at most"
}

func (v isoDuration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v isoDuration) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := req.ConfigValue.ValueString()
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || len(text) <= 30 && isoDurationPattern.MatchString(text) && isoDurationEnding.MatchString(text) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration", sentence(fmt.Sprintf("The duration %q %s", text, v.Description(ctx))))
}
