package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                = (*passwordPolicyResource)(nil)
	_ resource.ResourceWithConfigure   = (*passwordPolicyResource)(nil)
	_ resource.ResourceWithIdentity    = (*passwordPolicyResource)(nil)
	_ resource.ResourceWithImportState = (*passwordPolicyResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*passwordPolicyResource)(nil)
)

// passwordPolicyResource manages the rules for passwords of a user type. The policy always exists. Its
// import ID is the user type.
type passwordPolicyResource struct{ resourceBase }

// NewPasswordPolicyResource returns the resource lusid_password_policy.
func NewPasswordPolicyResource() resource.Resource { return &passwordPolicyResource{} }

func (r *passwordPolicyResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_password_policy"
}

// userTypes lists the user types. Each has a password policy.
var userTypes = []string{identity.UserTypePersonal, identity.UserTypeService}

func (r *passwordPolicyResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	number := func(description string, least, most int64) schema.Attribute {
		return schema.Int64Attribute{
			Optional:            true,
			Computed:            true,
			MarkdownDescription: description + fmt.Sprintf(" From %d to %d. If not set, LUSID's current value stays.", least, most),
			Validators:          []validator.Int64{int64validator.Between(least, most)},
			PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
		}
	}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{
			Optional:            true,
			Computed:            true,
			MarkdownDescription: description + " If not set, LUSID's current value stays.",
			PlanModifiers:       []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Rules for the passwords of all users of one type. A domain always has one policy for its `Personal` users and one for its " +
			"`Service` users, so declare each policy once. LUSID always requires upper-case and lower-case letters, digits and symbols. " +
			"This can't be changed.\n\n" +
			"~> The first apply overwrites the values that LUSID has. Terraform has not seen them, so the plan warns of the values that " +
			"differ. Import the policy to see them as changes." + renameNote,
		Attributes: map[string]schema.Attribute{
			"user_type": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "`Personal` or `Service`. Changing this forces a new policy: Terraform destroys the policy of the old type as " +
					"`deletion_policy` says, and adopts the policy of the new type.",
				Validators:    []validator.String{stringvalidator.OneOf(userTypes...)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"min_length":         number("Minimum number of characters in a password.", 12, 30),
			"exclude_first_name": flag("Whether to refuse a password that contains the user's first name."),
			"exclude_last_name":  flag("Whether to refuse a password that contains the user's last name."),
			"max_age_days":       number("Days until a password expires; 0 if it never expires.", 0, 999),
			"history_count":      number("Number of different passwords before a user may use an old one again; 0 for no such limit.", 0, 30),
			"max_attempts":       number("Number of failed sign-ins after which LUSID locks the user; 0 to never lock.", 0, 100),
			"deletion_policy": singletonDeletionPolicy("restores LUSID's defaults. LUSID documents `min_length` 12, `max_age_days` 0 and `max_attempts` 10. " +
				"It does not document the others, so they come from its own example: `exclude_first_name` true, `exclude_last_name` true and " +
				"`history_count` 4."),
			"timeouts": timeoutsAttribute(ctx),
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The user type.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *passwordPolicyResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"user_type": identityschema.StringAttribute{RequiredForImport: true, Description: "`Personal` or `Service`."},
		},
	}
}

type passwordPolicyModel struct {
	UserType types.String `tfsdk:"user_type"`
	passwordPolicyConditions
	DeletionPolicy types.String   `tfsdk:"deletion_policy"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
	ID             types.String   `tfsdk:"id"`
}

// passwordPolicyConditions are the fields of a policy in LUSID.
type passwordPolicyConditions struct {
	MinLength        types.Int64 `tfsdk:"min_length"`
	ExcludeFirstName types.Bool  `tfsdk:"exclude_first_name"`
	ExcludeLastName  types.Bool  `tfsdk:"exclude_last_name"`
	MaxAgeDays       types.Int64 `tfsdk:"max_age_days"`
	HistoryCount     types.Int64 `tfsdk:"history_count"`
	MaxAttempts      types.Int64 `tfsdk:"max_attempts"`
}

type passwordPolicyIdentity struct {
	UserType types.String `tfsdk:"user_type"`
}

// defaultPasswordConditions are the values that reset restores.
func defaultPasswordConditions() passwordPolicyConditions {
	return passwordPolicyConditions{
		MinLength:        types.Int64Value(12),
		ExcludeFirstName: types.BoolValue(true),
		ExcludeLastName:  types.BoolValue(true),
		MaxAgeDays:       types.Int64Value(0),
		HistoryCount:     types.Int64Value(4),
		MaxAttempts:      types.Int64Value(10),
	}
}

// toUpdate returns the whole policy.
func (m *passwordPolicyConditions) toUpdate() identity.UpdatePasswordPolicyRequest {
	return identity.UpdatePasswordPolicyRequest{Conditions: identity.UpdatePasswordPolicyRequestConditions{
		Complexity: identity.UpdatePasswordPolicyRequestComplexity{
			MinLength:        m.MinLength.ValueInt64(),
			ExcludeFirstName: m.ExcludeFirstName.ValueBool(),
			ExcludeLastName:  m.ExcludeLastName.ValueBool(),
		},
		Age: identity.UpdatePasswordPolicyRequestAge{
			MaxAgeDays:   m.MaxAgeDays.ValueInt64(),
			HistoryCount: m.HistoryCount.ValueInt64(),
		},
		Lockout: identity.UpdatePasswordPolicyRequestLockout{MaxAttempts: m.MaxAttempts.ValueInt64()},
	}}
}

func (m *passwordPolicyConditions) fromAPI(policy *identity.PasswordPolicyResponse) {
	conditions := &policy.Conditions
	m.MinLength = types.Int64PointerValue(conditions.Complexity.MinLength)
	m.ExcludeFirstName = types.BoolPointerValue(conditions.Complexity.ExcludeFirstName)
	m.ExcludeLastName = types.BoolPointerValue(conditions.Complexity.ExcludeLastName)
	m.MaxAgeDays = types.Int64PointerValue(conditions.Age.MaxAgeDays)
	m.HistoryCount = types.Int64PointerValue(conditions.Age.HistoryCount)
	m.MaxAttempts = types.Int64PointerValue(conditions.Lockout.MaxAttempts)
}

// isOpen reports whether a condition is not configured.
func (m *passwordPolicyConditions) isOpen() bool {
	return slices.ContainsFunc(
		[]attr.Value{m.MinLength, m.ExcludeFirstName, m.ExcludeLastName, m.MaxAgeDays, m.HistoryCount, m.MaxAttempts},
		attr.Value.IsUnknown)
}

// complete sets the values that are not configured to LUSID's values.
func (m *passwordPolicyConditions) complete(policy *identity.PasswordPolicyResponse) {
	var present passwordPolicyConditions
	present.fromAPI(policy)
	m.MinLength = configuredOr(m.MinLength, present.MinLength)
	m.ExcludeFirstName = configuredOr(m.ExcludeFirstName, present.ExcludeFirstName)
	m.ExcludeLastName = configuredOr(m.ExcludeLastName, present.ExcludeLastName)
	m.MaxAgeDays = configuredOr(m.MaxAgeDays, present.MaxAgeDays)
	m.HistoryCount = configuredOr(m.HistoryCount, present.HistoryCount)
	m.MaxAttempts = configuredOr(m.MaxAttempts, present.MaxAttempts)
}

func configuredOr[T attr.Value](configured, present T) T {
	if configured.IsNull() || configured.IsUnknown() {
		return present
	}
	return configured
}

func (r *passwordPolicyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan passwordPolicyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	summary := "Unable to set " + plan.noun()
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	attempt := "The %s of %s could not be set"
	err := r.placements.put(ctx, plan.noun(), owner, func(bool) error {
		if plan.isOpen() {
			policy, err := r.identity.GetPasswordPolicy(ctx, plan.UserType.ValueString())
			if err != nil {
				attempt = "The %s of %s, which has the values that are not configured, could not be read"
				return err
			}
			plan.complete(policy)
		}
		return r.identity.UpdatePasswordPolicy(ctx, plan.UserType.ValueString(), plan.toUpdate())
	})
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf(attempt, plan.noun(), r.client.Domain()), err))
		return
	}
	plan.ID = plan.UserType
	r.saveCreated(ctx, resp, plan, passwordPolicyIdentity{plan.UserType})
}

func (r *passwordPolicyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state passwordPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read " + state.noun()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, passwordPolicyIdentity{state.UserType}, state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	policy, err := r.identity.GetPasswordPolicy(ctx, state.UserType.ValueString())
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The %s of %s could not be read", state.noun(), r.client.Domain()), err) {
		return
	}
	if state.DeletionPolicy.IsNull() {
		// An import leaves this null, because LUSID does not have it.
		state.DeletionPolicy = types.StringValue(deletionPolicyAbandon)
	}
	state.fromAPI(policy)
	r.saw(singletonInState, state.noun())
	r.saveRead(ctx, resp, state)
}

func (r *passwordPolicyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state passwordPolicyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to update " + state.noun()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	userType := state.UserType.ValueString()
	err := updateSingleton(ctx, r.connection, plan.noun(), owner, state.toUpdate(), plan.toUpdate(),
		func(ctx context.Context) (*identity.UpdatePasswordPolicyRequest, error) {
			return r.readForUpdate(ctx, userType)
		},
		func(ctx context.Context, request identity.UpdatePasswordPolicyRequest) error {
			return r.identity.UpdatePasswordPolicy(ctx, userType, request)
		})
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain(fmt.Sprintf("The %s of %s could not be updated", state.noun(), r.client.Domain()), err))
		return
	}
	r.saveUpdated(ctx, resp, plan, passwordPolicyIdentity{plan.UserType})
}

// readForUpdate reads the values that LUSID has now.
func (r *passwordPolicyResource) readForUpdate(ctx context.Context, userType string) (*identity.UpdatePasswordPolicyRequest, error) {
	policy, err := r.identity.GetPasswordPolicy(ctx, userType)
	if err != nil {
		return nil, err
	}
	var now passwordPolicyConditions
	now.fromAPI(policy)
	return new(now.toUpdate()), nil
}

func (r *passwordPolicyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state passwordPolicyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to reset " + state.noun()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	if state.DeletionPolicy.ValueString() != deletionPolicyReset {
		warnAbandoned(state.noun(), &resp.Diagnostics)
		return
	}
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	userType, defaults := state.UserType.ValueString(), defaultPasswordConditions()
	needed, err := resetSingleton(ctx, r.connection, state.noun(), owner, state.toUpdate(), defaults.toUpdate(),
		func(ctx context.Context) (*identity.UpdatePasswordPolicyRequest, error) {
			return r.readForUpdate(ctx, userType)
		},
		func(ctx context.Context, request identity.UpdatePasswordPolicyRequest) error {
			return r.identity.UpdatePasswordPolicy(ctx, userType, request)
		})
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary,
			r.explain(fmt.Sprintf("The %s of %s could not be set to the defaults", state.noun(), r.client.Domain()), err))
	case needed:
		warnNotReset(&resp.Diagnostics, state.noun())
	}
}

// ImportState accepts a user type.
func (r *passwordPolicyResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	userType := req.ID
	if userType == "" && !req.Identity.Raw.IsNull() {
		var identity passwordPolicyIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		userType = identity.UserType.ValueString()
	}
	summary := fmt.Sprintf("Unable to import password policy %q", userType)
	if resp.Diagnostics.HasError() || !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	i := slices.IndexFunc(userTypes, func(known string) bool { return strings.EqualFold(known, userType) })
	if i < 0 {
		resp.Diagnostics.AddError(summary, "A domain has one password policy for each user type: give "+strings.Join(userTypes, " or ")+".")
		return
	}
	r.saveImported(ctx, resp, passwordPolicyIdentity{types.StringValue(userTypes[i])}, map[string]any{
		"user_type": userTypes[i],
		"id":        userTypes[i],
	})
}

// ModifyPlan refuses another domain's policy before it plans anything, and warns of the values that a
// create overwrites and a destroy keeps. A replacement does both.
func (r *passwordPolicyResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var config, state passwordPolicyModel
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	}
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change "+state.noun())...)
		if r.connection != nil {
			r.saw(singletonInState, state.noun())
		}
	}
	if resp.Diagnostics.HasError() || config.UserType.Equal(state.UserType) {
		return
	}
	if !req.State.Raw.IsNull() {
		warnAbandons(state.DeletionPolicy, state.noun(), &resp.Diagnostics)
	}
	if !req.Plan.Raw.IsNull() {
		r.checkOverwrite(ctx, &config, &resp.Diagnostics)
	}
}

// checkOverwrite compares the configured values with LUSID's values.
func (r *passwordPolicyResource) checkOverwrite(ctx context.Context, config *passwordPolicyModel, diags *diag.Diagnostics) {
	if r.connection == nil || r.client == nil || config.UserType.IsUnknown() || !r.isUnseen(config.noun()) {
		return
	}
	summary := "Unable to read " + config.noun()
	ctx, cancel := r.begin(ctx, summary, nil, config.Timeouts.Read, diags)
	defer cancel()
	if diags.HasError() {
		return
	}
	policy, err := r.identity.GetPasswordPolicy(ctx, config.UserType.ValueString())
	if client.IsNotFound(err) {
		return
	}
	if err != nil {
		diags.AddError(summary,
			r.explain(fmt.Sprintf("The values that the create would overwrite in the %s of %s could not be read", config.noun(), r.client.Domain()), err))
		return
	}
	var present passwordPolicyConditions
	present.fromAPI(policy)
	planned := config.passwordPolicyConditions
	planned.complete(policy)
	warnOverwritten(ctx, config.noun(), "lusid_password_policy", config.UserType.ValueString(), &present, &planned, diags)
}

// noun returns a name of the policy for messages.
func (m *passwordPolicyModel) noun() string {
	return "password policy of " + m.UserType.ValueString() + " users"
}
