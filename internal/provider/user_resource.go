package provider

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                   = (*userResource)(nil)
	_ resource.ResourceWithConfigure      = (*userResource)(nil)
	_ resource.ResourceWithIdentity       = (*userResource)(nil)
	_ resource.ResourceWithImportState    = (*userResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*userResource)(nil)
	_ resource.ResourceWithValidateConfig = (*userResource)(nil)
)

// userResource is a user account. Its type is immutable. Its import ID is the id or the login.
type userResource struct{ resourceBase }

// NewUserResource returns the resource lusid_user.
func NewUserResource() resource.Resource { return &userResource{} }

func (r *userResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user"
}

// The values of deletion_policy.
const (
	deletionPolicyDeprovision = "deprovision"
	deletionPolicyPurge       = "purge"
)

func (r *userResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A user of a LUSID domain. LUSID sends the new user a mail with a link. " +
			"Nobody can sign in as the user until a person has followed the link and chosen a password. " +
			"To assign roles, use `lusid_role_assignment` or `lusid_role_members`.",
		Attributes: map[string]schema.Attribute{
			"type": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "`Personal`, for a person, or `Service`, for a program. Changing this forces a new user. " +
					"Before that, apply `deletion_policy = \"purge\"` in a separate run, because a deprovisioned user keeps its login.",
				Validators:    []validator.String{stringvalidator.OneOf(identity.UserTypePersonal, identity.UserTypeService)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"login": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Login that the user signs in with, unique in the domain: 5 to 80 characters, in the form of an e-mail address. " +
					"For a `Personal` user it must be the same as `email_address`.",
				Validators: []validator.String{stringvalidator.UTF8LengthBetween(5, 80)},
			},
			"email_address": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "E-mail address that LUSID sends the user's mail to, unique in the domain: 5 to 80 characters. " +
					"For a `Service` user, use the address of its owner.",
				Validators: []validator.String{stringvalidator.UTF8LengthBetween(5, 80)},
			},
			"first_name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "First name: 1 to 50 characters.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 50)},
			},
			"last_name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Last name: 2 to 50 characters.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(2, 50)},
			},
			"second_email_address": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Second e-mail address: 5 to 80 characters. Only for a `Service` user.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(5, 80)},
			},
			"alternative_user_ids": schema.MapAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "IDs of the user in other systems. The keys are names from the domain's user schema.",
				Validators:          []validator.Map{mapvalidator.NoNullValues()},
			},
			"user_expiry": schema.StringAttribute{
				Optional:   true,
				CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "When the account expires, in RFC 3339, such as `2027-01-01T00:00:00Z`. " +
					"Equivalent timestamps in a different format are not a change. LUSID stores seven digits of a fraction of a second, so " +
					"further digits are not a change either. The plan warns if the instant is in the past.",
				Validators:    []validator.String{notExpired{}},
				PlanModifiers: []planmodifier.String{keepEqualInstant{}},
			},
			"deletion_policy": schema.StringAttribute{
				Optional: true,
				Computed: true,
				Default:  stringdefault.StaticString(deletionPolicyDeprovision),
				MarkdownDescription: "What destroy does. `deprovision` closes the account and keeps its record, so the login stays taken. " +
					"`purge` removes the record. Both revoke the user's personal access tokens. " +
					"Terraform uses the value in the state, so apply a change to it before the destroy. Default `deprovision`. " +
					"With `deprovision`, the provider reports an error if a plan destroys a user and creates a user with the same login or e-mail address. " +
					"This happens after a change of `type`, with `-replace`, `terraform taint` or `replace_triggered_by`, and when you rename the " +
					"resource without a `moved` block. With `purge`, the plan warns if the user is tainted or if you rename the resource. In the other cases, it only shows the replacement. " +
					"With `terraform apply -refresh=false`, the provider can't detect that a user is tainted.",
				Validators: []validator.String{stringvalidator.OneOf(deletionPolicyDeprovision, deletionPolicyPurge)},
			},
			"timeouts": timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "ID that LUSID assigned to the user.",
				PlanModifiers:       keep,
			},
			"status": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Status of the account: `PROVISIONED` until a person has finished the sign-up, then `ACTIVE`. LUSID documents no other status. A refresh warns if the status is `LOCKED_OUT`, `SUSPENDED` or `PASSWORD_EXPIRED`, because the user can't sign in then.",
				PlanModifiers:       keep,
			},
			"external": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether the user comes from another identity system.",
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *userResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{
				RequiredForImport: true,
				Description:       "ID that LUSID assigned to the user.",
			},
		},
	}
}

type userModel struct {
	Type               types.String      `tfsdk:"type"`
	Login              types.String      `tfsdk:"login"`
	EmailAddress       types.String      `tfsdk:"email_address"`
	FirstName          types.String      `tfsdk:"first_name"`
	LastName           types.String      `tfsdk:"last_name"`
	SecondEmailAddress types.String      `tfsdk:"second_email_address"`
	AlternativeUserIDs types.Map         `tfsdk:"alternative_user_ids"`
	UserExpiry         timetypes.RFC3339 `tfsdk:"user_expiry"`
	DeletionPolicy     types.String      `tfsdk:"deletion_policy"`
	Timeouts           timeouts.Value    `tfsdk:"timeouts"`
	ID                 types.String      `tfsdk:"id"`
	Status             types.String      `tfsdk:"status"`
	External           types.Bool        `tfsdk:"external"`
}

// toUpdate returns the whole user, because LUSID clears omitted fields.
func (m *userModel) toUpdate(ctx context.Context) (identity.UpdateUserRequest, diag.Diagnostics) {
	request := identity.UpdateUserRequest{
		FirstName:          m.FirstName.ValueString(),
		LastName:           m.LastName.ValueString(),
		EmailAddress:       m.EmailAddress.ValueString(),
		Login:              m.Login.ValueString(),
		SecondEmailAddress: m.SecondEmailAddress.ValueString(),
		UserExpiry:         m.UserExpiry.ValueString(),
	}
	if len(m.AlternativeUserIDs.Elements()) == 0 {
		// LUSID does not distinguish null from empty.
		return request, nil
	}
	return request, m.AlternativeUserIDs.ElementsAs(ctx, &request.AlternativeUserIDs, false)
}

func (m *userModel) fromAPI(ctx context.Context, user *identity.UserResponse) diag.Diagnostics {
	m.ID = sameFold(m.ID, user.ID)
	m.Type = sameFold(m.Type, user.Type)
	m.Login = sameFold(m.Login, user.Login)
	m.EmailAddress = sameFold(m.EmailAddress, user.EmailAddress)
	m.FirstName = types.StringValue(user.FirstName)
	m.LastName = types.StringValue(user.LastName)
	m.SecondEmailAddress = optionalString(m.SecondEmailAddress, user.SecondEmailAddress)
	m.UserExpiry = sameInstant(m.UserExpiry, user.UserExpiry)
	m.Status = types.StringValue(user.Status)
	m.External = types.BoolValue(user.External)

	ids := map[string]string{}
	for name, id := range user.AlternativeUserIDs {
		if id != nil {
			ids[name] = *id
		}
	}
	if len(ids) == 0 && len(m.AlternativeUserIDs.Elements()) == 0 {
		if m.AlternativeUserIDs.IsUnknown() || m.AlternativeUserIDs.ElementType(ctx) == nil {
			m.AlternativeUserIDs = types.MapNull(types.StringType)
		}
		return nil
	}
	var diags diag.Diagnostics
	m.AlternativeUserIDs, diags = types.MapValueFrom(ctx, types.StringType, ids)
	return diags
}

func (r *userResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan userModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create user"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	update, diags := plan.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	r.forgetUser(&plan)
	user := r.create(ctx, identity.CreateUserRequest{Type: plan.Type.ValueString(), UpdateUserRequest: update}, &resp.Diagnostics)
	if user == nil {
		return
	}
	// Terraform requires the planned values after an apply. The next refresh shows any difference.
	plan.ID = types.StringValue(user.ID)
	plan.Status = types.StringValue(user.Status)
	plan.External = types.BoolValue(user.External)
	r.saveCreated(ctx, resp, plan, idIdentity{plan.ID})
}

// create creates a user, or finds the one that an earlier attempt created if its response was lost. It
// returns nil after an error.
func (r *userResource) create(ctx context.Context, request identity.CreateUserRequest, diags *diag.Diagnostics) *identity.UserResponse {
	creation := creation[identity.UserResponse]{
		existing: r.existingOf("user"),
		// List deactivated users too, because they keep their logins.
		list:   func(ctx context.Context) ([]identity.UserResponse, error) { return r.identity.ListUsers(ctx, true) },
		create: func(ctx context.Context) (*identity.UserResponse, error) { return r.identity.CreateUser(ctx, request) },
		byKey: func(ctx context.Context) (*identity.UserResponse, error) {
			return r.identity.GetUserFromLogin(ctx, request.Login)
		},
		id: func(u *identity.UserResponse) string { return u.ID },
		holds: func(u *identity.UserResponse) bool {
			return strings.EqualFold(u.Login, request.Login) || strings.EqualFold(u.EmailAddress, request.EmailAddress)
		},
		isSame: func(u *identity.UserResponse) bool {
			return !u.IsDeleted() && strings.EqualFold(u.Login, request.Login) && strings.EqualFold(u.EmailAddress, request.EmailAddress) && u.Type == request.Type
		},
	}
	user, adopted, err := creation.run(ctx)
	if err == nil {
		if adopted {
			warnAdopted(diags, "user "+request.Login, user.ID)
		}
		return user
	}
	const summary = "Unable to create user"
	attempt := fmt.Sprintf("The user %q could not be created in %s", request.Login, r.client.Domain())
	var taken *takenError[identity.UserResponse]
	if !errors.As(err, &taken) {
		diags.AddError(summary, r.explain(attempt, err, doubtAfterCreate(err, "login")...))
		return nil
	}
	attribute, value := "email_address", request.EmailAddress
	if strings.EqualFold(taken.by.Login, request.Login) {
		attribute, value = "login", request.Login
	}
	if taken.by.IsDeleted() {
		diags.AddAttributeError(path.Root(attribute), summary, r.explain(attempt, err, fmt.Sprintf(
			"The %s %q is taken by the deprovisioned user %s. LUSID keeps the record of a deprovisioned user, so its login stays taken. "+
				"Choose another, or purge that record first (DELETE /identity/api/users/%s?purge=true, or the LUSID web app).",
			attribute, value, taken.by.ID, taken.by.ID)))
		return nil
	}
	diags.AddAttributeError(path.Root(attribute), summary, r.explain(attempt, err, fmt.Sprintf(
		"The %s %q is taken by the user %s (login %q, %s), and logins and e-mail addresses are unique in the domain. %s",
		attribute, value, taken.by.ID, taken.by.Login, taken.by.Type, importAdvice("user", "lusid_user", taken.by.ID))))
	return nil
}

func (r *userResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state userModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if r.client == nil {
		r.sawUser(&state)
	}
	summary := "Unable to read user " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, idIdentity{state.ID}, state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	user, err := r.identity.RefreshUser(ctx, state.ID.ValueString(), func(listed *identity.UserResponse) bool {
		return !listed.IsDeleted() && unchanged(ctx, &state, listed)
	})
	if client.IsNotFound(err) || err == nil && user.IsDeleted() {
		r.forgetUser(&state)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.AddError(summary,
			r.explain(fmt.Sprintf("The user %s of %s could not be read", state.ID.ValueString(), r.client.Domain()), err))
		return
	}
	if state.DeletionPolicy.IsNull() {
		// An import leaves this null, because LUSID does not have it.
		state.DeletionPolicy = types.StringValue(deletionPolicyDeprovision)
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, user)...)
	r.sawUser(&state)
	state.warnNoSignIn(&resp.Diagnostics)
	r.saveRead(ctx, resp, state)
}

// warnNoSignIn warns of a user who cannot sign in. Terraform finds no change, because the status is not configured.
//
// Unverified: identity/user-statuses.
func (m *userModel) warnNoSignIn(diags *diag.Diagnostics) {
	reasons := map[string][2]string{
		"LOCKED_OUT":       {"LUSID locked the user after too many failed sign-ins. ", "use the action lusid_unlock_user"},
		"SUSPENDED":        {"Somebody suspended the user. ", "use the action lusid_unsuspend_user"},
		"PASSWORD_EXPIRED": {"The password of the user has expired. ", "choose a new password for the user"},
	}
	if reason, ok := reasons[strings.ToUpper(m.Status.ValueString())]; ok {
		diags.AddAttributeWarning(path.Root("status"), fmt.Sprintf("The user %s cannot sign in with a password", m.label()), fmt.Sprintf(
			"The status of the user is %s. %sPrograms and people that sign in with the user's password are refused. "+
				"To let them sign in again, %s, or use the LUSID web app.", m.Status.ValueString(), reason[0], reason[1]))
	}
}

func (r *userResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state userModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to update user " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	before, diags := state.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	after, diags := plan.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	if !reflect.DeepEqual(after, before) {
		for name := range before.AlternativeUserIDs {
			if _, kept := after.AlternativeUserIDs[name]; !kept {
				if after.AlternativeUserIDs == nil {
					after.AlternativeUserIDs = map[string]*string{}
				}
				// A null clears the field if LUSID merges updates.
				after.AlternativeUserIDs[name] = nil
			}
		}
		err := updateAsPlanned(ctx, r.connection, "user "+state.ID.ValueString(),
			func(ctx context.Context) (*identity.UserResponse, error) {
				user, err := r.identity.GetUser(ctx, state.ID.ValueString())
				if err == nil && user.IsDeleted() {
					err = errors.New("it was deprovisioned in LUSID after the plan was made, or before a plan with -refresh=false. " + planAgain)
				}
				return user, err
			},
			func(user *identity.UserResponse) bool {
				if _, err := parseInstant(user.UserExpiry); err != nil && user.UserExpiry != "" {
					return false // fromAPI keeps the plan's expiry, but LUSID may have another one.
				}
				// Only an update changes the case of letters in LUSID.
				return plan.isLike(ctx, user) && user.Login == after.Login && user.EmailAddress == after.EmailAddress
			},
			func(user *identity.UserResponse) bool {
				return plan.isLike(ctx, user) || state.withoutLostIDs(&plan, user).isLike(ctx, user)
			},
			func(ctx context.Context) error {
				_, err := r.identity.UpdateUser(ctx, state.ID.ValueString(), after)
				return err
			})
		if err != nil {
			resp.Diagnostics.AddError(summary, r.explainUpdate(fmt.Sprintf("The user %s (%s) of %s could not be updated",
				state.ID.ValueString(), state.label(), r.client.Domain()), err))
			return
		}
	}
	r.saveUpdated(ctx, resp, plan, idIdentity{plan.ID})
}

// isLike reports whether a user in LUSID equals the model, except for what an update does not change: the user may have
// finished the sign-up since the plan.
func (m *userModel) isLike(ctx context.Context, user *identity.UserResponse) bool {
	expected := *m
	expected.Status, expected.External = types.StringValue(user.Status), types.BoolValue(user.External)
	return unchanged(ctx, &expected, user)
}

// withoutLostIDs returns the model without the alternative IDs that neither the plan nor LUSID has. If the same run removes
// a name from the user schema, LUSID may have removed the user's ID under that name.
func (m *userModel) withoutLostIDs(plan *userModel, user *identity.UserResponse) *userModel {
	kept := map[string]attr.Value{}
	for name, id := range m.AlternativeUserIDs.Elements() {
		if plan.AlternativeUserIDs.Elements()[name] != nil || user.AlternativeUserIDs[name] != nil {
			kept[name] = id
		}
	}
	known := *m
	if len(kept) < len(m.AlternativeUserIDs.Elements()) {
		known.AlternativeUserIDs = types.MapValueMust(types.StringType, kept)
	}
	return &known
}

func (r *userResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state userModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete user " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.identity.DeleteUser(ctx, state.ID.ValueString(), state.DeletionPolicy.ValueString() == deletionPolicyPurge)
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The user %s (%s) of %s could not be deleted (deletion_policy %s)",
			state.ID.ValueString(), state.label(), r.client.Domain(), state.DeletionPolicy.ValueString()), err))
		return
	}
	r.forgetUser(&state)
}

// ImportState accepts an id or a login.
func (r *userResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	summary := "Unable to import user"
	key := importedID(ctx, req, resp)
	if key != "" {
		summary += fmt.Sprintf(" %q", key)
	}
	if resp.Diagnostics.HasError() || !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	user, err := r.userByEither(ctx, key)
	if err == nil && user.IsDeleted() {
		err = errors.New("the user was deprovisioned, and LUSID keeps only its record")
	}
	if err != nil {
		resp.Diagnostics.AddError(summary,
			r.explain(fmt.Sprintf("The user with the id or login %q could not be found in %s", key, r.client.Domain()), err))
		return
	}
	r.saveImported(ctx, resp, idIdentity{types.StringValue(user.ID)}, map[string]any{"id": user.ID})
}

// ValidateConfig checks what depends on the type.
func (r *userResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config userModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(config.validateType()...)
	}
}

// notExpired warns of an account that has expired. Nobody can sign in as the user, although Terraform finds no change.
type notExpired struct{}

func (notExpired) Description(context.Context) string { return "should be in the future" }

func (v notExpired) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (notExpired) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if expiry := req.ConfigValue.ValueString(); isPast(expiry) {
		resp.Diagnostics.AddAttributeWarning(req.Path, "The user has expired", fmt.Sprintf(
			"The account expires at %s, which is in the past. Programs and people that sign in as the user are refused. "+
				"To let them sign in, set user_expiry to a later time, or remove it.", expiry))
	}
}

// validateType checks what depends on the type, as far as it is known.
func (m *userModel) validateType() (diags diag.Diagnostics) {
	if m.Type.ValueString() != identity.UserTypePersonal {
		return nil
	}
	if !m.Login.IsUnknown() && !m.EmailAddress.IsUnknown() && !m.Login.Equal(m.EmailAddress) {
		diags.AddAttributeError(path.Root("login"), "Invalid login",
			"The login of a Personal user must be its email_address. Set both to the same value, or set type to Service.")
	}
	if !m.SecondEmailAddress.IsNull() && !m.SecondEmailAddress.IsUnknown() {
		diags.AddAttributeError(path.Root("second_email_address"), "Invalid second_email_address",
			"Only a user of the type Service can have a second_email_address, and this user is Personal. Remove it.")
	}
	return diags
}

// ModifyPlan refuses another domain's user before it plans anything, and refuses a create that LUSID
// would refuse after the destroy of the old user. It warns of a change to the user that the provider
// signs in as.
func (r *userResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state userModel
	if !req.Plan.Raw.IsNull() {
		// Values from other resources are known only here, not in ValidateConfig.
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		resp.Diagnostics.Append(plan.validateType()...)
	}
	if req.State.Raw.IsNull() {
		r.checkCreation(&plan, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change user "+state.label())...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.sawUser(&state)
	if req.Plan.Raw.IsNull() {
		r.warnOwnUser(state.Login.ValueString(), "Deleting", &resp.Diagnostics)
		r.checkDestruction(&state, &resp.Diagnostics)
		return
	}
	r.sawRenaming(&state, &plan)
	if !plan.Type.Equal(state.Type) {
		keepsLogin := strings.EqualFold(plan.Login.ValueString(), state.Login.ValueString()) ||
			strings.EqualFold(plan.EmailAddress.ValueString(), state.EmailAddress.ValueString())
		if keepsLogin && state.DeletionPolicy.ValueString() != deletionPolicyPurge {
			resp.Diagnostics.AddAttributeError(path.Root("type"), "Unable to replace user "+state.label(),
				"Changing the type forces a new user. With deletion_policy = \"deprovision\" the old record keeps its login and e-mail address, "+
					"so LUSID would refuse the new user after the old one is deprovisioned. "+
					"Apply deletion_policy = \"purge\" first, in a separate run, because Terraform uses the policy in the state. "+
					"Or choose another login and e-mail address. If you ran terraform destroy, which starts with this plan, run it with -refresh=false.")
		}
		r.warnOwnUser(state.Login.ValueString(), "Replacing", &resp.Diagnostics)
	} else if !plan.Login.Equal(state.Login) {
		r.warnOwnUser(state.Login.ValueString(), "Changing the login of", &resp.Diagnostics)
	}
}

// label returns a name of the user for messages.
func (m *userModel) label() string {
	if login := m.Login.ValueString(); login != "" {
		return login
	}
	return m.ID.ValueString()
}

// userByEither treats a text with an @ as a login, and any other text as an id.
func (c *connection) userByEither(ctx context.Context, text string) (*identity.UserResponse, error) {
	if strings.Contains(text, "@") {
		return c.identity.GetUserFromLogin(ctx, text)
	}
	if idPattern.MatchString(text) {
		user, err := c.identity.GetUser(ctx, text)
		if !client.IsNotFound(err) {
			return user, err
		}
	}
	if len(text) < 5 || len(text) > 80 {
		return nil, errors.New("an id has 1 to 64 letters, digits, hyphens and underscores, and a login 5 to 80 characters")
	}
	return c.identity.GetUserFromLogin(ctx, text)
}
