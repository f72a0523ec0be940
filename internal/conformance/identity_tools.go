package conformance

import (
	"context"
	"net/http"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var identityToolChecks = []Check{
	createOf(tools, Write, http.StatusCreated, (*domain).createTool),
	deleteOf(tools, Write, (*domain).createTool),
	{
		API: "identity", Name: "mcp-tool-delete-again", Needs: Write,
		Statement: "A second delete of an MCP tool returns status 404.",
		Source:    noSource,
		Assumed:   "The provider reads the list before it treats the tool as deleted. The mock responds with 404.",
		run:       deletedAgainWith("an MCP tool", http.StatusNotFound, 0, (*domain).createTool),
	},
	{
		API: "identity", Name: "mcp-tools-list-lag", Needs: Write,
		Statement: "The first list after a create contains the new MCP tool.",
		Source:    noSource,
		Assumed:   "LUSID has no code for a missing tool, so the list decides. The provider lists twice. The mock's lists contain new objects at once.",
		run:       listedWith("an MCP tool", (*domain).createTool),
	},
	{
		API: "identity", Name: "mcp-tool-read-lag", Needs: Write,
		Statement: "A read by the scope and the code finds a new MCP tool at once.",
		Source:    noSource + "; lists may lag",
		Assumed:   "The provider reads a tool at each refresh. The mock finds it.",
		run:       readableWith("an MCP tool", "GetMcpTool", (*domain).createTool),
	},
	{
		API: "identity", Name: "mcp-tool-update-clears", Needs: Write,
		Statement: "An update of an MCP tool without readOnly sets readOnly to false.",
		Source:    "a rule for all of LUSID's PUT requests; whether it applies to MCP tools: " + noSource,
		Assumed:   "The provider always sends readOnly. The mock sets missing flags to false.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("clear")
			o, a := d.createTool(ctx, name)
			if o == nil {
				return a.unable("create an MCP tool")
			}
			isReadOnly := func(tool map[string]any) bool {
				readOnly, _ := tool["readOnly"].(bool)
				return readOnly
			}
			if !isReadOnly(o.fields) {
				return couldNotTell("the new tool is not read-only")
			}
			body := map[string]any{"name": name, "title": name, "description": createdBy, "luminescePayload": map[string]string{"query": toolQuery}}
			if update := d.write(ctx, d.identity.Put("UpdateMcpTool", o.path()...).Body(body)); !update.ok() {
				return update.unable("update an MCP tool without readOnly")
			}
			updated, problem := d.readUpdated(ctx, o, d.identity.Get("GetMcpTool", o.path()...), func(tool map[string]any) bool { return !isReadOnly(tool) })
			if problem != nil {
				return *problem
			}
			return decide(!isReadOnly(updated), "readOnly after the update: %t", isReadOnly(updated))
		},
	},
	{
		API: "identity", Name: "mcp-tool-duplicate", Needs: Write,
		Statement: "A second MCP tool with the same scope and code is refused with status 409.",
		Source:    contract,
		Assumed:   "The provider looks for the tool in the list after any refusal. The mock responds with 409.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("twice")
			o, a := d.createTool(ctx, name)
			if o == nil {
				return a.unable("create an MCP tool")
			}
			// LUSID documents that a name is unique too, so the second tool has another name.
			_, second := d.create(ctx, tools, name, d.toolRequest(name, name+"-2"))
			return second.is("create a second MCP tool", http.StatusConflict, 0)
		},
	},
	{
		API: "identity", Name: "mcp-tool-deleted", Needs: Write,
		Statement: "A read of a deleted MCP tool returns status 404.",
		Source:    "LUSID documents that it keeps the versions; what a read returns: " + noSource,
		Assumed:   "The provider reads the list before it treats the tool as deleted. The mock responds with 404.",
		run: func(ctx context.Context, d *domain) Finding {
			o, a := d.createTool(ctx, d.name("deleted"))
			if o == nil {
				return a.unable("create an MCP tool")
			}
			if removed := d.remove(ctx, o); !removed.ok() {
				return removed.unable("delete an MCP tool")
			}
			read := d.readUntil(ctx, d.identity.Get("GetMcpTool", o.path()...), never)
			if read.ok() && !o.isSameAs(read.object()) {
				return anotherObject
			}
			return read.is("read a deleted MCP tool", http.StatusNotFound, 0)
		},
	},
	{
		API: "identity", Name: "mcp-tool-recreate", Needs: Write,
		Statement: "The scope and the code of a deleted MCP tool can be used again.",
		Source:    noSource,
		Assumed:   "The provider creates the tool, and explains a refusal. The mock allows the create.",
		run: func(ctx context.Context, d *domain) Finding {
			name := d.name("recreate")
			o, a := d.createTool(ctx, name)
			if o == nil {
				return a.unable("create an MCP tool")
			}
			if removed := d.remove(ctx, o); !removed.ok() {
				return removed.unable("delete an MCP tool")
			}
			_, second := d.createTool(ctx, name)
			if !second.isConclusive() {
				return second.unable("create the tool again")
			}
			return decide(second.ok(), "%s", second)
		},
	},
}

const toolQuery = "select 1"

func (d *domain) createTool(ctx context.Context, name string) (*object, answer) {
	return d.create(ctx, tools, name, d.toolRequest(name, name))
}

func (d *domain) toolRequest(code, name string) client.Request {
	return d.identity.Post("CreateMcpTool", "mcptools", Prefix+"scope", code).Body(identity.UpsertMcpToolRequest{
		Name: name, Title: name, Description: createdBy,
		ReadOnly: true, Parameters: []identity.McpToolParameter{},
		LuminescePayload: &identity.McpToolLuminescePayload{Query: toolQuery},
	})
}
