package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ function.Function = (*envVarsFunction)(nil)

// envVarsFunction returns the FBN_* environment variables for credentials.
type envVarsFunction struct{}

// NewEnvVarsFunction returns the function env_vars.
func NewEnvVarsFunction() function.Function { return &envVarsFunction{} }

func (f *envVarsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "env_vars"
}

func (f *envVarsFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Create a map of FBN_* environment variables for the LUSID SDKs",
		MarkdownDescription: "Returns a map of `FBN_*` environment variables, for resources that take environment variables as a map. " + readersMarkdown +
			" The map is sensitive if the credentials are.",
		Parameters: []function.Parameter{credentialsParameter()},
		Return:     function.MapReturn{ElementType: types.StringType},
	}
}

func (f *envVarsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	credentials, failed := readCredentials(ctx, req)
	if failed != nil {
		resp.Error = failed
		return
	}
	_, values, failed := credentials.variables()
	if failed != nil {
		resp.Error = failed
		return
	}
	resp.Error = resp.Result.Set(ctx, values)
}
