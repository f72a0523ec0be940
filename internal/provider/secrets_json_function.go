package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
)

var _ function.Function = (*secretsJSONFunction)(nil)

// secretsJSONFunction writes a secrets.json as the LUSID web app exports it.
type secretsJSONFunction struct{}

// NewSecretsJSONFunction returns the function secrets_json.
func NewSecretsJSONFunction() function.Function { return &secretsJSONFunction{} }

func (f *secretsJSONFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "secrets_json"
}

func (f *secretsJSONFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Create a secrets.json file for the LUSID SDKs",
		MarkdownDescription: "Returns the text of a `secrets.json`, with the credentials under `api` and under `profiles.default`. " + readersMarkdown +
			" The text is sensitive if the credentials are.\n\n" +
			"`apiUrl` is the URL of LUSID's own API. The first releases of the SDKs for other services read their service's URL from that " +
			"key. Use environment variables for those releases instead.",
		Parameters: []function.Parameter{credentialsParameter()},
		Return:     function.StringReturn{},
	}
}

func (f *secretsJSONFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	credentials, failed := readCredentials(ctx, req)
	if failed != nil {
		resp.Error = failed
		return
	}
	text, err := credentials.secretsJSON()
	if err != nil {
		resp.Error = function.NewFuncError(err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, text)
}

func (c credentials) secretsJSON() (string, error) {
	api, profile, proxy := map[string]any{}, map[string]any{}, map[string]any{}
	for _, e := range c.exports() {
		var value any = e.value
		if e.number {
			value = json.Number(e.value)
		}
		for _, key := range e.file {
			if nested, ok := strings.CutPrefix(key, "proxy."); ok {
				proxy[nested] = value
				continue
			}
			api[key], profile[key] = value, value
		}
	}
	profiles := map[string]any{"default": profile}
	root := map[string]any{"api": api, "profiles": profiles}
	if len(proxy) > 0 {
		// Most SDKs read the first proxy. The unified Python SDK reads the second.
		root["proxy"], profiles["proxy"] = proxy, proxy
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	// Keep the placeholder <password> readable, so that users find and replace it.
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return "", err
	}
	return text.String(), nil
}
