package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// mcpToolIdentity identifies a tool.
type mcpToolIdentity struct {
	Scope types.String `tfsdk:"scope"`
	Code  types.String `tfsdk:"code"`
}

func (m *mcpToolModel) identity() mcpToolIdentity { return mcpToolIdentity{m.Scope, m.Code} }

func (m *mcpToolModel) resourceID() identity.ResourceID {
	return identity.ResourceID{Scope: m.Scope.ValueString(), Code: m.Code.ValueString()}
}

func (r *mcpToolResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"scope": identityschema.StringAttribute{RequiredForImport: true, Description: "Scope of the tool."},
			"code":  identityschema.StringAttribute{RequiredForImport: true, Description: "Code of the tool."},
		},
	}
}

// ImportState accepts scope/code.
func (r *mcpToolResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	scope, code, _ := strings.Cut(req.ID, "/")
	key := req.ID
	if req.ID == "" && !req.Identity.Raw.IsNull() {
		var identity mcpToolIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		scope, code = identity.Scope.ValueString(), identity.Code.ValueString()
		key = scope + "/" + code
	}
	summary := fmt.Sprintf("Unable to import MCP tool %q", key)
	if resp.Diagnostics.HasError() || !r.requireClient(summary, &resp.Diagnostics) {
		return
	}
	if !idPattern.MatchString(scope) || !idPattern.MatchString(code) {
		resp.Diagnostics.AddError(summary,
			"Give scope/code: the scope of the tool, a slash, and its code. Each has 1 to 64 letters, digits, hyphens and underscores.")
		return
	}
	model := mcpToolModel{Scope: types.StringValue(scope), Code: types.StringValue(code)}
	r.saveImported(ctx, resp, model.identity(), map[string]any{
		"scope": model.Scope,
		"code":  model.Code,
		"id":    model.label(),
	})
}
