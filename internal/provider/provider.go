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
	"slices"
	"strconv"
	"strings"
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
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
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
		Attributes:          schemaAttributes(),
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
		if v := r.values[s.attribute]; v.text != "" {
			if err := checkForUse(s.attribute, v.text); err != nil {
				return nil, "", r.wrong(s.attribute, err)
			}
			tflog.Debug(ctx, "Resolved a setting", map[string]any{"setting": s.attribute, "source": v.source})
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

// readBlock reads the attributes of the provider block that are set, and names those that are
// unknown. An empty string is an error: it neither is a value nor lets another source decide.
func readBlock(ctx context.Context, config tfsdk.Config) (block map[string]string, unknown []string, diags diag.Diagnostics) {
	block = map[string]string{}
	// Within an unknown object the framework finds nulls.
	var proxy types.Object
	diags.Append(config.GetAttribute(ctx, path.Root("proxy"), &proxy)...)
	if proxy.IsUnknown() {
		unknown = append(unknown, "proxy")
	}
	for _, s := range settings {
		attribute := attributePath(s.attribute)
		if s.attribute == "store_secrets" {
			var flag types.Bool
			diags.Append(config.GetAttribute(ctx, attribute, &flag)...)
			if flag.IsUnknown() {
				unknown = append(unknown, s.attribute)
			}
			continue
		}
		if s.attribute == "max_retries" {
			var number types.Int64
			diags.Append(config.GetAttribute(ctx, attribute, &number)...)
			if number.IsUnknown() {
				unknown = append(unknown, s.attribute)
			} else if !number.IsNull() {
				block[s.attribute] = strconv.FormatInt(number.ValueInt64(), 10)
			}
			continue
		}
		var text types.String
		diags.Append(config.GetAttribute(ctx, attribute, &text)...)
		switch {
		case text.IsUnknown():
			unknown = append(unknown, s.attribute)
		case text.IsNull():
		case text.ValueString() == "":
			diags.AddAttributeError(attribute, "Invalid "+s.attribute, fmt.Sprintf(
				"The provider block's %s is an empty string. Give it a value, or null to let the environment or the secrets file decide.", s.attribute))
		default:
			block[s.attribute] = text.ValueString()
		}
	}
	return block, unknown, diags
}

// checkSetting checks a value's form. Its errors never repeat the value.
func checkSetting(name, text string) error {
	var err error
	switch name {
	case "api_url":
		_, err = client.ParseAPIURL(text)
	case "token_url":
		_, err = client.ParseTokenURL(text)
	case "proxy.address":
		_, err = parseProxy(text)
	case "access_token_file", "ca_certificate_file", "secrets_file":
		err = checkPath(text)
	case "request_timeout":
		if d, parseErr := time.ParseDuration(text); parseErr != nil || d <= 0 {
			err = errors.New("it must be a positive duration, such as 30s or 2m")
		}
	case "max_retries":
		if n, parseErr := strconv.Atoi(text); parseErr != nil || n < 0 || n > 20 {
			err = errors.New("it must be a whole number from 0 to 20")
		}
	}
	return err
}

// checkForUse is checkSetting, and what only the place that the provider runs in can tell.
func checkForUse(name, text string) error {
	var err error
	switch name {
	case "access_token":
		if err = client.CheckBearer(text); err != nil {
			err = fmt.Errorf("it %w: give the token alone, without the word Bearer", err)
		}
	case "ca_certificate_file":
		if err = checkPath(text); err == nil {
			_, err = client.ReadCACertificates(text)
		}
	default:
		err = checkSetting(name, text)
	}
	return err
}

// checkPath refuses a path that only a shell understands. A literal ~ gives an error of the operating
// system that reads as if the file were missing.
func checkPath(path string) error {
	if path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`) {
		return errors.New("it begins with ~, which nothing has expanded: write pathexpand(\"~/...\") in the configuration, and the whole path anywhere else")
	}
	return nil
}

func parseProxy(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("it must be a URL with its scheme, such as http://proxy.acme.com:8080")
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return nil, errors.New("its scheme must be http, https or socks5")
	case u.User != nil:
		return nil, errors.New("it must not hold a user name or password: give them as proxy.username and proxy.password")
	}
	return u, nil
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
