package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                = (*sessionPolicyResource)(nil)
	_ resource.ResourceWithConfigure   = (*sessionPolicyResource)(nil)
	_ resource.ResourceWithIdentity    = (*sessionPolicyResource)(nil)
	_ resource.ResourceWithImportState = (*sessionPolicyResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*sessionPolicyResource)(nil)
)

// sessionPolicyResource is the session policy of the domain. It always exists. Its import ID is
// default.
type sessionPolicyResource struct{ resourceBase }

// NewSessionPolicyResource returns the resource lusid_session_policy.
func NewSessionPolicyResource() resource.Resource { return &sessionPolicyResource{} }

func (r *sessionPolicyResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_policy"
}

func (r *sessionPolicyResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "How long a user of the domain stays signed in. A domain always has one session policy, so declare it once. " +
			"LUSID calls this part of its API experimental.\n\n" +
			"~> The first apply overwrites the values that LUSID has. Terraform has not seen them, so the plan warns of the values that " +
			"differ. Import the policy to see them as changes." + renameNote,
		Attributes: map[string]schema.Attribute{
			"max_session_idle_minutes": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "Minutes without activity after which a user must sign in again. From 5 to 720.",
				Validators:          []validator.Int64{int64validator.Between(5, 720)},
			},
			"max_session_lifetime_minutes": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Minutes after which a user must sign in again, even if active. From 5 to 1440. If not set, sessions have no such limit.",
				Validators:          []validator.Int64{int64validator.Between(5, 1440)},
			},
			"deletion_policy": singletonDeletionPolicy("sets `max_session_idle_minutes` to 60 and removes `max_session_lifetime_minutes`. LUSID does not document its defaults. " +
				"LUSID's help says only that an inactive user is signed out after an hour."),
			"timeouts": timeoutsAttribute(ctx),
			"id":       singletonIDAttribute(),
		},
	}
}

func (r *sessionPolicyResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = singletonIdentitySchema()
}

type sessionPolicyModel struct {
	sessionPolicyLimits
	DeletionPolicy types.String   `tfsdk:"deletion_policy"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
	ID             types.String   `tfsdk:"id"`
}

// sessionPolicyLimits are the fields of the policy in LUSID.
type sessionPolicyLimits struct {
	MaxSessionIdleMinutes     types.Int64 `tfsdk:"max_session_idle_minutes"`
	MaxSessionLifetimeMinutes types.Int64 `tfsdk:"max_session_lifetime_minutes"`
}

// defaultSessionLimits are the values that reset restores.
func defaultSessionLimits() sessionPolicyLimits {
	return sessionPolicyLimits{MaxSessionIdleMinutes: types.Int64Value(60)}
}

// toUpdate returns the whole policy.
func (m *sessionPolicyLimits) toUpdate() identity.UpdateSessionPolicyRequest {
	return identity.UpdateSessionPolicyRequest{
		MaxSessionIdleMinutes:     m.MaxSessionIdleMinutes.ValueInt64(),
		MaxSessionLifetimeMinutes: m.MaxSessionLifetimeMinutes.ValueInt64Pointer(),
	}
}

func (m *sessionPolicyLimits) fromAPI(policy *identity.SessionPolicyResponse) {
	if policy.MaxSessionIdleMinutes != nil {
		// LUSID may omit the limit, although it always has one.
		m.MaxSessionIdleMinutes = types.Int64PointerValue(policy.MaxSessionIdleMinutes)
	}
	m.MaxSessionLifetimeMinutes = types.Int64PointerValue(policy.MaxSessionLifetimeMinutes)
	if m.MaxSessionLifetimeMinutes.ValueInt64() == 0 {
		// LUSID accepts no limit below five, so this means no limit.
		m.MaxSessionLifetimeMinutes = types.Int64Null()
	}
}

const sessionPolicyNoun = "session policy"

func (r *sessionPolicyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan sessionPolicyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to set session policy"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	err := r.placements.put(ctx, sessionPolicyNoun, owner, func(bool) error { return r.identity.UpdateSessionPolicy(ctx, plan.toUpdate()) })
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain("The session policy of "+r.client.Domain()+" could not be set", err))
		return
	}
	r.saveCreated(ctx, resp, plan, singletonIdentity())
}

func (r *sessionPolicyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state sessionPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	const summary = "Unable to read session policy"
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, singletonIdentity(), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	policy, err := r.identity.GetSessionPolicy(ctx)
	if r.readFailed(ctx, resp, summary, "The session policy of "+r.client.Domain()+" could not be read", err) {
		return
	}
	if state.DeletionPolicy.IsNull() {
		// An import leaves this null, because LUSID does not have it.
		state.DeletionPolicy = types.StringValue(deletionPolicyAbandon)
	}
	state.fromAPI(policy)
	r.saw(singletonInState, sessionPolicyNoun)
	r.saveRead(ctx, resp, state)
}

func (r *sessionPolicyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state sessionPolicyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	const summary = "Unable to update session policy"
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	err := updateSingleton(ctx, r.connection, sessionPolicyNoun, owner, state.toUpdate(), plan.toUpdate(),
		func(ctx context.Context) (*identity.UpdateSessionPolicyRequest, error) {
			return r.readForUpdate(ctx, &state)
		},
		r.identity.UpdateSessionPolicy)
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain("The session policy of "+r.client.Domain()+" could not be updated", err))
		return
	}
	r.saveUpdated(ctx, resp, plan, singletonIdentity())
}

// readForUpdate reads the values that LUSID has now.
func (r *sessionPolicyResource) readForUpdate(ctx context.Context, state *sessionPolicyModel) (*identity.UpdateSessionPolicyRequest, error) {
	policy, err := r.identity.GetSessionPolicy(ctx)
	if err != nil {
		return nil, err
	}
	now := state.sessionPolicyLimits
	now.fromAPI(policy)
	return new(now.toUpdate()), nil
}

func (r *sessionPolicyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state sessionPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	const summary = "Unable to reset session policy"
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	if state.DeletionPolicy.ValueString() != deletionPolicyReset {
		warnAbandoned(sessionPolicyNoun, &resp.Diagnostics)
		return
	}
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	defaults := defaultSessionLimits()
	needed, err := resetSingleton(ctx, r.connection, sessionPolicyNoun, owner, state.toUpdate(), defaults.toUpdate(),
		func(ctx context.Context) (*identity.UpdateSessionPolicyRequest, error) {
			return r.readForUpdate(ctx, &state)
		},
		r.identity.UpdateSessionPolicy)
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary, r.explain("The session policy of "+r.client.Domain()+" could not be set to the defaults", err))
	case needed:
		warnNotReset(&resp.Diagnostics, sessionPolicyNoun)
	}
}

// ImportState accepts the id default.
func (r *sessionPolicyResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.importSingleton(ctx, sessionPolicyNoun, req, resp)
}

// ModifyPlan refuses another domain's policy before it plans anything, and warns of the values that a
// create overwrites and a destroy keeps.
func (r *sessionPolicyResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		var plan sessionPolicyModel
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		r.checkOverwrite(ctx, &plan, &resp.Diagnostics)
		return
	}
	var state sessionPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change session policy")...)
	if resp.Diagnostics.HasError() || r.connection == nil {
		return
	}
	r.saw(singletonInState, sessionPolicyNoun)
	if req.Plan.Raw.IsNull() {
		warnAbandons(state.DeletionPolicy, sessionPolicyNoun, &resp.Diagnostics)
	}
}

// checkOverwrite compares the plan of a create with LUSID's values.
func (r *sessionPolicyResource) checkOverwrite(ctx context.Context, plan *sessionPolicyModel, diags *diag.Diagnostics) {
	if r.connection == nil || r.client == nil || !r.isUnseen(sessionPolicyNoun) {
		return
	}
	const summary = "Unable to read session policy"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Read, diags)
	defer cancel()
	if diags.HasError() {
		return
	}
	policy, err := r.identity.GetSessionPolicy(ctx)
	if client.IsNotFound(err) {
		return
	}
	if err != nil {
		diags.AddError(summary,
			r.explain("The values that the create would overwrite in the session policy of "+r.client.Domain()+" could not be read", err))
		return
	}
	present := plan.sessionPolicyLimits
	present.fromAPI(policy)
	warnOverwritten(ctx, sessionPolicyNoun, "lusid_session_policy", singletonID, &present, &plan.sessionPolicyLimits, diags)
}
