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

// supportAccessDataSource lists every grant of support access, including grants that have ended.
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
		MarkdownDescription: "Every grant of support access to the domain for FINBOURNE's staff, including grants that have ended. " +
			"To filter them, use a `for` expression. To find out when current access ends, use the data source `lusid_authentication_information`.",
		Attributes: map[string]schema.Attribute{
			"grants": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Grants, sorted by creation time.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":          text("ID that LUSID assigned to the grant."),
					"duration":    text("How long the access was granted for, in ISO 8601."),
					"description": text("Reason for the access; null if nobody gave one."),
					"permitted_roles": schema.SetAttribute{
						Computed:    true,
						ElementType: types.StringType,
						MarkdownDescription: "Internal identifiers of the roles that the grant is limited to, as in the data source `lusid_support_roles`; empty if LUSID " +
							"does not return them.",
					},
					"created_at":    text("When the grant was created, in RFC 3339."),
					"created_by":    text("Who created the grant."),
					"expiry":        text("When the grant expires, in RFC 3339."),
					"terminated":    schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether somebody ended the grant before it expired."},
					"terminated_at": text("When somebody ended the grant, in RFC 3339; null if nobody did."),
					"terminated_by": text("Who ended the grant; null if nobody did."),
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
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(grants, func(a, b identity.SupportAccessResponse) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	model := supportAccessModel{Grants: []supportGrantModel{}}
	for _, grant := range grants {
		model.Grants = append(model.Grants, supportGrantModel{
			ID:             types.StringValue(grant.ID),
			Duration:       stringOrNull(grant.Duration),
			Description:    stringOrNull(grant.Description),
			PermittedRoles: distinct(grant.PermittedRoles),
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
