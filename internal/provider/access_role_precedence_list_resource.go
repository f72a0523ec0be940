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
	_ list.ListResource              = (*accessRolePrecedenceListResource)(nil)
	_ list.ListResourceWithConfigure = (*accessRolePrecedenceListResource)(nil)
)

// accessRolePrecedenceListResource finds the order of the access roles of the domain for terraform query.
type accessRolePrecedenceListResource struct{ resourceBase }

// NewAccessRolePrecedenceListResource returns the list resource lusid_access_role_precedence.
func NewAccessRolePrecedenceListResource() list.ListResource {
	return &accessRolePrecedenceListResource{}
}

func (l *accessRolePrecedenceListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_role_precedence"
}

func (l *accessRolePrecedenceListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: "Find and import the order of the domain's access roles. There is only one. It includes all roles of the scope `default`."}
}

func (l *accessRolePrecedenceListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list access role precedence"
	var diags diag.Diagnostics
	if !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	model := accessRolePrecedenceModel{Roles: types.ListNull(types.StringType), Timeouts: nullTimeouts(ctx)}
	listed, err := l.access.ListRoles(ctx)
	if err == nil {
		err = model.fromAPI(ctx, listed)
	}
	if err != nil {
		diags.AddError(summary, l.explain("The order of the access roles of "+l.client.Domain()+" could not be read", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listSingleton(ctx, req, accessRolePrecedenceNoun, model)
}
