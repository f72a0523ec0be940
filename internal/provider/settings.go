package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
)

// setting is a field of the provider's configuration. The table of settings is the only place
// that says where a value may come from: the schema, the environment and the secrets file are
// all read by it.
type setting struct {
	// attribute names it in the provider block; "proxy.address" is nested in "proxy".
	attribute string
	// environment lists variables, the first one that is set wins.
	environment []string
	// file lists keys of the secrets file's section, the first one that is set wins.
	file []string
	// lastEnvironment and lastFile count only if none of those is set anywhere. They are too many for
	// the description, which says what they are.
	lastEnvironment, lastFile []string

	sensitive   bool
	description string
}

var settings = []setting{
	{
		attribute:   "api_url",
		environment: variablesOf(ownURLs),
		file:        keysOf(ownURLs),

		lastEnvironment: variablesOf(siblingURLs),
		lastFile:        keysOf(siblingURLs),

		description: "URL of the LUSID domain: `https://acme.lusid.com`, alone or with the path of a service such as `/identity`, `/api`, `/access`, `/honeycomb` or `/drive`, or of a page of the web app (`/app/...`). " +
			"If no other name is set, the provider also finds the domain by the URL of another LUSID service, such as `FBN_ACCESS_URL` or `accessUrl`.",
	},
	{
		attribute:   "access_token",
		environment: []string{"FBN_ACCESS_TOKEN"},
		file:        []string{"accessToken", "personalAccessToken"},
		sensitive:   true,
		description: "Personal access token, or any other access token, to sign in with. It cannot be renewed.",
	},
	{
		attribute:   "access_token_file",
		environment: []string{"FBN_ACCESS_TOKEN_FILE"},
		description: "Path of a file that holds an access token and nothing else, read again whenever it changes.",
	},
	{
		attribute:   "token_url",
		environment: []string{"FBN_TOKEN_URL"},
		file:        []string{"tokenUrl"},
		description: "Token URL of the LUSID domain, or the *issuer* that LUSID shows for an application: `/v1/token` is appended where it is missing.",
	},
	{
		attribute:   "username",
		environment: []string{"FBN_USERNAME"},
		file:        []string{"username"},
		description: "Login of the LUSID user to sign in as.",
	},
	{
		attribute:   "password",
		environment: []string{"FBN_PASSWORD"},
		file:        []string{"password"},
		sensitive:   true,
		description: "Password of that user. `<password>`, which LUSID's exports hold until it is filled in, counts as not set.",
	},
	{
		attribute:   "client_id",
		environment: []string{"FBN_CLIENT_ID"},
		file:        []string{"clientId"},
		description: "Client ID of the application to sign in through.",
	},
	{
		attribute:   "client_secret",
		environment: []string{"FBN_CLIENT_SECRET"},
		file:        []string{"clientSecret"},
		sensitive:   true,
		description: "Client secret of that application.",
	},
	{
		attribute:   "refresh_token",
		environment: []string{"FBN_REFRESH_TOKEN"},
		file:        []string{"refreshToken"},
		sensitive:   true,
		description: "Refresh token to sign in with, in place of `username` and `password`.",
	},
	{
		attribute:   "application_name",
		environment: []string{"FBN_APP_NAME"},
		file:        []string{"applicationName"},
		description: "Name sent to LUSID with every request as `X-LUSID-Application`. Default `terraform-provider-lusid`.",
	},
	{
		attribute:   "proxy.address",
		environment: []string{"FBN_PROXY_ADDRESS"},
		file:        []string{"proxy.address"},
		description: "URL of the proxy, such as `http://proxy.acme.com:8080`. Requests to loopback addresses never go through it.",
	},
	{
		attribute:   "proxy.username",
		environment: []string{"FBN_PROXY_USERNAME"},
		file:        []string{"proxy.username"},
		description: "User name for the proxy.",
	},
	{
		attribute:   "proxy.password",
		environment: []string{"FBN_PROXY_PASSWORD"},
		file:        []string{"proxy.password"},
		sensitive:   true,
		description: "Password for the proxy.",
	},
	{
		attribute:   "ca_certificate_file",
		environment: []string{"FBN_CLIENT_CERTIFICATE"},
		file:        []string{"clientCertificate"},
		description: "Path of a PEM file with root certificates that are trusted beside the system's, for API and token requests.",
	},
	{
		attribute:   "secrets_file",
		environment: []string{"FBN_SECRETS_PATH"},
		description: "Path of a secrets file as the LUSID web app exports it, with credentials under `api`, or under `profiles`. Its keys can be in any case. Default: `secrets.json` in the working directory, if it exists; a file there that can't be used is ignored if another source is complete. Written here, its values rank above the environment.",
	},
	{
		attribute:   "profile",
		environment: []string{"FBN_PROFILE"},
		description: "Name of a profile in the secrets file. Default: the file's `profileName`, else `default`. Written here, the profile's values rank above the environment.",
	},
	{
		attribute:   "store_secrets",
		description: "Default of every `store_secret`, and whether an import fetches the secret. Default `true`.",
	},
	{
		attribute:   "request_timeout",
		description: "How long one request may take, as a duration such as `30s`. Default `1m`.",
	},
	{
		attribute:   "max_retries",
		description: "How often a request is repeated after a passing failure, from 0 to 20. Default 5. What LUSID may have acted on is never repeated blindly.",
	},
}

// schemaAttributes builds the provider's schema from the table of settings.
func schemaAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	proxy := map[string]schema.Attribute{}
	for _, s := range settings {
		name, into := s.attribute, attributes
		if nested, ok := strings.CutPrefix(name, "proxy."); ok {
			name, into = nested, proxy
		}
		if name == "store_secrets" {
			into[name] = schema.BoolAttribute{Optional: true, MarkdownDescription: s.markdown()}
			continue
		}
		if name == "max_retries" {
			into[name] = schema.Int64Attribute{Optional: true, MarkdownDescription: s.markdown()}
			continue
		}
		into[name] = schema.StringAttribute{Optional: true, Sensitive: s.sensitive, MarkdownDescription: s.markdown()}
	}
	attributes["proxy"] = schema.SingleNestedAttribute{
		Optional:            true,
		Attributes:          proxy,
		MarkdownDescription: "Proxy for API and token requests. Default: what `HTTPS_PROXY` and `NO_PROXY` say.",
	}
	return attributes
}

// variables are all environment variables that the setting may come from.
func (s setting) variables() []string { return slices.Concat(s.environment, s.lastEnvironment) }

// keys are all keys of the secrets file that the setting may come from.
func (s setting) keys() []string { return slices.Concat(s.file, s.lastFile) }

// markdown is the description with every place that the setting may come from.
func (s setting) markdown() string {
	text := s.description
	if len(s.environment) > 0 {
		text += fmt.Sprintf(" Environment: `%s`.", strings.Join(s.environment, "`, `"))
	}
	if len(s.file) > 0 {
		text += fmt.Sprintf(" Secrets file: `%s`.", strings.Join(s.file, "`, `"))
	}
	return text
}

// attributePath turns the name of a setting into its path in the provider block.
func attributePath(name string) path.Path {
	parent, child, nested := strings.Cut(name, ".")
	if !nested {
		return path.Root(name)
	}
	return path.Root(parent).AtName(child)
}
