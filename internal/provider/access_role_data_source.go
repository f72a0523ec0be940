package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessRoleDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessRoleDataSource)(nil)
)

// accessRoleDataSource is one role of the Access service, found by its code.
type accessRoleDataSource struct{ dataSourceBase }

// NewAccessRoleDataSource returns the data source lusid_access_role.
func NewAccessRoleDataSource() datasource.DataSource { return &accessRoleDataSource{} }

func (d *accessRoleDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_role"
}

func (d *accessRoleDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := accessRoleDataAttributes(ctx)
	attributes["code"] = accessDataCodeAttribute("role")
	attributes["scope"] = accessDataScopeAttribute("role")
	resp.Schema = schema.Schema{
		MarkdownDescription: "A role of LUSID's Access service, found by its code. It defines what users who have the identity role with the same code may do.",
		Attributes:          attributes,
	}
}

// accessRoleDataAttributes are what the singular and the plural data source have in common.
func accessRoleDataAttributes(ctx context.Context) map[string]schema.Attribute {
	attributes := computedAttributes(ctx, NewAccessRoleResource())
	attributes["code"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Code of the role, unique in its scope."}
	attributes["scope"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Scope of the role, such as `default`."}
	attributes["unmodelled"] = accessUnmodelledDataAttribute("role")
	return attributes
}

type accessRoleDataModel struct {
	ID                types.String `tfsdk:"id"`
	Scope             types.String `tfsdk:"scope"`
	Code              types.String `tfsdk:"code"`
	Description       types.String `tfsdk:"description"`
	Policies          types.Set    `tfsdk:"policies"`
	PolicyCollections types.Set    `tfsdk:"policy_collections"`
	SupervisedRoles   types.Set    `tfsdk:"supervised_roles"`
	When              types.Object `tfsdk:"when"`
	HierarchyIndex    types.Int64  `tfsdk:"hierarchy_index"`
	Permission        types.String `tfsdk:"permission"`
	Unmodelled        types.List   `tfsdk:"unmodelled"`
}

func newAccessRoleDataModel(ctx context.Context, role *access.RoleResponse) (accessRoleDataModel, diag.Diagnostics) {
	none := types.SetValueMust(types.StringType, nil)
	managed := accessRoleModel{Policies: none, PolicyCollections: none, SupervisedRoles: none}
	diags := explainUnreadable("Unable to read "+accessRoleNoun, accessRoleNoun+" "+role.ID.String(), managed.fromAPI(ctx, role))
	unmodelled, failed := textList(ctx, role.Unmodelled)
	return accessRoleDataModel{
		ID:                managed.ID,
		Scope:             managed.Scope,
		Code:              managed.Code,
		Description:       managed.Description,
		Policies:          managed.Policies,
		PolicyCollections: managed.PolicyCollections,
		SupervisedRoles:   managed.SupervisedRoles,
		When:              managed.When,
		HierarchyIndex:    managed.HierarchyIndex,
		Permission:        managed.Permission,
		Unmodelled:        unmodelled,
	}, append(diags, failed...)
}

// unreturnedRoles are the roles for which LUSID did not return what they have. If it returned a kind that the
// provider does not know, that is not among them: see warnUnmodelled.
func unreturnedRoles(roles ...access.RoleResponse) []access.ResourceID {
	var ids []access.ResourceID
	for i := range roles {
		if roles[i].LacksResource {
			ids = append(ids, roles[i].ID)
		}
	}
	return ids
}

// stateKeepsUnreturned says what the state has if LUSID did not return what a role or user role has.
const stateKeepsUnreturned = "The state keeps what it had before. If this is an import, the state has none, and LUSID may have some."

// warnUnreturned warns that something is incomplete, because LUSID did not return what some access roles have.
func warnUnreturned(diags *diag.Diagnostics, roles []access.ResourceID, incomplete string) {
	if len(roles) > 0 {
		diags.AddWarning("LUSID did not return what an access role has", fmt.Sprintf(
			"The response has no policies, policy collections or supervised roles for these access roles:\n\n%s\n\n%s "+
				"Run Terraform again, and contact LUSID's support if the warning stays.", roleLines(roles), incomplete))
	}
}

func (d *accessRoleDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read access role"
	var scope, code types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("scope"), &scope)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("code"), &code)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	id := accessDataID(scope, code)
	role, err := d.access.GetRole(ctx, id)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("code"), summary, d.explain(
			fmt.Sprintf("The access role %s could not be read from %s", id, d.client.Domain()), err))
		return
	}
	model, diags := newAccessRoleDataModel(ctx, role)
	model.Code = code
	resp.Diagnostics.Append(diags...)
	warnUnmodelled(&resp.Diagnostics, accessRoleNoun, id, role.Unmodelled)
	warnUnreturned(&resp.Diagnostics, unreturnedRoles(*role), "The data source shows no policies, policy collections or supervised roles, although the role may have some.")
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
