package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ list.ListResource              = (*passwordPolicyListResource)(nil)
	_ list.ListResourceWithConfigure = (*passwordPolicyListResource)(nil)
)

// passwordPolicyListResource finds the password policies of the domain for terraform query.
type passwordPolicyListResource struct{ resourceBase }

// NewPasswordPolicyListResource returns the list resource lusid_password_policy.
func NewPasswordPolicyListResource() list.ListResource { return &passwordPolicyListResource{} }

func (l *passwordPolicyListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_password_policy"
}

func (l *passwordPolicyListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Find and import the password policies of the domain. There is one for each user type.",
		Attributes: map[string]schema.Attribute{
			"user_type": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "`Personal` or `Service`.",
				Validators:          []validator.String{stringvalidator.OneOf(userTypes...)},
			},
		},
	}
}

type passwordPolicyListModel struct {
	UserType types.String `tfsdk:"user_type"`
}

func (m *passwordPolicyListModel) holds(policy *passwordPolicyModel) bool {
	return m.UserType.IsNull() || m.UserType.Equal(policy.UserType)
}

func (l *passwordPolicyListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	const summary = "Unable to list password policies"
	var filter passwordPolicyListModel
	diags := req.Config.Get(ctx, &filter)
	if diags.HasError() || !l.requireClient(summary, &diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	var policies []passwordPolicyModel
	for _, userType := range userTypes {
		model := passwordPolicyModel{
			UserType:       types.StringValue(userType),
			DeletionPolicy: types.StringValue(deletionPolicyAbandon),
			Timeouts:       nullTimeouts(ctx),
			ID:             types.StringValue(userType),
		}
		if !filter.holds(&model) {
			continue
		}
		policy, err := l.identity.GetPasswordPolicy(ctx, userType)
		if err != nil {
			diags.AddError(summary, l.explain(fmt.Sprintf("The %s of %s could not be read", model.noun(), l.client.Domain()), err))
			stream.Results = list.ListResultsStreamDiagnostics(diags)
			return
		}
		model.fromAPI(policy)
		policies = append(policies, model)
	}
	stream.Results = listResults(req.Limit, policies, filter.holds, func(policy *passwordPolicyModel) list.ListResult {
		result := req.NewListResult(ctx)
		result.DisplayName = policy.UserType.ValueString()
		result.Diagnostics.Append(result.Identity.Set(ctx, passwordPolicyIdentity{policy.UserType})...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, *policy)...)
		}
		return result
	})
}
