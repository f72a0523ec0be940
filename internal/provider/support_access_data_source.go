package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*supportAccessDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*supportAccessDataSource)(nil)
)

// supportAccessDataSource is every grant of support access that there was.
type supportAccessDataSource struct{ dataSourceBase }

// NewSupportAccessDataSource returns the data source lusid_support_access.
func NewSupportAccessDataSource() datasource.DataSource { return &supportAccessDataSource{} }

func (d *supportAccessDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_support_access"
}

func (d *supportAccessDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every grant that lets, or did let, FINBOURNE's staff into the domain. Choose among them with a `for` expression. " +
			"Until when anybody can come in now, the data source `lusid_authentication_information` tells.",
		Attributes: map[string]schema.Attribute{
			"grants": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Grants, in the order in which they were made.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":          text("ID that LUSID gave the grant."),
					"duration":    text("How long it was made for, in ISO 8601."),
					"description": text("What for; null where nobody said."),
					"permitted_roles": schema.SetAttribute{
						Computed:            true,
						ElementType:         types.StringType,
						MarkdownDescription: "Internal identifiers of the roles that it is limited to, as in the data source `lusid_support_roles`; empty where LUSID does not say.",
					},
					"created_at":    text("When it was made, in RFC 3339."),
					"created_by":    text("Who made it."),
					"expiry":        text("When it ends by itself, in RFC 3339."),
					"terminated":    schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it was ended before that."},
					"terminated_at": text("When it was ended, in RFC 3339; null where it was not."),
					"terminated_by": text("Who ended it; null where nobody did."),
				}},
			},
		},
	}
}

type supportAccessModel struct {
	Grants []supportGrantModel `tfsdk:"grants"`
}

type supportGrantModel struct {
	ID             types.String `tfsdk:"id"`
	Duration       types.String `tfsdk:"duration"`
	Description    types.String `tfsdk:"description"`
	PermittedRoles []string     `tfsdk:"permitted_roles"`
	CreatedAt      types.String `tfsdk:"created_at"`
	CreatedBy      types.String `tfsdk:"created_by"`
	Expiry         types.String `tfsdk:"expiry"`
	Terminated     types.Bool   `tfsdk:"terminated"`
	TerminatedAt   types.String `tfsdk:"terminated_at"`
	TerminatedBy   types.String `tfsdk:"terminated_by"`
}

func (d *supportAccessDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list support access"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	grants, err := d.identity.GetSupportAccessHistory(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The grants of support access to "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID promises no order, and another one would be a change.
	slices.SortFunc(grants, func(a, b identity.SupportAccessResponse) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	model := supportAccessModel{Grants: []supportGrantModel{}}
	for _, grant := range grants {
		model.Grants = append(model.Grants, supportGrantModel{
			ID:             types.StringValue(grant.ID),
			Duration:       stringOrNull(grant.Duration),
			Description:    stringOrNull(grant.Description),
			PermittedRoles: append([]string{}, grant.PermittedRoles...),
			CreatedAt:      stringOrNull(grant.CreatedAt),
			CreatedBy:      stringOrNull(grant.CreatedBy),
			Expiry:         stringOrNull(grant.Expiry),
			Terminated:     types.BoolValue(grant.Terminated),
			TerminatedAt:   stringOrNull(grant.TerminatedAt),
			TerminatedBy:   stringOrNull(grant.TerminatedBy),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
