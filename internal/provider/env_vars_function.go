package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ function.Function = (*envVarsFunction)(nil)

// envVarsFunction gives the FBN_* environment variables of credentials.
type envVarsFunction struct{}

// NewEnvVarsFunction returns the function env_vars.
func NewEnvVarsFunction() function.Function { return &envVarsFunction{} }

func (f *envVarsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "env_vars"
}

func (f *envVarsFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "FBN_* environment variables for the LUSID SDKs, as a map",
		MarkdownDescription: "Returns a map of the `FBN_*` environment variables that every generation of the LUSID SDKs and this provider read, " +
			"for what takes its environment as a map. It is sensitive where the credentials are.",
		Parameters: []function.Parameter{credentialsParameter()},
		Return:     function.MapReturn{ElementType: types.StringType},
	}
}

func (f *envVarsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var argument map[string]*string
	if resp.Error = req.Arguments.Get(ctx, &argument); resp.Error != nil {
		return
	}
	credentials, err := newCredentials(argument)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, sentence(err.Error()))
		return
	}
	_, values := credentials.variables()
	resp.Error = resp.Result.Set(ctx, values)
}
