// Package provider implements the Terraform provider for LUSID's Identity API and Access API: the
// provider's configuration, its resources and its data sources.
package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
)

// Address is the provider's source address in the Terraform registry.
const Address = "registry.terraform.io/finbourne/lusid"

var (
	_ provider.Provider                       = (*lusidProvider)(nil)
	_ provider.ProviderWithActions            = (*lusidProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*lusidProvider)(nil)
	_ provider.ProviderWithFunctions          = (*lusidProvider)(nil)
	_ provider.ProviderWithListResources      = (*lusidProvider)(nil)
	_ provider.ProviderWithValidateConfig     = (*lusidProvider)(nil)
)

// lusidProvider manages the Identity API and the Access API of one LUSID domain.
type lusidProvider struct{ version string }

func (p *lusidProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "lusid"
	resp.Version = p.version
}

func (p *lusidProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manage who can sign in to a LUSID domain and what they can do: applications and their credentials, users, roles and policies.",
		Attributes:          providerAttributes(),
	}
}

func (p *lusidProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		NewAccessPolicyCollectionResource,
		NewAccessPolicyResource,
		NewAccessPolicyTemplateResource,
		NewAccessRolePolicyCollectionResource,
		NewAccessRoleResource,
		NewAccessUserRoleResource,
		NewAccessRolePrecedenceResource,
		NewApplicationResource,
		NewExternalTokenIssuerResource,
		NewMcpToolResource,
		NewNetworkZoneResource,
		NewPasswordPolicyResource,
		NewPersonalAccessTokenResource,
		NewRoleAssignmentResource,
		NewRoleMembersResource,
		NewRoleResource,
		NewSessionPolicyResource,
		NewUserResource,
		NewUserSchemaResource,
	}
}

func (p *lusidProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		NewAccessControlledResourcesDataSource,
		NewAccessEvaluationDataSource,
		NewAccessGeneratedPolicyDataSource,
		NewAccessOwnPoliciesDataSource,
		NewAccessPoliciesDataSource,
		NewAccessPolicyCollectionDataSource,
		NewAccessPolicyCollectionsDataSource,
		NewAccessPolicyDataSource,
		NewAccessPolicyTemplateDataSource,
		NewAccessPolicyTemplatesDataSource,
		NewAccessRoleDataSource,
		NewAccessRolesDataSource,
		NewAccessTokenDataSource,
		NewAccessUserRoleDataSource,
		NewAccessUserRolesDataSource,
		NewApplicationDataSource,
		NewApplicationsDataSource,
		NewAuthenticationInformationDataSource,
		NewCurrentUserDataSource,
		NewExternalTokenIssuerDataSource,
		NewExternalTokenIssuersDataSource,
		NewMcpToolDataSource,
		NewMcpToolsDataSource,
		NewNetworkZoneDataSource,
		NewNetworkZonesDataSource,
		NewPasswordPolicyDataSource,
		NewPersonalAccessTokenDataSource,
		NewPersonalAccessTokensDataSource,
		NewRoleDataSource,
		NewRoleMembersDataSource,
		NewRolesDataSource,
		NewSessionPolicyDataSource,
		NewSupportAccessDataSource,
		NewSupportRolesDataSource,
		NewUserDataSource,
		NewUserSchemaDataSource,
		NewUsersDataSource,
	}
}

func (p *lusidProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		NewAccessTokenEphemeralResource,
		NewApplicationSecretEphemeralResource,
	}
}

func (p *lusidProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		NewAccessPolicyCollectionListResource,
		NewAccessPolicyListResource,
		NewAccessPolicyTemplateListResource,
		NewAccessRoleListResource,
		NewAccessRolePolicyCollectionListResource,
		NewAccessUserRoleListResource,
		NewAccessRolePrecedenceListResource,
		NewApplicationListResource,
		NewExternalTokenIssuerListResource,
		NewMcpToolListResource,
		NewNetworkZoneListResource,
		NewPasswordPolicyListResource,
		NewPersonalAccessTokenListResource,
		NewRoleAssignmentListResource,
		NewRoleListResource,
		NewRoleMembersListResource,
		NewSessionPolicyListResource,
		NewUserListResource,
		NewUserSchemaListResource,
	}
}

func (p *lusidProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		NewActivateUserAction,
		NewGrantSupportAccessAction,
		NewResetUserFactorsAction,
		NewResetUserPasswordAction,
		NewRevokeSupportAccessAction,
		NewRotateApplicationSecretAction,
		NewUnlockUserAction,
		NewUnsuspendUserAction,
	}
}

func (p *lusidProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		NewAccessPolicyFunction,
		NewSecretsJSONFunction,
		NewEnvVarsFunction,
		NewEnvScriptFunction,
	}
}

// ValidateConfig checks the provider block without other sources, for terraform validate.
func (p *lusidProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	block, _, diags := readBlock(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	for name, text := range block {
		if err := config.Check(name, text); err != nil {
			resp.Diagnostics.AddAttributeError(attributePath(name), "Invalid "+name,
				sentence(fmt.Sprintf("The provider block's %s cannot be used: %s", name, err)))
		}
	}
}

// Configure resolves the configuration and builds the client. It sends no request.
func (p *lusidProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	block, unknown, diags := readBlock(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	var storeSecrets types.Bool
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("store_secrets"), &storeSecrets)...)
	if storeSecrets.IsNull() {
		storeSecrets = types.BoolValue(true)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	connection := &connection{unknown: unknown}
	if len(unknown) == 0 {
		var err error
		var warning string
		connection, warning, err = p.connect(ctx, block)
		if warning != "" {
			resp.Diagnostics.AddWarning("The provider does not sign in as FBN_PROFILE asks", warning)
		}
		if err != nil {
			addConfigurationError(&resp.Diagnostics, err)
			return
		}
	}
	connection.storeSecrets = storeSecrets
	resp.ResourceData = connection
	resp.DataSourceData = connection
	resp.EphemeralResourceData = connection
	resp.ListResourceData = connection
	resp.ActionData = connection
}

// connect builds the connection from the provider block, the environment and the secrets file. The
// warning is empty if there is none.
func (p *lusidProvider) connect(ctx context.Context, block map[string]string) (_ *connection, warning string, _ error) {
	resolved, err := config.Resolve(block, config.Here())
	if err != nil {
		return nil, "", err
	}
	for _, setting := range config.Settings() {
		if source := resolved.Source(setting.Attribute); source != "" {
			tflog.Debug(ctx, "Resolved a setting", map[string]any{"setting": setting.Attribute, "source": source})
		}
	}
	choice, err := resolved.Choose()
	if err != nil {
		return nil, "", err
	}
	if choice.IgnoredFile != nil {
		tflog.Debug(ctx, "Ignored the default secrets file", map[string]any{"reason": choice.IgnoredFile.Error()})
	}
	tflog.Debug(ctx, "Chose how to sign in", map[string]any{"credential": choice.Credential})

	choice.Client.UserAgent = "terraform-provider-lusid/" + p.version
	choice.Client.Log = func(ctx context.Context, message string, fields map[string]any) {
		tflog.Debug(ctx, message, fields)
	}
	c, err := client.New(choice.Client) //nolint:contextcheck // Every request brings its own context.
	if err != nil {
		return nil, "", err
	}
	grant := choice.Client.SignIn.Grant
	return &connection{
		client: c, identity: identity.New(c), access: access.New(c), domainSource: resolved.Source("api_url"), credential: choice.Credential, passedOver: choice.PassedOver,
		ownClientID: grant.ClientID, ownLogin: grant.Username, grant: choice.TokenDefaults,
	}, choice.Warning, nil
}

func addConfigurationError(diags *diag.Diagnostics, err error) {
	const summary = "Unable to configure the LUSID provider"
	var setting *config.SettingError
	if errors.As(err, &setting) && setting.Attribute != "" {
		diags.AddAttributeError(attributePath(setting.Attribute), summary, sentence(err.Error()))
		return
	}
	diags.AddError(summary, sentence(err.Error()))
}
