package provider

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// scopePattern is a scope's form.
//
// Source: RFC 6749 section 3.3.
var scopePattern = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`)

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
			"A token is asked for either with refresh_token or with username and password: remove one of the two.")
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
				fmt.Sprintf("The %s is an empty string. Give it a value, or null for its default.", argument.name))
		}
	}
	return diags
}

// isSet holds for an unknown value too: it will be one.
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

// isOwn reports that nothing is asked for but the provider's own token.
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
			return diag.Diagnostics{diag.NewErrorDiagnostic(summary, c.explain("The provider's own access token could not be had", err))}
		}
		return m.fill(ctx, token)
	}
	request, diags := m.request(ctx, c.grant)
	if diags.HasError() {
		return diags
	}
	token, err := c.client.RequestToken(ctx, request)
	if err != nil {
		diags.AddError(summary, c.explainToken(fmt.Sprintf("A token for the application %q could not be had from %s", request.ClientID, request.TokenURL), err))
		return diags
	}
	if minRemaining > 0 && !token.Expiry.IsZero() && time.Until(token.Expiry) <= minRemaining {
		diags.AddAttributeError(path.Root("min_remaining_ttl"), summary,
			fmt.Sprintf("A new token of the application %q lives until %s only, less than the %s asked for.",
				request.ClientID, token.Expiry.UTC().Format(time.RFC3339), minRemaining))
		return diags
	}
	diags.Append(m.fill(ctx, token)...)
	return diags
}

// request completes the arguments with the provider's own settings. Its user name and password
// are a default only towards its own token host, its client secret only for its own client id
// there, so that no module can send them elsewhere.
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
	ownHost := isSameHost(request.TokenURL, own.TokenURL)
	if request.ClientID == "" {
		request.ClientID = own.ClientID
	}
	if request.ClientSecret == "" && ownHost && request.ClientID == own.ClientID {
		request.ClientSecret = own.ClientSecret
	}
	required := []string{"token_url", "client_id", "client_secret"}
	if request.RefreshToken == "" {
		required = append(required, "username", "password")
		if request.Username == "" && ownHost {
			request.Username = own.Username
		}
		if request.Password == "" && ownHost && request.Username == own.Username {
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
			"To ask for a token, %s must be given. The provider's own user name and password stand in only where the token URL "+
				"has the host of the provider's, and its client secret only for its own client id there.", strings.Join(missing, ", ")))
	}
	return request, diags
}

func isSameHost(a, b string) bool {
	left, err := client.ParseTokenURL(a)
	if err != nil {
		return false
	}
	right, err := client.ParseTokenURL(b)
	return err == nil && (&url.URL{Scheme: left.Scheme, Host: left.Host}).String() == (&url.URL{Scheme: right.Scheme, Host: right.Host}).String()
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
	m.GrantedScopes, diags = types.SetValueFrom(ctx, types.StringType, token.Scopes)
	return diags
}
