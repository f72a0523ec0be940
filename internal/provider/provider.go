// Package provider is what Terraform sees of LUSID's Identity API: the provider's
// configuration, its resources and its data sources.
package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"time"

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

// lusidProvider manages the Identity API of one LUSID domain.
type lusidProvider struct{ version string }

func (p *lusidProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "lusid"
	resp.Version = p.version
}

func (p *lusidProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the identity side of a LUSID domain: the applications, and their credentials, that programs sign in with.",
		Attributes:          providerAttributes(),
	}
}

func (p *lusidProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
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
		NewAccessTokenDataSource,
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
		NewSecretsJSONFunction,
		NewEnvVarsFunction,
		NewEnvScriptFunction,
	}
}

// ValidateConfig checks what the provider block itself says, so that terraform validate does.
func (p *lusidProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	block, _, diags := readBlock(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	for name, text := range block {
		if err := checkSetting(name, text); err != nil {
			resp.Diagnostics.AddAttributeError(attributePath(name), "Invalid "+name, sentence(fmt.Sprintf("The provider block's %s cannot be used: %s", name, err)))
		}
	}
}

// Configure resolves the configuration and builds the client. It sends nothing.
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
		connection, warning, err = p.connect(ctx, block, surroundings{getenv: os.Getenv, environ: os.Environ, directory: workingDirectory()})
		if warning != "" {
			resp.Diagnostics.AddWarning("FBN_PROFILE has no effect on how the provider signs in", warning)
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

// connect builds the connection that the provider block and its surroundings describe. The warning is
// empty if there is nothing to warn of.
func (p *lusidProvider) connect(ctx context.Context, block map[string]string, around surroundings) (_ *connection, warning string, _ error) {
	r, err := resolve(block, around)
	if err != nil {
		return nil, "", err
	}
	way, err := r.wayIn()
	if err != nil {
		return nil, "", err
	}
	if r.values["api_url"].text == "" {
		return nil, "", r.incomplete("The LUSID domain is not known.")
	}
	if err := r.checkFault(way); err != nil {
		return nil, "", err
	}
	if r.fault != nil {
		tflog.Debug(ctx, "Ignored the default secrets file", map[string]any{"reason": r.fault.Error()})
	}
	for _, s := range settings {
		if v := r.values[s.Attribute]; v.text != "" {
			if err := s.checkForUse(v.text); err != nil {
				return nil, "", r.wrong(s.Attribute, err)
			}
			tflog.Debug(ctx, "Resolved a setting", map[string]any{"setting": s.Attribute, "source": v.source})
		}
	}
	if warning, err = r.checkProfile(way); err != nil {
		return nil, "", err
	}

	signIn, credential := r.signIn(way)
	tflog.Debug(ctx, "Chose how to sign in", map[string]any{"credential": credential})
	config := client.Config{
		APIURL:            r.values["api_url"].text,
		SignIn:            signIn,
		ApplicationName:   r.values["application_name"].text,
		CorrelationID:     around.getenv("FBN_CORRELATION_ID"),
		UserAgent:         "terraform-provider-lusid/" + p.version,
		Proxy:             r.proxy(),
		ProxyUsername:     r.values["proxy.username"].text,
		ProxyPassword:     client.Secret(r.values["proxy.password"].text),
		CACertificateFile: r.values["ca_certificate_file"].text,
		MaxRetries:        client.DefaultMaxRetries,
		Log: func(ctx context.Context, message string, fields map[string]any) {
			tflog.Debug(ctx, message, fields)
		},
	}
	if config.ApplicationName == "" {
		config.ApplicationName = "terraform-provider-lusid"
	}
	if config.CorrelationID == "" {
		config.CorrelationID = rand.Text()
	}
	if text := r.values["request_timeout"].text; text != "" {
		config.RequestTimeout, _ = time.ParseDuration(text)
	}
	if text := r.values["max_retries"].text; text != "" {
		config.MaxRetries, _ = strconv.Atoi(text)
	}
	c, err := client.New(config) //nolint:contextcheck // Every request brings its own context.
	if err != nil {
		return nil, "", err
	}
	return &connection{
		client: c, domainSource: r.values["api_url"].source, credential: credential, passedOver: r.passedOver(way),
		ownClientID: signIn.Grant.ClientID, ownLogin: signIn.Grant.Username, grant: r.grant(),
	}, warning, nil
}

// proxy is nil where no setting names one, so that HTTPS_PROXY and NO_PROXY decide.
func (r *resolved) proxy() *url.URL {
	address := r.values["proxy.address"].text
	if address == "" {
		return nil
	}
	proxy, err := parseProxy(address)
	if err != nil {
		return nil
	}
	return proxy
}

// wrong is an error about a setting's value that names its source: on the attribute where the
// provider block holds it.
func (r *resolved) wrong(attribute string, err error) error {
	v := r.values[attribute]
	wrapped := fmt.Errorf("the %s from %s cannot be used: %w", attribute, v.source, err)
	if v.source == "the provider block" {
		return &settingError{attribute, wrapped}
	}
	return wrapped
}

func addConfigurationError(diags *diag.Diagnostics, err error) {
	const summary = "Unable to configure the LUSID provider"
	var setting *settingError
	if errors.As(err, &setting) && setting.attribute != "" {
		diags.AddAttributeError(attributePath(setting.attribute), summary, sentence(err.Error()))
		return
	}
	diags.AddError(summary, sentence(err.Error()))
}
