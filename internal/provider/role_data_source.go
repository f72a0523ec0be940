package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource                     = (*roleDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*roleDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*roleDataSource)(nil)
)

// roleDataSource reads one role by its id or its code.
type roleDataSource struct{ dataSourceBase }

// NewRoleDataSource returns the data source lusid_role.
func NewRoleDataSource() datasource.DataSource { return &roleDataSource{} }

func (d *roleDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_role"
}

func (d *roleDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := roleDataAttributes()
	attributes["id"] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: "ID that LUSID assigned to the role. Set exactly one of `id` and `code`.",
		Validators:          isRoleID(),
	}
	attributes["code"] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: "Code of the role, such as `lusid-administrator`. Set exactly one of `id` and `code`.",
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	attributes["scope"] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: "Scope to look for the `code` in. Without it, the code must be unique among all scopes of the domain.",
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1), stringvalidator.ConflictsWith(path.MatchRoot("id"))},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A role of the domain, found by its ID or code.",
		Attributes:          attributes,
	}
}

// roleDataAttributes are the attributes that the singular and the plural data source share.
func roleDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":          schema.StringAttribute{Computed: true, MarkdownDescription: "ID that LUSID assigned to the role."},
		"name":        schema.StringAttribute{Computed: true, MarkdownDescription: "Name, unique in the domain."},
		"description": schema.StringAttribute{Computed: true, MarkdownDescription: "Description; null if there is none."},
		"scope":       schema.StringAttribute{Computed: true, MarkdownDescription: "Scope of the role, such as `default`."},
		"code":        schema.StringAttribute{Computed: true, MarkdownDescription: "Code of the role, unique in its scope."},
		"source":      schema.StringAttribute{Computed: true, MarkdownDescription: "Where the role comes from, such as `LusidUser`."},
		"saml_name": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Name that an identity provider uses to assign the role through SAML; null if LUSID does not return it.",
		},
	}
}

func (d *roleDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("code")),
	}
}

type roleDataModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
	Scope       types.String `tfsdk:"scope"`
	Code        types.String `tfsdk:"code"`
	Source      types.String `tfsdk:"source"`
	SAMLName    types.String `tfsdk:"saml_name"`
}

func newRoleDataModel(role *identity.RoleResponse) roleDataModel {
	return roleDataModel{
		ID:          types.StringValue(role.ID),
		Name:        types.StringValue(role.Name),
		Description: stringOrNull(role.Description),
		Scope:       stringOrNull(role.RoleID.Scope),
		Code:        types.StringValue(role.RoleID.Code),
		Source:      stringOrNull(role.Source),
		SAMLName:    stringOrNull(role.SAMLName),
	}
}

func (d *roleDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read role"
	var model roleDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	attribute, key := "id", model.ID.ValueString()
	var (
		role *identity.RoleResponse
		err  error
	)
	switch {
	case key != "":
		role, err = d.identity.GetRole(ctx, key)
	case !model.Scope.IsNull():
		attribute, key = "code", model.Scope.ValueString()+"/"+model.Code.ValueString()
		role, err = d.roleByCode(ctx, identity.ResourceID{Scope: model.Scope.ValueString(), Code: model.Code.ValueString()})
	default:
		attribute, key = "code", model.Code.ValueString()
		role, err = d.roleByCodeAlone(ctx, key)
	}
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root(attribute), summary, d.explain(fmt.Sprintf("The role with the %s %q could not be read from %s",
			attribute, key, d.client.Domain()), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newRoleDataModel(role))...)
}
