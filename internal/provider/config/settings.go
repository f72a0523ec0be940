package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// Kind is the type that a setting has in the provider block.
type Kind int

// The kinds of settings. The environment and the secrets file hold all of them as text.
const (
	Text Kind = iota
	Number
	// Flag is only read from the provider block. Resolve ignores flags.
	Flag
)

// Setting is one setting of the provider. The table of settings is the only place that says where a
// value may come from: the schema, the resolver and the functions that export credentials all read it.
type Setting struct {
	// Attribute is the setting's name in the provider block; "proxy.address" is nested in "proxy".
	Attribute string
	// Kind is Text unless set.
	Kind Kind
	// Environment lists environment variables. The first one that is set wins.
	Environment []string
	// File lists keys of the secrets file's section. The first one that is set wins.
	File []string
	// lastEnvironment and lastFile are used only if none of those is set anywhere. There are too many to
	// list in the description, which describes them instead.
	lastEnvironment, lastFile []string
	// portVariable and portKey name the port for an address without a port, in the same source.
	portVariable, portKey string

	// Sensitive is true for credentials.
	Sensitive   bool
	description string

	// check checks a value's form; nil allows every text. Its errors never repeat the value.
	check func(text string) error
	// checkHere checks a value against the machine that runs the provider. It runs after check.
	checkHere func(text string) error
}

var settings = []Setting{
	{
		Attribute:   "api_url",
		Environment: variablesOf(ownURLs),
		File:        keysOf(ownURLs),

		lastEnvironment: variablesOf(siblingURLs),
		lastFile:        keysOf(siblingURLs),

		description: "URL of the LUSID domain: `https://acme.lusid.com`. The path of a service (such as `/identity`, `/api`, `/access`, " +
			"`/honeycomb` or `/drive`) or of a page of the web app (`/app/...`) may follow. " +
			"If no other name is set, the provider takes the domain from the URL of another LUSID service, such as `FBN_ACCESS_URL` or `accessUrl`.",
		check: func(text string) error { _, err := client.ParseAPIURL(text); return err },
	},
	{
		Attribute:   "access_token",
		Environment: []string{"FBN_ACCESS_TOKEN"},
		File:        []string{"accessToken", "personalAccessToken"},
		Sensitive:   true,
		description: "Access token to sign in with, for example a personal access token. The provider can't renew it.",
		checkHere:   checkBearer,
	},
	{
		Attribute:   "access_token_file",
		Environment: []string{"FBN_ACCESS_TOKEN_FILE"},
		description: "Path of a file that contains only an access token. The provider reads the file again when it changes.",
		check:       checkPath,
	},
	{
		Attribute:   "token_url",
		Environment: []string{"FBN_TOKEN_URL"},
		File:        []string{"tokenUrl"},
		description: "Token URL of the LUSID domain, or the *issuer* that LUSID shows for an application: the provider appends `/v1/token` if it is missing.",
		check:       func(text string) error { _, err := client.ParseTokenURL(text); return err },
	},
	{
		Attribute:   "username",
		Environment: []string{"FBN_USERNAME"},
		File:        []string{"username"},
		description: "Login of the LUSID user to sign in as.",
	},
	{
		Attribute:   "password",
		Environment: []string{"FBN_PASSWORD"},
		File:        []string{"password"},
		Sensitive:   true,
		description: "Password of the user. LUSID's exports contain the placeholder `<password>`, which counts as not set.",
	},
	{
		Attribute:   "client_id",
		Environment: []string{"FBN_CLIENT_ID"},
		File:        []string{"clientId"},
		description: "Client ID of the application to sign in through.",
	},
	{
		Attribute:   "client_secret",
		Environment: []string{"FBN_CLIENT_SECRET"},
		File:        []string{"clientSecret"},
		Sensitive:   true,
		description: "Client secret of the application.",
	},
	{
		Attribute:   "refresh_token",
		Environment: []string{"FBN_REFRESH_TOKEN"},
		File:        []string{"refreshToken"},
		Sensitive:   true,
		description: "Refresh token to sign in with, instead of `username` and `password`.",
	},
	{
		Attribute:   "application_name",
		Environment: []string{"FBN_APP_NAME"},
		File:        []string{"applicationName"},
		description: "Name sent to LUSID with every request as `X-LUSID-Application`. Default `terraform-provider-lusid`.",
	},
	{
		Attribute:   "proxy.address",
		Environment: []string{"FBN_PROXY_ADDRESS"},
		File:        []string{"proxy.address"},

		lastFile:     []string{"proxy.proxyAddress"},
		portVariable: "FBN_PROXY_PORT",
		portKey:      "proxy.proxyPort",

		description: "URL of the proxy, such as `http://proxy.acme.com:8080`. Requests to loopback addresses never go through it. " +
			"The environment and the secrets file can also have a host and a port, as FINBOURNE's Java SDKs read them: `FBN_PROXY_ADDRESS` and `FBN_PROXY_PORT`, or `proxy.proxyAddress` and `proxy.proxyPort`.",
		check: func(text string) error { _, err := parseProxy(text); return err },
	},
	{
		Attribute:   "proxy.username",
		Environment: []string{"FBN_PROXY_USERNAME"},
		File:        []string{"proxy.username"},
		description: "User name for the proxy.",
	},
	{
		Attribute:   "proxy.password",
		Environment: []string{"FBN_PROXY_PASSWORD"},
		File:        []string{"proxy.password"},
		Sensitive:   true,
		description: "Password for the proxy.",
	},
	{
		Attribute:   "ca_certificate_file",
		Environment: []string{"FBN_CLIENT_CERTIFICATE"},
		File:        []string{"clientCertificate"},
		description: "Path of a PEM file with root certificates. For API and token requests, the provider trusts them in addition to the system's.",
		check:       checkPath,
		checkHere:   func(text string) error { _, err := client.ReadCACertificates(text); return err },
	},
	{
		Attribute:   "secrets_file",
		Environment: []string{"FBN_SECRETS_PATH"},
		description: "Path of a secrets file as the LUSID web app exports it, with credentials under `api` or `profiles`. " +
			"Its keys can be in any case. Default: `secrets.json` in the working directory, if it exists. " +
			"The provider ignores that default file if it can't be used and another source is complete. " +
			"If you set this in the provider block, the file's values take precedence over the environment.",
		check: checkPath,
	},
	{
		Attribute:   "profile",
		Environment: []string{"FBN_PROFILE"},
		description: "Name of a profile in the secrets file. Default: the file's `profileName`, else `default`. " +
			"If you set this in the provider block, the profile's values take precedence over the environment.",
	},
	{
		Attribute:   "store_secrets",
		Kind:        Flag,
		description: "Default for `store_secret` of every application. It also decides whether an import reads the secret. Default `true`.",
	},
	{
		Attribute:   "request_timeout",
		description: "Time limit for one request, as a duration such as `30s`. Default `1m`.",
		check:       checkTimeout,
	},
	{
		Attribute: "max_retries",
		Kind:      Number,
		description: "How often the provider retries a request after a temporary failure, from 0 to 20. Default 5. " +
			"If LUSID may have processed a request, the provider checks before it retries.",
		check: checkRetries,
	},
}

// Settings returns the table of settings, in the order of the documentation.
func Settings() []Setting { return slices.Clone(settings) }

// Variables returns every environment variable that the setting may come from.
func (s Setting) Variables() []string { return slices.Concat(s.Environment, s.lastEnvironment) }

// Keys returns every key of the secrets file that the setting may come from.
func (s Setting) Keys() []string { return slices.Concat(s.File, s.lastFile) }

// Markdown returns the description with every place that the setting may come from.
func (s Setting) Markdown() string {
	text := s.description
	if len(s.Environment) > 0 {
		text += fmt.Sprintf(" Environment: `%s`.", strings.Join(s.Environment, "`, `"))
	}
	if len(s.File) > 0 {
		text += fmt.Sprintf(" Secrets file: `%s`.", strings.Join(s.File, "`, `"))
	}
	return text
}

// Check checks the form of a setting's value. Its errors never repeat the value.
func Check(attribute, text string) error {
	for _, s := range settings {
		if s.Attribute == attribute && s.check != nil {
			return s.check(text)
		}
	}
	return nil
}
