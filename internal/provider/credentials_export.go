package provider

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
)

// credentials are the values that the functions export, by the provider's attribute names.
type credentials map[string]client.Secret

// export is one form of a value, with every name that a generation of the SDKs reads it by.
type export struct {
	value       string
	environment []string
	file        []string
	// number is true if a file has the value as a JSON number.
	number bool
}

// Format prints the export without its value, which may be a secret.
func (export) Format(f fmt.State, _ rune) { conceal(f, "export") }

// readersMarkdown lists the readers of an export. It lists only SDKs whose own loaders were tested.
const readersMarkdown = "The result works with this provider, with every generation of FINBOURNE's identity and LUSID SDKs, with the unified SDK, and " +
	"with the current SDKs for access, Luminesce, Drive, configuration, scheduler and notifications."

func credentialsParameter() function.Parameter {
	return function.MapParameter{
		Name:        "credentials",
		ElementType: types.StringType,
		MarkdownDescription: "Values by the provider's attribute names: `" + strings.Join(exportable(), "`, `") +
			"`. A null value counts as absent. If `password` is absent and there is no `access_token`, the result contains the " +
			"placeholder `<password>`. Replace it by hand. FINBOURNE's Python and Java SDKs send the user name unencoded, so they can't " +
			"sign in with a `username` that contains a `+`.",
	}
}

// exportable lists the attributes that an export can contain.
func exportable() []string {
	var names []string
	for _, s := range config.Settings() {
		if len(s.Environment) > 0 && s.Attribute != "secrets_file" && s.Attribute != "profile" {
			names = append(names, s.Attribute)
		}
	}
	return names
}

// readCredentials reads a function's first argument, and the others into their targets.
func readCredentials(ctx context.Context, req function.RunRequest, others ...any) (credentials, *function.FuncError) {
	var argument map[string]*string
	if err := req.Arguments.Get(ctx, append([]any{&argument}, others...)...); err != nil {
		return nil, err
	}
	c, err := newCredentials(argument)
	if err != nil {
		// Terraform puts the error into a sentence and adds the full stop.
		return nil, function.NewArgumentFuncError(0, err.Error())
	}
	return c, nil
}

// newCredentials checks a function's argument. Its errors never repeat a value, nor an unknown key.
func newCredentials(argument map[string]*string) (credentials, error) {
	allowed := exportable()
	c := credentials{}
	for _, name := range slices.Sorted(maps.Keys(argument)) {
		if !slices.Contains(allowed, name) {
			return nil, fmt.Errorf("%s is not a valid name in credentials. The valid names are: %s", describeKey(name), strings.Join(allowed, ", "))
		}
		if argument[name] == nil || *argument[name] == "" {
			continue
		}
		if err := config.Check(name, *argument[name]); err != nil {
			return nil, fmt.Errorf("the %s cannot be used: %w", name, err)
		}
		c[name] = client.Secret(*argument[name])
	}
	if c["password"] == "" && (c["username"] != "" || c["access_token"] == "") {
		c["password"] = config.PasswordPlaceholder
	}
	return c, nil
}

// describeKey repeats a key only if some source uses it as the name of a setting. Any other key may be
// a secret, for example if a value was used as the key by mistake.
func describeKey(key string) string {
	for _, s := range config.Settings() {
		if key == s.Attribute || slices.Contains(s.Environment, key) || slices.Contains(s.File, key) {
			return strconv.Quote(key)
		}
	}
	return "a key of the map"
}

// exports returns every value in every form, in the order of the table of settings.
func (c credentials) exports() []export {
	var exports []export
	for _, s := range config.Settings() {
		value := string(c[s.Attribute])
		switch {
		case value == "":
		case s.Attribute == "api_url":
			base, err := client.ParseAPIURL(value)
			if err != nil {
				continue
			}
			for _, service := range config.ServiceURLs() {
				exports = append(exports, export{value: base.String() + service.Ending, environment: service.Environment, file: service.File})
			}
		case s.Attribute == "token_url":
			if tokenURL, err := client.ParseTokenURL(value); err == nil {
				value = tokenURL.String()
			}
			exports = append(exports, export{value: value, environment: s.Environment, file: s.File})
		default:
			exports = append(exports, export{value: value, environment: s.Environment, file: s.File})
			if s.Attribute == "proxy.address" {
				exports = append(exports, javaProxyExports(value)...)
			}
		}
	}
	return exports
}

// javaProxyExports are the values that the Java SDK needs for a proxy in addition to its address. It
// fails on a file that has a proxy without a port. The Java SDK reads FBN_PROXY_ADDRESS as a host, and
// the Python SDK reads it as a URL. The export contains the URL.
func javaProxyExports(address string) []export {
	proxy, err := url.Parse(address)
	if err != nil {
		return nil
	}
	port := proxy.Port()
	switch {
	case port != "":
	case proxy.Scheme == "https":
		port = "443"
	case strings.HasPrefix(proxy.Scheme, "socks5"):
		port = "1080"
	default:
		port = "80"
	}
	return []export{
		{value: proxy.Hostname(), file: []string{"proxy.proxyAddress"}},
		{value: port, environment: []string{"FBN_PROXY_PORT"}, file: []string{"proxy.proxyPort"}, number: true},
	}
}

// variables are the environment variables of the export, in a stable order.
func (c credentials) variables() (names []string, values map[string]string, err *function.FuncError) {
	values = map[string]string{}
	for _, e := range c.exports() {
		for _, name := range e.environment {
			if strings.ContainsRune(e.value, 0) {
				return nil, nil, function.NewArgumentFuncError(0,
					fmt.Sprintf("the value of %s holds a NUL character, which no environment variable can carry", name))
			}
			names = append(names, name)
			values[name] = e.value
		}
	}
	return names, values, nil
}
