package mockserver

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
)

const (
	luminescePayloadType = "Luminesce"
	schedulerPayloadType = "Scheduler"
)

// mcpTools are the domain's tools by scope and code. The versions of a deleted tool are kept. Only a read of a specific
// version finds them. The code of a deleted tool can be used again.
type mcpTools struct {
	// current has the last version of each tool that is not deleted.
	current *table[mcpToolResponse]
	// versions has all versions, in order of creation.
	versions map[string][]mcpToolResponse
}

// upsertMcpToolRequest is UpsertMcpToolRequest. McpToolResponse has the same fields, and more.
type upsertMcpToolRequest struct {
	Name                             string                   `json:"name"`
	Title                            string                   `json:"title"`
	Description                      string                   `json:"description"`
	Destructive                      bool                     `json:"destructive"`
	Idempotent                       bool                     `json:"idempotent"`
	OpenWorld                        bool                     `json:"openWorld"`
	ReadOnly                         bool                     `json:"readOnly"`
	Parameters                       []mcpToolParameter       `json:"parameters"`
	LuminescePayload                 *mcpToolLuminescePayload `json:"luminescePayload,omitempty"`
	SchedulerPayload                 *mcpToolSchedulerPayload `json:"schedulerPayload,omitempty"`
	DestructiveActionSummaryTemplate *string                  `json:"destructiveActionSummaryTemplate"`
}

// mcpToolParameter is McpToolParameter.
type mcpToolParameter struct {
	Name        string  `json:"name"`
	DataType    string  `json:"dataType"`
	Description *string `json:"description"`
}

// mcpToolLuminescePayload is McpToolLuminescePayload.
type mcpToolLuminescePayload struct {
	Query string `json:"query"`
}

// mcpToolSchedulerPayload is McpToolSchedulerPayload.
type mcpToolSchedulerPayload struct {
	JobScope      string                         `json:"jobScope"`
	JobCode       string                         `json:"jobCode"`
	Arguments     map[string]*string             `json:"arguments"`
	RunAs         *string                        `json:"runAs"`
	Notifications []mcpToolSchedulerNotification `json:"notifications"`
}

// mcpToolSchedulerNotification is McpToolSchedulerNotification.
type mcpToolSchedulerNotification struct {
	Type    string `json:"type"`
	Target  string `json:"target"`
	Trigger string `json:"trigger"`
}

// mcpToolResponse is McpToolResponse. The domain also stores a version in this form.
type mcpToolResponse struct {
	Scope   string `json:"scope"`
	Code    string `json:"code"`
	Version int    `json:"version"`
	upsertMcpToolRequest
	PayloadType string   `json:"payloadType"`
	CreatedAt   *instant `json:"createdAt,omitempty"`
	CreatedBy   string   `json:"createdBy"`
	UpdatedAt   *instant `json:"updatedAt,omitempty"`
	UpdatedBy   string   `json:"updatedBy"`
}

func newMcpTools(options Options) *mcpTools {
	t := &mcpTools{current: newTable[mcpToolResponse](options.ListLag), versions: map[string][]mcpToolResponse{}}
	now := newInstant(options.Clock())
	for _, seed := range options.Seed.McpTools {
		by := options.Seed.User.ID
		t.store(mcpToolResponse{
			Scope: seed.Scope, Code: seed.Code, upsertMcpToolRequest: seed.request(),
			CreatedAt: now, CreatedBy: by, UpdatedAt: now, UpdatedBy: by,
		})
	}
	t.current.settle()
	return t
}

// request returns the request that creates the tool.
func (t McpTool) request() upsertMcpToolRequest {
	return upsertMcpToolRequest{
		Name:             cmp.Or(t.Name, t.Code),
		Title:            cmp.Or(t.Title, t.Name, t.Code),
		Description:      cmp.Or(t.Description, t.Title, t.Name, t.Code),
		ReadOnly:         true,
		LuminescePayload: &mcpToolLuminescePayload{Query: cmp.Or(t.Query, "select 1")},
	}
}

func (t *mcpTools) operations() operations {
	return operations{
		"ListMcpTools":  t.list,
		"GetMcpTool":    t.get,
		"CreateMcpTool": t.create,
		"UpdateMcpTool": t.update,
		"DeleteMcpTool": t.delete,
	}
}

func (t *mcpTools) list(*call) (any, error) {
	return append([]mcpToolResponse{}, t.current.list()...), nil
}

func (t *mcpTools) get(c *call) (any, error) {
	if c.query.Get("version") == "" {
		return t.lookUp(c)
	}
	version, err := strconv.Atoi(c.query.Get("version"))
	if versions := t.versions[mcpToolKey(c)]; err == nil && version > 0 && version <= len(versions) {
		return versions[version-1], nil
	}
	return nil, doesNotExist(codeUnknown, "version of the MCP tool", mcpToolKey(c)+" "+c.query.Get("version"))
}

// Unverified: identity/mcp-tool-create, identity/mcp-tool-duplicate, identity/mcp-tool-recreate.
func (t *mcpTools) create(c *call) (any, error) {
	request, err := decode[upsertMcpToolRequest](c)
	if err != nil {
		return nil, err
	}
	if err := request.check(); err != nil {
		return nil, err
	}
	if _, taken := t.current.get(mcpToolKey(c)); taken {
		return nil, mcpToolTaken("scope and code", mcpToolKey(c))
	}
	tool := mcpToolResponse{
		Scope: c.params["scope"], Code: c.params["code"], upsertMcpToolRequest: request,
		CreatedAt: newInstant(c.now), CreatedBy: c.caller.user.id,
	}
	return t.save(c, tool)
}

// update stores a new version, even if nothing has changed. It replaces all fields that a request can set.
//
// Unverified: identity/mcp-tool-update-clears.
func (t *mcpTools) update(c *call) (any, error) {
	request, err := decode[upsertMcpToolRequest](c)
	if err != nil {
		return nil, err
	}
	if err := request.check(); err != nil {
		return nil, err
	}
	tool, err := t.lookUp(c)
	if err != nil {
		return nil, err
	}
	tool.upsertMcpToolRequest = request
	return t.save(c, tool)
}

// Unverified: identity/mcp-tool-delete, identity/mcp-tool-delete-again.
func (t *mcpTools) delete(c *call) (any, error) {
	if !t.current.delete(mcpToolKey(c)) {
		return nil, doesNotExist(codeUnknown, "MCP tool", mcpToolKey(c))
	}
	return nil, nil
}

// save stores the request as a new version. It fails if another tool has the name.
func (t *mcpTools) save(c *call, tool mcpToolResponse) (any, error) {
	if _, taken := t.current.find(func(other mcpToolResponse) bool { return other.key() != tool.key() && other.Name == tool.Name }); taken {
		return nil, mcpToolTaken("name", tool.Name)
	}
	tool.UpdatedAt, tool.UpdatedBy = newInstant(c.now), c.caller.user.id
	return t.store(tool), nil
}

func (t *mcpTools) store(tool mcpToolResponse) mcpToolResponse {
	tool.Version = len(t.versions[tool.key()]) + 1
	tool.PayloadType = luminescePayloadType
	if tool.LuminescePayload == nil {
		tool.PayloadType = schedulerPayloadType
	}
	t.versions[tool.key()] = append(t.versions[tool.key()], tool)
	t.current.put(tool.key(), tool)
	return tool
}

// Unverified: identity/mcp-tool-missing, identity/mcp-tool-deleted.
func (t *mcpTools) lookUp(c *call) (mcpToolResponse, error) {
	tool, ok := t.current.get(mcpToolKey(c))
	if !ok {
		return tool, doesNotExist(codeUnknown, "MCP tool", mcpToolKey(c))
	}
	return tool, nil
}

// check checks the rules that LUSID documents and the contract does not have.
func (r upsertMcpToolRequest) check() error {
	fields := map[string][]string{}
	if (r.LuminescePayload == nil) == (r.SchedulerPayload == nil) {
		fields["luminescePayload"] = []string{"A tool has exactly one of luminescePayload and schedulerPayload."}
	}
	if r.Destructive && (r.DestructiveActionSummaryTemplate == nil || *r.DestructiveActionSummaryTemplate == "") {
		fields["destructiveActionSummaryTemplate"] = []string{"A destructive tool needs a summary template."}
	}
	if len(fields) > 0 {
		return &problem{status: http.StatusBadRequest, code: codeInvalidParameter, errors: fields}
	}
	return nil
}

func (t mcpToolResponse) key() string { return t.Scope + "/" + t.Code }

// mcpToolKey returns the key of the tool in the path.
func mcpToolKey(c *call) string { return c.params["scope"] + "/" + c.params["code"] }

func mcpToolTaken(what, value string) *problem {
	return &problem{
		status: http.StatusConflict, code: codeDuplicate,
		detail: fmt.Sprintf("An MCP tool with the %s %q already exists.", what, value),
	}
}
