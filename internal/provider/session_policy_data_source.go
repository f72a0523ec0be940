package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
)

var (
	_ datasource.DataSource              = (*sessionPolicyDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*sessionPolicyDataSource)(nil)
)

// sessionPolicyDataSource reads the session policy of the domain.
type sessionPolicyDataSource struct{ dataSourceBase }

// NewSessionPolicyDataSource returns the data source lusid_session_policy.
func NewSessionPolicyDataSource() datasource.DataSource { return &sessionPolicyDataSource{} }

func (d *sessionPolicyDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_policy"
}

func (d *sessionPolicyDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "How long a user of the domain stays signed in. LUSID calls this part of its API experimental.",
		Attributes: map[string]schema.Attribute{
			"max_session_idle_minutes": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Minutes without activity after which a user must sign in again; null if LUSID does not return it.",
			},
			"max_session_lifetime_minutes": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Minutes after which a user must sign in again, even if active; null if sessions have no such limit.",
			},
		},
	}
}

func (d *sessionPolicyDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to read session policy"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	policy, err := d.identity.GetSessionPolicy(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The session policy of "+d.client.Domain()+" could not be read", err))
		return
	}
	var model sessionPolicyLimits
	model.fromAPI(policy)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
