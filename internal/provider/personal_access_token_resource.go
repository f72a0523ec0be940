package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                = (*personalAccessTokenResource)(nil)
	_ resource.ResourceWithConfigure   = (*personalAccessTokenResource)(nil)
	_ resource.ResourceWithIdentity    = (*personalAccessTokenResource)(nil)
	_ resource.ResourceWithImportState = (*personalAccessTokenResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*personalAccessTokenResource)(nil)
)

// personalAccessTokenResource is a long-lived token of the user that the provider signs in as. All its
// fields are immutable. Its import ID is the id, and an import has no key.
type personalAccessTokenResource struct{ resourceBase }

// NewPersonalAccessTokenResource returns the resource lusid_personal_access_token.
func NewPersonalAccessTokenResource() resource.Resource { return &personalAccessTokenResource{} }

func (r *personalAccessTokenResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_personal_access_token"
}

func (r *personalAccessTokenResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A personal access token of the user that the provider signs in as. LUSID can't create one for another user. " +
			"The token has all the rights of its user.\n\n" +
			"~> LUSID returns the key only once, in the response to the create, so Terraform stores it in the state.\n\n" +
			"~> Use one state for each configuration, in a backend that locks it. " +
			"If the response to a create is lost and LUSID then has a token with that name, the apply fails. " +
			"The error names the token's ID and creation time. The provider doesn't delete the token, because another run may have created it.",
		Attributes: map[string]schema.Attribute{
			"display_name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name, unique among the user's active tokens: 1 to 512 characters. Changing this forces a new token.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 512)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"deactivation_date": schema.StringAttribute{
				Optional:   true,
				CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "When the token stops working, in RFC 3339, such as `2027-01-01T00:00:00Z`. Default: never. Changing this forces a new token. " +
					"Equivalent timestamps in a different format are not a change. LUSID stores seven digits of a fraction of a second, so " +
					"further digits are not a change either.",
				PlanModifiers: []planmodifier.String{keepEqualInstant{}, stringplanmodifier.RequiresReplace()},
			},
			"timeouts": timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "ID that LUSID assigned to the token.",
				PlanModifiers:       keep,
			},
			"user_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "ID of the user who owns the token. If the provider signs in as another user, a read of the token is an error, because LUSID would not list it.",
				PlanModifiers:       keep,
			},
			"created_date": schema.StringAttribute{
				Computed:            true,
				CustomType:          timetypes.RFC3339Type{},
				MarkdownDescription: "When the token was created, in RFC 3339.",
				PlanModifiers:       keep,
			},
			"key": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: "Key of the token. Send it as a bearer token. Null after an import.",
				PlanModifiers:       keep,
			},
		},
	}
}

func (r *personalAccessTokenResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID that LUSID assigned to the token."},
		},
	}
}

type personalAccessTokenModel struct {
	DisplayName      types.String      `tfsdk:"display_name"`
	DeactivationDate timetypes.RFC3339 `tfsdk:"deactivation_date"`
	Timeouts         timeouts.Value    `tfsdk:"timeouts"`
	ID               types.String      `tfsdk:"id"`
	UserID           types.String      `tfsdk:"user_id"`
	CreatedDate      timetypes.RFC3339 `tfsdk:"created_date"`
	Key              types.String      `tfsdk:"key"`
}

// Format prints the model without its secrets.
func (personalAccessTokenModel) Format(f fmt.State, _ rune) { conceal(f, "personalAccessTokenModel") }

// fromAPI copies LUSID's response to the model, except the key, which only the response to the create
// contains.
func (m *personalAccessTokenModel) fromAPI(key *identity.APIKey) {
	m.ID = types.StringValue(key.ID)
	m.DisplayName = types.StringValue(key.DisplayName)
	m.DeactivationDate = sameInstant(m.DeactivationDate, key.DeactivationDate)
	m.CreatedDate = sameInstant(m.CreatedDate, key.CreatedDate)
}

// label returns a name of the token for messages.
func (m *personalAccessTokenModel) label() string {
	if name := m.DisplayName.ValueString(); name != "" {
		return fmt.Sprintf("%q", name)
	}
	return m.ID.ValueString()
}

func (r *personalAccessTokenResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan personalAccessTokenModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create personal access token"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	caller, err := r.currentUser(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain("The user that would own the token could not be determined", err))
		return
	}
	created := r.create(ctx, identity.CreateAPIKey{
		DisplayName:      plan.DisplayName.ValueString(),
		DeactivationDate: plan.DeactivationDate.ValueString(),
	}, &resp.Diagnostics)
	if created == nil {
		return
	}
	r.dropSeen(plannedOf(tokenNoun), plan.DisplayName.ValueString())
	planned := plan
	plan.fromAPI(&created.APIKey)
	// Terraform requires the planned values after an apply. The next refresh shows any difference.
	plan.DisplayName, plan.DeactivationDate = planned.DisplayName, planned.DeactivationDate
	plan.UserID = types.StringValue(caller.ID)
	plan.Key = types.StringValue(string(created.Key))
	r.saveCreated(ctx, resp, plan, idIdentity{plan.ID})
}

// create creates a token, and returns nil after an error. If the response is lost, a token that is
// found has no use, because its key was in that response. The provider does not delete it, because
// another run may have created it.
func (r *personalAccessTokenResource) create(ctx context.Context, request identity.CreateAPIKey, diags *diag.Diagnostics) *identity.CreatedAPIKey {
	var created *identity.CreatedAPIKey
	creation := creation[identity.APIKey]{
		existing: r.existingOf("personal access token"),
		list:     r.identity.ListOwnAPIKeys,
		create: func(ctx context.Context) (*identity.APIKey, error) {
			var err error
			if created, err = r.identity.CreateAPIKey(ctx, request); err != nil {
				return nil, err
			}
			return &created.APIKey, nil
		},
		id: func(k *identity.APIKey) string { return k.ID },
		// Another token can have the name of an expired token.
		holds: func(k *identity.APIKey) bool {
			return k.DisplayName == request.DisplayName && !isPast(k.DeactivationDate)
		},
		isSame: func(k *identity.APIKey) bool { return k.DisplayName == request.DisplayName },
	}
	found, adopted, err := creation.run(ctx)
	if err == nil && !adopted {
		return created
	}
	const summary = "Unable to create personal access token"
	attempt := fmt.Sprintf("The personal access token %q could not be created in %s", request.DisplayName, r.client.Domain())
	if taken, ok := errors.AsType[*takenError[identity.APIKey]](err); ok {
		found = taken.by
	}
	switch {
	case found != nil && creation.lost != nil:
		diags.AddAttributeError(path.Root("display_name"), summary, r.explainFound(attempt, creation.lost, fmt.Sprintf(
			"The response was lost. LUSID now has the token %s with this name, created at %s. Either this run or another run created it. "+
				"If this run created it, its key is lost, because LUSID shows a key only once. The provider did not change the token.\n\n"+
				"The next step depends on who created the token:\n"+
				"- If nobody has the key, delete the token (DELETE /identity/api/keys/%s, or in the LUSID web app), and apply again.\n"+
				"- If another run created it, choose another display_name.\n\n%s",
			found.ID, found.CreatedDate, found.ID, oneState)))
	case found != nil:
		diags.AddAttributeError(path.Root("display_name"), summary, r.explain(attempt, err, fmt.Sprintf(
			"The name is taken by the token %s, created at %s, and names are unique among a user's active tokens. "+
				"%s Otherwise choose another name, or delete that token and apply again. An import would have no key.", found.ID, found.CreatedDate, replacedAdvice("token"))))
	case identity.IsTooManyAPIKeys(err):
		diags.AddError(summary, r.explain(attempt, err, "The user already has as many active tokens as LUSID allows. Delete one that is no longer used."))
	case identity.IsAPIKeyNameTaken(err):
		diags.AddAttributeError(path.Root("display_name"), summary, r.explain(attempt, err,
			"Names are unique among a user's active tokens. "+replacedAdvice("token")+" Otherwise choose another name, or delete the token that has this name."))
	default:
		diags.AddError(summary, r.explain(attempt, err, doubtAfterCreate(err, "display name")...))
	}
	return nil
}

func (r *personalAccessTokenResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state personalAccessTokenModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read personal access token " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, idIdentity{state.ID}, state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	keys, err := r.identity.RefreshOwnAPIKeys(ctx, func(keys []identity.APIKey) bool { return apiKeyAmong(keys, state.ID.ValueString()) != nil })
	key := apiKeyAmong(keys, state.ID.ValueString())
	if err != nil && (key == nil || !client.IsIncomplete(err)) {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The personal access tokens in %s could not be listed", r.client.Domain()), err))
		return
	}
	if key == nil || state.UserID.IsNull() {
		if !r.checkOwner(ctx, &state, summary, &resp.Diagnostics) {
			return
		}
	}
	if key == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	prior := state
	state.fromAPI(key)
	if isPast(key.DeactivationDate) {
		// A different date in the state would replace a token that somebody may have deactivated on purpose.
		if !prior.DisplayName.IsNull() {
			state.DeactivationDate = prior.DeactivationDate
		}
		resp.Diagnostics.AddWarning("The personal access token "+state.label()+" has expired", fmt.Sprintf(
			"LUSID has refused it since %s. Terraform does not replace it automatically. To replace it, change its deactivation_date, or apply with -replace and its address.", key.DeactivationDate))
	}
	r.saveRead(ctx, resp, state)
}

// checkOwner returns an error for a token of another user. LUSID lists only the caller's own tokens,
// so another user's token would look deleted.
func (r *personalAccessTokenResource) checkOwner(ctx context.Context, state *personalAccessTokenModel, summary string, diags *diag.Diagnostics) bool {
	caller, err := r.currentUser(ctx)
	if err != nil {
		diags.AddError(summary, r.explain("The user whose tokens LUSID lists could not be determined", err))
		return false
	}
	if state.UserID.IsNull() {
		state.UserID = types.StringValue(caller.ID)
	}
	if state.UserID.ValueString() != caller.ID {
		diags.AddError(summary, fmt.Sprintf(
			"The token belongs to the user %s, but the provider signs in as %s (%s), and LUSID shows tokens only to their user. "+
				"The provider changed nothing.\n\nSign in as that user, or stop managing the token with terraform state rm.", state.UserID.ValueString(), caller.EmailAddress, caller.ID))
		return false
	}
	return true
}

// Update changes only timeouts. Every other change replaces the token.
func (r *personalAccessTokenResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan personalAccessTokenModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	r.saveUpdated(ctx, resp, plan, idIdentity{plan.ID})
}

func (r *personalAccessTokenResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state personalAccessTokenModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete personal access token " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.identity.DeleteAPIKey(ctx, state.ID.ValueString())
	if err == nil {
		r.dropSeen(priorOf(tokenNoun), state.DisplayName.ValueString())
	}
	if client.IsNotFound(err) {
		// The token is deleted, or belongs to another user. Without this check, another user's token would
		// stay active and unmanaged.
		r.checkOwner(ctx, &state, summary, &resp.Diagnostics)
		return
	}
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The personal access token %s (%s) in %s could not be deleted",
			state.ID.ValueString(), state.label(), r.client.Domain()), err))
	}
}

// ImportState accepts an id. The key stays null, because LUSID returns it only once.
func (r *personalAccessTokenResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := importedID(ctx, req, resp)
	summary := fmt.Sprintf("Unable to import personal access token %q", id)
	if resp.Diagnostics.HasError() || !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	key, err := r.ownAPIKey(ctx, id)
	if err != nil {
		resp.Diagnostics.AddError(summary,
			r.explain(fmt.Sprintf("The personal access token %q could not be found in %s", id, r.client.Domain()), err))
		return
	}
	resp.Diagnostics.AddWarning("The key of an imported personal access token is not known",
		fmt.Sprintf("LUSID shows a key only once, when the token is created. The attribute key of %q stays null.", key.DisplayName))
	r.saveImported(ctx, resp, idIdentity{types.StringValue(key.ID)}, map[string]any{"id": key.ID})
}

// tokenNoun is the noun of a personal access token for seenObject. The key is the display name.
const tokenNoun = "personal access token"

// warnReplacement warns of a plan that deletes a token and creates it again, although nothing in it changes.
func (m *personalAccessTokenModel) warnReplacement(diags *diag.Diagnostics) {
	diags.AddWarning(fmt.Sprintf("Replacing personal access token %s ends its key", m.label()),
		"The plan deletes the token, and creates a token of the same name with another key. Programs that sign in with the old key fail until they have the new one.\n\n"+renamedAdvice)
}

// ModifyPlan refuses another domain's token before it plans anything, and warns if it deletes the
// token that the provider signs in with, or creates a token that it deletes too.
func (r *personalAccessTokenResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan personalAccessTokenModel
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	if req.State.Raw.IsNull() {
		if r.plansReplacement(tokenNoun, plan.DisplayName.ValueString(), true) {
			plan.warnReplacement(&resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change personal access token "+state.label())...)
	if req.Plan.Raw.IsNull() && !resp.Diagnostics.HasError() && r.plansReplacement(tokenNoun, state.DisplayName.ValueString(), false) {
		state.warnReplacement(&resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() || r.connection == nil || r.client == nil || !r.client.SignsInWith(client.Secret(state.Key.ValueString())) {
		return
	}
	if !plan.DisplayName.Equal(state.DisplayName) || !plan.DeactivationDate.Equal(state.DeactivationDate) {
		resp.Diagnostics.AddWarning("This is the personal access token that the provider signs in with",
			fmt.Sprintf("After %s is deleted, neither the rest of this run nor later runs can sign in with it.", state.label()))
	}
}
