package identity_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const wholeTool = `{"scope":"s","code":"c","name":"n","version":7,"title":"T","description":"D","destructive":true,"idempotent":true,"openWorld":true,"readOnly":true,` +
	`"parameters":[{"name":"p","dataType":"String","description":null}],"payloadType":"Scheduler","luminescePayload":null,` +
	`"schedulerPayload":{"jobScope":"js","jobCode":"jc","arguments":{"a":"1","b":null},"runAs":"svc","notifications":[{"type":"Email","target":"a@example.com","trigger":"Always"}]},` +
	`"destructiveActionSummaryTemplate":"Delete {p}","createdAt":"2026-01-01T00:00:00Z","createdBy":"00u1","updatedAt":"2026-01-02T00:00:00Z","updatedBy":"00u2","unheardOf":{}}`

// bareTool has only the fields that the contract requires. Without them, a tool can't be found.
const bareTool = `{"scope":"s","code":"c","name":"n"}`

var (
	toolID = identity.ResourceID{Scope: "s", Code: "c"}

	schedulerPayload = &identity.McpToolSchedulerPayload{
		JobScope: "js", JobCode: "jc", Arguments: map[string]*string{"a": new("1"), "b": nil}, RunAs: "svc",
		Notifications: []identity.McpToolSchedulerNotification{{Type: "Email", Target: "a@example.com", Trigger: "Always"}},
	}
	schedulerTool = identity.UpsertMcpToolRequest{
		Name: "n", Title: "T", Description: "D",
		Destructive: true, DestructiveActionSummaryTemplate: "Delete {p}", Idempotent: true, OpenWorld: true, ReadOnly: true,
		Parameters: []identity.McpToolParameter{{Name: "p", DataType: "String", Description: "What"}}, SchedulerPayload: schedulerPayload,
	}
	luminesceTool = identity.UpsertMcpToolRequest{
		Name: "n", Title: "T", Description: "D", Parameters: []identity.McpToolParameter{},
		LuminescePayload: &identity.McpToolLuminescePayload{Query: "select 1"},
	}
)

func TestMcpTools_requests(t *testing.T) {
	t.Parallel()
	tool := func(got *identity.McpToolResponse, err error) error {
		want := &identity.McpToolResponse{
			Scope: "s", Code: "c", Name: "n", Version: 7, Title: "T", Description: "D",
			Destructive: true, DestructiveActionSummaryTemplate: "Delete {p}",
			Idempotent: true, OpenWorld: true, ReadOnly: true, Parameters: []identity.McpToolParameter{{Name: "p", DataType: "String"}},
			PayloadType: "Scheduler", SchedulerPayload: schedulerPayload,
			CreatedAt: "2026-01-01T00:00:00Z", CreatedBy: "00u1", UpdatedAt: "2026-01-02T00:00:00Z", UpdatedBy: "00u2",
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("tool (-want +got):\n%s", diff)
		}
		return err
	}
	const path = "/identity/api/mcptools/s/c"
	const scheduler = `{"name":"n","title":"T","description":"D","destructive":true,"destructiveActionSummaryTemplate":"Delete {p}","idempotent":true,"openWorld":true,"readOnly":true,` +
		`"parameters":[{"name":"p","dataType":"String","description":"What"}],"schedulerPayload":{"jobScope":"js","jobCode":"jc","arguments":{"a":"1","b":null},"runAs":"svc",` +
		`"notifications":[{"type":"Email","target":"a@example.com","trigger":"Always"}]}}`
	// All fields are sent, including empty ones. Only the payload of the other type is left out.
	const luminesce = `{"name":"n","title":"T","description":"D","destructive":false,"destructiveActionSummaryTemplate":"","idempotent":false,"openWorld":false,"readOnly":false,` +
		`"parameters":[],"luminescePayload":{"query":"select 1"}}`
	wantRequests(t, map[string]requestCase{
		"get": {
			func(ctx context.Context, c *identity.Client) error { return tool(c.GetMcpTool(ctx, toolID, 0)) },
			"GET " + path, "", 200, wholeTool,
		},
		"get a version": {
			func(ctx context.Context, c *identity.Client) error { return tool(c.GetMcpTool(ctx, toolID, 7)) },
			"GET " + path + "?version=7", "", 200, wholeTool,
		},
		"create": {
			func(ctx context.Context, c *identity.Client) error {
				return tool(c.CreateMcpTool(ctx, toolID, schedulerTool))
			},
			"POST " + path, scheduler, 201, wholeTool,
		},
		"update": {
			func(ctx context.Context, c *identity.Client) error {
				return tool(c.UpdateMcpTool(ctx, toolID, luminesceTool))
			},
			"PUT " + path, luminesce, 200, wholeTool,
		},
		"delete": {func(ctx context.Context, c *identity.Client) error { return c.DeleteMcpTool(ctx, toolID) }, "DELETE " + path, "", 204, ""},
		"list": {func(ctx context.Context, c *identity.Client) error {
			list, err := c.ListMcpTools(ctx)
			if len(list) == 2 {
				_ = tool(&list[0], nil)
			} else {
				t.Errorf("got %d tools, want 2", len(list))
			}
			return incomplete(err)
		}, "GET /identity/api/mcptools", "", 200, "[" + wholeTool + ",null," + bareTool + `,{"scope":"s","name":"n"},{"code":"c","name":"n"},{"scope":"s","code":"c"}]`},
		"get, without optional fields": {func(ctx context.Context, c *identity.Client) error {
			got, err := c.GetMcpTool(ctx, toolID, 0)
			if diff := cmp.Diff(&identity.McpToolResponse{Scope: "s", Code: "c", Name: "n"}, got); diff != "" {
				t.Errorf("tool (-want +got):\n%s", diff)
			}
			return err
		}, "GET " + path, "", 200, bareTool},
		"delete, with a slash in the scope": {func(ctx context.Context, c *identity.Client) error {
			return c.DeleteMcpTool(ctx, identity.ResourceID{Scope: "a/b", Code: "c?d"})
		}, "DELETE /identity/api/mcptools/a%2Fb/c%3Fd", "", 204, ""},
	})
}

func TestMcpTools_notFound(t *testing.T) {
	t.Parallel()
	c := newDomain(t, mockserver.Options{}).client(t)
	missing := identity.ResourceID{Scope: "s", Code: "missing"}
	for name, err := range map[string]error{
		"get":    second(c.GetMcpTool(t.Context(), missing, 0)),
		"update": second(c.UpdateMcpTool(t.Context(), missing, luminesceTool)),
		"delete": c.DeleteMcpTool(t.Context(), missing),
	} {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	// LUSID has no list of the versions of a tool, so a 404 for a version is not decided.
	if _, err := c.GetMcpTool(t.Context(), missing, 1); err == nil || client.IsNotFound(err) {
		t.Errorf("got %v for a version, want an error that is not not-found", err)
	}
}

// From the fourth read of a process on, all reads share one list.
func TestRefreshMcpTool(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]map[string]int{
		1: {"identity.GetMcpTool": 1}, 3: {"identity.GetMcpTool": 3}, 4: {
			"identity.GetMcpTool":   3,
			"identity.ListMcpTools": 1,
		}, 20: {"identity.GetMcpTool": 3, "identity.ListMcpTools": 1},
	} {
		domain := newDomain(t, mockserver.Options{Seed: mockserver.Seed{McpTools: []mockserver.McpTool{
			{Scope: "s", Code: "other"}, {Scope: "s", Code: "c"},
		}}})
		c := domain.client(t)
		for range n {
			got, err := c.RefreshMcpTool(t.Context(), toolID, func(listed *identity.McpToolResponse) bool { return listed.ID() == toolID })
			if err != nil || got.ID() != toolID {
				t.Fatalf("got %v and the error %v, want the tool s/c", got, err)
			}
		}
		domain.wantCounts(t, want)
		// If the tool in the list differs from the expected one, the client reads it by itself.
		domain.ResetRequests()
		if _, err := c.RefreshMcpTool(t.Context(), toolID, func(*identity.McpToolResponse) bool { return false }); err != nil {
			t.Error(err)
		}
		if got := domain.Counts()["identity.GetMcpTool"]; got != 1 {
			t.Errorf("got %d reads, want 1", got)
		}
	}
}

// A cache that ignores the query of a URL may return another version of a tool. LUSID may leave out the version.
func TestGetMcpTool_anotherVersion(t *testing.T) {
	t.Parallel()
	for version, wantsError := range map[int]bool{2: false, 0: false, 3: true} {
		body := fmt.Sprintf(`{"scope":"s","code":"c","name":"tool","version":%d}`, version)
		_, err := newClientOf(t, jsonReply(200, body)).GetMcpTool(t.Context(), identity.ResourceID{Scope: "s", Code: "c"}, 2)
		if (err != nil) != wantsError {
			t.Errorf("version %d: got the error %v, want an error: %t", version, err, wantsError)
		}
	}
}
