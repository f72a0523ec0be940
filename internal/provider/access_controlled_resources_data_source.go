package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

var (
	_ datasource.DataSource              = (*accessControlledResourcesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accessControlledResourcesDataSource)(nil)
)

// accessControlledResourcesDataSource is what policies can refer to in one of LUSID's services.
type accessControlledResourcesDataSource struct{ dataSourceBase }

// NewAccessControlledResourcesDataSource returns the data source lusid_access_controlled_resources.
func NewAccessControlledResourcesDataSource() datasource.DataSource {
	return &accessControlledResourcesDataSource{}
}

func (d *accessControlledResourcesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_controlled_resources"
}

func (d *accessControlledResourcesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	action := func() map[string]schema.Attribute {
		return map[string]schema.Attribute{
			"scope":       text("Scope of the action: for data, `default`. For a feature, the application, such as `LUSID`."),
			"activity":    text("Activity: for data, such as `Read`. For a feature, `Execute`."),
			"entity":      text("Type of object, such as `Portfolio`. For a feature, `Feature`."),
			"description": text("What the action does. Null if LUSID returns none."),
			"limited_set": schema.ListAttribute{
				Computed:            true,
				ElementType:         types.MapType{ElemType: types.StringType},
				MarkdownDescription: "The only identifiers that a selector may have with this action. Empty if there is no limit.",
			},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What a `lusid_access_policy` can refer to in one of LUSID's services: the actions, and the parts of an identifier. " +
			"Use it to find the codes of features, such as `api-instruments-listinstruments`.",
		Attributes: map[string]schema.Attribute{
			"service": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Service to ask: `lusid` for the main API with instruments, portfolios and other data, `access` for policies and access roles, " +
					"or `identity` for users, roles and applications.",
				Validators: []validator.String{stringvalidator.OneOf(access.Services...)},
			},
			"resources": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Types of objects, sorted by application and name.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"application": text("Application that the type belongs to, such as `LUSID`. Null if LUSID returns none."),
					"name":        text("Display name. Null if LUSID returns none."),
					"description": text("Description. Null if LUSID returns none."),
					"actions": schema.ListNestedAttribute{
						Computed:            true,
						MarkdownDescription: "Actions that a selector can have, in LUSID's order.",
						NestedObject:        schema.NestedAttributeObject{Attributes: action()},
					},
					"identifier_parts": schema.ListNestedAttribute{
						Computed:            true,
						MarkdownDescription: "Parts that the identifier of a selector can have, in their usual order.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"name":         text("Key of the part in `identifier`, such as `scope`."),
							"display_name": text("Display name. Null if LUSID returns none."),
							"description":  text("Description. Null if LUSID returns none."),
							"required":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether an identifier must have the part."},
						}},
					},
				}},
			},
		},
	}
}

type accessControlledResourcesModel struct {
	Service   types.String                    `tfsdk:"service"`
	Resources []accessControlledResourceModel `tfsdk:"resources"`
}

type accessControlledResourceModel struct {
	Application     types.String                  `tfsdk:"application"`
	Name            types.String                  `tfsdk:"name"`
	Description     types.String                  `tfsdk:"description"`
	Actions         []accessControlledActionModel `tfsdk:"actions"`
	IdentifierParts []identifierPartModel         `tfsdk:"identifier_parts"`
}

type accessControlledActionModel struct {
	Scope       types.String         `tfsdk:"scope"`
	Activity    types.String         `tfsdk:"activity"`
	Entity      types.String         `tfsdk:"entity"`
	Description types.String         `tfsdk:"description"`
	LimitedSet  []map[string]*string `tfsdk:"limited_set"`
}

type identifierPartModel struct {
	Name        types.String `tfsdk:"name"`
	DisplayName types.String `tfsdk:"display_name"`
	Description types.String `tfsdk:"description"`
	Required    types.Bool   `tfsdk:"required"`
}

func newAccessControlledResourceModel(resource access.ControlledResource) accessControlledResourceModel {
	model := accessControlledResourceModel{
		Application:     stringOrNull(resource.Application),
		Name:            stringOrNull(resource.Name),
		Description:     stringOrNull(resource.Description),
		Actions:         []accessControlledActionModel{},
		IdentifierParts: []identifierPartModel{},
	}
	for _, action := range resource.Actions {
		limited := []map[string]*string{}
		for _, selector := range action.LimitedSet {
			limited = append(limited, selector.Identifier)
		}
		model.Actions = append(model.Actions, accessControlledActionModel{
			types.StringValue(action.Action.Scope),
			types.StringValue(action.Action.Activity),
			types.StringValue(action.Action.Entity),
			stringOrNull(action.Description),
			limited,
		})
	}
	slices.SortStableFunc(resource.IdentifierParts, func(a, b access.IdentifierPartSchema) int { return cmp.Compare(a.Index, b.Index) })
	for _, part := range resource.IdentifierParts {
		model.IdentifierParts = append(model.IdentifierParts, identifierPartModel{
			types.StringValue(part.Name), stringOrNull(part.DisplayName), stringOrNull(part.Description), types.BoolValue(part.Required),
		})
	}
	return model
}

func (d *accessControlledResourcesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list access-controlled resources"
	model := accessControlledResourcesModel{Resources: []accessControlledResourceModel{}}
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("service"), &model.Service)...)
	if resp.Diagnostics.HasError() || !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	resources, err := d.access.ListAccessControlledResources(ctx, model.Service.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("service"), summary, d.explain(
			fmt.Sprintf("What policies can refer to in the service %s of %s could not be listed", model.Service.ValueString(), d.client.Domain()), err))
		return
	}
	// LUSID promises no order, and another one would be a change.
	slices.SortStableFunc(resources, func(a, b access.ControlledResource) int {
		return cmp.Or(cmp.Compare(a.Application, b.Application), cmp.Compare(a.Name, b.Name))
	})
	for _, resource := range resources {
		model.Resources = append(model.Resources, newAccessControlledResourceModel(resource))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
