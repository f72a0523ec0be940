package provider

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                   = (*userSchemaResource)(nil)
	_ resource.ResourceWithConfigure      = (*userSchemaResource)(nil)
	_ resource.ResourceWithIdentity       = (*userSchemaResource)(nil)
	_ resource.ResourceWithImportState    = (*userSchemaResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*userSchemaResource)(nil)
	_ resource.ResourceWithValidateConfig = (*userSchemaResource)(nil)
)

// userSchemaResource is the list of alternative ids that users of the domain may have. It always
// exists. Its import ID is default.
type userSchemaResource struct{ resourceBase }

// NewUserSchemaResource returns the resource lusid_user_schema.
func NewUserSchemaResource() resource.Resource { return &userSchemaResource{} }

func (r *userSchemaResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_schema"
}

var userSchemaNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_]{1,50}$`)

func (r *userSchemaResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Which alternative IDs users of the domain may have: the keys of a user's `alternative_user_ids`. " +
			"A domain always has one user schema, even if it is empty, so declare it once. " +
			"If you remove a name, LUSID does not document whether users keep their IDs under that name.\n\n" +
			"~> The first apply overwrites the schema that LUSID has. Terraform has not seen it, so the plan warns of the difference. " +
			"Import the schema to see the difference as a change." + renameNote,
		Attributes: map[string]schema.Attribute{
			"alternative_user_ids": schema.ListNestedAttribute{
				Required:            true,
				MarkdownDescription: "Definitions of alternative IDs, in order: ten at most, or none.",
				Validators:          []validator.List{listvalidator.SizeAtMost(10), listvalidator.NoNullValues()},
				NestedObject:        schema.NestedAttributeObject{Attributes: userSchemaPropertyAttributes()},
			},
			"deletion_policy": singletonDeletionPolicy("empties the schema."),
			"timeouts":        timeoutsAttribute(ctx),
			"id":              singletonIDAttribute(),
		},
	}
}

func (r *userSchemaResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = singletonIdentitySchema()
}

// userSchemaPropertyAttributes describe the definition of an alternative ID.
func userSchemaPropertyAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name, unique in the schema: 1 to 50 letters, digits and underscores.",
			Validators: []validator.String{stringvalidator.RegexMatches(userSchemaNamePattern,
				"must have 1 to 50 letters, digits and underscores")},
		},
		"description": schema.StringAttribute{
			Optional:            true,
			Computed:            true,
			Default:             stringdefault.StaticString(""),
			MarkdownDescription: "Description, 80 characters at most. Default empty.",
			Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(80)},
		},
	}
}

type userSchemaModel struct {
	userSchemaList
	DeletionPolicy types.String   `tfsdk:"deletion_policy"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
	ID             types.String   `tfsdk:"id"`
}

// userSchemaList has the fields of the schema in LUSID.
type userSchemaList struct {
	AlternativeUserIDs types.List `tfsdk:"alternative_user_ids"`
}

type userSchemaPropertyModel struct {
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
}

var userSchemaPropertyType = objectTypeOf(userSchemaPropertyAttributes())

// toUpdate returns the whole schema.
func (m *userSchemaList) toUpdate(ctx context.Context) (identity.UpdateUserSchemaRequest, diag.Diagnostics) {
	var properties []userSchemaPropertyModel
	diags := m.AlternativeUserIDs.ElementsAs(ctx, &properties, false)
	var request identity.UpdateUserSchemaRequest
	for _, property := range properties {
		request.AlternativeUserIDs = append(request.AlternativeUserIDs, identity.UserSchemaProperty{
			Name: property.Name.ValueString(), Description: property.Description.ValueString(),
		})
	}
	return request, diags
}

func (m *userSchemaList) fromAPI(ctx context.Context, userSchema *identity.UserSchemaResponse) (diags diag.Diagnostics) {
	properties := []userSchemaPropertyModel{}
	for _, property := range named(userSchema.AlternativeUserIDs) {
		properties = append(properties, userSchemaPropertyModel{types.StringValue(property.Name), types.StringValue(property.Description)})
	}
	m.AlternativeUserIDs, diags = types.ListValueFrom(ctx, userSchemaPropertyType, properties)
	return diags
}

// named leaves out the properties without a name. It returns nil if there are no others.
func named(properties []identity.UserSchemaProperty) (kept []identity.UserSchemaProperty) {
	for _, property := range properties {
		if property.Name != "" {
			kept = append(kept, property)
		}
	}
	return kept
}

const userSchemaNoun = "user schema"

func (r *userSchemaResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan userSchemaModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to set user schema"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	request, diags := plan.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	err := r.placements.put(ctx, userSchemaNoun, owner, func(bool) error { return r.identity.UpdateUserSchema(ctx, request) })
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain("The user schema of "+r.client.Domain()+" could not be set", err))
		return
	}
	r.saveCreated(ctx, resp, plan, singletonIdentity())
}

func (r *userSchemaResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state userSchemaModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	const summary = "Unable to read user schema"
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, singletonIdentity(), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	userSchema, err := r.identity.GetUserSchema(ctx)
	if r.readFailed(ctx, resp, summary, "The user schema of "+r.client.Domain()+" could not be read", err) {
		return
	}
	if state.DeletionPolicy.IsNull() {
		// An import leaves this null, because LUSID does not have it.
		state.DeletionPolicy = types.StringValue(deletionPolicyAbandon)
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, userSchema)...)
	r.saw(singletonInState, userSchemaNoun)
	r.saveRead(ctx, resp, state)
}

func (r *userSchemaResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state userSchemaModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	const summary = "Unable to update user schema"
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	after, diags := plan.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	before, diags := state.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	err := updateSingleton(ctx, r.connection, userSchemaNoun, owner, before, after, r.readForUpdate, r.identity.UpdateUserSchema)
	if err != nil {
		resp.Diagnostics.AddError(summary, r.explain("The user schema of "+r.client.Domain()+" could not be updated", err))
		return
	}
	r.saveUpdated(ctx, resp, plan, singletonIdentity())
}

// readForUpdate reads the names that LUSID has now.
func (r *userSchemaResource) readForUpdate(ctx context.Context) (*identity.UpdateUserSchemaRequest, error) {
	userSchema, err := r.identity.GetUserSchema(ctx)
	if err != nil {
		return nil, err
	}
	return &identity.UpdateUserSchemaRequest{AlternativeUserIDs: named(userSchema.AlternativeUserIDs)}, nil
}

func (r *userSchemaResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state userSchemaModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	const summary = "Unable to reset user schema"
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	if state.DeletionPolicy.ValueString() != deletionPolicyReset {
		warnAbandoned(userSchemaNoun, &resp.Diagnostics)
		return
	}
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	before, diags := state.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	needed, err := resetSingleton(ctx, r.connection, userSchemaNoun, owner, before, identity.UpdateUserSchemaRequest{}, r.readForUpdate, r.identity.UpdateUserSchema)
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary, r.explain("The user schema of "+r.client.Domain()+" could not be emptied", err))
	case needed:
		warnNotReset(&resp.Diagnostics, userSchemaNoun)
	}
}

// ImportState accepts the id default.
func (r *userSchemaResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.importSingleton(ctx, userSchemaNoun, req, resp)
}

// ValidateConfig refuses a name that occurs twice, because names are the keys of a user's ids.
func (r *userSchemaResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config userSchemaModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	first := map[string]int{}
	for i, element := range config.AlternativeUserIDs.Elements() {
		property, ok := element.(types.Object)
		if !ok {
			continue
		}
		name, ok := property.Attributes()["name"].(types.String)
		if !ok || name.IsNull() || name.IsUnknown() {
			continue
		}
		if earlier, taken := first[name.ValueString()]; taken {
			resp.Diagnostics.AddAttributeError(path.Root("alternative_user_ids").AtListIndex(i).AtName("name"), "Invalid name",
				fmt.Sprintf("The names must differ, because they are the keys of a user's alternative_user_ids. Element %d also has the name %q.",
					earlier, name.ValueString()))
			continue
		}
		first[name.ValueString()] = i
	}
}

// ModifyPlan refuses another domain's schema before it plans anything, and warns of the values that a
// create overwrites and a destroy keeps.
func (r *userSchemaResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		var plan userSchemaModel
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		r.checkOverwrite(ctx, &plan, &resp.Diagnostics)
		return
	}
	var state userSchemaModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change user schema")...)
	if resp.Diagnostics.HasError() || r.connection == nil {
		return
	}
	r.saw(singletonInState, userSchemaNoun)
	if req.Plan.Raw.IsNull() {
		warnAbandons(state.DeletionPolicy, userSchemaNoun, &resp.Diagnostics)
	}
}

// checkOverwrite compares the plan of a create with LUSID's values.
func (r *userSchemaResource) checkOverwrite(ctx context.Context, plan *userSchemaModel, diags *diag.Diagnostics) {
	if r.connection == nil || r.client == nil || !r.isUnseen(userSchemaNoun) {
		return
	}
	const summary = "Unable to read user schema"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Read, diags)
	defer cancel()
	if diags.HasError() {
		return
	}
	userSchema, err := r.identity.GetUserSchema(ctx)
	if client.IsNotFound(err) || err == nil && len(userSchema.AlternativeUserIDs) == 0 {
		return // The create overwrites nothing.
	}
	if err != nil {
		diags.AddError(summary, r.explain("The values that the create would overwrite in the user schema of "+r.client.Domain()+" could not be read", err))
		return
	}
	var present userSchemaList
	diags.Append(present.fromAPI(ctx, userSchema)...)
	warnOverwritten(ctx, userSchemaNoun, "lusid_user_schema", singletonID, &present, &plan.userSchemaList, diags)
}
