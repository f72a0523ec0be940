package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ datasource.DataSource              = (*personalAccessTokensDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*personalAccessTokensDataSource)(nil)
)

// personalAccessTokensDataSource lists every token of the caller, without keys.
type personalAccessTokensDataSource struct{ dataSourceBase }

// NewPersonalAccessTokensDataSource returns the data source lusid_personal_access_tokens.
func NewPersonalAccessTokensDataSource() datasource.DataSource {
	return &personalAccessTokensDataSource{}
}

func (d *personalAccessTokensDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_personal_access_tokens"
}

func (d *personalAccessTokensDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every personal access token of the user that the provider signs in as, including expired ones, without keys. " +
			"To filter them, use a `for` expression.",
		Attributes: map[string]schema.Attribute{
			"personal_access_tokens": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Tokens, sorted by name.",
				NestedObject:        schema.NestedAttributeObject{Attributes: personalAccessTokenDataAttributes()},
			},
		},
	}
}

type personalAccessTokensDataModel struct {
	PersonalAccessTokens []personalAccessTokenDataModel `tfsdk:"personal_access_tokens"`
}

func (d *personalAccessTokensDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const summary = "Unable to list personal access tokens"
	if !d.requireClient(summary, &resp.Diagnostics) {
		return
	}
	keys, err := d.identity.ListOwnAPIKeys(ctx)
	if err != nil {
		resp.Diagnostics.AddError(summary, d.explain("The personal access tokens in "+d.client.Domain()+" could not be listed", err))
		return
	}
	// LUSID does not guarantee an order, and a different order would show as a change.
	slices.SortFunc(keys, func(a, b identity.APIKey) int {
		return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.ID, b.ID))
	})
	model := personalAccessTokensDataModel{PersonalAccessTokens: make([]personalAccessTokenDataModel, len(keys))}
	for i := range keys {
		model.PersonalAccessTokens[i] = newPersonalAccessTokenDataModel(&keys[i])
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
