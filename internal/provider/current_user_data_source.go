package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource              = (*currentUserDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*currentUserDataSource)(nil)
)

// currentUserDataSource reads the user that the provider signs in as.
type currentUserDataSource struct{ dataSourceBase }

// NewCurrentUserDataSource returns the data source lusid_current_user.
func NewCurrentUserDataSource() datasource.DataSource { return &currentUserDataSource{} }

func (d *currentUserDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_current_user"
}

func (d *currentUserDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The user that the provider signs in as, and the domain that it calls.",
		Attributes: map[string]schema.Attribute{
			"id":            schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the user."},
			"email_address": schema.StringAttribute{Computed: true, MarkdownDescription: "E-mail address of the user."},
			"type":          schema.StringAttribute{Computed: true, MarkdownDescription: "`Personal` or `Service`."},
			"api_url": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "URL of the domain that the provider calls, such as `https://acme.lusid.com`, without the path of a service. " +
					"Pass it as `api_url` to the functions that export credentials.",
			},
			"domain_type": schema.StringAttribute{Computed: true, MarkdownDescription: "Kind of the domain; null if LUSID does not return it."},
			"groups": schema.SetAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Groups of the user. They are the codes of the user's roles.",
			},
			"user_expiry": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "When the account expires, in RFC 3339; null if it does not.",
			},
		},
	}
}

type currentUserModel struct {
	ID           types.String `tfsdk:"id"`
	EmailAddress types.String `tfsdk:"email_address"`
	Type         types.String `tfsdk:"type"`
	APIURL       types.String `tfsdk:"api_url"`
	DomainType   types.String `tfsdk:"domain_type"`
	Groups       []string     `tfsdk:"groups"`
	UserExpiry   types.String `tfsdk:"user_expiry"`
}

func (d *currentUserDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read current user"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	user, err := d.identity.GetUserInfo(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The user that the provider signs in as could not be read from "+d.client.Domain(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, currentUserModel{
		ID:           types.StringValue(user.ID),
		EmailAddress: stringOrNull(user.EmailAddress),
		Type:         stringOrNull(user.Type),
		APIURL:       types.StringValue(d.client.APIURL()),
		DomainType:   stringOrNull(user.DomainType),
		Groups:       distinct(user.Groups),
		UserExpiry:   stringOrNull(user.UserExpiry),
	})...)
}
