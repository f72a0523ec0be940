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
	_ list.ListResource              = (*userSchemaListResource)(nil)
	_ list.ListResourceWithConfigure = (*userSchemaListResource)(nil)
)

// userSchemaListResource finds the user schema of the domain for terraform query.
type userSchemaListResource struct{ resourceBase }

// NewUserSchemaListResource returns the list resource lusid_user_schema.
func NewUserSchemaListResource() list.ListResource { return &userSchemaListResource{} }

func (l *userSchemaListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_schema"
}

func (l *userSchemaListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: "Find and import the user schema of the domain. There is only one."}
}

func (l *userSchemaListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list user schema"
	var diags diag.Diagnostics
	if !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	userSchema, err := l.identity.GetUserSchema(ctx)
	if err != nil {
		diags.AddError(summary, l.explain("The user schema of "+l.client.Domain()+" could not be read", err))
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	model := userSchemaModel{
		DeletionPolicy: types.StringValue(deletionPolicyAbandon),
		Timeouts:       nullTimeouts(ctx),
		ID:             types.StringValue(singletonID),
	}
	diags.Append(model.fromAPI(ctx, userSchema)...)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listSingleton(ctx, req, userSchemaNoun, model)
}
