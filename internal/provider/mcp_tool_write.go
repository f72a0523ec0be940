package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// create creates a tool, or finds the one that an earlier attempt created if its response was lost. It
// returns nil after an error.
func (r *mcpToolResource) create(ctx context.Context, id identity.ResourceID, request identity.UpsertMcpToolRequest, owner string, diags *diag.Diagnostics) *identity.McpToolResponse {
	label := id.Scope + "/" + id.Code
	creation := creation[identity.McpToolResponse]{
		existing: r.existingOf("MCP tool"),
		list:     r.identity.ListMcpTools,
		create: func(ctx context.Context) (*identity.McpToolResponse, error) {
			return r.identity.CreateMcpTool(ctx, id, request)
		},
		id:     func(tool *identity.McpToolResponse) string { return tool.Scope + "/" + tool.Code },
		holds:  func(tool *identity.McpToolResponse) bool { return tool.ID() == id || tool.Name == request.Name },
		isSame: func(tool *identity.McpToolResponse) bool { return tool.ID() == id && isAsRequested(ctx, tool, request) },
	}
	tool, adopted, err := creation.runFor(ctx, &r.placements, mcpToolObject(label), owner)
	if err == nil {
		if adopted {
			warnAdopted(diags, "MCP tool "+label, label)
		}
		return tool
	}
	const summary = "Unable to create MCP tool"
	attempt := fmt.Sprintf("The MCP tool %q could not be created in %s", label, r.client.Domain())
	var taken *takenError[identity.McpToolResponse]
	if !errors.As(err, &taken) {
		remedies := doubtAfterCreate(err, "code")
		if refused, ok := errors.AsType[*client.Error](err); ok && refused.StatusCode == http.StatusConflict {
			remedies = append(remedies,
				"If no tool has this code or this name, a deleted tool may still have it, because LUSID keeps the versions of deleted tools. Choose another code or name.")
		}
		diags.AddError(summary, r.explain(attempt, err, remedies...))
		return nil
	}
	by := taken.by.Scope + "/" + taken.by.Code
	attribute, text := "code", "The scope and code are taken."
	if taken.by.ID() != id {
		attribute, text = "name", fmt.Sprintf("The name %q is taken by the tool %s, and names are unique in the domain.", request.Name, by)
	}
	diags.AddAttributeError(path.Root(attribute), summary, r.explain(attempt, err, text+" "+importAdvice("tool", "lusid_mcp_tool", by)))
	return nil
}

// update saves a new version. If the response is lost, it checks whether LUSID saved the version
// before it retries.
func (r *mcpToolResource) update(ctx context.Context, id identity.ResourceID, request identity.UpsertMcpToolRequest) (*identity.McpToolResponse, error) {
	tool, lost := r.identity.UpdateMcpTool(ctx, id, request)
	if !client.IsOutcomeUnknown(lost) {
		return tool, lost
	}
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconcileTimeout)
	defer cancel()
	tool, err := r.identity.GetMcpTool(short, id, 0)
	switch {
	case err != nil:
		return nil, &unsettledError{lost: lost, doubt: "the provider could not find out whether LUSID updated the object", cause: err}
	case isAsRequested(ctx, tool, request):
		return tool, nil
	case ctx.Err() != nil:
		return nil, lost
	}
	return r.identity.UpdateMcpTool(ctx, id, request)
}

// addUpdateError adds the error of an update. If another tool has the name, the error names that tool.
func (r *mcpToolResource) addUpdateError(ctx context.Context, summary string, state *mcpToolModel, name string, err error, diags *diag.Diagnostics) {
	attempt := fmt.Sprintf("The MCP tool %s of %s could not be updated", state.label(), r.client.Domain())
	if isConflict(err) && name != state.Name.ValueString() {
		// If the list fails, only the error of the update is reported.
		tools, _ := r.identity.ListMcpTools(ctx)
		for i := range tools {
			if tools[i].Name == name && tools[i].ID() != state.resourceID() {
				diags.AddAttributeError(path.Root("name"), summary, r.explain(attempt, err, fmt.Sprintf(
					"The name %q is taken by the tool %s/%s, and names are unique in the domain. Choose another.", name, tools[i].Scope, tools[i].Code)))
				return
			}
		}
	}
	var remedies []string
	if client.IsOutcomeUnknown(err) {
		remedies = append(remedies, "LUSID may have saved the new version anyway. The next plan shows whether it did.")
	}
	diags.AddError(summary, r.explainUpdate(attempt, err, remedies...))
}

// isAsRequested reports whether a tool equals the requested one.
func isAsRequested(ctx context.Context, tool *identity.McpToolResponse, request identity.UpsertMcpToolRequest) bool {
	var m mcpToolModel
	if m.fromAPI(ctx, tool).HasError() {
		return false
	}
	got, diags := m.toUpsert(ctx)
	return !diags.HasError() && reflect.DeepEqual(got, request)
}
