package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const toolType = "lusid_mcp_tool"

// toolBody is McpToolResponse as JSON; the provider's own type would hide a wrong tag.
type toolBody map[string]any

// createTool creates a tool that runs a query behind Terraform's back.
func (d domain) createTool(t *testing.T, id, name string) {
	t.Helper()
	d.mustCall(t, http.MethodPost, "/mcptools/"+id, queryBody(name), nil)
}

func queryBody(name string) toolBody {
	return toolBody{"name": name, "title": "Other", "description": "Other", "luminescePayload": toolBody{"query": "select 0"}}
}

// tool is what LUSID has, less who did it and when.
func (d domain) tool(t *testing.T, id string) toolBody {
	t.Helper()
	var stored toolBody
	d.mustCall(t, http.MethodGet, "/mcptools/"+id, nil, &stored)
	for _, field := range []string{"createdAt", "createdBy", "updatedAt", "updatedBy"} {
		delete(stored, field)
	}
	return stored
}

// toolIDs are all tools that are not deleted.
func (d domain) toolIDs(t *testing.T) []string {
	t.Helper()
	var all []struct{ Scope, Code string }
	d.mustCall(t, http.MethodGet, "/mcptools", nil, &all)
	ids := []string{}
	for _, tool := range all {
		ids = append(ids, tool.Scope+"/"+tool.Code)
	}
	slices.Sort(ids)
	return ids
}

// jobTool is a configuration with all that a tool may have.
func jobTool(more ...object) object {
	config := object{
		"scope": "market-data", "code": "reload", "name": "reload-prices", "title": "Reload prices", "description": "Loads prices again.",
		"parameters": []any{
			object{"name": "day", "data_type": "String", "description": "Which day"},
			object{"name": "count", "data_type": "Integer"},
		},
		"scheduler_payload": jobPayload(nil),
		"destructive":       true, "destructive_action_summary_template": "Load {day} again", "read_only": false, "idempotent": true, "open_world": true,
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

func jobPayload(more object) object {
	payload := object{
		"job_scope": "market-data", "job_code": "load", "run_as": "svc", "arguments": object{"day": "{{{day}}}", "none": nil},
		"notifications": []any{
			object{"type": "Webhook", "target": "https://example.com/hook", "trigger": "Always"},
			object{"type": "Email", "target": "a@example.com", "trigger": "OnFailure"},
		},
	}
	maps.Copy(payload, more)
	return payload
}

// queryTool is a configuration with no more than a tool needs.
func queryTool(more ...object) object {
	config := object{
		"scope": "market-data", "code": "prices", "name": "get-prices", "title": "Get prices", "description": "Returns prices.",
		"luminesce_payload": object{"query": "select 1"},
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

func toolHCL(scope, code, more string) string {
	return fmt.Sprintf(`
resource "lusid_mcp_tool" "test" {
  scope       = %[1]q
  code        = %[2]q
  name        = "%[1]s-%[2]s"
  title       = "Acceptance test"
  description = "Does nothing."
%[3]s
}`, scope, code, more)
}

const (
	queryHCL = "  luminesce_payload = { query = \"select 1\" }\n"
	jobHCL   = `
  parameters = [
    { name = "limit", data_type = "Integer" },
    { name = "day", data_type = "String", description = "Which day" },
  ]
  scheduler_payload = {
    job_scope     = "none"
    job_code      = "none"
    arguments     = { day = "{{{day}}}" }
    notifications = [{ type = "Email", target = "a@example.com", trigger = "Always" }]
  }
  destructive                         = true
  destructive_action_summary_template = "Do nothing on {day}"
`
)

const toolAddress = "lusid_mcp_tool.test"

func TestAccMcpTool_basic(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	scope := newName()
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(toolAddress, tfjsonpath.New(attribute), check)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		CheckDestroy: func(*terraform.State) error {
			if slices.Contains(d.toolIDs(t), scope+"/tool") {
				return fmt.Errorf("the tool %s/tool is still there", scope)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: d.config(toolHCL(scope, "tool", queryHCL)),
				ConfigStateChecks: []statecheck.StateCheck{
					known("id", knownvalue.StringExact(scope+"/tool")),
					known("version", knownvalue.NotNull()),
					known("read_only", knownvalue.Bool(false)),
					known("parameters", knownvalue.Null()),
					known("scheduler_payload", knownvalue.Null()),
				},
			},
			{
				Config:           d.config(toolHCL(scope, "tool", jobHCL)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(toolAddress, plancheck.ResourceActionUpdate)}},
				ConfigStateChecks: []statecheck.StateCheck{
					known("parameters", knownvalue.SetSizeExact(2)),
					known("luminesce_payload", knownvalue.Null()),
					known("destructive", knownvalue.Bool(true)),
				},
			},
		},
	})
}

func TestAccMcpTool_import(t *testing.T) {
	t.Parallel()
	d := newDomain(t)
	scope := newName()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{Config: d.config(toolHCL(scope, "tool", jobHCL))},
			{ResourceName: toolAddress, ImportState: true, ImportStateVerify: true},
		},
	})
}

func mcpToolLifecycle(t *testing.T, d domain) lifecycle {
	return lifecycle{
		config:              queryTool(),
		drift:               func() { d.mustCall(t, http.MethodPut, "/mcptools/market-data/prices", queryBody("elsewhere"), nil) },
		drifted:             []string{`"elsewhere" -> "get-prices"`, `"Other" -> "Returns prices."`, `"select 0" -> "select 1"`},
		mended:              map[string]int{"identity.UpdateMcpTool": 1},
		vanish:              func() { d.mustCall(t, http.MethodDelete, "/mcptools/market-data/prices", nil, nil) },
		deletedAndMadeAgain: map[string]int{"identity.CreateMcpTool": 1},
		replacement:         queryTool(object{"code": "quotes"}),
		replacedBy:          "code",
		replaced:            map[string]int{"identity.DeleteMcpTool": 1, "identity.CreateMcpTool": 1},
		update:              queryTool(object{"luminesce_payload": object{"query": "select 2"}}),
		refusedCreate:       "Unable to create MCP tool",
		refusedRead:         "Unable to read MCP tool market-data/prices",
		refusedUpdate:       "Unable to update MCP tool market-data/prices",
		refusedDelete:       "Unable to delete MCP tool market-data/prices",
	}
}

func TestMcpTool_lifecycle(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	tools := d.protocol(t).resource(toolType)
	config := jobTool()
	made := tools.mustCreate(config)
	d.mustCount(t, map[string]int{"identity.ListMcpTools": 1, "identity.CreateMcpTool": 1})
	made.mustHave(t, map[string]string{"id": "market-data/reload", "version": "1"})
	if diff := cmp.Diff(map[string]string{"scope": "market-data", "code": "reload"}, tools.identityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	want := toolBody{
		"scope": "market-data", "code": "reload", "version": 1.0, "name": "reload-prices", "title": "Reload prices", "description": "Loads prices again.",
		"parameters": []any{
			map[string]any{"name": "count", "dataType": "Integer", "description": nil},
			map[string]any{"name": "day", "dataType": "String", "description": "Which day"},
		},
		"payloadType": "Scheduler",
		"schedulerPayload": map[string]any{
			"jobScope": "market-data", "jobCode": "load", "runAs": "svc", "arguments": map[string]any{"day": "{{{day}}}", "none": nil},
			"notifications": []any{
				map[string]any{"type": "Email", "target": "a@example.com", "trigger": "OnFailure"},
				map[string]any{"type": "Webhook", "target": "https://example.com/hook", "trigger": "Always"},
			},
		},
		"destructive": true, "destructiveActionSummaryTemplate": "Load {day} again", "readOnly": false, "idempotent": true, "openWorld": true,
	}
	mustBeStored := func(version float64) {
		t.Helper()
		want["version"] = version
		if diff := cmp.Diff(want, d.tool(t, "market-data/reload")); diff != "" {
			t.Errorf("LUSID has (-want +got):\n%s", diff)
		}
	}
	mustBeStored(1)

	d.forget()
	read := tools.mustRead(made)
	tools.mustPlanNothing(read, config)
	d.mustCount(t, map[string]int{"identity.GetMcpTool": 1})
	// The order of a set is none.
	reordered := jobTool()
	slices.Reverse(reordered["parameters"].([]any)) //nolint:forcetypeassert // It is.
	tools.mustPlanNothing(read, reordered)

	// Each change stores one version, of the whole tool.
	version := 1.0
	for _, change := range []struct {
		attribute, field string
		value, stored    any
	}{
		{"name", "name", "load-prices", "load-prices"},
		{"title", "title", "Load", "Load"},
		{"description", "description", "Loads.", "Loads."},
		{"destructive_action_summary_template", "destructiveActionSummaryTemplate", "Load", "Load"},
		{"destructive", "destructive", false, false},
		{"destructive_action_summary_template", "destructiveActionSummaryTemplate", nil, ""},
		{"read_only", "readOnly", true, true},
		{"idempotent", "idempotent", false, false},
		{"open_world", "openWorld", nil, false},
		{"parameters", "parameters", []any{object{"name": "day", "data_type": "String"}}, []any{map[string]any{"name": "day", "dataType": "String", "description": nil}}},
		{"parameters", "parameters", nil, []any{}},
		{
			"scheduler_payload", "schedulerPayload",
			object{"job_scope": "s", "job_code": "c"},
			map[string]any{"jobScope": "s", "jobCode": "c", "arguments": nil, "notifications": nil, "runAs": nil},
		},
	} {
		d.forget()
		config[change.attribute] = change.value
		want[change.field] = change.stored
		updated, diags := tools.update(read, config)
		diags.mustBeQuiet(t)
		d.mustCount(t, map[string]int{"identity.UpdateMcpTool": 1})
		version++
		updated.mustHave(t, map[string]string{"version": fmt.Sprint(version)})
		mustBeStored(version)
		read = tools.mustRead(updated)
		tools.mustPlanNothing(read, config)
	}

	// A job becomes a query, and a query a job.
	for _, change := range []object{
		{"scheduler_payload": nil, "luminesce_payload": object{"query": "select 1"}},
		{"scheduler_payload": object{"job_scope": "s", "job_code": "c"}, "luminesce_payload": nil},
	} {
		maps.Copy(config, change)
		updated, diags := tools.update(read, config)
		diags.mustBeQuiet(t)
		stored := d.tool(t, "market-data/reload")
		if (stored["luminescePayload"] == nil) != (change["luminesce_payload"] == nil) || (stored["schedulerPayload"] == nil) != (change["scheduler_payload"] == nil) {
			t.Errorf("LUSID has %v", stored)
		}
		read = tools.mustRead(updated)
		tools.mustPlanNothing(read, config)
	}

	// What LUSID is not told is no call, and no version.
	d.forget()
	at := read.get("version")
	for _, change := range []object{
		{"destructive_action_summary_template": ""},
		{"parameters": []any{}},
		{"scheduler_payload": object{"job_scope": "s", "job_code": "c", "arguments": object{}, "notifications": []any{}}},
		{"timeouts": object{"read": "1m"}},
	} {
		maps.Copy(config, change)
		updated, diags := tools.update(read, config)
		diags.mustBeQuiet(t)
		updated.mustHave(t, map[string]string{"version": at})
		read = tools.mustRead(updated)
		tools.mustPlanNothing(read, config)
	}
	if got := d.counts()["identity.UpdateMcpTool"]; got != 0 {
		t.Errorf("%d versions were stored", got)
	}
	// A change of timeouts alone is known not to move the version.
	config["timeouts"] = object{"read": "2m"}
	change, diags := tools.plan(read, config)
	diags.mustBeQuiet(t)
	change.planned.mustHave(t, map[string]string{"version": at})
	config["title"] = "Another"
	change, diags = tools.plan(read, config)
	diags.mustBeQuiet(t)
	change.planned.mustHave(t, map[string]string{"version": "unknown", "id": "market-data/reload"})

	for attribute, value := range map[string]string{"scope": "other", "code": "other"} {
		replaced := maps.Clone(config)
		replaced[attribute] = value
		change, diags := tools.plan(read, replaced)
		diags.mustBeQuiet(t)
		if diff := cmp.Diff([]string{attribute}, change.replaces); diff != "" {
			t.Errorf("replaced because of (-want +got):\n%s", diff)
		}
	}

	d.forget()
	for range 2 { // The second time there is nothing to delete, which two lists confirm.
		tools.destroy(read).mustBeQuiet(t)
	}
	d.mustCount(t, map[string]int{"identity.DeleteMcpTool": 2, "identity.ListMcpTools": 2})
	if got := d.toolIDs(t); len(got) != 0 {
		t.Errorf("left: %s", got)
	}
}

func TestMcpTool_drift(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	tools := d.protocol(t).resource(toolType)
	made := tools.mustCreate(jobTool())
	stored := d.tool(t, "market-data/reload")
	d.mustCall(t, http.MethodPut, "/mcptools/market-data/reload", queryBody("elsewhere"), nil)
	drifted := tools.mustRead(made)
	drifted.mustHave(t, map[string]string{
		"name": "elsewhere", "title": "Other", "parameters": "null", "scheduler_payload": "null", "destructive": "false", "idempotent": "false",
		"destructive_action_summary_template": "null", "version": "2",
	})
	if drifted.get("luminesce_payload") == "null" {
		t.Error("the query is not seen")
	}
	mended, diags := tools.update(drifted, jobTool())
	diags.mustBeQuiet(t)
	stored["version"] = 3.0
	if diff := cmp.Diff(stored, d.tool(t, "market-data/reload")); diff != "" {
		t.Errorf("LUSID has (-want +got):\n%s", diff)
	}
	// A version that is no different is no drift of what is configured.
	d.mustCall(t, http.MethodPut, "/mcptools/market-data/reload", bodyOf(stored), nil)
	again := tools.mustRead(mended)
	again.mustHave(t, map[string]string{"version": "4"})
	tools.mustPlanNothing(again, jobTool())

	d.mustCall(t, http.MethodDelete, "/mcptools/market-data/reload", nil, nil)
	if d.protocol(t).resource(toolType).mustRead(again).exists() {
		t.Error("a tool that is gone stays in the state")
	}
}

// bodyOf is the request that makes a tool as it is stored.
func bodyOf(stored toolBody) toolBody {
	body := maps.Clone(stored)
	for _, field := range []string{"scope", "code", "version", "payloadType"} {
		delete(body, field)
	}
	return body
}

func TestMcpTool_import(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	tools := d.protocol(t).resource(toolType)
	for _, config := range []object{jobTool(), queryTool()} {
		made := tools.mustCreate(config)
		imported, diags := tools.importState(made.get("id"))
		diags.mustBeQuiet(t)
		if names := imported.differences(made); names != nil {
			t.Errorf("%s differ", names)
		}
		tools.mustPlanNothing(imported, config)
		imported, diags = tools.importIdentity(object{"scope": config["scope"], "code": config["code"]})
		diags.mustBeQuiet(t)
		tools.mustPlanNothing(imported, config)
	}
	for _, key := range []string{"prices", "/", "market-data/", "/prices", "market-data/prices/x", "a b/c", ""} {
		_, diags := tools.importState(key)
		diags.mustFail(t, "", "Unable to import MCP tool", "scope/code")
	}
	// Terraform itself says that an object which is not there cannot be imported.
	missing, diags := tools.importState("market-data/missing")
	diags.mustBeQuiet(t)
	if missing.exists() {
		t.Error("nothing was imported")
	}
}

func TestMcpTool_taken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		id, name, attribute string
	}{
		"scope and code": {"market-data/prices", "other", "code"},
		"name":           {"other/tool", "get-prices", "name"},
		"both":           {"market-data/prices", "get-prices", "code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			d.createTool(t, test.id, test.name)
			made, diags := d.protocol(t).resource(toolType).create(queryTool())
			if made.exists() {
				t.Error("something is in the state")
			}
			diags.mustFail(t, test.attribute, "Unable to create MCP tool", test.id, fmt.Sprintf("import {\n  to = lusid_mcp_tool.NAME\n  id = %q\n}", test.id), "HTTP 409")
			d.mustCount(t, map[string]int{"identity.ListMcpTools": 2, "identity.CreateMcpTool": 1})
		})
	}
	t.Run("by a rename", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.createTool(t, "other/tool", "taken")
		tools := d.protocol(t).resource(toolType)
		made := tools.mustCreate(queryTool())
		_, diags := tools.update(made, queryTool(object{"name": "taken"}))
		diags.mustFail(t, "name", "Unable to update MCP tool market-data/prices", "other/tool", "HTTP 409")
	})
	t.Run("by what is not there", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		tools := d.protocol(t).resource(toolType)
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateMcpTool", Status: http.StatusConflict})
		_, diags := tools.create(queryTool())
		diags.mustFail(t, "", "Unable to create MCP tool", "market-data/prices", "one that was deleted may still hold it", "HTTP 409")
		made := tools.mustCreate(queryTool())
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.UpdateMcpTool", Status: http.StatusConflict})
		_, diags = tools.update(made, queryTool(object{"name": "other"}))
		diags.mustFail(t, "", "Unable to update MCP tool", "HTTP 409")
	})
}

func TestMcpTool_lostCreate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		lag     int
		adopted bool
	}{
		"reset after":            {mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true},
		"reset before":           {mockserver.Fault{Reset: mockserver.ResetBefore}, 0, false},
		"500 after":              {mockserver.Fault{Status: 500, AfterWrite: true}, 0, true},
		"truncated":              {mockserver.Fault{Truncate: true}, 0, true},
		"reset after, under lag": {mockserver.Fault{Reset: mockserver.ResetAfter}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{ListLag: test.lag})
			test.fault.Operation = "identity.CreateMcpTool"
			d.mock.InjectFault(test.fault)
			tools := d.protocol(t).resource(toolType)
			made, diags := tools.create(jobTool())
			if test.adopted {
				diags.mustWarn(t, "", "The answer to the creation of MCP tool market-data/reload was lost", "this run or another one created it")
			} else {
				diags.mustBeQuiet(t)
			}
			made.mustHave(t, map[string]string{"version": "1"})
			tools.mustPlanNothing(tools.mustRead(made), jobTool())
		})
	}
	t.Run("another's", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.createTool(t, "market-data/prices", "get-prices")
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateMcpTool", Reset: mockserver.ResetAfter})
		made, diags := d.protocol(t).resource(toolType).create(queryTool())
		if made.exists() {
			t.Error("a foreign tool was taken over")
		}
		diags.mustFail(t, "code", "market-data/prices")
	})
}

// TestMcpTool_lostUpdate loses answers to a PUT, each of which would store a version.
func TestMcpTool_lostUpdate(t *testing.T) {
	t.Parallel()
	const always = -1
	updated := queryTool(object{"title": "Another"})
	for name, test := range map[string]struct {
		faults  []mockserver.Fault
		counts  map[string]int
		version float64
		// parts are of the error, if there is one.
		parts []string
	}{
		"after": {[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Reset: mockserver.ResetAfter}}, map[string]int{"identity.UpdateMcpTool": 1, "identity.GetMcpTool": 1}, 2, nil},
		"before": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Reset: mockserver.ResetBefore}},
			map[string]int{"identity.UpdateMcpTool": 2, "identity.GetMcpTool": 1},
			2, nil,
		},
		"503 after": {[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Status: 503, AfterWrite: true}}, map[string]int{"identity.UpdateMcpTool": 1, "identity.GetMcpTool": 1}, 2, nil},
		"truncated": {[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Truncate: true}}, map[string]int{"identity.UpdateMcpTool": 1, "identity.GetMcpTool": 1}, 2, nil},
		"each time": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Status: 500, Count: always}},
			map[string]int{"identity.UpdateMcpTool": 2, "identity.GetMcpTool": 1},
			1,
			[]string{"HTTP 500", "may have stored the new version all the same"},
		},
		"and nobody knows": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Status: 500, AfterWrite: true}, {Operation: "identity.GetMcpTool", Status: 403}},
			map[string]int{"identity.UpdateMcpTool": 1, "identity.GetMcpTool": 1},
			2,
			[]string{"HTTP 500", "Whether it was updated could not be found out", "may have stored"},
		},
		"but refused": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Status: 400}},
			map[string]int{"identity.UpdateMcpTool": 1},
			1,
			[]string{"HTTP 400"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			tools := d.protocol(t).resource(toolType)
			made := tools.mustCreate(queryTool())
			d.forget()
			for _, fault := range test.faults {
				d.mock.InjectFault(fault)
			}
			changed, diags := tools.update(made, updated)
			d.mustCount(t, test.counts)
			d.mock.ClearFaults()
			if got := d.tool(t, "market-data/prices")["version"]; got != test.version {
				t.Errorf("LUSID has version %v", got)
			}
			if test.parts != nil {
				diags.mustFail(t, "", append(test.parts, "Unable to update MCP tool market-data/prices")...)
			} else {
				diags.mustBeQuiet(t)
				changed.mustHave(t, map[string]string{"version": fmt.Sprint(test.version)})
			}
			// The next run mends what is to mend.
			read := tools.mustRead(changed)
			mended, diags := tools.update(read, updated)
			diags.mustBeQuiet(t)
			tools.mustPlanNothing(tools.mustRead(mended), updated)
			if got := d.tool(t, "market-data/prices")["version"]; got != 2.0 {
				t.Errorf("LUSID has version %v at last", got)
			}
		})
	}
}

// TestMcpTool_refresh reads many tools with few calls, and each as it is.
func TestMcpTool_refresh(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	maker := d.protocol(t).resource(toolType)
	var all []instance
	for i := range 12 {
		all = append(all, maker.mustCreate(jobTool(object{"code": fmt.Sprint("tool-", i), "name": fmt.Sprint("tool-", i)})))
	}
	d.mustCount(t, map[string]int{"identity.ListMcpTools": 1, "identity.CreateMcpTool": 12})
	for n, want := range map[int]map[string]int{
		0: {}, 1: {"identity.GetMcpTool": 1}, 3: {"identity.GetMcpTool": 3}, 4: {"identity.GetMcpTool": 3, "identity.ListMcpTools": 1}, 12: {"identity.GetMcpTool": 3, "identity.ListMcpTools": 1},
	} {
		tools := d.protocol(t).resource(toolType)
		d.forget()
		for _, tool := range all[:n] {
			if names := tools.mustRead(tool).differences(tool); names != nil {
				t.Errorf("%s changed", names)
			}
		}
		d.mustCount(t, want)
	}
	// One that changed and one that went are read on their own.
	d.mustCall(t, http.MethodPut, "/mcptools/market-data/tool-10", queryBody("elsewhere"), nil)
	d.mustCall(t, http.MethodDelete, "/mcptools/market-data/tool-11", nil, nil)
	tools := d.protocol(t).resource(toolType)
	d.forget()
	for i, tool := range all {
		read := tools.mustRead(tool)
		if names := read.differences(tool); i < 10 && names != nil {
			t.Errorf("%s changed", names)
		} else if i == 10 && read.get("name") != "elsewhere" || i == 11 && read.exists() {
			t.Errorf("tool %d is %s", i, read.attributes)
		}
	}
	// LUSID has no error code for a tool that is gone, so one more list decides.
	d.mustCount(t, map[string]int{"identity.GetMcpTool": 5, "identity.ListMcpTools": 2})
}

func TestMcpTool_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	tools := d.protocol(t).resource(toolType)
	made := tools.mustCreate(queryTool())
	forbidden := d.noRights(t).resource(toolType)
	words := []string{"HTTP 403", "lusid-administrator", "market-data/prices"}
	kept, diags := forbidden.read(made)
	diags.mustFail(t, "", append(words, "Unable to read MCP tool")...)
	if names := made.differences(kept); names != nil {
		t.Errorf("a failed read changed %s", names)
	}
	_, diags = forbidden.update(made, queryTool(object{"title": "New"}))
	diags.mustFail(t, "", append(words, "Unable to update MCP tool")...)
	forbidden.destroy(made).mustFail(t, "", append(words, "Unable to delete MCP tool")...)
	_, diags = forbidden.create(queryTool())
	diags.mustFail(t, "", append(words, "Unable to create MCP tool")...)

	// Only LUSID's own 404 means gone.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.GetMcpTool", Status: http.StatusNotFound, HTML: true})
	_, diags = tools.read(made)
	diags.mustFail(t, "", "HTML page")
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.DeleteMcpTool", Status: http.StatusNotFound, HTML: true})
	tools.destroy(made).mustFail(t, "", "HTML page")

	mustRefuseOtherDomain(t, d, toolType, made, queryTool(), "market-data/prices")
	mustDoWithoutCredentials(t, d, toolType, made, queryTool())
}

// TestMcpTool_sparseAnswers leaves out whatever the contract lets LUSID leave out, and promises no
// order.
func TestMcpTool_sparseAnswers(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	var sparse func(value any) any
	sparse = func(value any) any {
		switch value := value.(type) {
		case map[string]any:
			left := map[string]any{}
			for field, inner := range value {
				switch {
				case inner == nil && field != "none": // An argument that is null says so.
				case slices.Contains([]string{"version", "payloadType", "createdAt", "createdBy", "updatedAt", "updatedBy"}, field):
				case inner == false, cmp.Equal(inner, []any{}), inner == "":
				default:
					left[field] = sparse(inner)
				}
			}
			return left
		case []any:
			var left []any
			for _, inner := range slices.Backward(value) {
				left = append(left, sparse(inner))
			}
			return left
		}
		return value
	}
	w.set(func(_ *http.Request, body any) any { return sparse(body) })
	tools := d.protocol(t).resource(toolType)
	for _, config := range []object{jobTool(), queryTool(), queryTool(object{"code": "empty", "name": "empty", "parameters": []any{}, "destructive_action_summary_template": ""})} {
		made := tools.mustCreate(config)
		made.mustHave(t, map[string]string{"version": "null"})
		read := tools.mustRead(made)
		if names := read.differences(made); names != nil {
			t.Errorf("%s changed", names)
		}
		tools.mustPlanNothing(read, config)
		config["title"] = "Another"
		updated, diags := tools.update(read, config)
		diags.mustBeQuiet(t)
		tools.mustPlanNothing(tools.mustRead(updated), config)
	}
}

// TestMcpTool_oddAnswers changes each field of the answers to reads. A tool that exists is not
// dropped, and nothing panics.
func TestMcpTool_oddAnswers(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	made := d.protocol(t).resource(toolType).mustCreate(jobTool())
	var stored map[string]any
	d.mustCall(t, http.MethodGet, "/mcptools/market-data/reload", nil, &stored)
	odd := maps.Clone(wholeAnswers)
	for field := range stored {
		for name, change := range oddAnswers(field) {
			odd[field+" "+name] = change
		}
	}
	odd["both payloads"] = func(body map[string]any) any {
		body = maps.Clone(body)
		body["luminescePayload"] = map[string]any{"query": nil}
		return body
	}
	odd["nulls in lists"] = func(body map[string]any) any {
		body = maps.Clone(body)
		body["parameters"] = []any{nil}
		body["schedulerPayload"] = map[string]any{"notifications": []any{nil, nil}, "arguments": map[string]any{"": nil}}
		return body
	}
	tools := d.protocol(t).resource(toolType)
	for name, change := range odd {
		w.set(func(_ *http.Request, body any) any {
			if answer, ok := body.(map[string]any); ok {
				return change(answer)
			}
			return body
		})
		// A new client has no list yet to answer from.
		tools.configure(object{"api_url": d.url, "access_token": d.token, "max_retries": 0}).mustSucceed(t)
		read, diags := tools.read(made)
		if !read.exists() {
			t.Errorf("%s: dropped a tool that exists: %s", name, diags.errors())
		}
		if len(diags.errors()) == 0 {
			if change, _ := tools.plan(read, jobTool()); change.replaces != nil {
				t.Errorf("%s: replaces because of %s", name, change.replaces)
			}
		}
		if name == "both payloads" && read.get("luminesce_payload") != "null" {
			t.Error("a payload that does not count is in the state")
		}
	}
}

func TestMcpTool_validation(t *testing.T) {
	t.Parallel()
	tools := newProtocol(t).resource(toolType)
	template := "destructive_action_summary_template"
	for name, test := range map[string]struct {
		config    object
		attribute string
	}{
		"no payload":                  {queryTool(object{"luminesce_payload": nil}), "luminesce_payload"},
		"both payloads":               {jobTool(object{"luminesce_payload": object{"query": "select 1"}}), "scheduler_payload"},
		"destructive":                 {queryTool(object{"destructive": true}), template},
		"destructive, empty template": {queryTool(object{"destructive": true, template: ""}), template},
		"a long template":             {queryTool(object{template: strings.Repeat("ü", 501)}), template},
		"a null parameter":            {queryTool(object{"parameters": []any{nil}}), "parameters"},
		"a null notification":         {jobTool(object{"scheduler_payload": jobPayload(object{"notifications": []any{nil}})}), "scheduler_payload.notifications"},
		"a slash in the scope":        {queryTool(object{"scope": "a/b"}), "scope"},
		"a code of 65":                {queryTool(object{"code": strings.Repeat("a", 65)}), "code"},
		"a name of 257":               {queryTool(object{"name": strings.Repeat("a", 257)}), "name"},
		"a name with a line break":    {queryTool(object{"name": "abc\n"}), "name"},
		"a timeout of zero":           {queryTool(object{"timeouts": object{"read": "0s"}}), "timeouts.read"},
	} {
		t.Run(name, func(t *testing.T) { tools.validate(test.config).mustFail(t, test.attribute) })
	}
	for name, config := range map[string]object{
		"a query":                     queryTool(),
		"a job":                       jobTool(),
		"a template for nothing":      queryTool(object{template: "Agree"}),
		"another data type":           queryTool(object{"parameters": []any{object{"name": "p", "data_type": "Decimal"}}}),
		"a payload not known yet":     queryTool(object{"luminesce_payload": unknown}),
		"maybe no payload":            queryTool(object{"luminesce_payload": nil, "scheduler_payload": unknown}),
		"maybe both payloads":         queryTool(object{"scheduler_payload": unknown}),
		"a template not known yet":    queryTool(object{"destructive": true, template: unknown}),
		"destructive, maybe":          queryTool(object{"destructive": unknown}),
		"parameters not known yet":    queryTool(object{"parameters": unknown}),
		"a parameter not known yet":   queryTool(object{"parameters": []any{object{"name": unknown, "data_type": "String"}}}),
		"a query not known yet":       queryTool(object{"luminesce_payload": object{"query": unknown}}),
		"arguments not known yet":     jobTool(object{"scheduler_payload": jobPayload(object{"arguments": unknown})}),
		"notifications not known yet": jobTool(object{"scheduler_payload": jobPayload(object{"notifications": unknown})}),
	} {
		t.Run(name, func(t *testing.T) {
			tools.validate(config).mustBeQuiet(t)
			if _, diags := tools.plan(instance{}, config); len(diags.errors()) > 0 {
				t.Errorf("the plan fails: %s", diags.errors())
			}
		})
	}
	// What another resource makes is checked as soon as it is known.
	_, diags := tools.plan(instance{}, queryTool(object{"destructive": true}))
	diags.mustFail(t, template)
}

func TestMcpToolList(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{McpTools: []mockserver.McpTool{{Scope: "other", Code: "tool", Name: "get-other"}}}})
	p := d.protocol(t)
	tools := p.resource(toolType)
	configs := map[string]object{"reload-prices": jobTool(), "get-prices": queryTool()}
	for _, config := range configs {
		tools.mustCreate(config)
	}
	for _, test := range []struct {
		config object
		limit  int64
		want   []string
	}{
		{object{}, 0, []string{"get-other", "get-prices", "reload-prices"}},
		{object{"scope": "market-data"}, 0, []string{"get-prices", "reload-prices"}},
		{object{"name_prefix": "get-"}, 0, []string{"get-other", "get-prices"}},
		{object{"name_prefix": "get-", "scope": "market-data"}, 0, []string{"get-prices"}},
		{object{"name_prefix": "get-"}, 1, []string{"get-other"}},
		{object{"scope": "none"}, 0, nil},
	} {
		d.forget()
		results, diags := tools.list(test.config, test.limit, true)
		diags.mustBeQuiet(t)
		d.mustCount(t, map[string]int{"identity.ListMcpTools": 1})
		var got []string
		for _, result := range results {
			got = append(got, result.displayName)
			imported, diags := tools.importIdentity(toObject(result.identity))
			diags.mustBeQuiet(t)
			if names := result.resource.differences(imported); names != nil {
				t.Errorf("%s: the result and its import differ in %s", result.displayName, names)
			}
			if config := configs[result.displayName]; config != nil {
				tools.mustPlanNothing(imported, config)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.config, diff)
		}
	}
	_, diags := d.noRights(t).resource(toolType).list(object{}, 0, false)
	diags.mustFail(t, "", "Unable to list MCP tools", "HTTP 403", "lusid-administrator")
	_, diags = d.notConfigured(t).resource(toolType).list(object{}, 0, false)
	diags.mustFail(t, "", "Unable to list MCP tools", "access_token will be known only after apply")
}

func TestMcpToolDataSources(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	p := d.protocol(t)
	tools := p.resource(toolType)
	job, query := tools.mustCreate(jobTool()), tools.mustCreate(queryTool())
	mustShow := func(got, made instance) {
		t.Helper()
		for name, value := range made.attributes {
			if name != "timeouts" && !value.Equal(got.attributes[name]) {
				t.Errorf("%s is %s, not %s", name, got.attributes[name], value)
			}
		}
		for _, name := range []string{"created_at", "created_by", "updated_at", "updated_by"} {
			if got.get(name) == "null" {
				t.Errorf("%s is null", name)
			}
		}
	}
	for _, made := range []instance{job, query} {
		d.forget()
		mustShow(p.mustData(toolType, object{"scope": made.get("scope"), "code": made.get("code")}), made)
		d.mustCount(t, map[string]int{"identity.GetMcpTool": 1})
	}
	d.forget()
	rows := p.mustData("lusid_mcp_tools", object{}).rows(t, "mcp_tools")
	d.mustCount(t, map[string]int{"identity.ListMcpTools": 1})
	if diff := cmp.Diff([]string{"market-data/prices", "market-data/reload"}, column(rows, "id")); diff != "" {
		t.Fatalf("tools (-want +got):\n%s", diff)
	}
	mustShow(rows[0], query)
	mustShow(rows[1], job)

	// Older versions stay, also of a tool that is deleted.
	_, diags := tools.update(query, queryTool(object{"title": "Another"}))
	diags.mustBeQuiet(t)
	current, first := object{"scope": "market-data", "code": "prices"}, object{"scope": "market-data", "code": "prices", "version": 1}
	p.mustData(toolType, current).mustHave(t, map[string]string{"version": "2", "title": "Another"})
	d.mustCall(t, http.MethodDelete, "/mcptools/market-data/prices", nil, nil)
	d.forget()
	mustShow(p.mustData(toolType, first), query)
	if got := d.queries("identity.GetMcpTool"); got != "version=1" {
		t.Errorf("asked for %q", got)
	}
	const summary = "Unable to read MCP tool"
	_, diags = p.data(toolType, current)
	diags.mustFail(t, "code", summary, "market-data/prices", "HTTP 404")
	first["version"] = 7
	_, diags = p.data(toolType, first)
	diags.mustFail(t, "version", summary, "market-data/prices, version 7", "HTTP 404")
	for attribute, value := range map[string]any{"scope": "a b", "code": "", "version": 0} {
		_, diags = p.data(toolType, with(object{"scope": "s", "code": "c"}, attribute, value))
		diags.mustFail(t, attribute)
	}
	for name, test := range map[string]struct {
		config    object
		attribute string
	}{toolType: {current, "code"}, "lusid_mcp_tools": {object{}, ""}} {
		_, diags := d.noRights(t).data(name, test.config)
		diags.mustFail(t, test.attribute, "Unable to", "HTTP 403", "lusid-administrator")
		_, diags = d.notConfigured(t).data(name, test.config)
		diags.mustFail(t, "", "Unable to", "access_token will be known only after apply")
	}
}
