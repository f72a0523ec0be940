package provider

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                   = (*networkZoneResource)(nil)
	_ resource.ResourceWithConfigure      = (*networkZoneResource)(nil)
	_ resource.ResourceWithIdentity       = (*networkZoneResource)(nil)
	_ resource.ResourceWithImportState    = (*networkZoneResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*networkZoneResource)(nil)
	_ resource.ResourceWithValidateConfig = (*networkZoneResource)(nil)
)

// networkZoneResource is a network zone. Its code is immutable, and is its import ID.
type networkZoneResource struct{ resourceBase }

// NewNetworkZoneResource returns the resource lusid_network_zone.
func NewNetworkZoneResource() resource.Resource { return &networkZoneResource{} }

func (r *networkZoneResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_network_zone"
}

func (r *networkZoneResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A network zone allows or blocks requests to LUSID by their address, for the sessions and roles that it applies to. " +
			"Of the zones that match a request, the one with the lowest hierarchy decides. A domain can have at most ten.\n\n" +
			"~> A zone can lock out the provider that manages it, and then Terraform can't undo the change. " +
			"The plan warns of each change that could do this: of a `Block` zone that is new or blocks more than before, and of an `Allow` zone " +
			"that is new, allows less than before, or is deleted. A new `Allow` zone may lack the provider's address. " +
			"LUSID compares the address that it sees. Behind NAT or a proxy, this is not the machine's own address. " +
			"If `Allow` zones make exceptions from a `Block` zone, set `depends_on` in the `Block` zone to those `Allow` zones. " +
			"Terraform then creates the `Block` zone after them and destroys it before them.",
		Attributes: map[string]schema.Attribute{
			"code": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Code, unique in the domain: 1 to 64 letters, digits, hyphens and underscores. Changing this forces a new zone.",
				Validators: []validator.String{stringvalidator.RegexMatches(idPattern,
					"must have 1 to 64 letters, digits, hyphens and underscores")},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Description.",
			},
			"action": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "What LUSID does with a request that this zone decides: `Allow`, `Block` or `NoOp`. LUSID does not document what `NoOp` does.",
				Validators: []validator.String{stringvalidator.OneOf(identity.NetworkZoneAllow, identity.NetworkZoneBlock,
					identity.NetworkZoneNoOp)},
			},
			"ranges": schema.SetNestedAttribute{
				Required:            true,
				MarkdownDescription: "Addresses that the zone applies to, 1 to 100.",
				NestedObject:        schema.NestedAttributeObject{Attributes: networkZoneRangeAttributes()},
				Validators:          []validator.Set{setvalidator.SizeBetween(1, 100), setvalidator.NoNullValues(), distinctRanges{}},
			},
			"session_types": schema.SetAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "Kinds of sessions that the zone applies to: `AllUsers`, `AllServiceUsers`, `AllPersonalUsers`, `AllPATAccess`, " +
					"`AllJWTAccess`, `AllAccessTokens`, `AllSSOUsers` and `AllNonSSOUsers`. " +
					"The zone applies if any element of `session_types` or `user_roles` matches. Set at least one of the two.",
				Validators: []validator.Set{
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(stringvalidator.OneOf(identity.NetworkZoneSessionTypes...)),
				},
			},
			"user_roles": schema.SetAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Names of roles. The zone applies to users who have one of these roles.",
				Validators:          []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
			},
			"hierarchy": schema.Int64Attribute{
				Optional: true,
				Computed: true,
				MarkdownDescription: "Position among the zones, unique in the domain. Of the zones that match a request, the one with the lowest hierarchy " +
					"decides. Leave gaps, such as 10, 20, 30, so that zones can swap positions in one apply. " +
					"Default: LUSID creates the zone after all others, and Terraform keeps the position that LUSID has. " +
					"If you set it, the provider creates the zone after all others and moves it with a second request. " +
					"If the move fails, the provider warns and the next apply moves the zone. " +
					"If another zone still has the position, this zone waits at a free position nearby: an `Allow` zone before the position that you set, " +
					"a `Block` zone after it. It moves when the other zone has moved.",
				Validators:    []validator.Int64{int64validator.Between(0, math.MaxInt32)},
				PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			},
			"timeouts": timeoutsAttribute(ctx),
		},
	}
}

func (r *networkZoneResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"code": identityschema.StringAttribute{RequiredForImport: true, Description: "Code of the zone."},
		},
	}
}

type networkZoneModel struct {
	Code         types.String   `tfsdk:"code"`
	Description  types.String   `tfsdk:"description"`
	Action       types.String   `tfsdk:"action"`
	Ranges       types.Set      `tfsdk:"ranges"`
	SessionTypes types.Set      `tfsdk:"session_types"`
	UserRoles    types.Set      `tfsdk:"user_roles"`
	Hierarchy    types.Int64    `tfsdk:"hierarchy"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

func (m *networkZoneModel) toCreate(ctx context.Context) identity.CreateNetworkZoneRequest {
	whole := m.toUpdate(ctx)
	return identity.CreateNetworkZoneRequest{
		Code:           m.Code.ValueString(),
		Description:    whole.Description,
		Action:         whole.Action,
		NetworkZoneIPs: whole.NetworkZoneIPs,
		ApplyRules:     whole.ApplyRules,
	}
}

// toUpdate returns the whole zone, with its sets sorted.
func (m *networkZoneModel) toUpdate(ctx context.Context) identity.UpdateNetworkZoneRequest {
	return identity.UpdateNetworkZoneRequest{
		Description:    m.Description.ValueString(),
		Action:         m.Action.ValueString(),
		NetworkZoneIPs: rangesToAPI(ctx, m.Ranges),
		ApplyRules:     identity.NetworkZonesApplyRules{SessionType: texts(m.SessionTypes), UserRoles: texts(m.UserRoles)},
		Hierarchy:      m.Hierarchy.ValueInt64(),
	}
}

func (m *networkZoneModel) fromAPI(ctx context.Context, zone *identity.NetworkZoneDefinitionResponse) diag.Diagnostics {
	m.Code = sameFold(m.Code, zone.Code)
	m.Description = optionalString(m.Description, zone.Description)
	if zone.Action != "" {
		m.Action = sameFold(m.Action, zone.Action)
	} else {
		m.Action = types.StringNull()
	}
	m.Hierarchy = types.Int64PointerValue(zone.Hierarchy)
	var diags, failed diag.Diagnostics
	m.Ranges, diags = rangesFromAPI(ctx, m.Ranges, zone.NetworkZoneIPs)
	m.SessionTypes, failed = sameTexts(ctx, m.SessionTypes, zone.ApplyRules.SessionType)
	diags.Append(failed...)
	m.UserRoles, failed = sameTexts(ctx, m.UserRoles, zone.ApplyRules.UserRoles)
	diags.Append(failed...)
	return diags
}

// Create creates the zone, which LUSID places after all others, and moves it to its planned position.
func (r *networkZoneResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan networkZoneModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create network zone"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	release, err := r.placing.acquire(ctx, otherZone)
	if err != nil {
		resp.Diagnostics.AddError(summary,
			r.explain(fmt.Sprintf("The network zone %q could not be created in %s", plan.Code.ValueString(), r.client.Domain()), err))
		return
	}
	defer release()
	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	zone := r.create(ctx, &plan, owner, &resp.Diagnostics)
	if zone == nil {
		return
	}
	// Terraform requires the planned values after an apply. The next refresh shows any difference.
	placed := plan.Hierarchy.IsUnknown()
	if placed {
		plan.Hierarchy = types.Int64PointerValue(zone.Hierarchy)
	}
	r.saveCreated(ctx, resp, plan, codeIdentity{plan.Code})
	if !placed && !plan.Hierarchy.Equal(types.Int64PointerValue(zone.Hierarchy)) {
		r.place(ctx, &plan, zone, &resp.Diagnostics)
	}
}

func (r *networkZoneResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state networkZoneModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read network zone " + state.Code.ValueString()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, codeIdentity{state.Code}, state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	zone, err := r.identity.RefreshNetworkZone(ctx, state.Code.ValueString(), func(listed *identity.NetworkZoneDefinitionResponse) bool {
		return unchanged(ctx, &state, listed)
	})
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The network zone %s of %s could not be read", state.Code.ValueString(), r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, zone)...)
	r.saveRead(ctx, resp, state)
}

// Update updates the zone and moves it if the hierarchy changes. If the configuration does not set the
// hierarchy, the zone keeps the position that LUSID has now, which may have changed since the plan.
func (r *networkZoneResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state networkZoneModel
	var place types.Int64
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("hierarchy"), &place)...)
	code := state.Code.ValueString()
	summary := "Unable to update network zone " + code
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	if after := plan.toUpdate(ctx); !reflect.DeepEqual(after, state.toUpdate(ctx)) {
		attempt := fmt.Sprintf("The network zone %s of %s could not be updated", code, r.client.Domain())
		var (
			remedies []string
			err      error
		)
		switch {
		case place.IsNull(), plan.Hierarchy.Equal(state.Hierarchy):
			err = r.updateInPlace(ctx, &plan, &state, place)
		default:
			remedies = []string{"If zones swap positions, some may have moved already. The next plan reads the position of each zone, and the next apply moves the rest."}
			err = r.updateAndMove(ctx, &plan, &state, &resp.Diagnostics)
		}
		if err != nil {
			resp.Diagnostics.AddError(summary, r.explainUpdate(attempt, err, remedies...))
			return
		}
	}
	r.saveUpdated(ctx, resp, plan, codeIdentity{plan.Code})
}

// updateInPlace updates a zone without moving it. It refuses to undo a change that the plan did not show: it could
// remove a range that somebody has added since, and lock out the users in that range. place is null if the
// configuration does not set the hierarchy.
func (r *networkZoneResource) updateInPlace(ctx context.Context, plan, state *networkZoneModel, place types.Int64) error {
	code, after := state.Code.ValueString(), plan.toUpdate(ctx)
	return updateAsPlanned(ctx, r.connection, networkZoneObject(code),
		func(ctx context.Context) (*identity.NetworkZoneDefinitionResponse, error) {
			zone, err := r.identity.GetNetworkZone(ctx, code)
			switch {
			case err != nil || !place.IsNull():
			case zone.Hierarchy == nil:
				err = errors.New("LUSID did not return the zone's hierarchy, and an update needs it: set hierarchy")
			default:
				after.Hierarchy = *zone.Hierarchy
			}
			return zone, err
		},
		func(zone *identity.NetworkZoneDefinitionResponse) bool {
			return plan.isLike(ctx, zone) && (place.IsNull() || plan.Hierarchy.Equal(types.Int64PointerValue(zone.Hierarchy)))
		},
		func(zone *identity.NetworkZoneDefinitionResponse) bool {
			return isZoneAsPlanned(ctx, zone, plan, state)
		},
		func(ctx context.Context) error {
			_, err := r.identity.UpdateNetworkZone(ctx, code, after)
			return err
		})
}

// updateAndMove updates a zone whose position changes. Like updateInPlace, it refuses to undo a change that the plan
// did not show.
func (r *networkZoneResource) updateAndMove(ctx context.Context, plan, state *networkZoneModel, diags *diag.Diagnostics) error {
	code, before, after := state.Code.ValueString(), state.toUpdate(ctx), plan.toUpdate(ctx)
	release, err := r.placing.acquire(ctx, otherZone)
	if err != nil {
		return err
	}
	defer release()
	zone, err := r.identity.GetNetworkZone(ctx, code)
	switch {
	case err != nil:
		return err
	case !isZoneAsPlanned(ctx, zone, plan, state):
		return errChangedAfterPlan
	}
	before.Hierarchy = after.Hierarchy
	return r.moveZone(ctx, zoneMove{code: code, zone: after, changes: !reflect.DeepEqual(before, after)}, diags)
}

// isZoneAsPlanned reports whether an update of a zone undoes no change. If the same run deletes a role, LUSID may have
// removed the role from the zone.
func isZoneAsPlanned(ctx context.Context, zone *identity.NetworkZoneDefinitionResponse, plan, state *networkZoneModel) bool {
	known := *state
	lost := without(without(texts(state.UserRoles), texts(plan.UserRoles)), zone.ApplyRules.UserRoles)
	if len(lost) > 0 {
		var diags diag.Diagnostics
		known.UserRoles, diags = sameTexts(ctx, types.SetNull(types.StringType), without(texts(state.UserRoles), lost))
		if diags.HasError() {
			return false
		}
	}
	return plan.isLike(ctx, zone) || known.isLike(ctx, zone)
}

// isLike reports whether a zone in LUSID equals the model, except for its position. LUSID may have moved the zone, because
// other zones moved.
func (m *networkZoneModel) isLike(ctx context.Context, zone *identity.NetworkZoneDefinitionResponse) bool {
	read := *m
	failed := read.fromAPI(ctx, zone).HasError()
	read.Hierarchy = m.Hierarchy
	return !failed && sameValues(&read, m)
}

// shows reports whether the state has all that the zone has, except for its position.
func (m *networkZoneModel) shows(ctx context.Context, zone *identity.NetworkZoneDefinitionResponse) bool {
	now := *m
	if now.fromAPI(ctx, zone).HasError() {
		return false
	}
	now.Hierarchy = m.Hierarchy
	now.Ranges = unlessMore(m.Ranges, now.Ranges)
	now.SessionTypes = unlessMore(m.SessionTypes, now.SessionTypes)
	now.UserRoles = unlessMore(m.UserRoles, now.UserRoles)
	return sameValues(m, &now)
}

func (r *networkZoneResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state networkZoneModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	code := state.Code.ValueString()
	summary := "Unable to delete network zone " + code
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	release, err := r.placing.acquire(ctx, otherZone)
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The network zone %s of %s could not be deleted", code, r.client.Domain()), err))
		return
	}
	defer release()
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	needed, err := r.placements.remove(ctx, networkZoneObject(code), owner, func() error {
		return deleteIfShown(ctx,
			func(ctx context.Context) (*identity.NetworkZoneDefinitionResponse, error) {
				return r.identity.GetNetworkZone(ctx, code)
			},
			func(zone *identity.NetworkZoneDefinitionResponse) bool { return state.shows(ctx, zone) },
			func(ctx context.Context) error { return r.identity.DeleteNetworkZone(ctx, code) })
	})
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The network zone %s of %s could not be deleted", code, r.client.Domain()), err))
	case needed:
		warnNeeded(&resp.Diagnostics, "The network zone "+code+" stays in LUSID", "The network zone "+code+" was not deleted.")
	default:
		r.existingOf("network zone").forget(code)
		r.places.forget(code)
		r.seen.Store(seenObject{deletedZone, code}, state.Hierarchy.ValueInt64())
		r.moveWaiting(ctx, &resp.Diagnostics)
	}
}

// otherZone names what an operation on a zone may have to wait for.
const otherZone = "another network zone, which is being created, moved or deleted"

// networkZoneObject names a zone for placements.
func networkZoneObject(code string) string { return "network zone " + strings.ToLower(code) }

// ImportState accepts a code.
func (r *networkZoneResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	code, ok := r.importedCode(ctx, "network zone", req, resp)
	if !ok {
		return
	}
	zone, err := r.identity.GetNetworkZone(ctx, code)
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to import network zone %q", code),
			r.explain(fmt.Sprintf("The network zone with the code %q could not be found in %s", code, r.client.Domain()), err))
		return
	}
	r.saveImported(ctx, resp, codeIdentity{types.StringValue(zone.Code)}, map[string]any{"code": zone.Code})
}

// ValidateConfig checks that the zone applies to somebody.
func (r *networkZoneResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config networkZoneModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(config.validateRules()...)
	}
}

// validateRules refuses a zone without rules, because LUSID does not document whom such a zone applies
// to.
func (m *networkZoneModel) validateRules() (diags diag.Diagnostics) {
	if isEmpty(m.SessionTypes) && isEmpty(m.UserRoles) {
		diags.AddAttributeError(path.Root("session_types"), "Invalid session_types",
			"A network zone needs the sessions or roles that it applies to. Set session_types, such as AllUsers, or user_roles, or both.")
	}
	return diags
}

// ModifyPlan refuses another domain's zone before it plans anything, and warns of a change that could
// lock the provider out.
func (r *networkZoneResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan *networkZoneModel
	if !req.State.Raw.IsNull() {
		state = &networkZoneModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
		resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change network zone "+state.Code.ValueString())...)
	}
	if !req.Plan.Raw.IsNull() {
		plan = &networkZoneModel{}
		resp.Diagnostics.Append(req.Plan.Get(ctx, plan)...)
		// Values from other resources are known only here, not in ValidateConfig.
		resp.Diagnostics.Append(plan.validateRules()...)
	}
	if !resp.Diagnostics.HasError() {
		warnLockOut(ctx, state, plan, &resp.Diagnostics)
	}
}
