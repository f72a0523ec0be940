package provider

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// scopePattern matches a scope.
//
// Source: RFC 6749 section 3.3.
var scopePattern = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`)

// tokenAttribute is an attribute that the data source and the ephemeral resource share.
type tokenAttribute struct {
	name                          string
	isSet                         bool
	optional, computed, sensitive bool
	markdown                      string
}

var tokenAttributes = []tokenAttribute{
	{
		name: "token_url", optional: true,
		markdown: "Token URL to request the token from, or an application's issuer. Default: the provider's.",
	},
	{
		name: "username", optional: true,
		markdown: "Login of the user to request the token for. Default: the provider's, if the token URL is the provider's.",
	},
	{
		name: "password", optional: true, sensitive: true,
		markdown: "Password of the user. Default: the provider's, if `username` and the token URL are the provider's too.",
	},
	{
		name: "client_id", optional: true,
		markdown: "Client ID of the application to request the token with. Default: the provider's.",
	},
	{
		name: "client_secret", optional: true, sensitive: true,
		markdown: "Client secret of the application. Default: the provider's, if `client_id` and the token URL are the provider's too.",
	},
	{
		name: "refresh_token", optional: true, computed: true, sensitive: true,
		markdown: "Refresh token to request the access token with, instead of `username` and `password`. " +
			"After the read, the value is the refresh token that was granted. It is null if the scope `offline_access` was not granted, " +
			"and for the provider's own token. In an ephemeral resource, a value that you set stays, even if LUSID granted another refresh token.",
	},
	{
		name: "scopes", isSet: true, optional: true,
		markdown: "Scopes to request. Default: `openid`, `client`, `groups` and `offline_access`. With a refresh token, the default is the scopes that it was granted for.",
	},
	{
		name: "min_remaining_ttl", optional: true,
		markdown: "How long the token must remain valid, as a duration such as `10m`. If the provider's own token would expire sooner, the provider renews it first.",
	},
	{
		name: "access_token", computed: true, sensitive: true,
		markdown: "Access token. Send it as a bearer token.",
	},
	{
		name: "id_token", computed: true, sensitive: true,
		markdown: "ID token. Null unless the scope `openid` was granted.",
	},
	{
		name: "token_type", computed: true,
		markdown: "Type of the access token: `Bearer`.",
	},
	{
		name: "expires_at", computed: true,
		markdown: "When the access token expires, in RFC 3339 and UTC; null if it is unknown, as for a personal access token.",
	},
	{
		name: "granted_scopes", isSet: true, computed: true,
		markdown: "Scopes that were granted; null if the server did not return them, as for a personal access token.",
	},
}

func scopeValidators() []validator.Set {
	return []validator.Set{
		setvalidator.SizeAtLeast(1),
		setvalidator.NoNullValues(),
		setvalidator.ValueStringsAre(stringvalidator.RegexMatches(scopePattern, "must be a scope, without a space or a quote")),
	}
}

type accessTokenModel struct {
	TokenURL        types.String `tfsdk:"token_url"`
	Username        types.String `tfsdk:"username"`
	Password        types.String `tfsdk:"password"`
	ClientID        types.String `tfsdk:"client_id"`
	ClientSecret    types.String `tfsdk:"client_secret"`
	RefreshToken    types.String `tfsdk:"refresh_token"`
	Scopes          types.Set    `tfsdk:"scopes"`
	MinRemainingTTL types.String `tfsdk:"min_remaining_ttl"`
	AccessToken     types.String `tfsdk:"access_token"`
	IDToken         types.String `tfsdk:"id_token"`
	TokenType       types.String `tfsdk:"token_type"`
	ExpiresAt       types.String `tfsdk:"expires_at"`
	GrantedScopes   types.Set    `tfsdk:"granted_scopes"`
}

// Format prints the model without its secrets.
func (accessTokenModel) Format(f fmt.State, _ rune) { conceal(f, "accessTokenModel") }

// validate checks the form of the arguments, as far as they are known.
func (m *accessTokenModel) validate() diag.Diagnostics {
	var diags diag.Diagnostics
	if text := m.TokenURL.ValueString(); !m.TokenURL.IsUnknown() && !m.TokenURL.IsNull() {
		if _, err := client.ParseTokenURL(text); err != nil {
			diags.AddAttributeError(path.Root("token_url"), "Invalid token_url", sentence("The token_url cannot be used: "+err.Error()))
		}
	}
	if _, err := m.minRemaining(); err != nil && !m.MinRemainingTTL.IsUnknown() {
		diags.AddAttributeError(path.Root("min_remaining_ttl"), "Invalid min_remaining_ttl", sentence(err.Error()))
	}
	if isSet(m.RefreshToken) && (isSet(m.Username) || isSet(m.Password)) {
		diags.AddAttributeError(path.Root("refresh_token"), "Invalid refresh_token",
			"Request a token either with refresh_token or with username and password. Remove one of the two.")
	}
	for _, argument := range []struct {
		name  string
		value types.String
	}{
		{"username", m.Username},
		{"password", m.Password},
		{"client_id", m.ClientID},
		{"client_secret", m.ClientSecret},
		{"refresh_token", m.RefreshToken},
	} {
		if !argument.value.IsNull() && !argument.value.IsUnknown() && argument.value.ValueString() == "" {
			diags.AddAttributeError(path.Root(argument.name), "Invalid "+argument.name,
				fmt.Sprintf("The %s is an empty string. Set a value, or null for the default.", argument.name))
		}
	}
	return diags
}

// isSet is true for unknown values, because they will be set at apply.
func isSet(value types.String) bool { return !value.IsNull() }

func (m *accessTokenModel) minRemaining() (time.Duration, error) {
	if m.MinRemainingTTL.IsNull() {
		return 0, nil
	}
	d, err := time.ParseDuration(m.MinRemainingTTL.ValueString())
	if err != nil || d <= 0 {
		return 0, errors.New("min_remaining_ttl must be a positive duration, such as 90s or 10m")
	}
	return d, nil
}

// isOwn reports whether no argument is set. The token is then the provider's own.
func (m *accessTokenModel) isOwn() bool {
	return m.TokenURL.IsNull() && m.Username.IsNull() && m.Password.IsNull() && m.ClientID.IsNull() &&
		m.ClientSecret.IsNull() && m.RefreshToken.IsNull() && m.Scopes.IsNull()
}

// read gets the token and fills the model with it.
func (m *accessTokenModel) read(ctx context.Context, c *connection) diag.Diagnostics {
	const summary = "Unable to get access token"
	minRemaining, err := m.minRemaining()
	if err != nil {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("min_remaining_ttl"), summary, sentence(err.Error()))}
	}
	if m.isOwn() {
		token, err := c.client.AccessToken(ctx, minRemaining)
		if err != nil {
			return diag.Diagnostics{diag.NewErrorDiagnostic(summary, c.explain("The provider's own access token could not be obtained", err))}
		}
		return m.fill(ctx, token)
	}
	request, diags := m.request(ctx, c.tokenDefaults())
	if diags.HasError() {
		return diags
	}
	token, err := c.client.RequestToken(ctx, request)
	if err != nil {
		diags.AddError(summary,
			c.explainToken(fmt.Sprintf("A token for the application %q could not be obtained from %s", request.ClientID, request.TokenURL), err))
		return diags
	}
	if minRemaining > 0 && !token.Expiry.IsZero() && time.Until(token.Expiry) <= minRemaining {
		diags.AddAttributeError(path.Root("min_remaining_ttl"), summary,
			fmt.Sprintf("A new token of the application %q expires at %s. That is less than min_remaining_ttl, which is %s.",
				request.ClientID, token.Expiry.UTC().Format(time.RFC3339), minRemaining))
		return diags
	}
	diags.Append(m.fill(ctx, token)...)
	return diags
}

// request completes the arguments with the provider's own settings. The provider's user name and
// password are defaults only for its own token URL. Its client secret is a default only for its own
// client id at that URL. So no module can send them elsewhere. The comparison includes the path,
// because one host of a gateway serves several domains.
func (m *accessTokenModel) request(ctx context.Context, own client.TokenRequest) (client.TokenRequest, diag.Diagnostics) {
	request := client.TokenRequest{
		TokenURL:     m.TokenURL.ValueString(),
		Username:     m.Username.ValueString(),
		Password:     client.Secret(m.Password.ValueString()),
		ClientID:     m.ClientID.ValueString(),
		ClientSecret: client.Secret(m.ClientSecret.ValueString()),
		RefreshToken: client.Secret(m.RefreshToken.ValueString()),
	}
	diags := m.Scopes.ElementsAs(ctx, &request.Scopes, false)
	slices.Sort(request.Scopes)
	if request.TokenURL == "" {
		request.TokenURL = own.TokenURL
	}
	isOwnURL := isSameTokenURL(request.TokenURL, own.TokenURL)
	if request.ClientID == "" {
		request.ClientID = own.ClientID
	}
	if request.ClientSecret == "" && isOwnURL && strings.EqualFold(request.ClientID, own.ClientID) {
		request.ClientSecret = own.ClientSecret
	}
	required := []string{"token_url", "client_id", "client_secret"}
	if request.RefreshToken == "" {
		required = append(required, "username", "password")
		if request.Username == "" && isOwnURL {
			request.Username = own.Username
		}
		if request.Password == "" && isOwnURL && request.Username == own.Username {
			request.Password = own.Password
		}
	}

	missing := slices.DeleteFunc(required, func(name string) bool {
		return map[string]string{
			"token_url":     request.TokenURL,
			"client_id":     request.ClientID,
			"client_secret": string(request.ClientSecret),
			"username":      request.Username,
			"password":      string(request.Password),
		}[name] != ""
	})
	if len(missing) > 0 {
		diags.AddAttributeError(path.Root(missing[0]), "Unable to get access token", fmt.Sprintf(
			"To request a token, set %s. The provider uses its own user name and password as defaults only if the token URL is the "+
				"provider's. It uses its own client secret only for its own client id at that token URL.", strings.Join(missing, ", ")))
	}
	return request, diags
}

func isSameTokenURL(a, b string) bool {
	left, err := client.ParseTokenURL(a)
	if err != nil {
		return false
	}
	right, err := client.ParseTokenURL(b)
	return err == nil && left.String() == right.String()
}

func (m *accessTokenModel) fill(ctx context.Context, token *client.Token) diag.Diagnostics {
	m.AccessToken = types.StringValue(string(token.AccessToken))
	m.IDToken = stringOrNull(string(token.IDToken))
	m.RefreshToken = stringOrNull(string(token.RefreshToken))
	m.TokenType = types.StringValue(token.TokenType)
	m.ExpiresAt = types.StringNull()
	if !token.Expiry.IsZero() {
		m.ExpiresAt = types.StringValue(token.Expiry.UTC().Format(time.RFC3339))
	}
	m.GrantedScopes = types.SetNull(types.StringType)
	if len(token.Scopes) == 0 {
		return nil
	}
	var diags diag.Diagnostics
	m.GrantedScopes, diags = types.SetValueFrom(ctx, types.StringType, distinct(token.Scopes))
	return diags
}
