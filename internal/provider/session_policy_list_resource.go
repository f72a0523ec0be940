package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ list.ListResource              = (*sessionPolicyListResource)(nil)
	_ list.ListResourceWithConfigure = (*sessionPolicyListResource)(nil)
)

// sessionPolicyListResource finds the session policy of the domain for terraform query.
type sessionPolicyListResource struct{ resourceBase }

// NewSessionPolicyListResource returns the list resource lusid_session_policy.
func NewSessionPolicyListResource() list.ListResource { return &sessionPolicyListResource{} }

func (l *sessionPolicyListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_policy"
}

func (l *sessionPolicyListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: "Find and import the session policy of the domain. There is only one."}
}

func (l *sessionPolicyListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list session policy"
	var diags diag.Diagnostics
	if !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	policy, err := l.identity.GetSessionPolicy(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The session policy of "+l.client.Domain()+" could not be read", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	model := sessionPolicyModel{
		DeletionPolicy: types.StringValue(deletionPolicyAbandon),
		Timeouts:       nullTimeouts(ctx),
		ID:             types.StringValue(singletonID),
	}
	model.fromAPI(policy)
	stream.Results = listSingleton(ctx, req, sessionPolicyNoun, model)
}
