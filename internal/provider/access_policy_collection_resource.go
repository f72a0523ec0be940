package provider

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ resource.Resource                   = (*accessPolicyCollectionResource)(nil)
	_ resource.ResourceWithConfigure      = (*accessPolicyCollectionResource)(nil)
	_ resource.ResourceWithIdentity       = (*accessPolicyCollectionResource)(nil)
	_ resource.ResourceWithImportState    = (*accessPolicyCollectionResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*accessPolicyCollectionResource)(nil)
	_ resource.ResourceWithValidateConfig = (*accessPolicyCollectionResource)(nil)
)

// accessPolicyCollectionNoun is what messages call a policy collection.
const accessPolicyCollectionNoun = "access policy collection"

// accessPolicyCollectionResource is a policy collection of the Access service. Its code is immutable. Its
// import ID is the code, or scope/code.
type accessPolicyCollectionResource struct{ resourceBase }

// NewAccessPolicyCollectionResource returns the resource lusid_access_policy_collection.
func NewAccessPolicyCollectionResource() resource.Resource { return &accessPolicyCollectionResource{} }

func (r *accessPolicyCollectionResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_policy_collection"
}

func (r *accessPolicyCollectionResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A policy collection of LUSID's Access service: a set of policies that you give to a role as one. " +
			"To give a collection to a role, list it in `policy_collections` of the `lusid_access_role`. If the role is managed elsewhere, use `lusid_access_role_policy_collection`.\n\n" +
			"The resource manages all members of the collection. If somebody adds a policy outside Terraform, the next apply removes it. " +
			"A change of a collection takes effect on the next request of each user.\n\n" +
			"~> LUSID never returns the metadata of a collection, so this resource has no argument for metadata. LUSID's update replaces the whole collection. " +
			"Don't update a collection with this resource if the collection has metadata that you want to keep.\n\n" +
			"~> Changing `code` forces a new collection. If an access role refers to the collection, set `create_before_destroy` in the collection's `lifecycle` block: " +
			"Terraform then creates the new collection, changes the role, and deletes the old collection last.\n\n" +
			"~> In LUSID, a collection can have a part that this resource has no argument for. The provider then refuses to plan an update of the collection: " +
			"LUSID's update replaces the whole collection, so it would erase that part.\n\n" +
			"~> If the collection has a policy of the provider's own user, a plan can lock the provider out. " +
			"The plan warns if it removes that policy, removes a nested collection that has the policy, or adds other policies. " +
			"LUSID doesn't return through which collection a user has a policy. So the plan also warns if the user has the policy in another way. " +
			"If the collection has no policies yet, the plan doesn't warn, even if the user has the collection.",
		Attributes: map[string]schema.Attribute{
			"code":        accessCodeAttribute("policy collection", " The code `page` is refused, in upper or lower case, because LUSID can't read a collection with that code.", notPageCode{"policy collection"}),
			"description": accessDescriptionAttribute(),
			"policies":    accessIDsAttribute("policy", "IDs of the policies in the collection, each `scope/code`."),
			"policy_collections": accessIDsAttribute("policy collection",
				"IDs of other policy collections, each `scope/code`. Their policies are in this collection too."),
			"timeouts": timeoutsAttribute(ctx),
			"id":       accessIDAttribute("policy collection"),
			"scope":    accessScopeAttribute("policy collection"),
		},
	}
}

func (r *accessPolicyCollectionResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = accessIdentitySchema("policy collection")
}

type accessPolicyCollectionModel struct {
	Code              types.String   `tfsdk:"code"`
	Description       types.String   `tfsdk:"description"`
	Policies          types.Set      `tfsdk:"policies"`
	PolicyCollections types.Set      `tfsdk:"policy_collections"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
	ID                types.String   `tfsdk:"id"`
	Scope             types.String   `tfsdk:"scope"`
}

// toUpdate is all of the collection except its id. Equal collections give equal requests.
func (m *accessPolicyCollectionModel) toUpdate() access.PolicyCollectionUpdateRequest {
	return access.PolicyCollectionUpdateRequest{
		Description: m.Description.ValueString(), Policies: toAccessIDs(m.Policies), PolicyCollections: toAccessIDs(m.PolicyCollections),
	}
}

func (m *accessPolicyCollectionModel) fromAPI(ctx context.Context, collection *access.PolicyCollectionResponse) (diags diag.Diagnostics) {
	m.setID(collection.ID)
	m.Description = optionalString(m.Description, collection.Description)
	var failed diag.Diagnostics
	m.Policies, failed = sameTexts(ctx, m.Policies, fromAccessIDs(collection.Policies))
	diags.Append(failed...)
	m.PolicyCollections, failed = sameTexts(ctx, m.PolicyCollections, fromAccessIDs(collection.PolicyCollections))
	return append(diags, failed...)
}

// shows reports whether the state has all that the collection has.
func (m *accessPolicyCollectionModel) shows(ctx context.Context, collection *access.PolicyCollectionResponse) bool {
	now := *m
	if now.fromAPI(ctx, collection).HasError() {
		return false
	}
	now.Policies = unlessMore(m.Policies, now.Policies)
	now.PolicyCollections = unlessMore(m.PolicyCollections, now.PolicyCollections)
	return sameValues(m, &now)
}

func (m *accessPolicyCollectionModel) setID(id access.ResourceID) {
	m.ID, m.Scope, m.Code = types.StringValue(id.String()), types.StringValue(id.Scope), types.StringValue(id.Code)
}

func (m *accessPolicyCollectionModel) resourceID() access.ResourceID {
	return access.ResourceID{Scope: m.Scope.ValueString(), Code: m.Code.ValueString()}
}

// label names the collection for people.
func (m *accessPolicyCollectionModel) label() string { return m.resourceID().String() }

func (r *accessPolicyCollectionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan accessPolicyCollectionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create " + accessPolicyCollectionNoun
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	collection := r.create(ctx, plan, owner, &resp.Diagnostics)
	if collection == nil {
		return
	}
	// Terraform wants the planned values back, and a difference is for the next refresh to show.
	plan.setID(access.ResourceID{Scope: collection.ID.Scope, Code: plan.Code.ValueString()})
	r.saveCreated(ctx, resp, plan, newAccessIdentity(plan.resourceID()))
}

// create creates a collection, or finds the one that a create made whose answer was lost. It returns nil
// after an error.
func (r *accessPolicyCollectionResource) create(
	ctx context.Context, plan accessPolicyCollectionModel, owner string, diags *diag.Diagnostics,
) *access.PolicyCollectionResponse {
	request := access.PolicyCollectionCreationRequest{Code: plan.Code.ValueString(), PolicyCollectionUpdateRequest: plan.toUpdate()}
	id := access.ResourceID{Scope: access.DefaultScope, Code: request.Code}
	plan.setID(id)
	return createAccessObject(ctx, r.connection, accessObject{
		noun:     accessPolicyCollectionNoun,
		typeName: "lusid_access_policy_collection",
		id:       id,
		owner:    owner,
	}, creation[access.PolicyCollectionResponse]{
		list: r.access.PagePolicyCollections,
		create: func(ctx context.Context) (*access.PolicyCollectionResponse, error) {
			return r.access.CreatePolicyCollection(ctx, request)
		},
		byKey: func(ctx context.Context) (*access.PolicyCollectionResponse, error) {
			return r.access.GetPolicyCollection(ctx, id)
		},
		id:    func(collection *access.PolicyCollectionResponse) string { return collection.ID.String() },
		holds: func(collection *access.PolicyCollectionResponse) bool { return collection.ID == id },
		isSame: func(collection *access.PolicyCollectionResponse) bool {
			return len(collection.Unmodelled) == 0 && unchanged(ctx, &plan, collection)
		},
	}, diags)
}

func (r *accessPolicyCollectionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state accessPolicyCollectionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read " + accessPolicyCollectionNoun + " " + state.label()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, newAccessIdentity(state.resourceID()), state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	collection, err := r.access.RefreshPolicyCollection(ctx, state.resourceID(),
		func(listed *access.PolicyCollectionResponse) bool { return unchanged(ctx, &state, listed) })
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The access policy collection %s of %s could not be read", state.label(), r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, collection)...)
	resp.Diagnostics.Append(rememberUnmodelled(ctx, resp.Private, collection.Unmodelled)...)
	r.saveRead(ctx, resp, state)
}

func (r *accessPolicyCollectionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state accessPolicyCollectionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to update " + accessPolicyCollectionNoun + " " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	if !reflect.DeepEqual(plan.toUpdate(), state.toUpdate()) {
		is := func(m accessPolicyCollectionModel) func(*access.PolicyCollectionResponse) bool {
			return func(collection *access.PolicyCollectionResponse) bool {
				return len(collection.Unmodelled) == 0 && unchanged(ctx, &m, collection)
			}
		}
		err := updateAsPlanned(ctx, r.connection, accessPolicyCollectionNoun+" "+state.label(),
			func(ctx context.Context) (*access.PolicyCollectionResponse, error) {
				return r.access.GetPolicyCollection(ctx, state.resourceID())
			},
			is(plan), is(state),
			func(ctx context.Context) error {
				_, err := r.access.UpdatePolicyCollection(ctx, state.resourceID(), plan.toUpdate())
				return err
			})
		if err != nil {
			r.addAccessError(&resp.Diagnostics, accessPolicyCollectionNoun, summary,
				fmt.Sprintf("The access policy collection %s of %s could not be updated", state.label(), r.client.Domain()), err)
			return
		}
	}
	r.saveUpdated(ctx, resp, plan, newAccessIdentity(plan.resourceID()))
}

func (r *accessPolicyCollectionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state accessPolicyCollectionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to delete " + accessPolicyCollectionNoun + " " + state.label()
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	deleteAccessObject(ctx, r.connection, req, resp, summary, deletion[access.PolicyCollectionResponse]{
		noun: accessPolicyCollectionNoun, label: state.label(),
		read: func(ctx context.Context) (*access.PolicyCollectionResponse, error) {
			return r.access.GetPolicyCollection(ctx, state.resourceID())
		},
		isShown:    func(collection *access.PolicyCollectionResponse) bool { return state.shows(ctx, collection) },
		unmodelled: func(collection *access.PolicyCollectionResponse) []string { return collection.Unmodelled },
		remove:     func(ctx context.Context) error { return r.access.DeletePolicyCollection(ctx, state.resourceID()) },
	})
}

// ImportState takes a code, or scope/code.
func (r *accessPolicyCollectionResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.importAccessObject(ctx, accessPolicyCollectionNoun, req, resp)
}

// ValidateConfig refuses a collection that contains itself.
func (r *accessPolicyCollectionResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config accessPolicyCollectionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	own := toAccessID(config.Code.ValueString()).String()
	if slices.Contains(texts(config.PolicyCollections), own) {
		resp.Diagnostics.AddAttributeError(path.Root("policy_collections"), "Invalid policy_collections",
			fmt.Sprintf("The policy collection %s cannot contain itself. Remove it from policy_collections.", own))
	}
}

// ModifyPlan refuses another domain's collection before anything is planned for it, and an update that would
// erase what the schema cannot express. It warns if the provider's own user could lose its rights.
func (r *accessPolicyCollectionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(checkHiddenReplacement(ctx, req.Private, accessPolicyCollectionNoun)...)
		return
	}
	var state, plan accessPolicyCollectionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change "+accessPolicyCollectionNoun+" "+state.label())...)
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	change, what := updates, "This plan takes that away from the collection"
	switch {
	case req.Plan.Raw.IsNull():
		change = destroys
	case !plan.Code.Equal(state.Code):
		change = replaces
	case req.Plan.Raw.IsFullyKnown() && reflect.DeepEqual(plan.toUpdate(), state.toUpdate()):
		return
	}
	warnLUSIDScope(accessPolicyCollectionNoun, state.resourceID(), &resp.Diagnostics)
	if change != updates {
		plan, what = accessPolicyCollectionModel{}, "This plan deletes the collection"
	}
	resp.Diagnostics.Append(checkUnmodelled(ctx, req.Private, change, accessPolicyCollectionNoun, state.label())...)
	r.warnOwnPolicyCollection(ctx, &state, &plan, what, &resp.Diagnostics)
}
