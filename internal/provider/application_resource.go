package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                   = (*applicationResource)(nil)
	_ resource.ResourceWithConfigure      = (*applicationResource)(nil)
	_ resource.ResourceWithIdentity       = (*applicationResource)(nil)
	_ resource.ResourceWithImportState    = (*applicationResource)(nil)
	_ resource.ResourceWithValidateConfig = (*applicationResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*applicationResource)(nil)
)

// applicationResource is an OpenID Connect client of the domain, with a secret that LUSID generates.
// All fields of the API are immutable, except the secret. Its import ID is the id or the client id.
type applicationResource struct{ resourceBase }

// NewApplicationResource returns the resource lusid_application.
func NewApplicationResource() resource.Resource { return &applicationResource{} }

func (r *applicationResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_application"
}

var clientIDPattern = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]{5,49}$`)

func (r *applicationResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "An application of a LUSID domain: the client ID and secret that programs sign in with. LUSID generates the secret. " +
			"LUSID can't update the other fields of an application, so changing its client ID, name, type or redirect URIs forces a new " +
			"application with a new secret. Use `rotation_triggers` to rotate the secret in place.",
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Client ID, unique in the domain: 6 to 50 letters, digits and hyphens, beginning with a letter. " +
					"Changing this forces a new application, unless only the case of letters differs.",
				Validators: []validator.String{
					stringvalidator.RegexMatches(clientIDPattern, "must have 6 to 50 letters, digits and hyphens, and begin with a letter"),
				},
			},
			"display_name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Display name, unique in the domain: 1 to 50 characters. Changing this forces a new application.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 50)},
			},
			"type": schema.StringAttribute{
				Optional: true,
				Computed: true,
				Default:  stringdefault.StaticString(identity.ApplicationTypeNative),
				MarkdownDescription: "`Native`, for programs that sign in with a user's name and password, or `Web`, for sites that users sign in to. " +
					"Default `Native`. Changing this forces a new application.",
				Validators: []validator.String{stringvalidator.OneOf(identity.ApplicationTypeNative, identity.ApplicationTypeWeb)},
			},
			"redirect_uris": schema.SetAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "URIs that a `Web` application may send users back to after they sign in. " +
					"LUSID never returns them, so Terraform doesn't detect a change made elsewhere. Changing this forces a new application. " +
					"The exception is the first value set after an import, which is only recorded in the state.",
				Validators: uriValidators(),
			},
			"post_logout_redirect_uris": schema.SetAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "URIs that a `Web` application may send users to after they sign out. " +
					"LUSID never returns them, so Terraform doesn't detect a change made elsewhere. Changing this forces a new application. " +
					"The exception is the first value set after an import, which is only recorded in the state.",
				Validators: uriValidators(),
			},
			"rotation_triggers": schema.MapAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "Arbitrary key-value pairs. Changing any of them rotates the secret in place, and the old secret stops working at once. " +
					"Adding the map to an application that had none, or removing the whole map, doesn't rotate the secret. " +
					"To rotate by date, use `formatdate(\"YYYY-MM\", plantimestamp())`. Don't use `timestamp()`: its value is known only after apply, so each apply would rotate the secret.",
			},
			"store_secret": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				MarkdownDescription: "Whether to store the secret in the state. Default: the provider's `store_secrets`, else `true`. " +
					"If `false`, `secret` is null in state and plan, and a refresh doesn't read the secret unless `refresh_secret_version` is `true`. " +
					"Read the secret with the ephemeral resource `lusid_application_secret` instead. " +
					"Changing this doesn't replace the application and doesn't rotate its secret. " +
					"If you change it from `false` to `true`, the plan shows `secret_version` as known after apply, because the apply reads the secret. " +
					"A resource that uses `secret_version` may then show an update or a replacement.",
			},
			"refresh_secret_version": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				MarkdownDescription: "Whether a refresh reads the secret of an application with `store_secret = false` and stores only its `secret_version`. " +
					"Default `false`. If `true`, a refresh detects a rotation made elsewhere. " +
					"This needs the right to see secrets, and one request per application. " +
					"If LUSID does not return the secret, the version in the state stays and the provider warns. " +
					"With `store_secret = true`, every refresh reads the secret anyway. " +
					"Changing this doesn't replace the application and doesn't rotate its secret. It takes effect at the next refresh.",
			},
			"timeouts": timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "ID that LUSID assigned to the application, such as `0oabw8p5aaGCl5zAA2p8`. It differs from the client ID.",
				PlanModifiers:       keep,
			},
			"issuer": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Issuer that LUSID returns: the domain's URL at Okta.",
				PlanModifiers:       keep,
			},
			"token_url": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Token URL of the domain: the issuer followed by `/v1/token`. The SDKs read it from `FBN_TOKEN_URL`.",
				PlanModifiers:       keep,
			},
			"secret": schema.StringAttribute{
				Computed:  true,
				Sensitive: true,
				MarkdownDescription: "Client secret. **Null with `store_secret = false`**, so an output or a reference to it is null too, without an error. " +
					"In that case, read the secret with the ephemeral resource `lusid_application_secret`. " +
					"With `store_secret = true`, every refresh reads the secret and so detects a rotation made elsewhere. " +
					"If the provider's user may not see secrets, the value in the state stays.",
			},
			"secret_version": schema.Int64Attribute{
				Computed: true,
				MarkdownDescription: "One-way hash of the secret, as a number. It changes exactly when the secret changes. " +
					"Use it as the version of another provider's write-only argument, for example `data_json_wo_version`. " +
					"With `store_secret = false` and without `refresh_secret_version`, it changes only when Terraform creates or replaces the " +
					"application, or rotates the secret through `rotation_triggers`. If you import an application with the provider's " +
					"`store_secrets = false`, it is null until then.",
			},
		},
	}
}

type applicationModel struct {
	ClientID               types.String   `tfsdk:"client_id"`
	DisplayName            types.String   `tfsdk:"display_name"`
	Type                   types.String   `tfsdk:"type"`
	RedirectURIs           types.Set      `tfsdk:"redirect_uris"`
	PostLogoutRedirectURIs types.Set      `tfsdk:"post_logout_redirect_uris"`
	RotationTriggers       types.Map      `tfsdk:"rotation_triggers"`
	StoreSecret            types.Bool     `tfsdk:"store_secret"`
	RefreshSecretVersion   types.Bool     `tfsdk:"refresh_secret_version"`
	Timeouts               timeouts.Value `tfsdk:"timeouts"`
	ID                     types.String   `tfsdk:"id"`
	Issuer                 types.String   `tfsdk:"issuer"`
	TokenURL               types.String   `tfsdk:"token_url"`
	Secret                 types.String   `tfsdk:"secret"`
	SecretVersion          types.Int64    `tfsdk:"secret_version"`
}

// Format prints the model without its secrets.
func (applicationModel) Format(f fmt.State, _ rune) { conceal(f, "applicationModel") }

func (m *applicationModel) toCreate(ctx context.Context) (identity.CreateApplicationRequest, diag.Diagnostics) {
	request := identity.CreateApplicationRequest{
		ClientID:    m.ClientID.ValueString(),
		DisplayName: m.DisplayName.ValueString(),
		Type:        m.Type.ValueString(),
	}
	diags := m.RedirectURIs.ElementsAs(ctx, &request.RedirectURIs, false)
	diags.Append(m.PostLogoutRedirectURIs.ElementsAs(ctx, &request.PostLogoutRedirectURIs, false)...)
	return request, diags
}

// fromAPI copies LUSID's response to the model, except the secret, which setSecret sets.
func (m *applicationModel) fromAPI(_ context.Context, application *identity.OAuthApplication) diag.Diagnostics { //nolint:unparam // unchanged needs the same fromAPI of every model.
	m.ID = sameFold(m.ID, application.ID)
	m.ClientID = sameFold(m.ClientID, application.ClientID)
	m.DisplayName = types.StringValue(application.DisplayName)
	m.Type = types.StringValue(application.Type)
	if application.Issuer != "" || m.Issuer.IsUnknown() {
		// Keep the known issuer if a response lacks it, because another provider may sign in with the token
		// URL.
		m.Issuer = stringOrNull(application.Issuer)
		m.TokenURL = tokenURLOf(application)
	}
	return nil
}

func (r *applicationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan applicationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create application"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	request, diags := plan.toCreate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	application := r.create(ctx, request, &resp.Diagnostics)
	if application == nil {
		return
	}
	r.dropSeen(createdApplication, plan.key())
	planned := plan
	resp.Diagnostics.Append(plan.fromAPI(ctx, application)...)
	// Terraform requires the planned values after an apply. The next refresh shows any difference. An
	// error here would taint the application, and the next apply would replace it.
	plan.ClientID, plan.DisplayName, plan.Type = planned.ClientID, planned.DisplayName, planned.Type
	if application.Secret == "" {
		r.readSecretOrWarn(ctx, application, &resp.Diagnostics)
	}
	plan.setSecret(application)
	r.saveCreated(ctx, resp, plan, plan.identity())
}

func (r *applicationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state applicationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	prior := state
	if r.client == nil {
		r.saw(priorApplication, state.key())
	}
	summary := "Unable to read application " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, state.identity(), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	// An import leaves these null, because LUSID does not have them.
	if state.StoreSecret.IsNull() {
		state.StoreSecret = r.storeSecrets
	}
	if state.RefreshSecretVersion.IsNull() {
		state.RefreshSecretVersion = types.BoolValue(false)
	}
	id, looks := state.ID.ValueString(), state.StoreSecret.ValueBool() || state.RefreshSecretVersion.ValueBool()
	var (
		application *identity.OAuthApplication
		err         error
	)
	if looks {
		application, err = r.identity.GetApplication(ctx, id, true)
	}
	// A role that may only plan does not need the right to see secrets.
	if !looks || client.IsForbidden(err) {
		application, err = r.identity.RefreshApplication(ctx, id, func(listed *identity.OAuthApplication) bool {
			return unchanged(ctx, &state, listed)
		})
	}
	if client.IsNotFound(err) {
		r.dropSeen(priorApplication, state.key())
	}
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The application %s of %s could not be read", id, r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, application)...)
	r.saw(priorApplication, state.key())
	switch {
	case looks && application.Secret == "":
		kept, mend := "secret", ""
		if !state.StoreSecret.ValueBool() {
			kept, mend = "secret_version", " Give the user the right to see secrets, or remove refresh_secret_version."
		}
		resp.Diagnostics.AddAttributeWarning(path.Root(kept), "LUSID did not show the secret of application "+state.label(),
			fmt.Sprintf("The provider signs in with %s, whose user may read the application but not its secret. "+
				"The %s in the state stays as it is, and Terraform does not detect a rotation made elsewhere.%s", r.credential, kept, mend))
	case looks:
		state.setSecret(application)
	}
	if sameValues(&state, &prior) {
		// The response already has the prior state, and State.Set is slow.
		resp.Diagnostics.Append(r.rememberDomain(ctx, resp.Private)...)
		return
	}
	r.saveRead(ctx, resp, state)
}

// Update rotates the secret if rotation_triggers changed, and reads it if store_secret was turned on.
// Other changes need no request: timeouts, refresh_secret_version (the next refresh uses it), and
// redirect URIs that ModifyPlan decided to adopt.
func (r *applicationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state applicationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to update application " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	unknown, diags := unknownURIs(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	plan.Secret, plan.SecretVersion = state.Secret, state.SecretVersion
	switch {
	case rotates(&state, &plan):
		application := r.rotate(ctx, &state, &resp.Diagnostics)
		if application == nil {
			return
		}
		plan.setSecret(application)
	case plan.StoreSecret.ValueBool() && !state.StoreSecret.ValueBool():
		application := &identity.OAuthApplication{ID: state.ID.ValueString(), ClientID: state.ClientID.ValueString()}
		if r.readSecretOrWarn(ctx, application, &resp.Diagnostics) {
			plan.setSecret(application)
		}
	}
	if !plan.StoreSecret.ValueBool() {
		plan.Secret = types.StringNull()
	}

	for _, uris := range redirectURIs(&state, &plan) {
		if !isEmpty(uris.plan) {
			delete(unknown, uris.attribute)
		}
	}
	resp.Diagnostics.Append(setPrivate(ctx, resp.Private, unknownURIsKey, unknown)...)
	r.saveUpdated(ctx, resp, plan, plan.identity())
}

func (r *applicationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state applicationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete application " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.identity.DeleteApplication(ctx, state.ID.ValueString())
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The application %s (%s) of %s could not be deleted",
			state.ID.ValueString(), state.ClientID.ValueString(), r.client.Domain()), err))
		return
	}
	r.dropSeen(priorApplication, state.key())
}

// ValidateConfig refuses redirect URIs for a type that has none.
func (r *applicationResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config applicationModel
	// Config.Get would read the whole model, which is slow.
	for name, target := range map[string]any{
		"type":                      &config.Type,
		"redirect_uris":             &config.RedirectURIs,
		"post_logout_redirect_uris": &config.PostLogoutRedirectURIs,
	} {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), target)...)
	}
	if resp.Diagnostics.HasError() || config.Type.IsUnknown() || config.Type.ValueString() == identity.ApplicationTypeWeb {
		return
	}
	for _, uris := range redirectURIs(&config, &config) {
		if !uris.plan.IsUnknown() && !isEmpty(uris.plan) {
			resp.Diagnostics.AddAttributeError(path.Root(uris.attribute), "Invalid "+uris.attribute,
				fmt.Sprintf("Only an application of type Web has %s, and this one is Native. Set type = \"Web\", or remove %s.",
					uris.attribute, uris.attribute))
		}
	}
}

// ModifyPlan sets the defaults that depend on the provider or on the state, plans the secret, decides
// whether a change replaces the application, and warns of the effects.
func (r *applicationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan *applicationModel
	if !req.State.Raw.IsNull() {
		state = &applicationModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
		if !resp.Diagnostics.HasError() {
			resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change application "+state.label())...)
		}
	}
	if !req.Plan.Raw.IsNull() {
		plan = &applicationModel{}
		resp.Diagnostics.Append(req.Plan.Get(ctx, plan)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if plan == nil {
		if !r.warnHiddenReplacement(state, priorApplication, &resp.Diagnostics) {
			r.warnOwn(state.ClientID.ValueString(), "Deleting", &resp.Diagnostics)
		}
		return
	}

	proposed := *plan
	var configured types.Bool
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("store_secret"), &configured)...)
	if configured.IsNull() {
		plan.StoreSecret = r.storeSecrets
	}
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("refresh_secret_version"), &configured)...)
	switch {
	case !configured.IsNull():
	case state != nil && state.RefreshSecretVersion.IsNull():
		// An earlier provider version wrote the state, and it was not refreshed. The default must not plan an
		// update.
		plan.RefreshSecretVersion = types.BoolNull()
	default:
		plan.RefreshSecretVersion = types.BoolValue(false)
	}
	var changed []string
	if state != nil {
		if !plan.ClientID.IsUnknown() {
			// A different case is not a change. The identity has the spelling in the state and must not change.
			plan.ClientID = sameFold(state.ClientID, plan.ClientID.ValueString())
		}
		unknown, diags := unknownURIs(ctx, req.Private)
		resp.Diagnostics.Append(diags...)
		changed = r.replacingChanges(state, plan, unknown, &resp.Diagnostics)
	}
	plan.planSecret(state, len(changed) > 0)
	if !sameValues(plan, &proposed) {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	}

	switch {
	case state == nil:
		r.warnHiddenReplacement(plan, createdApplication, &resp.Diagnostics)
	case len(changed) > 0:
		for _, attribute := range changed {
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root(attribute))
		}
		r.saw(priorApplication, state.key())
		r.saw(replacedApplication, state.key())
		r.warnReplacement(state, changed, &resp.Diagnostics)
	default:
		r.saw(priorApplication, state.key())
		if rotates(state, plan) {
			r.warnRotation(state, plan, &resp.Diagnostics)
		}
	}
}

// label returns a name of the application for messages.
func (m *applicationModel) label() string {
	if id := m.ClientID.ValueString(); id != "" {
		return id
	}
	return m.ID.ValueString()
}

// key identifies the application in another resource or another plan.
func (m *applicationModel) key() string { return strings.ToLower(m.ClientID.ValueString()) }
