package identity

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// Payload types.
const (
	McpToolPayloadTypeLuminesce = "Luminesce"
	McpToolPayloadTypeScheduler = "Scheduler"
)

// McpToolParameter is a parameter of a tool.
type McpToolParameter struct {
	// Name has 1 to 50 letters, digits, hyphens and underscores. The payload refers to it as {{{name}}}.
	Name string `json:"name"`
	// DataType is a name such as String or Integer.
	DataType string `json:"dataType"`
	// Description has 2000 characters at most. Empty if there is none.
	Description string `json:"description,omitempty"`
}

// McpToolLuminescePayload is a Luminesce query that a tool runs.
type McpToolLuminescePayload struct {
	// Query has 1 to 50000 characters.
	Query string `json:"query"`
}

// McpToolSchedulerPayload is a job of LUSID's Scheduler that a tool runs.
type McpToolSchedulerPayload struct {
	// JobScope, JobCode and RunAs have 1 to 64 letters, digits, hyphens and underscores each.
	JobScope string `json:"jobScope"`
	JobCode  string `json:"jobCode"`
	// Arguments has the arguments of the job by name.
	Arguments     map[string]*string             `json:"arguments,omitempty"`
	Notifications []McpToolSchedulerNotification `json:"notifications,omitempty"`
	// RunAs is a service user. If it is empty, the job runs as the user of the tool.
	RunAs string `json:"runAs,omitempty"`
}

// McpToolSchedulerNotification is a message about a job.
type McpToolSchedulerNotification struct {
	// Type is a name such as Email or Webhook, and Trigger one such as OnFailure. Each has 1 to 50 characters.
	Type    string `json:"type"`
	Trigger string `json:"trigger"`
	// Target is an address or a URL of 1 to 250 characters.
	Target string `json:"target"`
}

// McpToolResponse is a version of a tool.
type McpToolResponse struct {
	Scope string `json:"scope"`
	Code  string `json:"code"`
	// Name is unique in the domain.
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// Version increases with every update. Zero if LUSID does not return it.
	Version                          int32              `json:"version"`
	Destructive                      bool               `json:"destructive"`
	DestructiveActionSummaryTemplate string             `json:"destructiveActionSummaryTemplate"`
	Idempotent                       bool               `json:"idempotent"`
	OpenWorld                        bool               `json:"openWorld"`
	ReadOnly                         bool               `json:"readOnly"`
	Parameters                       []McpToolParameter `json:"parameters"`
	// PayloadType is Luminesce or Scheduler. It decides which payload is used.
	PayloadType      string                   `json:"payloadType"`
	LuminescePayload *McpToolLuminescePayload `json:"luminescePayload"`
	SchedulerPayload *McpToolSchedulerPayload `json:"schedulerPayload"`
	// CreatedAt and UpdatedAt are timestamps in RFC 3339. They and the user IDs are empty if LUSID
	// does not return them.
	CreatedAt string `json:"createdAt"`
	CreatedBy string `json:"createdBy"`
	UpdatedAt string `json:"updatedAt"`
	UpdatedBy string `json:"updatedBy"`
}

// ID is the ID of the tool. Paths use it.
func (t *McpToolResponse) ID() ResourceID { return ResourceID{Scope: t.Scope, Code: t.Code} }

// ObjectKey implements client.Keyed.
func (t *McpToolResponse) ObjectKey() string { return t.ID().key() }

// MissingField implements client.Checked.
func (t *McpToolResponse) MissingField() string {
	switch {
	case t.Scope == "":
		return "scope"
	case t.Code == "":
		return "code"
	case t.Name == "":
		return "name"
	}
	return ""
}

// UpsertMcpToolRequest has all fields of a tool. A request always sends all of them, except the payload that is
// nil, because LUSID does not accept null for it.
type UpsertMcpToolRequest struct {
	// Name has 1 to 256 letters, digits, hyphens and underscores, and is unique in the domain.
	Name string `json:"name"`
	// Title has 1 to 256 characters, Description 1 to 2000.
	Title       string `json:"title"`
	Description string `json:"description"`
	// Destructive means that a person must confirm each use. The template is the question. It has 500
	// characters at most and refers to a parameter as {parameter}.
	Destructive                      bool   `json:"destructive"`
	DestructiveActionSummaryTemplate string `json:"destructiveActionSummaryTemplate"`
	Idempotent                       bool   `json:"idempotent"`
	OpenWorld                        bool   `json:"openWorld"`
	ReadOnly                         bool   `json:"readOnly"`
	// Parameters must not be nil.
	Parameters []McpToolParameter `json:"parameters"`
	// Exactly one of the payloads is not nil.
	LuminescePayload *McpToolLuminescePayload `json:"luminescePayload,omitempty"`
	SchedulerPayload *McpToolSchedulerPayload `json:"schedulerPayload,omitempty"`
}

// ListMcpTools returns the current version of every tool of the domain.
func (c *Client) ListMcpTools(ctx context.Context) ([]McpToolResponse, error) {
	return client.DoList[McpToolResponse](ctx, c.api.Get("ListMcpTools", "mcptools"))
}

// GetMcpTool reads a version of a tool. Zero means the current version.
func (c *Client) GetMcpTool(ctx context.Context, id ResourceID, version int32) (*McpToolResponse, error) {
	r := c.api.Get("GetMcpTool", "mcptools", id.Scope, id.Code)
	if version == 0 {
		return client.DoFor(ctx, r.On(c.mcpTool(id)), id.key(), (*McpToolResponse).ObjectKey)
	}
	keyOf := func(key string, version int32) string { return fmt.Sprintf("version %d of %s", version, key) }
	return client.DoFor(ctx, r.Query("version", strconv.Itoa(int(version))), keyOf(id.key(), version), func(tool *McpToolResponse) string {
		// LUSID may leave out the version.
		return keyOf(tool.ObjectKey(), cmp.Or(tool.Version, version))
	})
}

// RefreshMcpTool is GetMcpTool for the current version of one of many. It may return the tool from a list, if
// accepts is true for it.
func (c *Client) RefreshMcpTool(ctx context.Context, id ResourceID, accepts func(*McpToolResponse) bool) (*McpToolResponse, error) {
	return client.Refresh(ctx, c.mcpTools(),
		func(tool *McpToolResponse) bool { return tool.ID() == id && accepts(tool) },
		func(ctx context.Context) (*McpToolResponse, error) { return c.GetMcpTool(ctx, id, 0) })
}

// CreateMcpTool creates a tool. If another tool has the scope and code, or the name, LUSID responds with 409.
func (c *Client) CreateMcpTool(ctx context.Context, id ResourceID, body UpsertMcpToolRequest) (*McpToolResponse, error) {
	return client.DoFor(ctx, c.api.Post("CreateMcpTool", "mcptools", id.Scope, id.Code).Body(body), id.key(), (*McpToolResponse).ObjectKey)
}

// UpdateMcpTool stores a new version of a tool on every call. If another tool has the name, LUSID responds with
// 409.
func (c *Client) UpdateMcpTool(ctx context.Context, id ResourceID, body UpsertMcpToolRequest) (*McpToolResponse, error) {
	r := c.api.Put("UpdateMcpTool", "mcptools", id.Scope, id.Code).Body(body).Versioned()
	return client.DoFor(ctx, r.On(c.mcpTool(id)), id.key(), (*McpToolResponse).ObjectKey)
}

// DeleteMcpTool closes the current version of a tool. LUSID keeps the versions.
func (c *Client) DeleteMcpTool(ctx context.Context, id ResourceID) error {
	return client.DoNoContent(ctx, c.api.Delete("DeleteMcpTool", "mcptools", id.Scope, id.Code).On(c.mcpTool(id)))
}

func (c *Client) mcpTools() client.Kind[McpToolResponse] {
	return client.Kind[McpToolResponse]{API: c.api, Name: "MCP tools", List: c.ListMcpTools}
}

// mcpTool decides whether a tool is gone, because LUSID documents no error code for that.
func (c *Client) mcpTool(id ResourceID) client.Object {
	return client.Listed(c.mcpTools(), func(tool *McpToolResponse) bool { return tool.ID() == id })
}
