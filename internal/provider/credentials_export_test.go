package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// awkward are passwords that arrive unchanged only if they are quoted correctly.
var awkward = map[string]string{
	"quotes":           `it's "quoted" and ''twice''`,
	"dollar":           `$HOME ${HOME} $(id) $1 $$`,
	"backtick":         "`id` `n `\"",
	"backslash":        `a\b\\c\n\'\"\`,
	"percent":          `100% %PATH% %s %41`,
	"exclamation":      `wow! !! !$ hello!world`,
	"newline":          "first\nsecond",
	"trailing newline": "ends\n",
	"newlines":         "\n\n",
	"carriage return":  "a\r\nb\r",
	"tab":              "\ta\t",
	"spaces":           "  a  b  ",
	"not ASCII":        "pässwörd €",
	"not BMP":          "a😀b𝄞",
	"typographic":      "‘a’ ‚b‛ “c” „d”",
	"shell":            `; rm -rf / & | < > ( ) { } [ ] * ? ~ # = ^ @`,
	"HTML":             `<b>&amp;</b>`,
	"line separators":  "a\u2028b\u2029c\u0085d",
	"control":          "\x01\x1b[31m\x7f",
	"one quote":        `'`,
	"hyphen":           "-n",
	"interpolation":    "${a} %{if}",
	"here document":    "EOT\nEOF\n'@\n\"@",
	"placeholder-like": "<pass word>",
}

// exported returns credentials with a value for every valid name.
func exported(password string) map[string]any {
	return map[string]any{
		"api_url":             "https://acme.lusid.com/api/",
		"access_token":        "token-" + password,
		"access_token_file":   "/run/token",
		"token_url":           "https://acme.okta.com/oauth2/aus1",
		"username":            "service+" + password,
		"password":            password,
		"client_id":           "test-app",
		"client_secret":       "secret " + password,
		"refresh_token":       "refresh " + password,
		"application_name":    "my " + password,
		"proxy.address":       "http://proxy.acme.com:8080",
		"proxy.username":      "proxy " + password,
		"proxy.password":      password + " proxy",
		"ca_certificate_file": "/etc/ssl/" + password,
	}
}

// exportedAs returns the exported value for a name. Two of the URLs get a path.
func exportedAs(name, password string) string {
	switch name {
	case "api_url":
		return "https://acme.lusid.com/identity"
	case "token_url":
		return "https://acme.okta.com/oauth2/aus1/v1/token"
	}
	text, _ := exported(password)[name].(string)
	return text
}

// sdk is one of FINBOURNE's SDKs, with the names of the URL that its source code reads.
type sdk struct {
	source            string
	ending            string
	environment, file []string
}

// siblingSDKs are the SDKs of the services other than identity and LUSID. The older name comes last. The C# SDKs also
// read names with a hyphen from the environment. Those names are left out.
var siblingSDKs = []sdk{
	{
		"finbourne/finbourne-access-sdk-python sdk/finbourne_access/extensions/configuration_loaders.py", "/access",
		[]string{"FBN_ACCESS_URL", "FBN_FINBOURNE_ACCESS_API_URL"},
		[]string{"accessUrl", "finbourne_accessUrl"},
	},
	{
		"finbourne/finbourne-access-sdk-csharp sdk/Finbourne.Access.Sdk/Extensions/ApiConfigurationBuilder.cs, ApiConfiguration.cs",
		"/access",
		[]string{"FBN_ACCESS_URL", "FBN_FINBOURNE_ACCESS_API_URL"},
		[]string{"accessUrl", "finbourne_accessUrl", "finbourne-accessUrl"},
	},
	{
		"finbourne/access-sdk-java sdk/src/main/java/com/finbourne/access/extensions/ApiConfigurationBuilder.java",
		"/access",
		[]string{"FBN_ACCESS_URL", "FBN_ACCESS_API_URL"},
		[]string{"accessUrl"},
	},
	{
		"finbourne/luminesce-sdk-python sdk/luminesce/extensions/configuration_loaders.py", "/honeycomb",
		[]string{"FBN_LUMINESCE_URL", "FBN_LUMINESCE_API_URL"},
		[]string{"luminesceUrl"},
	},
	{
		"finbourne/luminesce-sdk-csharp sdk/Finbourne.Luminesce.Sdk/Extensions/ApiConfigurationBuilder.cs, ApiConfiguration.cs",
		"/honeycomb",
		[]string{"FBN_LUMINESCE_URL", "FBN_FINBOURNE_LUMINESCE_API_URL"},
		[]string{"luminesceUrl", "finbourne_luminesceUrl", "finbourne-luminesceUrl"},
	},
	{
		"finbourne/luminesce-sdk-java sdk/src/main/java/com/finbourne/luminesce/extensions/ApiConfigurationBuilder.java",
		"/honeycomb",
		[]string{"FBN_LUMINESCE_URL", "FBN_LUMINESCE_API_URL"},
		[]string{"luminesceUrl"},
	},
	{
		"finbourne/drive-sdk-python sdk/lusid_drive/extensions/configuration_loaders.py", "/drive",
		[]string{"FBN_DRIVE_URL", "FBN_LUSID_DRIVE_API_URL"},
		[]string{"driveUrl", "lusid_driveUrl"},
	},
	{
		"finbourne/drive-sdk-csharp sdk/Lusid.Drive.Sdk/Extensions/ApiConfigurationBuilder.cs, ApiConfiguration.cs",
		"/drive",
		[]string{"FBN_DRIVE_URL", "FBN_LUSID_DRIVE_API_URL"},
		[]string{"driveUrl", "lusid_driveUrl", "lusid-driveUrl"},
	},
	{
		"finbourne/drive-sdk-java sdk/src/main/java/com/finbourne/drive/extensions/ApiConfigurationBuilder.java",
		"/drive",
		[]string{"FBN_DRIVE_URL", "FBN_DRIVE_API_URL"},
		[]string{"driveUrl"},
	},
	{
		"finbourne/configuration-sdk-python sdk/lusid_configuration/extensions/configuration_loaders.py",
		"/configuration",
		[]string{"FBN_CONFIGURATION_URL", "FBN_LUSID_CONFIGURATION_API_URL"},
		[]string{"configurationUrl", "lusid_configurationUrl"},
	},
	{
		"finbourne/configuration-sdk-csharp sdk/Finbourne.Configuration.Sdk/Extensions/ApiConfigurationBuilder.cs, ApiConfiguration.cs",
		"/configuration",
		[]string{"FBN_CONFIGURATION_URL", "FBN_FINBOURNE_CONFIGURATION_API_URL"},
		[]string{"configurationUrl", "finbourne_configurationUrl", "finbourne-configurationUrl"},
	},
	{
		"finbourne/configuration-sdk-java sdk/src/main/java/com/finbourne/configuration/extensions/ApiConfigurationBuilder.java",
		"/configuration",
		[]string{"FBN_CONFIGURATION_URL", "FBN_CONFIGURATION_API_URL"},
		[]string{"configurationUrl"},
	},
	{
		"finbourne/scheduler-sdk-python sdk/lusid_scheduler/extensions/configuration_loaders.py", "/scheduler2",
		[]string{"FBN_SCHEDULER_URL", "FBN_LUSID_SCHEDULER_API_URL"},
		[]string{"schedulerUrl", "lusid_schedulerUrl"},
	},
	{
		"finbourne/scheduler-sdk-csharp sdk/Finbourne.Scheduler.Sdk/Extensions/ApiConfigurationBuilder.cs, ApiConfiguration.cs",
		"/scheduler2",
		[]string{"FBN_SCHEDULER_URL", "FBN_FINBOURNE_SCHEDULER_API_URL"},
		[]string{"schedulerUrl", "finbourne_schedulerUrl", "finbourne-schedulerUrl"},
	},
	{
		"finbourne/scheduler-sdk-java sdk/src/main/java/com/finbourne/scheduler/extensions/ApiConfigurationBuilder.java",
		"/scheduler2",
		[]string{"FBN_SCHEDULER_URL", "FBN_SCHEDULER_API_URL"},
		[]string{"schedulerUrl"},
	},
	{
		"finbourne/notifications-sdk-python sdk/lusid_notifications/extensions/configuration_loaders.py",
		"/notification",
		[]string{"FBN_NOTIFICATIONS_URL", "FBN_LUSID_NOTIFICATIONS_API_URL"},
		[]string{"notificationsUrl", "lusid_notificationsUrl"},
	},
	{
		"finbourne/notifications-sdk-csharp sdk/Finbourne.Notifications.Sdk/Extensions/ApiConfigurationBuilder.cs, ApiConfiguration.cs",
		"/notification",
		[]string{"FBN_NOTIFICATIONS_URL", "FBN_FINBOURNE_NOTIFICATIONS_API_URL"},
		[]string{"notificationsUrl", "finbourne_notificationsUrl", "finbourne-notificationsUrl"},
	},
	{
		"finbourne/notifications-sdk-java sdk/src/main/java/com/finbourne/notifications/extensions/ApiConfigurationBuilder.java",
		"/notification",
		[]string{"FBN_NOTIFICATIONS_URL", "FBN_NOTIFICATIONS_API_URL"},
		[]string{"notificationsUrl"},
	},
}

func mustExport(t *testing.T, function string, arguments ...any) (string, map[string]string) {
	t.Helper()
	text, texts, failure := providertest.NewProtocol(t).CallFunction(function, arguments...)
	if failure != "" {
		t.Fatal(failure)
	}
	return text, texts
}

// resolved returns what the provider reads from an environment and from a secrets.json in its working directory, if
// there is one.
func resolved(t *testing.T, environment map[string]string, file string) *config.Resolved {
	t.Helper()
	directory := t.TempDir()
	if file != "" {
		directory = filepath.Dir(providertest.FileIn(t, "secrets.json", file))
	}
	r, err := config.Resolve(nil, config.Surroundings{
		Getenv:    func(name string) string { return environment[name] },
		Environ:   func() []string { return nil },
		Directory: directory,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// memberOf returns a value of a secrets file as a JSON reader sees it.
func memberOf(t *testing.T, file, section, key string) string {
	t.Helper()
	var whole struct {
		API      map[string]any            `json:"api"`
		Profiles map[string]map[string]any `json:"profiles"`
		Proxy    map[string]any            `json:"proxy"`
	}
	if err := json.Unmarshal([]byte(file), &whole); err != nil {
		t.Fatal(err)
	}
	members := whole.API
	if section == "profile" {
		members = whole.Profiles["default"]
	}
	if nested, ok := strings.CutPrefix(key, "proxy."); ok {
		key, members = nested, whole.Proxy
	}
	text, _ := members[key].(string)
	return text
}

// TestSecretsJSON_roundTrip has the provider's own loader read the output of secrets_json, as a profile and as the
// section api.
func TestSecretsJSON_roundTrip(t *testing.T) {
	t.Parallel()
	for name, password := range awkward {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, _ := mustExport(t, "secrets_json", exported(password))
			var whole map[string]any
			if err := json.Unmarshal([]byte(text), &whole); err != nil {
				t.Fatal(err)
			}
			delete(whole, "profiles")
			for section, content := range map[string]string{"profile": text, "api": providertest.JSONText(t, whole)} {
				for _, setting := range config.Settings() {
					for _, key := range setting.Keys() {
						want := exportedAs(setting.Attribute, password)
						switch key {
						case "baseUrl":
							want = "https://acme.lusid.com"
						case "lusidUrl", "apiUrl":
							want = "https://acme.lusid.com/api"
						case "proxy.proxyAddress":
							want = "proxy.acme.com"
						}
						for _, sdk := range siblingSDKs {
							if slices.Contains(sdk.file, key) {
								want = "https://acme.lusid.com" + sdk.ending
							}
						}
						if got := memberOf(t, content, section, key); got != want {
							t.Errorf("%s: %s is %q, want %q", section, key, got, want)
						}
					}
				}
				// The resolver finds the same domain and the same credentials.
				r := resolved(t, nil, content)
				for _, setting := range config.Settings() {
					if got := r.Text(setting.Attribute); len(setting.Keys()) > 0 && got != exportedAs(setting.Attribute, password) {
						t.Errorf("%s: %s resolves to %q, want %q", section, setting.Attribute, got, exportedAs(setting.Attribute, password))
					}
				}
			}
		})
	}
}

// FuzzSecretsJSON_password has the provider read the password that secrets_json writes.
func FuzzSecretsJSON_password(f *testing.F) {
	for _, password := range awkward {
		f.Add(password)
	}
	f.Add("\ufeff")
	f.Add("a\ufeffb\ufffd\uffff\x00")
	var shared *providertest.Protocol
	f.Fuzz(func(t *testing.T, password string) {
		if !utf8.ValidString(password) || password == "" || password == config.PasswordPlaceholder {
			return // JSON cannot contain invalid UTF-8, and the other two count as absent.
		}
		if shared == nil {
			shared = providertest.NewProtocol(t)
		}
		p := *shared
		p.T = t
		text, _, failure := p.CallFunction("secrets_json", map[string]any{"password": password})
		if failure != "" {
			t.Fatal(failure)
		}
		if got := resolved(t, nil, text).Text("password"); got != password {
			t.Errorf("got %q, want %q", got, password)
		}
	})
}

// TestExports_names checks every name that any generation of the SDKs reads: the table and the proxies in section 3 of
// the reference. No other name may have a secret.
func TestExports_names(t *testing.T) {
	t.Parallel()
	const identity, api, base = "https://acme.lusid.com/identity", "https://acme.lusid.com/api", "https://acme.lusid.com"
	values := exported("s3cret")
	of := func(name string) string { return exportedAs(name, "s3cret") }
	environment := map[string]string{
		"FBN_IDENTITY_URL": identity, "FBN_LUSID_IDENTITY_URL": identity, "FBN_FINBOURNE_IDENTITY_API_URL": identity, "FBN_IDENTITY_API_URL": identity,
		"FBN_LUSID_URL": api, "FBN_LUSID_API_URL": api, "FBN_BASE_URL": base,
		"FBN_TOKEN_URL": of("token_url"), "FBN_USERNAME": of("username"), "FBN_PASSWORD": of("password"), "FBN_CLIENT_ID": of("client_id"),
		"FBN_CLIENT_SECRET": of("client_secret"), "FBN_REFRESH_TOKEN": of("refresh_token"), "FBN_APP_NAME": of("application_name"),
		"FBN_ACCESS_TOKEN": of("access_token"), "FBN_ACCESS_TOKEN_FILE": of("access_token_file"), "FBN_CLIENT_CERTIFICATE": of("ca_certificate_file"),
		"FBN_PROXY_ADDRESS": of("proxy.address"), "FBN_PROXY_PORT": "8080", "FBN_PROXY_USERNAME": of("proxy.username"), "FBN_PROXY_PASSWORD": of("proxy.password"),
	}
	for _, sdk := range siblingSDKs {
		for _, name := range sdk.environment {
			environment[name] = base + sdk.ending
		}
	}
	_, variables := mustExport(t, "env_vars", values)
	if diff := cmp.Diff(environment, variables); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}

	section := map[string]any{
		"identityUrl": identity, "finbourne_identityUrl": identity, "finbourne-identityUrl": identity, "lusidUrl": api, "apiUrl": api, "baseUrl": base,
		"tokenUrl": of("token_url"), "username": of("username"), "password": of("password"), "clientId": of("client_id"), "clientSecret": of("client_secret"),
		"refreshToken": of("refresh_token"), "applicationName": of("application_name"), "accessToken": of("access_token"),
		"personalAccessToken": of("access_token"), "clientCertificate": of("ca_certificate_file"),
	}
	for _, sdk := range siblingSDKs {
		for _, key := range sdk.file {
			section[key] = base + sdk.ending
		}
	}
	// The Java SDK reads the host and the port separately, and the port as a number.
	proxy := map[string]any{
		"address":      of("proxy.address"),
		"proxyAddress": "proxy.acme.com",
		"proxyPort":    float64(8080),
		"username":     of("proxy.username"),
		"password":     of("proxy.password"),
	}
	text, _ := mustExport(t, "secrets_json", values)
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"api": section, "proxy": proxy, "profiles": map[string]any{"default": section, "proxy": proxy}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("secrets.json (-want +got):\n%s", diff)
	}

	script, _ := mustExport(t, "env_script", values, "bash")
	var names []string
	for line := range strings.Lines(script) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		names = append(names, name)
	}
	if again, _ := mustExport(t, "env_script", values, "bash"); again != script {
		t.Error("two calls return the lines of the script in different orders")
	}
	slices.Sort(names)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(environment)), names); diff != "" {
		t.Errorf("names in the script (-want +got):\n%s", diff)
	}
	// The documentation lists every name that credentials may have.
	for name := range values {
		if !strings.Contains(providertest.NewProtocol(t).Schema.Functions["env_vars"].Parameters[0].Description, "`"+name+"`") {
			t.Errorf("the parameter's description lacks %s", name)
		}
	}
}

// TestExports_domain checks that each name that the functions write for the domain is enough to find the domain.
func TestExports_domain(t *testing.T) {
	t.Parallel()
	const base = "https://acme.lusid.com"
	domain := map[string]any{"api_url": base}
	mustFind := func(name string, environment map[string]string, file string) {
		t.Helper()
		found, err := client.ParseAPIURL(resolved(t, environment, file).Text("api_url"))
		if err != nil || found.String() != base {
			t.Errorf("with only %s, the provider finds %s: %v", name, found, err)
		}
	}
	names := 0
	_, variables := mustExport(t, "env_vars", domain)
	for name, value := range variables {
		if name != "FBN_PASSWORD" {
			names++
			mustFind(name, map[string]string{name: value}, "")
			// FINBOURNE's C# SDKs read names in lower case.
			mustFind(strings.ToLower(name), map[string]string{strings.ToLower(name): value}, "")
		}
	}
	text, _ := mustExport(t, "secrets_json", domain)
	var whole struct {
		API      map[string]string            `json:"api"`
		Profiles map[string]map[string]string `json:"profiles"`
	}
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		t.Fatal(err)
	}
	for key, value := range whole.API {
		if key != "password" {
			names++
			mustFind(key, nil, providertest.JSONText(t, map[string]any{"api": map[string]any{key: value}}))
			mustFind(key, nil, providertest.JSONText(t, map[string]any{"profiles": map[string]any{"default": map[string]any{key: value}}}))
			// FINBOURNE's C# SDKs read keys in any case.
			mustFind(strings.ToUpper(key), nil, providertest.JSONText(t, map[string]any{"API": map[string]any{strings.ToUpper(key): value}}))
		}
	}
	if want := 7 + 21 + 6 + 21; names != want {
		t.Errorf("tried %d names, want %d", names, want)
	}
}

// TestExports_credentials checks the results with and without values.
func TestExports_credentials(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		credentials map[string]any
		want        map[string]string
	}{
		{"no credentials", map[string]any{}, map[string]string{"FBN_PASSWORD": "<password>"}},
		{"no password", map[string]any{"username": "u"}, map[string]string{"FBN_USERNAME": "u", "FBN_PASSWORD": "<password>"}},
		{
			"null password",
			map[string]any{"username": "u", "password": nil},
			map[string]string{"FBN_USERNAME": "u", "FBN_PASSWORD": "<password>"},
		},
		{
			"empty password",
			map[string]any{"username": "u", "password": ""},
			map[string]string{"FBN_USERNAME": "u", "FBN_PASSWORD": "<password>"},
		},
		{"password", map[string]any{"password": "p"}, map[string]string{"FBN_PASSWORD": "p"}},
		{"access token", map[string]any{"access_token": "t"}, map[string]string{"FBN_ACCESS_TOKEN": "t"}},
		{
			"access token and user name",
			map[string]any{"access_token": "t", "username": "u"},
			map[string]string{"FBN_ACCESS_TOKEN": "t", "FBN_USERNAME": "u", "FBN_PASSWORD": "<password>"},
		},
		{"null client id", map[string]any{"access_token": "t", "client_id": nil}, map[string]string{"FBN_ACCESS_TOKEN": "t"}},
	} {
		_, got := mustExport(t, "env_vars", test.credentials)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	// LUSID's own export has the same placeholder. People read it, and the provider ignores it.
	text, _ := mustExport(t, "secrets_json", map[string]any{"api_url": "https://acme.lusid.com", "username": "u"})
	if !strings.Contains(text, `"password": "<password>"`) {
		t.Errorf("the text does not have the placeholder: %s", text)
	}
	if password := resolved(t, nil, text).Text("password"); password != "" {
		t.Errorf("the placeholder resolves to the password %q, want none", password)
	}

	for _, url := range []string{"https://acme.lusid.com", "https://acme.lusid.com/", "https://acme.lusid.com/api", "https://acme.lusid.com/identity/", "https://ACME.lusid.com/identity"} {
		_, got := mustExport(t, "env_vars", map[string]any{"api_url": url})
		if got["FBN_BASE_URL"] != "https://acme.lusid.com" || got["FBN_IDENTITY_URL"] != "https://acme.lusid.com/identity" || got["FBN_LUSID_API_URL"] != "https://acme.lusid.com/api" {
			t.Errorf("%s becomes %v", url, got)
		}
	}
	for address, port := range map[string]string{"http://proxy.acme.com": "80", "https://proxy.acme.com": "443", "http://[::1]:3128": "3128"} {
		if _, got := mustExport(t, "env_vars", map[string]any{"proxy.address": address}); got["FBN_PROXY_PORT"] != port {
			t.Errorf("%s has port %s, want %s", address, got["FBN_PROXY_PORT"], port)
		}
	}
	for _, url := range []string{"https://acme.okta.com/oauth2/aus1", "https://acme.okta.com/oauth2/aus1/", "https://acme.okta.com/oauth2/aus1/v1/token"} {
		if _, got := mustExport(t, "env_vars", map[string]any{"token_url": url}); got["FBN_TOKEN_URL"] != "https://acme.okta.com/oauth2/aus1/v1/token" {
			t.Errorf("%s becomes %s", url, got["FBN_TOKEN_URL"])
		}
	}
}

// TestExports_errors checks that no error repeats a value.
func TestExports_errors(t *testing.T) {
	t.Parallel()
	const canary = "c4nary-value"
	for _, test := range []struct {
		name        string
		credentials map[string]any
		parts       []string
	}{
		{
			"unknown key",
			map[string]any{"passwrd": canary, "password": canary},
			[]string{"a key of the map is not a valid name in credentials", "api_url", "client_secret", "proxy.password"},
		},
		{"secret as a key", map[string]any{canary: "x"}, []string{"a key of the map is not a valid name in credentials"}},
		{"SDK's key", map[string]any{"clientSecret": canary}, []string{`"clientSecret"`, "client_secret"}},
		{"variable's name", map[string]any{"FBN_PASSWORD": canary}, []string{`"FBN_PASSWORD"`}},
		{"setting that is not a credential", map[string]any{"max_retries": "5"}, []string{`"max_retries"`}},
		{"secrets_file", map[string]any{"secrets_file": canary}, []string{`"secrets_file"`}},
		{"profile", map[string]any{"profile": canary}, []string{`"profile"`}},
		{"unknown key of a null", map[string]any{canary: nil}, []string{"a key of the map"}},
		{"api_url", map[string]any{"api_url": "http://" + canary + ".lusid.com"}, []string{"the api_url cannot be used"}},
		{"api_url without a host", map[string]any{"api_url": canary}, []string{"the api_url cannot be used"}},
		{"token_url", map[string]any{"token_url": canary}, []string{"the token_url cannot be used"}},
		{"proxy", map[string]any{"proxy.address": canary}, []string{"the proxy.address cannot be used"}},
		{
			"proxy with a password",
			map[string]any{"proxy.address": "http://u:" + canary + "@proxy.acme.com"},
			[]string{"the proxy.address cannot be used"},
		},
	} {
		for _, function := range []string{"secrets_json", "env_vars", "env_script"} {
			arguments := []any{test.credentials}
			if function == "env_script" {
				arguments = append(arguments, "bash")
			}
			_, _, failure := providertest.NewProtocol(t).CallFunction(function, arguments...)
			for _, part := range test.parts {
				if !strings.Contains(failure, part) {
					t.Errorf("%s, %s: the error lacks %q: %s", function, test.name, part, failure)
				}
			}
			providertest.MustBeAbsent(t, function+", "+test.name, failure, map[string]string{"a value": canary})
			if strings.HasSuffix(failure, ".") {
				t.Errorf("%s, %s: Terraform adds a second full stop to %q", function, test.name, failure)
			}
		}
	}
	for _, shell := range []string{"bash", "powershell"} {
		_, _, failure := providertest.NewProtocol(t).CallFunction("env_script", map[string]any{"password": canary + "\x00"}, shell)
		if !strings.Contains(failure, "FBN_PASSWORD holds a NUL") || strings.Contains(failure, canary) {
			t.Errorf("%s: a NUL gives the error %q", shell, failure)
		}
	}
	_, _, failure := providertest.NewProtocol(t).CallFunction("env_vars", map[string]any{"password": canary + "\x00"})
	if !strings.Contains(failure, "FBN_PASSWORD holds a NUL") || strings.Contains(failure, canary) {
		t.Errorf("env_vars: a NUL gives the error %q", failure)
	}
	for _, shell := range []string{"", "Bash", "sh", "cmd", "pwsh"} {
		if _, _, failure := providertest.NewProtocol(t).CallFunction("env_script", map[string]any{}, shell); !strings.Contains(failure, `"bash" or "powershell"`) {
			t.Errorf("the shell %q gives the error %q", shell, failure)
		}
	}
}

// TestEnvScript_bash runs the script in real shells, with eval and as a file.
func TestEnvScript_bash(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "sh"} {
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("%s is not installed", shell)
			continue
		}
		for name, password := range awkward {
			t.Run(shell+", "+name, func(t *testing.T) {
				t.Parallel()
				script, _ := mustExport(t, "env_script", exported(password), "bash")
				_, want := mustExport(t, "env_vars", exported(password))
				file := providertest.FileIn(t, "script", script)
				for _, command := range []string{`eval "$(cat "$0")"`, `. "$0"`} {
					mustExportVariables(t, want, exec.CommandContext(t.Context(), shell, "-c", command+` && env -0`, file))
				}
			})
		}
	}
}

// FuzzEnvScript has real shells run the script, and compares the values that they print.
func FuzzEnvScript(f *testing.F) {
	for _, password := range awkward {
		f.Add(password)
	}
	f.Add("\xff'\xfe")
	f.Add("NUL\x00")
	var shells []string
	for _, name := range []string{"bash", "sh"} {
		// On Windows a shell may read its standard input as text.
		if path, err := exec.LookPath(name); err == nil && runtime.GOOS != "windows" {
			shells = append(shells, path)
		}
	}
	if len(shells) == 0 {
		f.Skip("neither bash nor sh is installed")
	}
	var shared *providertest.Protocol
	f.Fuzz(func(t *testing.T, password string) {
		if shared == nil {
			shared = providertest.NewProtocol(t)
		}
		p := *shared
		p.T = t
		credentials := map[string]any{"username": "u" + password, "password": password, "client_secret": password + "\n"}
		script, _, failure := p.CallFunction("env_script", credentials, "bash")
		if strings.ContainsRune(password, 0) {
			if !strings.Contains(failure, "holds a NUL character") {
				t.Errorf("%q gives the error %q", password, failure)
			}
			return
		}
		if failure != "" {
			t.Fatal(failure)
		}
		if password == "" {
			password = "<password>"
		}
		want := fmt.Sprintf("%s\x00%s\x00%s\x00", credentials["username"], password, credentials["client_secret"])
		for _, shell := range shells {
			command := exec.CommandContext(t.Context(), shell, "-s")
			command.Env = []string{"PATH=/nowhere"}
			command.Stdin = strings.NewReader(script + `printf '%s\0' "$FBN_USERNAME" "$FBN_PASSWORD" "$FBN_CLIENT_SECRET"` + "\n")
			output, err := command.CombinedOutput()
			if err != nil || string(output) != want {
				t.Errorf("%s: %q became %q: %v", shell, want, output, err)
			}
		}
	})
}

// mustExportVariables runs a command that prints its environment, separated by NULs.
func mustExportVariables(t *testing.T, want map[string]string, command *exec.Cmd) {
	t.Helper()
	command.Env = []string{"PATH=/usr/bin:/bin", "HOME=/nowhere"}
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("%s: %v\n%s", command, err, &complaints)
	}
	got := map[string]string{}
	for variable := range strings.SplitSeq(string(output), "\x00") {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "FBN_") {
			got[name] = value
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the shell has (-want +got):\n%s", diff)
	}
}

// TestEnvScript_powerShell compares with text that PowerShell reads correctly: single quotes are doubled, and
// characters other than printable ASCII are numbers.
func TestEnvScript_powerShell(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		"plain":            `'plain'`,
		`it's "$x" 100%!`:  `'it''s "$x" 100%!'`,
		"`n\\":             "'`n\\'",
		"a\nb":             `'a' + [char]0x000A + 'b'`,
		"ends\n":           `'ends' + [char]0x000A`,
		"‘typographic’":    `'' + [char]0x2018 + 'typographic' + [char]0x2019`,
		"‚low‛":            `'' + [char]0x201A + 'low' + [char]0x201B`,
		"ü":                `'' + [char]0x00FC`,
		"a😀b":              `'a' + [char]0xD83D + [char]0xDE00 + 'b'`,
		"\ttab\x7f":        `'' + [char]0x0009 + 'tab' + [char]0x007F`,
		"“double” \u2028x": `'' + [char]0x201C + 'double' + [char]0x201D + ' ' + [char]0x2028 + 'x'`,
		"'":                `''''`,
	} {
		script, _ := mustExport(t, "env_script", map[string]any{"password": password}, "powershell")
		if script != "$env:FBN_PASSWORD = "+want+"\n" {
			t.Errorf("%q becomes %s, want %s", password, script, want)
		}
	}
	for name, password := range awkward {
		script, _ := mustExport(t, "env_script", exported(password), "powershell")
		for line := range strings.Lines(script) {
			if !strings.HasPrefix(line, "$env:FBN_") || strings.ContainsFunc(line, func(r rune) bool { return r > '~' || r < ' ' && r != '\n' }) {
				t.Errorf("%s: PowerShell may read this line differently: %q", name, line)
			}
		}
	}
	pwsh, err := exec.LookPath("pwsh")
	if err != nil {
		t.Skip("pwsh is not installed")
	}
	for name, password := range awkward {
		script, _ := mustExport(t, "env_script", exported(password), "powershell")
		_, want := mustExport(t, "env_vars", exported(password))
		t.Run(name, func(t *testing.T) {
			mustExportVariables(t, want, exec.CommandContext(t.Context(), pwsh, "-NoProfile", "-Command", script+"; env -0"))
		})
	}
}

// TestAccFunctions calls the functions through the CLI, with a secret that is known only after apply. The functions
// need no sign-in.
func TestAccFunctions(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.ProviderFunctions)
	d := providertest.NewMock(t, mockserver.Options{})
	password := strings.Join(slices.Sorted(maps.Values(awkward)), "")
	config := d.Config(providertest.ApplicationHCL("test", "test-app") + fmt.Sprintf(`
locals {
  credentials = {
    api_url       = %q
    token_url     = lusid_application.test.token_url
    username      = "service@example.com"
    password      = var.password
    client_id     = lusid_application.test.client_id
    client_secret = lusid_application.test.secret
  }
}
variable "password" {
  sensitive = true
}
output "secrets_json" {
  value     = provider::lusid::secrets_json(local.credentials)
  sensitive = true
}
output "env_vars" {
  value     = provider::lusid::env_vars(local.credentials)
  sensitive = true
}
output "env_script" {
  value     = provider::lusid::env_script(local.credentials, "bash")
  sensitive = true
}
output "powershell" {
  value     = provider::lusid::env_script(local.credentials, "powershell")
  sensitive = true
}
output "open" {
  value = provider::lusid::env_vars({ client_id = "test-app", password = "open" })
}
`, d.URL))
	w := providertest.NewWorkspace(t, config, "TF_VAR_password="+password)
	printed := w.MustRun("apply", "-auto-approve")
	made := d.Application(t, "test-app")
	providertest.MustBeAbsent(t, "the output", printed, map[string]string{"the secret": made.Secret, "the password": password})
	providertest.MustHold(t, printed, `open = tomap({ "FBN_CLIENT_ID" = "test-app"`)

	// The provider can sign in with each export.
	w.Write("secrets.json", output(w, "secrets_json"))
	r := resolved(t, nil, w.ReadFile("secrets.json"))
	for setting, want := range map[string]string{"password": password, "client_secret": made.Secret, "api_url": d.URL + "/identity"} {
		if got := r.Text(setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	_, want := mustExport(t, "env_vars", map[string]any{
		"api_url": d.URL, "token_url": made.Issuer, "username": "service@example.com", "password": password, "client_id": "test-app", "client_secret": made.Secret,
	})
	file := w.Write("script", output(w, "env_script"))
	mustExportVariables(t, want, exec.CommandContext(t.Context(), "bash", "-c", `eval "$(cat "$0")" && env -0`, file))

	// The result of a sensitive argument is sensitive. An output that is not declared sensitive is an error.
	w.Configure(strings.ReplaceAll(config, "  sensitive = true\n}\noutput \"powershell\"", "}\noutput \"powershell\""))
	w.MustFail([]string{"Output refers to sensitive values"}, "plan")
	w.Configure(strings.ReplaceAll(config, "client_id = \"test-app\", password", "clientId = \"test-app\", password"))
	printed = w.MustFail([]string{`"clientId" is not a valid name in credentials`, "ca_certificate_file."}, "plan")
	if strings.Contains(providertest.Flatten(printed), "..") {
		t.Errorf("the error ends with two full stops:\n%s", printed)
	}
}

// output returns the text of an output.
func output(w *providertest.Workspace, name string) string {
	w.T.Helper()
	text, ok := w.State().Values.Outputs[name].Value.(string)
	if !ok {
		w.T.Fatalf("the output %s is not a text", name)
	}
	return text
}
