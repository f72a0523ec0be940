package config_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
)

// place has the sources of settings, as a test fills them.
type place struct {
	block map[string]string
	env   map[string]string
	// file is the content of secrets.json in the working directory. files has the content of other
	// files by name.
	file  string
	files map[string]string
}

func (p place) resolve(t *testing.T) (*config.Resolution, error) {
	t.Helper()
	directory := t.TempDir()
	files := map[string]string{}
	maps.Copy(files, p.files)
	if p.file != "" {
		files["secrets.json"] = p.file
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := config.Resolve(p.block, config.Surroundings{
		Getenv: func(name string) string { return p.env[name] },
		Environ: func() []string {
			var entries []string
			for name, value := range p.env {
				entries = append(entries, name+"="+value)
			}
			return entries
		},
		Directory: directory,
	})
	if err != nil {
		return nil, err
	}
	return config.Steps(r), nil
}

func (p place) mustResolve(t *testing.T) *config.Resolution {
	t.Helper()
	r, err := p.resolve(t)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestResolve_precedence checks each setting with each pair of sources.
func TestResolve_precedence(t *testing.T) {
	t.Parallel()
	for _, setting := range config.Settings() {
		attribute, variables, keys := setting.Attribute, setting.Variables(), setting.Keys()
		if attribute == "secrets_file" || attribute == "profile" {
			continue
		}
		block := map[string]string{attribute: "from the block"}
		for _, variable := range variables {
			env := map[string]string{variable: "from " + variable}
			t.Run(attribute+"/"+variable, func(t *testing.T) {
				t.Parallel()
				check(t, place{env: env}, attribute, "from "+variable)
				check(t, place{env: env, block: block}, attribute, "from the block")
			})
		}
		for _, key := range keys {
			t.Run(attribute+"/"+key, func(t *testing.T) {
				t.Parallel()
				api := secretsFile(t, "api", key, "from "+key)
				profile := secretsFile(t, "profiles.default", key, "from "+key)
				env := map[string]string{variables[0]: "from " + variables[0]}
				check(t, place{file: api}, attribute, "from "+key)
				check(t, place{file: profile}, attribute, "from "+key)
				check(t, place{file: api, env: env}, attribute, "from "+variables[0])
				check(t, place{file: api, env: env, block: block}, attribute, "from the block")
				named := map[string]string{"secrets_file": "other.json"}
				check(t, place{files: map[string]string{"other.json": api}, env: env, block: named}, attribute, "from "+key)
				named = map[string]string{"profile": "default"}
				check(t, place{file: profile, env: env, block: named}, attribute, "from "+key)
				named = map[string]string{"profile": "default", attribute: "from the block"}
				check(t, place{file: profile, env: env, block: named}, attribute, "from the block")
			})
		}
		t.Run(attribute+"/first", func(t *testing.T) {
			t.Parallel()
			if len(variables) == 0 {
				check(t, place{block: block}, attribute, "from the block")
				return
			}
			env := map[string]string{}
			for _, variable := range variables {
				env[variable] = "from " + variable
			}
			check(t, place{env: env}, attribute, "from "+variables[0])
			env[variables[0]] = ""
			if len(variables) > 1 {
				check(t, place{env: env}, attribute, "from "+variables[1])
			}
		})
	}
}

// TestResolve_lastResort expects that the domain is taken from the URL of another service only if the
// URL of the Identity API is not set.
func TestResolve_lastResort(t *testing.T) {
	t.Parallel()
	const sibling, own = `{"api": {"accessUrl": "file's access"}}`, `{"api": {"identityUrl": "file's identity", "accessUrl": "file's access"}}`
	access := map[string]string{"FBN_ACCESS_URL": "variable's access"}
	check(t, place{env: access}, "api_url", "variable's access")
	check(t, place{file: sibling}, "api_url", "file's access")
	check(t, place{env: access, file: sibling}, "api_url", "variable's access")
	check(t, place{env: access, file: own}, "api_url", "file's identity")
	identity := map[string]string{"FBN_ACCESS_URL": "variable's access", "FBN_LUSID_API_URL": "variable's LUSID"}
	check(t, place{env: identity, file: own}, "api_url", "variable's LUSID")
	// A file that the provider block names ranks above the environment, with all its keys.
	check(t, place{
		env:   identity,
		block: map[string]string{"secrets_file": "s.json"},
		files: map[string]string{"s.json": sibling},
	}, "api_url", "file's access")
}

func check(t *testing.T, p place, attribute, want string) {
	t.Helper()
	if got := p.mustResolve(t).Text(attribute); got != want {
		t.Errorf("%+v: %s is %q, want %q", p, attribute, got, want)
	}
}

// secretsFile returns a secrets file with one value in a section such as api or profiles.default.
func secretsFile(t *testing.T, section, key, value string) string {
	t.Helper()
	var node any = value
	elements := strings.Split(section+"."+key, ".")
	for _, element := range slices.Backward(elements) {
		node = map[string]any{element: node}
	}
	encoded, err := json.Marshal(node)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestResolve_secretsFile(t *testing.T) {
	t.Parallel()
	file := func(clientID string) string { return `{"api": {"clientId": "` + clientID + `"}}` }
	profiles := `{"profileName": "test", "profiles": {
		"default": {"clientId": "default"}, "test": {"clientId": "test"}, "production": {"clientId": "production"},
		"proxy": {"address": "http://proxy"}}}`
	for name, test := range map[string]struct {
		place place
		want  string
	}{
		"default file": {place{file: file("a")}, "a"},
		"no source":    {place{}, ""},
		"FBN_SECRETS_PATH": {
			place{file: file("a"), files: map[string]string{"b.json": file("b")}, env: map[string]string{"FBN_SECRETS_PATH": "b.json"}},
			"b",
		},
		"block above the environment": {
			place{
				files: map[string]string{"b.json": file("b"), "c.json": file("c")},
				env:   map[string]string{"FBN_SECRETS_PATH": "b.json"},
				block: map[string]string{"secrets_file": "c.json"},
			},
			"c",
		},
		"profileName": {place{file: profiles}, "test"},
		"FBN_PROFILE": {place{file: profiles, env: map[string]string{"FBN_PROFILE": "production"}}, "production"},
		"profile in the block": {
			place{file: profiles, env: map[string]string{"FBN_PROFILE": "production"}, block: map[string]string{"profile": "default"}},
			"default",
		},
		"default profile":           {place{file: `{"profiles": {"default": {"clientId": "default"}}}`}, "default"},
		"api and profiles":          {place{file: `{"api": {"clientId": "api"}, "profiles": {"test": {"clientId": "test"}}}`}, "api"},
		"another tool's file":       {place{file: `{"database": {"clientId": "x"}}`}, ""},
		"null":                      {place{file: `{"api": {"clientId": null}}`}, ""},
		"keys as C# binds them":     {place{file: `{"Api": {"ClientId": "a"}}`}, "a"},
		"profiles in any case":      {place{file: `{"PROFILES": {"Default": {"CLIENTID": "a"}}}`}, "a"},
		"exact case of a key first": {place{file: `{"api": {"ClientId": "a", "clientId": "b", "CLIENTID": "c"}}`}, "b"},
		"variable in lower case":    {place{env: map[string]string{"fbn_client_id": "a"}, file: file("b")}, "a"},
		"variable in both cases":    {place{env: map[string]string{"fbn_client_id": "a", "FBN_CLIENT_ID": "b"}}, "b"},
		"fbn_profile":               {place{file: profiles, env: map[string]string{"fbn_profile": "production"}}, "production"},
		"fbn_secrets_path": {
			place{file: file("a"), files: map[string]string{"b.json": file("b")}, env: map[string]string{"fbn_secrets_path": "b.json"}},
			"b",
		},
		"profile without a file": {place{env: map[string]string{"FBN_PROFILE": "production", "FBN_CLIENT_ID": "env"}}, "env"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, test.place, "client_id", test.want)
		})
	}
	check(t, place{file: profiles}, "proxy.address", "http://proxy")
	check(t, place{file: `{"api": {}, "proxy": {"address": "http://shared"}}`}, "proxy.address", "http://shared")
}

func TestResolve_secretsFileErrors(t *testing.T) {
	t.Parallel()
	const canary = "s3cr3t-canary"
	for name, test := range map[string]struct {
		place place
		want  []string
	}{
		"missing, named in the environment": {
			place{env: map[string]string{"FBN_SECRETS_PATH": "gone.json"}}, []string{"gone.json", "no such file"},
		},
		"missing, named in the block": {
			place{block: map[string]string{"secrets_file": "gone.json"}}, []string{"gone.json", "no such file"},
		},
		"directory": {place{block: map[string]string{"secrets_file": "."}}, []string{"directory"}},
		"flat, named in the environment": {
			place{env: map[string]string{"FBN_SECRETS_PATH": "flat.json"}, files: map[string]string{"flat.json": `{"password": "` + canary + `"}`}},
			[]string{"FBN_SECRETS_PATH: ", "flat.json has neither \"api\" nor \"profiles\""},
		},
		"flat, named in the block": {
			place{block: map[string]string{"secrets_file": "flat.json"}, files: map[string]string{"flat.json": `{"password": "` + canary + `"}`}},
			[]string{"flat.json has neither \"api\" nor \"profiles\""},
		},
		"empty": {place{file: "\n"}, []string{"secrets.json", "empty"}},
		"malformed": {
			place{file: "{\n  \"api\": {\n    \"password\": \"" + canary + "\",\n  }\n}"},
			[]string{"secrets.json", "line 4, column 3: JSON has no comma after the last member"},
		},
		"comment": {
			place{file: "// " + canary + "\n{\"api\": {}}"}, []string{"line 1, column 1: JSON has no comments"},
		},
		"comment after a value": {
			place{file: "{\"api\": {\"password\": \"" + canary + "\" # mine\n}}"},
			[]string{"column 38: JSON has no comments"},
		},
		"unquoted value": {place{file: "{\"api\": {\"password\": " + canary + "}}"}, []string{"line 1, column 22"}},
		"cut off":        {place{file: "{\"api\": {\"password\": \"" + canary}, []string{"too early"}},
		"two values": {
			place{file: "{\"api\": {}}\n{\"password\": \"" + canary + "\"}"}, []string{"line 2, column 1"},
		},
		"number": {
			place{file: "{\"api\": {\n\"password\": 271828182845}}"}, []string{"number", `"password"`, "line 2, column"},
		},
		"list": {
			place{file: `{"api": {"password": ["` + canary + `"]}}`},
			[]string{"array", `"password"`, "instead of a string"},
		},
		"api of the wrong type": {place{file: `{"api": "` + canary + `"}`}, []string{"string", `"api"`, "instead of an object"}},
		"profile of the wrong type": {
			place{file: `{"profiles": {"default": "` + canary + `"}}`},
			[]string{`"profiles.default"`, "instead of an object"},
		},
		"proxy of the wrong type": {
			place{file: `{"api": {"proxy": "` + canary + `"}}`}, []string{`"proxy"`, "instead of an object"},
		},
		"document of the wrong type": {place{file: `["` + canary + `"]`}, []string{"array", "object"}},
		"no such profile": {
			place{file: `{"profiles": {"a": {"password": "` + canary + `"}, "b": {}}}`, block: map[string]string{"profile": "c"}},
			[]string{`no profile "c"`, `"a", "b"`},
		},
		"no default profile": {
			place{file: `{"profiles": {"a": {}}}`},
			[]string{`no profile "default"`, `"a"`, "To choose one, set profile in the provider block, or set FBN_PROFILE"},
		},
		"no such profile for FBN_PROFILE": {
			place{file: `{"profiles": {"a": {}}}`, env: map[string]string{"FBN_PROFILE": "c"}},
			[]string{`has no profile "c". Its profiles are: "a"` + "\n"},
		},
		"path that needs a shell": {
			place{block: map[string]string{"secrets_file": "~/" + canary}},
			[]string{"secrets_file from the provider block", `pathexpand("~/...")`},
		},
		"missing, named in lower case": {
			place{env: map[string]string{"fbn_secrets_path": "gone.json"}},
			[]string{"fbn_secrets_path: ", "gone.json", "no such file"},
		},
		"path that needs a shell in fbn_secrets_path": {
			place{env: map[string]string{"fbn_secrets_path": "~/" + canary}},
			[]string{"fbn_secrets_path cannot be used", "the full path"},
		},
		"path that needs a shell in FBN_SECRETS_PATH": {
			place{env: map[string]string{"FBN_SECRETS_PATH": "~/" + canary}},
			[]string{"FBN_SECRETS_PATH", "the full path"},
		},
		"profile, and a file without profiles": {
			place{file: `{"api": {}}`, block: map[string]string{"profile": "c"}}, []string{"profiles", `"c"`},
		},
		"profile, and no file": {place{block: map[string]string{"profile": "c"}}, []string{"no secrets file", "secrets.json"}},
		"not UTF-8": {
			place{file: "{\"api\": {\"password\": \"caf\xe9" + canary + "\"}}"},
			[]string{"neither UTF-8 nor UTF-16", "line 1, column 26"},
		},
		"too large": {place{file: strings.Repeat(" ", 5<<20)}, []string{"secrets.json", "larger than 4 MiB"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := test.place.resolve(t)
			if err == nil {
				// The fault of the default file is part of the error that says that no way to sign in
				// is complete.
				err = r.WayInErr
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "271828182845") {
				t.Errorf("the error contains a value: %v", err)
			}
		})
	}
}

// TestResolve_foreignFile has a secrets.json in the working directory that the provider cannot use. The
// fault is an error only if the provider needs the file, or if the user named it.
func TestResolve_foreignFile(t *testing.T) {
	t.Parallel()
	complete := map[string]string{"FBN_IDENTITY_URL": "https://acme.lusid.com", "FBN_ACCESS_TOKEN": "t"}
	for name, test := range map[string]struct{ file, fault string }{
		"another tool's object":              {`{"identityUrl": "https://other.lusid.com", "accessToken": "u"}`, `has neither "api" nor "profiles"`},
		"another tool's list":                {`["another tool"]`, "JSON array"},
		"api is a string":                    {`{"api": "text"}`, `JSON string at "api"`},
		"profiles is a list":                 {`{"profiles": ["a"]}`, `JSON array at "profiles"`},
		"comment":                            {"// mine\n{}", "JSON has no comments"},
		"number in a credential":             {`{"api": {"username": 5}}`, `JSON number at "username"`},
		"number in a URL that is not needed": {`{"api": {"driveUrl": 5}}`, `JSON number at "driveUrl"`},
		"proxy is a string":                  {`{"api": {"proxy": "http://proxy"}}`, `JSON string at "proxy"`},
		"profiles without default":           {`{"profiles": {"a": {}}}`, `no profile "default"`},
		"not UTF-8":                          {"caf\xe9", "neither UTF-8"},
		"empty":                              {" ", "it is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for source, p := range map[string]place{
				"the environment": {env: complete, file: test.file},
				"the block":       {block: map[string]string{"api_url": "https://acme.lusid.com", "access_token": "t"}, file: test.file},
			} {
				if r := p.mustResolve(t); r.WayIn != "an access token" || r.FaultErr != nil || r.Text("api_url") != "https://acme.lusid.com" {
					t.Errorf("with everything in %s: got the way to sign in %q, the error %v and the fault %v, want an access token and no error", source, r.WayIn, r.WayInErr, r.FaultErr)
				}
			}
			mustHoldFault := func(what string, err error) {
				t.Helper()
				if err == nil || !strings.Contains(err.Error(), test.fault) {
					t.Errorf("%s: the error lacks %q: %v", what, test.fault, err)
				}
			}
			mustHoldFault("alone", place{
				file: test.file,
				env:  map[string]string{"FBN_IDENTITY_URL": "https://acme.lusid.com"},
			}.mustResolve(t).WayInErr)
			_, err := place{
				files: map[string]string{"named.json": test.file},
				block: map[string]string{"secrets_file": "named.json"},
				env:   complete,
			}.resolve(t)
			mustHoldFault("named in the block", err)
			_, err = place{files: map[string]string{"named.json": test.file}, env: map[string]string{
				"FBN_IDENTITY_URL": complete["FBN_IDENTITY_URL"], "FBN_ACCESS_TOKEN": "t", "FBN_SECRETS_PATH": "named.json",
			}}.resolve(t)
			mustHoldFault("named in the environment", err)
		})
	}
	t.Run("FBN_PROFILE with a file that has only api", func(t *testing.T) {
		t.Parallel()
		r := place{
			file: `{"api": {"password": "p"}}`,
			env:  map[string]string{"FBN_IDENTITY_URL": "https://acme.lusid.com", "FBN_ACCESS_TOKEN": "t", "FBN_PROFILE": "a"},
		}.mustResolve(t)
		if r.WayIn != "an access token" || r.FaultErr != nil || r.ProfileErr != nil {
			t.Errorf("got the way to sign in %q and the errors %v, %v and %v, want an access token and no error", r.WayIn, r.WayInErr, r.FaultErr, r.ProfileErr)
		}
		if !strings.Contains(r.ProfileWarning, `has no "profiles", so it has no profile "a"`) {
			t.Errorf("got the warning %q, want one that says that the file has no profiles", r.ProfileWarning)
		}
	})
	// If the credentials come from the file, a fault in it is an error.
	for _, file := range []string{
		`{"api": {"identityUrl": "https://acme.lusid.com", "accessToken": "t", "applicationName": 5}}`,
		`{"api": {"accessToken": "t", "applicationName": 5}}`,
		`{"api": {"identityUrl": "https://acme.lusid.com", "applicationName": 5}}`,
	} {
		env := map[string]string{}
		if !strings.Contains(file, "identityUrl") {
			env["FBN_IDENTITY_URL"] = complete["FBN_IDENTITY_URL"]
		}
		if !strings.Contains(file, "accessToken") {
			env["FBN_ACCESS_TOKEN"] = "t"
		}
		if r := (place{file: file, env: env}).mustResolve(t); r.FaultErr == nil || !strings.Contains(r.FaultErr.Error(), "applicationName") {
			t.Errorf("%s: got the fault %v, want one that names applicationName", file, r.FaultErr)
		}
	}
}

// TestResolve_foreignValue has a secrets.json in the working directory with a value that fails its
// check. If the provider needs nothing from the file, it ignores the whole file.
func TestResolve_foreignValue(t *testing.T) {
	t.Parallel()
	const domain = "https://acme.lusid.com"
	token := map[string]string{"FBN_IDENTITY_URL": domain, "FBN_ACCESS_TOKEN": "t"}
	for name, test := range map[string]struct {
		place place
		fault string
	}{
		"proxy": {
			place{env: token, file: `{"api": {"applicationName": "other", "proxy": {"address": "not a url"}}}`},
			"proxy.address",
		},
		"certificate": {
			place{env: token, file: `{"api": {"applicationName": "other", "clientCertificate": "/nonexistent"}}`},
			"ca_certificate_file",
		},
		"everything in the block": {
			place{
				block: map[string]string{"api_url": domain, "access_token": "t"},
				file:  `{"api": {"applicationName": "other", "clientCertificate": "/nonexistent"}}`,
			},
			"ca_certificate_file",
		},
		"default profile": {place{env: token, file: `{"profiles": {"default": {"applicationName": "other", "tokenUrl": "x"}}}`}, "token_url"},
		"domain from another service's variable": {
			place{
				env:  map[string]string{"FBN_ACCESS_URL": domain + "/access", "FBN_ACCESS_TOKEN": "t"},
				file: `{"api": {"applicationName": "other", "apiUrl": "x"}}`,
			},
			"api_url",
		},
		"value of the wrong type": {place{env: token, file: `{"api": {"applicationName": "other", "username": 5}}`}, "username"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			choice, err := test.place.mustResolve(t).Choose()
			if err != nil {
				t.Fatal(err)
			}
			if choice.IgnoredFile == nil || !strings.Contains(choice.IgnoredFile.Error(), test.fault) || !strings.Contains(choice.IgnoredFile.Error(), "secrets.json") {
				t.Errorf("got the ignored file %v, want a fault that names %s and secrets.json", choice.IgnoredFile, test.fault)
			}
			if choice.Client.ApplicationName == "other" {
				t.Error("the provider uses another value of the ignored file")
			}
		})
	}
	for name, p := range map[string]place{
		"the file has the token": {
			env:  map[string]string{"FBN_IDENTITY_URL": domain},
			file: `{"api": {"accessToken": "t", "proxy": {"address": "not a url"}}}`,
		},
		"the file has the domain": {
			env:  map[string]string{"FBN_ACCESS_TOKEN": "t"},
			file: `{"api": {"apiUrl": "https://acme.lusid.com", "proxy": {"address": "not a url"}}}`,
		},
		"the file is named": {
			env:  map[string]string{"FBN_IDENTITY_URL": domain, "FBN_ACCESS_TOKEN": "t", "FBN_SECRETS_PATH": "secrets.json"},
			file: `{"api": {"proxy": {"address": "not a url"}}}`,
		},
		"the file's profile is named": {
			env:  map[string]string{"FBN_IDENTITY_URL": domain, "FBN_ACCESS_TOKEN": "t", "FBN_PROFILE": "a"},
			file: `{"profiles": {"a": {"proxy": {"address": "not a url"}}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := p.mustResolve(t).Choose(); err == nil || !strings.Contains(err.Error(), "proxy.address from the secrets file") {
				t.Errorf("got the error %v, want one about proxy.address from the secrets file", err)
			}
		})
	}
	p := place{env: token, file: `{"api": {"applicationName": "mine", "proxy": {"address": "http://proxy.acme.com"}}}`}
	if choice, err := p.mustResolve(t).Choose(); err != nil || choice.IgnoredFile != nil || choice.Client.ApplicationName != "mine" || choice.Client.Proxy == nil {
		t.Errorf("the provider does not use a file without a fault: %v", err)
	}
}

// TestResolve_javaProxy reads the host and the port of a proxy in the format of FINBOURNE's Java SDKs.
func TestResolve_javaProxy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		place place
		want  string
	}{
		"variables": {
			place{env: map[string]string{"FBN_PROXY_ADDRESS": "proxy.acme.com", "FBN_PROXY_PORT": "8080"}},
			"http://proxy.acme.com:8080",
		},
		"variables in lower case": {
			place{env: map[string]string{"fbn_proxy_address": "proxy.acme.com", "fbn_proxy_port": "8080"}},
			"http://proxy.acme.com:8080",
		},
		"host without a port": {place{env: map[string]string{"FBN_PROXY_ADDRESS": "proxy.acme.com"}}, "http://proxy.acme.com"},
		"host with a port": {
			place{env: map[string]string{"FBN_PROXY_ADDRESS": "proxy.acme.com:3128", "FBN_PROXY_PORT": "8080"}},
			"http://proxy.acme.com:3128",
		},
		"URL without a port": {
			place{env: map[string]string{"FBN_PROXY_ADDRESS": "https://proxy.acme.com", "FBN_PROXY_PORT": "8443"}},
			"https://proxy.acme.com:8443",
		},
		"URL with a port": {
			place{env: map[string]string{"FBN_PROXY_ADDRESS": "http://proxy.acme.com:3128", "FBN_PROXY_PORT": "8080"}},
			"http://proxy.acme.com:3128",
		},
		"IPv6": {place{env: map[string]string{"FBN_PROXY_ADDRESS": "[::1]", "FBN_PROXY_PORT": "8080"}}, "http://[::1]:8080"},
		"file": {
			place{file: `{"api": {"proxy": {"proxyAddress": "proxy.acme.com", "proxyPort": 8080}}}`},
			"http://proxy.acme.com:8080",
		},
		"file with the port as a string": {
			place{file: `{"profiles": {"default": {}, "proxy": {}}, "proxy": {"proxyAddress": "proxy.acme.com", "proxyPort": "8080"}}`},
			"http://proxy.acme.com:8080",
		},
		"file with both formats": {
			place{file: `{"api": {"proxy": {"address": "https://proxy.acme.com:8443", "proxyAddress": "proxy.acme.com", "proxyPort": 8443}}}`},
			"https://proxy.acme.com:8443",
		},
		"port from another source": {
			place{file: `{"api": {"proxy": {"proxyAddress": "proxy.acme.com"}}}`, env: map[string]string{"FBN_PROXY_PORT": "8080"}},
			"http://proxy.acme.com",
		},
		"environment above a file": {
			place{
				file: `{"api": {"proxy": {"proxyAddress": "other.acme.com", "proxyPort": 1}}}`,
				env:  map[string]string{"FBN_PROXY_ADDRESS": "proxy.acme.com"},
			},
			"http://proxy.acme.com",
		},
		"port without a host": {place{env: map[string]string{"FBN_PROXY_PORT": "8080"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, test.place, "proxy.address", test.want)
		})
	}
	const canary = "s3cr3t-canary"
	for _, env := range []map[string]string{
		{"FBN_PROXY_ADDRESS": "proxy.acme.com", "FBN_PROXY_PORT": canary},
		{"FBN_PROXY_ADDRESS": "user:" + canary + "@proxy.acme.com", "FBN_PROXY_PORT": "8080"},
	} {
		env["FBN_IDENTITY_URL"], env["FBN_ACCESS_TOKEN"] = "https://acme.lusid.com", "t"
		_, err := place{env: env}.mustResolve(t).Choose()
		if err == nil || !strings.Contains(err.Error(), "the proxy.address from the environment variable FBN_PROXY_ADDRESS and FBN_PROXY_PORT cannot be used") || strings.Contains(err.Error(), canary) {
			t.Errorf("got the error %v, want one that names the two variables and contains no value", err)
		}
	}
	_, err := place{
		files: map[string]string{"s.json": `{"api": {"proxy": {"address": "h", "proxyPort": ["` + canary + `"]}}}`},
		block: map[string]string{"secrets_file": "s.json"},
	}.resolve(t)
	if err == nil || !strings.Contains(err.Error(), `JSON array at "proxy.proxyPort"`) || strings.Contains(err.Error(), canary) {
		t.Errorf("got the error %v, want one about the type of proxyPort that contains no value", err)
	}
}

// TestResolve_unusedVariables expects that the error names variables that look like settings but are
// not used. It must not contain their values.
func TestResolve_unusedVariables(t *testing.T) {
	t.Parallel()
	const canary = "s3cr3t-canary"
	for want, env := range map[string]map[string]string{
		"the environment: found, but not used: FBN_API_URL, LUSID_URL, fbn_pasword\n": {
			"FBN_API_URL": canary, "LUSID_URL": canary, "fbn_pasword": canary, "FBN_CORRELATION_ID": canary, "FBN_EMPTY": "", "OTHER": canary,
		},
		"the environment: fbn_username, FBN_PASSWORD; found, but not used: FINBOURNE_SECRET\n": {
			"fbn_username": canary, "FBN_PASSWORD": canary, "FINBOURNE_SECRET": canary,
		},
		"the environment: FBN_LUMINESCE_API_URL\n": {"FBN_LUMINESCE_API_URL": canary, "LUSID_MOCK_URL": canary},
		"the environment: FBN_USERNAME; found, but not used: Fbn_Password, fbn_username\n": {
			"Fbn_Password": canary, "FBN_USERNAME": canary, "fbn_username": canary + " too", "fbn_correlation_id": canary, "FBN_PROXY_PORT": canary,
		},
	} {
		text := place{env: env}.mustResolve(t).WayInErr.Error()
		if !strings.Contains(text, want) || strings.Contains(text, canary) {
			t.Errorf("the error lacks %q, or it contains a value:\n%s", want, text)
		}
	}
}

// TestResolve_correlationID expects that the variable is read in upper case and in lower case, like
// every other variable.
func TestResolve_correlationID(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"FBN_CORRELATION_ID", "fbn_correlation_id"} {
		env := map[string]string{"FBN_IDENTITY_URL": "https://acme.lusid.com", "FBN_ACCESS_TOKEN": "t", variable: "mine"}
		choice, err := place{env: env}.mustResolve(t).Choose()
		if err != nil || choice.Client.CorrelationID != "mine" {
			t.Errorf("%s: the value is not used: %v", variable, err)
		}
	}
}

func TestResolve_secretsFileUnreadable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root can read every file")
	}
	path := filepath.Join(t.TempDir(), "secrets.json")
	if err := os.WriteFile(path, []byte("{}"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := config.ReadSecretsFile(path, "", "password"); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got the error %v, want one that names the file", err)
	}
}

// TestResolve_encodings reads files in the encodings that editors and PowerShell write.
func TestResolve_encodings(t *testing.T) {
	t.Parallel()
	const password = `pä"ss\wörd ✓`
	content, err := json.Marshal(map[string]any{"api": map[string]string{"password": password}})
	if err != nil {
		t.Fatal(err)
	}
	for name, encoded := range map[string][]byte{
		"UTF-8":                        content,
		"UTF-8 with a byte order mark": append([]byte("\xef\xbb\xbf"), content...),
		"UTF-16, little endian":        utf16Of(string(content), false),
		"UTF-16, big endian":           utf16Of(string(content), true),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "secrets.json")
			if err := os.WriteFile(path, encoded, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := config.ReadSecretsFile(path, "", "password")
			if err != nil || got != password {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func utf16Of(text string, bigEndian bool) []byte {
	encoded := []byte{0xff, 0xfe}
	if bigEndian {
		encoded = []byte{0xfe, 0xff}
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		low, high := byte(unit), byte(unit>>8)
		if bigEndian {
			low, high = high, low
		}
		encoded = append(encoded, low, high)
	}
	return encoded
}

// FuzzSecretsFile reads arbitrary secrets files. An error must name the file, and must not contain a
// value.
func FuzzSecretsFile(f *testing.F) {
	const canary = "s3cr3t-canary"
	for _, seed := range []string{
		"", "null", "[]", "7", `"` + canary + `"`, "{", `{"api": {"password": "` + canary + `"}}`, `{"api": {"password": "` + canary + `"}, "api": {}}`,
		`{"api": {"password": "p\u0022\ud800"}}`, `{"api": {"password": ["` + canary + `"]}}`, `{"api": "` + canary + `"}`, `{"api": {"proxy": "` + canary + `"}}`,
		`{"api": {"proxy": {"address": "http://x"}}, "proxy": {"password": "` + canary + `"}}`, `{"api": {"password": "` + canary + `"}} x`,
		`{"profileName": "a", "profiles": {"a": {"password": "` + canary + `"}, "default": {}, "proxy": {"password": 7}}}`,
		`{"profileName": {}, "profiles": {"a": "` + canary + `"}}`, `{"profiles": {"proxy": {}}}`, `{"": {"": ""}}`, "{\"api\": {\"password\": \"caf\xe9" + canary + "\"}}",
		"\xef\xbb\xbf{\"api\": {}}", "\xff\xfe{\x00}\x00", "\xfe\xff\x00{\x00}", "\xff\xfe{", strings.Repeat("[", 2000), strings.Repeat(`{"api":`,
			2000),
	} {
		f.Add([]byte(seed), "")
		f.Add([]byte(seed), "a")
	}
	f.Fuzz(func(t *testing.T, content []byte, profile string) {
		path := filepath.Join(t.TempDir(), "secrets.json")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var root struct {
			ProfileName any `json:"profileName"`
			Profiles    any `json:"profiles"`
		}
		_ = json.Unmarshal(content, &root)
		// The names of profiles are not secret, so an error may contain them.
		isName := strings.Contains(fmt.Sprint(profile, root.ProfileName), canary) || strings.Contains(fmt.Sprint(root.Profiles), canary+":")
		for _, setting := range config.Settings() {
			for _, key := range setting.Keys() {
				if _, err := config.ReadSecretsFile(path, profile, key); err != nil && (!strings.Contains(err.Error(), path) || strings.Contains(err.Error(), canary) && !isName) {
					t.Errorf("%q: got the error %v, want one that names the file and contains no secret", content, err)
				}
			}
		}
	})
}

// FuzzSecretsFile_password writes a password in each encoding and expects to read the same password.
func FuzzSecretsFile_password(f *testing.F) {
	for _, password := range []string{`it's "quoted"`, `a\b\\c\n`, "first\nsecond\r\n", "\x01\x1b[31m\x7f", "pässwörd €", "a😀b𝄞", "a\u2028b\u0085c", "<b>&amp;</b>", "\ufeff", "a\ufeffb\ufffd\uffff\x00"} {
		f.Add(password)
	}
	f.Fuzz(func(t *testing.T, password string) {
		if !utf8.ValidString(password) || password == "" {
			return // JSON cannot express a string that is not UTF-8, and an empty password counts as absent.
		}
		plain, err := json.Marshal(map[string]any{"api": map[string]string{"password": password}})
		if err != nil {
			t.Fatal(err)
		}
		directory := t.TempDir()
		for name, content := range map[string][]byte{
			"UTF-8": plain, "UTF-8 with a byte order mark": append([]byte("\xef\xbb\xbf"), plain...),
			"UTF-16, little endian": utf16Of(string(plain), false), "UTF-16, big endian": utf16Of(string(plain), true),
		} {
			path := filepath.Join(directory, name)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := config.ReadSecretsFile(path, "", "password"); err != nil || got != password {
				t.Errorf("%s: got %q, want %q: %v", name, got, password, err)
			}
		}
	})
}

func TestResolve_signInMethod(t *testing.T) {
	t.Parallel()
	const (
		byToken    = "an access token"
		byFile     = "an access token file"
		byRefresh  = "a refresh token"
		byPassword = "user name and password"
	)
	blockPassword := map[string]string{"token_url": "u", "username": "n", "password": "p", "client_id": "i", "client_secret": "s"}
	envPassword := map[string]string{
		"FBN_TOKEN_URL":     "u",
		"FBN_USERNAME":      "n",
		"FBN_PASSWORD":      "p",
		"FBN_CLIENT_ID":     "i",
		"FBN_CLIENT_SECRET": "s",
	}
	filePassword := `{"api": {"tokenUrl": "u", "username": "n", "password": "p", "clientId": "i", "clientSecret": "s"}}`
	fileBoth := `{"api": {"accessToken": "t", "tokenUrl": "u", "username": "n", "password": "p", "clientId": "i", "clientSecret": "s"}}`
	with := func(a map[string]string, more ...string) map[string]string {
		out := maps.Clone(a)
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	for name, test := range map[string]struct {
		place place
		want  string
		err   string
	}{
		"no source":                   {place{}, "", "No way to sign in is complete"},
		"token in the environment":    {place{env: map[string]string{"FBN_ACCESS_TOKEN": "t"}}, byToken, ""},
		"password in the environment": {place{env: envPassword}, byPassword, ""},
		"both in the environment":     {place{env: with(envPassword, "FBN_ACCESS_TOKEN", "t")}, byToken, ""},
		"both in the file":            {place{file: fileBoth}, byToken, ""},
		"both in the block":           {place{block: with(blockPassword, "access_token", "t")}, byToken, ""},
		"block's password above the environment's token": {
			place{block: blockPassword, env: map[string]string{"FBN_ACCESS_TOKEN": "t"}}, byPassword, "",
		},
		"block's token above the environment": {
			place{block: map[string]string{"access_token": "t"}, env: envPassword}, byToken, "",
		},
		"environment's password above the file's token": {place{env: envPassword, file: `{"api": {"accessToken": "t"}}`}, byPassword, ""},
		"token above token file": {
			place{env: map[string]string{"FBN_ACCESS_TOKEN": "t", "FBN_ACCESS_TOKEN_FILE": "f"}}, byToken, "",
		},
		"block's token file above the environment": {
			place{block: map[string]string{"access_token_file": "f"}, env: map[string]string{"FBN_ACCESS_TOKEN": "t"}},
			byFile, "",
		},
		"refresh token": {
			place{env: with(envPassword, "FBN_REFRESH_TOKEN", "r", "FBN_USERNAME", "", "FBN_PASSWORD", "")}, byRefresh, "",
		},
		"refresh token and password in one source": {place{env: with(envPassword, "FBN_REFRESH_TOKEN", "r")}, byRefresh, ""},
		"password above the refresh token":         {place{env: envPassword, file: `{"api": {"refreshToken": "r"}}`}, byPassword, ""},
		"several sources complete each other": {
			place{block: map[string]string{"client_secret": "s"}, env: with(envPassword, "FBN_CLIENT_SECRET", ""), file: filePassword},
			byPassword, "",
		},
		"file in the block above the environment": {
			place{block: map[string]string{"secrets_file": "secrets.json"}, file: filePassword, env: map[string]string{"FBN_ACCESS_TOKEN": "t"}},
			byPassword, "",
		},
		"environment above a default file": {
			place{file: filePassword, env: map[string]string{"FBN_ACCESS_TOKEN": "t"}}, byToken, "",
		},
		"started in the block, completed by no source": {
			place{block: map[string]string{"client_id": "i", "client_secret": "s"}, env: map[string]string{"FBN_ACCESS_TOKEN": "t"}},
			"",
			"sets only part of a way to sign in (a refresh token or user name and password): it sets client_id, client_secret, and no source has the rest: " +
				"refresh_token, token_url; or username, password, token_url.",
		},
		"block's password is null": {
			place{block: with(blockPassword, "api_url", "https://acme.lusid.com", "password", "")},
			"",
			"sets only part of a way to sign in (user name and password): it sets username, token_url, client_id, client_secret, and no source has the rest: password. An attribute that is null counts as not set.",
		},
		"block's user name and the environment's refresh token": {
			place{block: map[string]string{"username": "n", "client_id": "i"}, env: map[string]string{"FBN_REFRESH_TOKEN": "r"}},
			"", "sets only part of a way to sign in (user name and password): it sets username, client_id, and",
		},
		"block's refresh token and the environment's user name and password": {
			place{
				block: map[string]string{"refresh_token": "r", "client_id": "i"},
				env:   map[string]string{"FBN_USERNAME": "n", "FBN_PASSWORD": "p"},
			},
			"", "sets only part of a way to sign in (a refresh token): it sets refresh_token, client_id, and",
		},
		"block's application without a token URL and the environment's user name and password": {
			place{
				block: map[string]string{"client_id": "i", "client_secret": "s"},
				env:   map[string]string{"FBN_USERNAME": "n", "FBN_PASSWORD": "p"},
			},
			"",
			"sets only part of a way to sign in (user name and password): it sets client_id, client_secret, and no source has the rest: token_url.",
		},
		"block without a password and the environment's refresh token": {
			place{
				block: with(blockPassword, "password", ""),
				env:   map[string]string{"FBN_REFRESH_TOKEN": "r"},
			}, "", "sets only part of a way to sign in (user name and password): it sets username, token_url, client_id, client_secret, and no source has the rest: password",
		},
		"block's refresh token and the environment's password without a client secret": {
			place{
				block: map[string]string{"refresh_token": "r"},
				env:   with(envPassword, "FBN_CLIENT_SECRET", ""),
			}, "", "sets only part of a way to sign in (a refresh token): it sets refresh_token",
		},
		"block's refresh token and the environment's access token": {
			place{
				block: map[string]string{"refresh_token": "r"},
				env:   map[string]string{"FBN_ACCESS_TOKEN": "t"},
			}, "", "sets only part of a way to sign in (a refresh token)",
		},
		"block's application and the environment's user name and password": {
			place{
				block: map[string]string{"token_url": "u", "client_id": "i", "client_secret": "s"},
				env:   map[string]string{"FBN_USERNAME": "n", "FBN_PASSWORD": "p"},
			},
			byPassword, "",
		},
		"block's client ID, and a password and an access token in the environment": {
			place{block: map[string]string{"client_id": "i"}, env: with(envPassword, "FBN_CLIENT_ID", "", "FBN_ACCESS_TOKEN", "t")},
			byPassword, "",
		},
		"block's client ID and the block's access token": {
			place{block: map[string]string{"client_id": "i", "access_token": "t"}}, byToken, "",
		},
		"placeholder in the environment": {
			place{env: with(envPassword, "FBN_PASSWORD", "<password>")},
			"",
			"FBN_PASSWORD (still contains the placeholder <password>, so it counts as not set)",
		},
		"placeholder in the environment, password in the file": {place{env: map[string]string{"FBN_PASSWORD": "<password>"}, file: filePassword}, byPassword, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := test.place.mustResolve(t)
			if r.WayIn != test.want {
				t.Errorf("signs in with %q, want %q (%v)", r.WayIn, test.want, r.WayInErr)
			}
			if test.err != "" && (r.WayInErr == nil || !strings.Contains(r.WayInErr.Error(), test.err)) {
				t.Errorf("the error lacks %q: %v", test.err, r.WayInErr)
			}
		})
	}
}

// TestResolve_fallback expects that a password replaces a refresh token only if both come from the same
// source.
func TestResolve_fallback(t *testing.T) {
	t.Parallel()
	env := map[string]string{"FBN_TOKEN_URL": "u", "FBN_USERNAME": "n", "FBN_PASSWORD": "p", "FBN_CLIENT_ID": "i", "FBN_CLIENT_SECRET": "s"}
	other := place{env: env, block: map[string]string{"refresh_token": "r"}}.mustResolve(t)
	if other.WayIn != "a refresh token" || other.HasFallback {
		t.Errorf("refresh token of the block: got %s with a fallback: %t, want a refresh token without one", other.WayIn, other.HasFallback)
	}
	env["FBN_REFRESH_TOKEN"] = "r"
	same := place{env: env}.mustResolve(t)
	if same.WayIn != "a refresh token" || !same.HasFallback {
		t.Errorf("refresh token and password of the environment: got %s with a fallback: %t, want a refresh token with one", same.WayIn, same.HasFallback)
	}
}

// TestResolve_namedProfile names a profile in FBN_PROFILE while other sources rank above the secrets
// file.
func TestResolve_namedProfile(t *testing.T) {
	t.Parallel()
	const file = `{"profiles": {
		"dev": {"identityUrl": "https://dev.lusid.com/identity", "accessToken": "s3cr3t-canary"},
		"other": {"apiUrl": "https://PROD.lusid.com/api", "accessToken": "s3cr3t-canary"},
		"domain": {"identityUrl": "https://prod.lusid.com/identity"},
		"user": {"username": "n", "password": "s3cr3t-canary"},
		"whole": {"tokenUrl": "u", "username": "n", "password": "s3cr3t-canary", "clientId": "i", "clientSecret": "s3cr3t-canary"},
		"refresh": {"tokenUrl": "u", "refreshToken": "s3cr3t-canary", "username": "n", "password": "s3cr3t-canary", "clientId": "i", "clientSecret": "s3cr3t-canary"},
		"token and application": {"tokenUrl": "u", "accessToken": "s3cr3t-canary", "clientId": "i", "clientSecret": "s3cr3t-canary"},
		"empty": {}
	}}`
	production := map[string]string{"FBN_IDENTITY_URL": "https://prod.lusid.com/identity", "FBN_ACCESS_TOKEN": "s3cr3t-canary"}
	with := func(more ...string) map[string]string {
		env := maps.Clone(production)
		for i := 0; i < len(more); i += 2 {
			env[more[i]] = more[i+1]
		}
		return env
	}
	without := func(more ...string) map[string]string { return with(append(more, "FBN_ACCESS_TOKEN", "")...) }
	const noEffect = "does not use its credentials. The provider signs in with an access token from the environment variable FBN_ACCESS_TOKEN."
	for name, test := range map[string]struct {
		place         place
		err, warnings []string
	}{
		"another domain": {place{env: with("FBN_PROFILE", "dev"), file: file}, []string{
			`"dev"`, "dev.lusid.com, from the secrets file ", "(profiles.dev), key identityUrl. ", "prod.lusid.com, from the environment variable FBN_IDENTITY_URL", "Unset FBN_PROFILE",
		}, nil},
		"another domain than in the block": {place{
			env: map[string]string{"FBN_PROFILE": "dev"}, file: file, block: map[string]string{
				"api_url":      "https://prod.lusid.com",
				"access_token": "t",
			},
		}, []string{"dev.lusid.com", "prod.lusid.com, from the provider block"}, nil},
		"another domain, with fbn_profile": {
			place{env: with("fbn_profile", "dev"), file: file},
			[]string{"fbn_profile asks for", "dev.lusid.com", "Unset fbn_profile"},
			nil,
		},
		"another domain in a named file": {
			place{env: with("FBN_PROFILE", "dev", "FBN_SECRETS_PATH", "s.json"), files: map[string]string{"s.json": file}},
			[]string{"dev.lusid.com", "s.json"},
			nil,
		},
		"same domain":                           {place{env: with("FBN_PROFILE", "other"), file: file}, nil, []string{noEffect}},
		"same domain, with the profile's token": {place{env: with("FBN_PROFILE", "other", "FBN_ACCESS_TOKEN", ""), file: file}, nil, nil},
		"profile with only the domain":          {place{env: with("FBN_PROFILE", "domain"), file: file}, nil, nil},
		"profile with only credentials":         {place{env: with("FBN_PROFILE", "user"), file: file}, nil, []string{noEffect}},
		"profile with a part of the credentials": {place{
			env: map[string]string{
				"FBN_PROFILE":       "user",
				"FBN_IDENTITY_URL":  "https://prod.lusid.com",
				"FBN_TOKEN_URL":     "u",
				"FBN_CLIENT_ID":     "i",
				"FBN_CLIENT_SECRET": "s",
			}, file: file,
		}, nil, nil},
		"another user with the profile's application": {
			place{env: without("FBN_PROFILE", "whole", "FBN_USERNAME", "other", "FBN_PASSWORD", "s3cr3t-canary"), file: file},
			nil,
			[]string{
				`"whole", but the provider does not use some of its credentials: username, password. The provider signs in with user name and password from the environment variable FBN_PASSWORD. ` +
					"These settings come from elsewhere: username from the environment variable FBN_USERNAME, password from the environment variable FBN_PASSWORD. Unset FBN_PROFILE",
			},
		},
		"another client secret in the block": {
			place{env: without("FBN_PROFILE", "whole"), file: file, block: map[string]string{"client_secret": "s3cr3t-canary"}},
			nil,
			[]string{"some of its credentials: client_secret. ", "client_secret from the provider block."},
		},
		"another user instead of the profile's token": {
			place{env: without("FBN_PROFILE", "token and application", "FBN_USERNAME", "other", "FBN_PASSWORD", "s3cr3t-canary"), file: file},
			nil,
			[]string{"some of its credentials: access_token. ", "username from the environment variable FBN_USERNAME"},
		},
		"another application with the profile's refresh token and password": {
			place{env: without("FBN_PROFILE", "refresh", "FBN_CLIENT_ID", "other", "FBN_CLIENT_SECRET", "s3cr3t-canary"), file: file},
			nil,
			[]string{"some of its credentials: client_id, client_secret. ", "client_id from the environment variable FBN_CLIENT_ID"},
		},
		"complete profile": {place{env: without("FBN_PROFILE", "whole"), file: file}, nil, nil},
		"user name that the profile's token does not need": {
			place{env: without("FBN_PROFILE", "other", "FBN_USERNAME", "other"), file: file}, nil, nil,
		},
		"empty profile": {
			place{env: with("FBN_PROFILE", "empty"), file: file},
			nil,
			[]string{
				`"empty", but the provider uses nothing from it: the secrets file `,
				"(profiles.empty): nothing found. The provider uses the domain ",
				"Set FBN_PROFILE to another profile, or unset it.",
				"prod.lusid.com, from the environment variable FBN_IDENTITY_URL",
			},
		},
		"no file": {place{env: with("FBN_PROFILE", "dev")}, nil, []string{"secrets.json: not found"}},
		"no such profile": {
			place{env: with("FBN_PROFILE", "gone"), file: `{"profiles": {"dev": {}}}`},
			nil,
			[]string{
				`has no profile "gone". Its profiles are: "dev". The provider uses the domain prod.lusid.com`,
				"Set FBN_PROFILE to another profile, or unset it.",
			},
		},
		"profile in the block": {place{
			env: with("FBN_PROFILE", "dev"), file: file, block: map[string]string{"profile": "other"},
		}, nil, nil},
		"no FBN_PROFILE": {place{env: production, file: strings.ReplaceAll(file, `"dev"`, `"default"`)}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := test.place.mustResolve(t)
			if r.WayInErr != nil {
				t.Fatal(r.WayInErr)
			}
			text := r.ProfileWarning
			if r.ProfileErr != nil {
				text = r.ProfileErr.Error()
			}
			if (r.ProfileErr != nil) != (test.err != nil) || (r.ProfileWarning != "") != (test.warnings != nil) {
				t.Errorf("got the error %v and the warning %q, want an error: %t and a warning: %t", r.ProfileErr, r.ProfileWarning, test.err != nil, test.warnings != nil)
			}
			for _, part := range append(test.err, test.warnings...) {
				if !strings.Contains(text, part) {
					t.Errorf("%q is missing in %q", part, text)
				}
			}
			if strings.Contains(text, "s3cr3t-canary") {
				t.Errorf("the text contains a secret: %q", text)
			}
		})
	}
}

// TestResolve_missingSettings checks the list in the error that a new user reads first.
func TestResolve_missingSettings(t *testing.T) {
	t.Parallel()
	r := place{
		block: map[string]string{"api_url": "https://acme.lusid.com"},
		env:   map[string]string{"FBN_USERNAME": "terraform@acme.com", "FBN_PASSWORD": "<password>"},
		file:  `{"api": {"clientId": "terraform", "clientSecret": "s3cr3t-canary"}}`,
	}.mustResolve(t)
	text := r.WayInErr.Error()
	var got []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "  - ") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	want := []string{
		"- the provider block: api_url",
		"- the environment: FBN_USERNAME, FBN_PASSWORD (still contains the placeholder <password>, so it counts as not set)",
		"- the secrets file DIRECTORY/secrets.json (api): clientId, clientSecret",
		"- an access token: access_token (FBN_ACCESS_TOKEN, accessToken in the secrets file)",
		"- an access token file: access_token_file (FBN_ACCESS_TOKEN_FILE)",
		"- a refresh token: refresh_token (FBN_REFRESH_TOKEN, refreshToken in the secrets file), token_url (FBN_TOKEN_URL, tokenUrl in the secrets file)",
		"- user name and password: password (FBN_PASSWORD, password in the secrets file), token_url (FBN_TOKEN_URL, tokenUrl in the secrets file)",
	}
	for i := range got {
		if before, after, ok := strings.Cut(got[i], "secrets file /"); ok {
			_, after, _ = strings.Cut(after, "/secrets.json")
			got[i] = before + "secrets file DIRECTORY/secrets.json" + after
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(text, "s3cr3t-canary") || strings.Contains(text, "terraform@acme.com") {
		t.Errorf("the error contains a value:\n%s", text)
	}
}
