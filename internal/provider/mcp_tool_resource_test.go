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
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// tool returns a tool as LUSID has it, without the users and the times of its changes.
func tool(d providertest.Domain, t *testing.T, id string) providertest.ToolBody {
	t.Helper()
	var stored providertest.ToolBody
	d.MustCall(t, http.MethodGet, "/mcptools/"+id, nil, &stored)
	for _, field := range []string{"createdAt", "createdBy", "updatedAt", "updatedBy"} {
		delete(stored, field)
	}
	return stored
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
	d := providertest.NewDomain(t)
	scope := providertest.NewName()
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(toolAddress, tfjsonpath.New(attribute), check)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy: func(*terraform.State) error {
			if slices.Contains(d.ToolIDs(t), scope+"/tool") {
				return fmt.Errorf("the tool %s/tool still exists", scope)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: d.Config(toolHCL(scope, "tool", queryHCL)),
				ConfigStateChecks: []statecheck.StateCheck{
					known("id", knownvalue.StringExact(scope+"/tool")),
					known("version", knownvalue.NotNull()),
					known("read_only", knownvalue.Bool(false)),
					known("parameters", knownvalue.Null()),
					known("scheduler_payload", knownvalue.Null()),
				},
			},
			{
				Config: d.Config(toolHCL(scope, "tool", jobHCL)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(toolAddress,
					plancheck.ResourceActionUpdate)}},
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
	d := providertest.NewDomain(t)
	scope := providertest.NewName()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		Steps: []resource.TestStep{
			{Config: d.Config(toolHCL(scope, "tool", jobHCL))},
			{ResourceName: toolAddress, ImportState: true, ImportStateVerify: true},
		},
	})
}

func TestMcpTool_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	tools := d.Protocol(t).Resource(providertest.MCPToolType)
	config := providertest.JobTool()
	made := tools.MustCreate(config)
	d.MustCount(t, map[string]int{"identity.ListMcpTools": 1, "identity.CreateMcpTool": 1})
	made.MustHave(t, map[string]string{"id": "market-data/reload", "version": "1"})
	if diff := cmp.Diff(map[string]string{"scope": "market-data", "code": "reload"}, tools.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	want := providertest.ToolBody{
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
		if diff := cmp.Diff(want, tool(d, t, "market-data/reload")); diff != "" {
			t.Errorf("LUSID has (-want +got):\n%s", diff)
		}
	}
	mustBeStored(1)

	d.Forget()
	read := tools.MustRead(made)
	tools.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"identity.GetMcpTool": 1})
	// The order of a set does not matter.
	reordered := providertest.JobTool()
	slices.Reverse(reordered["parameters"].([]any)) //nolint:forcetypeassert // JobTool sets a []any.
	tools.MustPlanNothing(read, reordered)

	// Each update stores one new version of the whole tool.
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
		{
			"parameters", "parameters",
			[]any{providertest.Object{"name": "day", "data_type": "String"}},
			[]any{map[string]any{"name": "day", "dataType": "String", "description": nil}},
		},
		{"parameters", "parameters", nil, []any{}},
		{
			"scheduler_payload", "schedulerPayload",
			providertest.Object{"job_scope": "s", "job_code": "c"},
			map[string]any{"jobScope": "s", "jobCode": "c", "arguments": nil, "notifications": nil, "runAs": nil},
		},
	} {
		d.Forget()
		config[change.attribute] = change.value
		want[change.field] = change.stored
		updated, diags := tools.Update(read, config)
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{"identity.GetMcpTool": 1, "identity.UpdateMcpTool": 1})
		version++
		updated.MustHave(t, map[string]string{"version": fmt.Sprint(version)})
		mustBeStored(version)
		read = tools.MustRead(updated)
		tools.MustPlanNothing(read, config)
	}

	// A job becomes a query, and then a query becomes a job.
	for _, change := range []providertest.Object{
		{"scheduler_payload": nil, "luminesce_payload": providertest.Object{"query": "select 1"}},
		{"scheduler_payload": providertest.Object{"job_scope": "s", "job_code": "c"}, "luminesce_payload": nil},
	} {
		maps.Copy(config, change)
		updated, diags := tools.Update(read, config)
		diags.MustBeQuiet(t)
		stored := tool(d, t, "market-data/reload")
		if (stored["luminescePayload"] == nil) != (change["luminesce_payload"] == nil) || (stored["schedulerPayload"] == nil) != (change["scheduler_payload"] == nil) {
			t.Errorf("LUSID has %v, want the payload of %v only", stored, change)
		}
		read = tools.MustRead(updated)
		tools.MustPlanNothing(read, config)
	}

	// Empty values in place of null, and other timeouts, change nothing in LUSID. They cause no request and no version.
	d.Forget()
	at := read.Get("version")
	for _, change := range []providertest.Object{
		{"destructive_action_summary_template": ""},
		{"parameters": []any{}},
		{"scheduler_payload": providertest.Object{
			"job_scope":     "s",
			"job_code":      "c",
			"arguments":     providertest.Object{},
			"notifications": []any{},
		}},
		{"timeouts": providertest.Object{"read": "1m"}},
	} {
		maps.Copy(config, change)
		updated, diags := tools.Update(read, config)
		diags.MustBeQuiet(t)
		updated.MustHave(t, map[string]string{"version": at})
		read = tools.MustRead(updated)
		tools.MustPlanNothing(read, config)
	}
	if got := d.Counts()["identity.UpdateMcpTool"]; got != 0 {
		t.Errorf("got %d updates, want none", got)
	}
	// If only the timeouts change, the plan shows that the version stays.
	config["timeouts"] = providertest.Object{"read": "2m"}
	change, diags := tools.Plan(read, config)
	diags.MustBeQuiet(t)
	change.Planned.MustHave(t, map[string]string{"version": at})
	config["title"] = "Another"
	change, diags = tools.Plan(read, config)
	diags.MustBeQuiet(t)
	change.Planned.MustHave(t, map[string]string{"version": "unknown", "id": "market-data/reload"})

	for attribute, value := range map[string]string{"scope": "other", "code": "other"} {
		replaced := maps.Clone(config)
		replaced[attribute] = value
		change, diags := tools.Plan(read, replaced)
		diags.MustBeQuiet(t)
		if diff := cmp.Diff([]string{attribute}, change.Replaces); diff != "" {
			t.Errorf("replaced because of (-want +got):\n%s", diff)
		}
	}

	d.Forget()
	for range 2 { // The second destroy finds no tool, which two lists confirm.
		tools.Destroy(read).MustBeQuiet(t)
	}
	d.MustCount(t, map[string]int{"identity.GetMcpTool": 2, "identity.DeleteMcpTool": 1, "identity.ListMcpTools": 2})
	if got := d.ToolIDs(t); len(got) != 0 {
		t.Errorf("got the tools %s, want none", got)
	}
}

func TestMcpTool_drift(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	tools := d.Protocol(t).Resource(providertest.MCPToolType)
	made := tools.MustCreate(providertest.JobTool())
	stored := tool(d, t, "market-data/reload")
	d.MustCall(t, http.MethodPut, "/mcptools/market-data/reload", providertest.QueryBody("elsewhere"), nil)
	drifted := tools.MustRead(made)
	drifted.MustHave(t, map[string]string{
		"name": "elsewhere", "title": "Other", "parameters": "null", "scheduler_payload": "null", "destructive": "false", "idempotent": "false",
		"destructive_action_summary_template": "null", "version": "2",
	})
	if drifted.Get("luminesce_payload") == "null" {
		t.Error("the refresh did not read the query")
	}
	mended, diags := tools.Update(drifted, providertest.JobTool())
	diags.MustBeQuiet(t)
	stored["version"] = 3.0
	if diff := cmp.Diff(stored, tool(d, t, "market-data/reload")); diff != "" {
		t.Errorf("LUSID has (-want +got):\n%s", diff)
	}
	// If only the version differs, the plan has no change.
	d.MustCall(t, http.MethodPut, "/mcptools/market-data/reload", bodyOf(stored), nil)
	again := tools.MustRead(mended)
	again.MustHave(t, map[string]string{"version": "4"})
	tools.MustPlanNothing(again, providertest.JobTool())

	d.MustCall(t, http.MethodDelete, "/mcptools/market-data/reload", nil, nil)
	if d.Protocol(t).Resource(providertest.MCPToolType).MustRead(again).Exists() {
		t.Error("a deleted tool is still in the state")
	}
}

// bodyOf returns the body of the request that stores a tool with the same content.
func bodyOf(stored providertest.ToolBody) providertest.ToolBody {
	body := maps.Clone(stored)
	for _, field := range []string{"scope", "code", "version", "payloadType"} {
		delete(body, field)
	}
	return body
}

func TestMcpTool_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	tools := d.Protocol(t).Resource(providertest.MCPToolType)
	for _, config := range []providertest.Object{providertest.JobTool(), providertest.QueryTool()} {
		made := tools.MustCreate(config)
		imported, diags := tools.ImportState(made.Get("id"))
		diags.MustBeQuiet(t)
		if names := imported.Differences(made); names != nil {
			t.Errorf("the imported tool differs from the created tool in %s", names)
		}
		tools.MustPlanNothing(imported, config)
		imported, diags = tools.ImportIdentity(providertest.Object{"scope": config["scope"], "code": config["code"]})
		diags.MustBeQuiet(t)
		tools.MustPlanNothing(imported, config)
	}
	for _, key := range []string{"prices", "/", "market-data/", "/prices", "market-data/prices/x", "a b/c", ""} {
		_, diags := tools.ImportState(key)
		diags.MustFail(t, "", "Unable to import MCP tool", "scope/code")
	}
	// If the object does not exist, Terraform itself reports the error.
	missing, diags := tools.ImportState("market-data/missing")
	diags.MustBeQuiet(t)
	if missing.Exists() {
		t.Error("the import of a missing tool returned a state")
	}
}

// TestMcpTool_case has responses with the scope and code in upper case. Otherwise the plan would replace the tool, and
// the next read would change its identity.
func TestMcpTool_case(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	tools := d.Protocol(t).Resource(providertest.MCPToolType)
	w.Set(func(_ *http.Request, body any) any {
		if answer, ok := body.(map[string]any); ok && answer["code"] != nil {
			answer["scope"] = strings.ToUpper(fmt.Sprint(answer["scope"]))
			answer["code"] = strings.ToUpper(fmt.Sprint(answer["code"]))
		}
		return body
	})
	made := tools.MustCreate(providertest.JobTool())
	imported, diags := tools.ImportState(made.Get("id"))
	diags.MustBeQuiet(t)
	for what, read := range map[string]providertest.Instance{"read": tools.MustRead(made), "imported": imported} {
		if names := made.Differences(read); names != nil {
			t.Errorf("the %s tool differs from the created tool in %s", what, names)
		}
		tools.MustPlanNothing(tools.MustRead(read), providertest.JobTool())
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
			d := providertest.NewMock(t, mockserver.Options{})
			d.CreateTool(t, test.id, test.name)
			made, diags := d.Protocol(t).Resource(providertest.MCPToolType).Create(providertest.QueryTool())
			if made.Exists() {
				t.Error("the failed create left an object in the state")
			}
			diags.MustFail(t, test.attribute, "Unable to create MCP tool", test.id,
				fmt.Sprintf("import {\n  to = lusid_mcp_tool.NAME\n  id = %q\n}", test.id), "HTTP 409")
			d.MustCount(t, map[string]int{"identity.ListMcpTools": 2, "identity.CreateMcpTool": 1})
		})
	}
	t.Run("update of the name", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.CreateTool(t, "other/tool", "taken")
		tools := d.Protocol(t).Resource(providertest.MCPToolType)
		made := tools.MustCreate(providertest.QueryTool())
		_, diags := tools.Update(made, providertest.QueryTool(providertest.Object{"name": "taken"}))
		diags.MustFail(t, "name", "Unable to update MCP tool market-data/prices", "other/tool", "HTTP 409")
	})
	t.Run("unknown conflict", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		tools := d.Protocol(t).Resource(providertest.MCPToolType)
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateMcpTool", Status: http.StatusConflict})
		_, diags := tools.Create(providertest.QueryTool())
		diags.MustFail(t, "", "Unable to create MCP tool", "market-data/prices", "a deleted tool may still have it", "HTTP 409")
		made := tools.MustCreate(providertest.QueryTool())
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.UpdateMcpTool", Status: http.StatusConflict})
		_, diags = tools.Update(made, providertest.QueryTool(providertest.Object{"name": "other"}))
		diags.MustFail(t, "", "Unable to update MCP tool", "HTTP 409")
	})
}

func TestMcpTool_lostCreate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		lag     int
		adopted bool
	}{
		"reset after the write":                {mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true},
		"reset before the write":               {mockserver.Fault{Reset: mockserver.ResetBefore}, 0, false},
		"500 after the write":                  {mockserver.Fault{Status: 500, AfterWrite: true}, 0, true},
		"truncated response":                   {mockserver.Fault{Truncate: true}, 0, true},
		"reset after the write, with list lag": {mockserver.Fault{Reset: mockserver.ResetAfter}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{ListLag: test.lag})
			test.fault.Operation = "identity.CreateMcpTool"
			d.Mock.InjectFault(test.fault)
			tools := d.Protocol(t).Resource(providertest.MCPToolType)
			made, diags := tools.Create(providertest.JobTool())
			if test.adopted {
				diags.MustWarn(t, "", "The response to the creation of MCP tool market-data/reload was lost", "this run or another run created it")
			} else {
				diags.MustBeQuiet(t)
			}
			made.MustHave(t, map[string]string{"version": "1"})
			tools.MustPlanNothing(tools.MustRead(made), providertest.JobTool())
		})
	}
	t.Run("tool of another run", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.CreateTool(t, "market-data/prices", "get-prices")
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateMcpTool", Reset: mockserver.ResetAfter})
		made, diags := d.Protocol(t).Resource(providertest.MCPToolType).Create(providertest.QueryTool())
		if made.Exists() {
			t.Error("a tool of another run was adopted")
		}
		diags.MustFail(t, "code", "market-data/prices")
	})
}

// TestMcpTool_changedAfterPlan changes the query of a tool after the plan of another change was made. The update would
// undo the change, and the plan did not show that.
func TestMcpTool_changedAfterPlan(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	tools := d.Protocol(t).Resource(providertest.MCPToolType)
	made := tools.MustCreate(providertest.QueryTool())
	query := tool(d, t, "market-data/prices")["luminescePayload"]
	changed := providertest.QueryTool(providertest.Object{"title": "Another"})
	change := func(query any) {
		d.MustCall(t, http.MethodPut, "/mcptools/market-data/prices", providertest.ToolBody{
			"name": made.Get("name"), "title": made.Get("title"), "description": made.Get("description"), "luminescePayload": query,
		}, nil)
	}

	change(providertest.ToolBody{"query": "select 7"})
	d.Forget()
	_, diags := tools.Update(made, changed)
	diags.MustFail(t, "", "Unable to update MCP tool market-data/prices", "It was changed in LUSID after the plan was made", "Plan again, without -refresh=false")
	d.MustCount(t, map[string]int{"identity.GetMcpTool": 1})

	// Only the version differs from the plan.
	change(query)
	updated, diags := tools.Update(made, changed)
	diags.MustBeQuiet(t)
	updated.MustHave(t, map[string]string{"version": "4"})
	tools.MustPlanNothing(tools.MustRead(updated), changed)

	// The tool is as wanted, for example after an update whose response was lost.
	d.Forget()
	updated, diags = tools.Update(made, changed)
	diags.MustBeQuiet(t)
	updated.MustHave(t, map[string]string{"version": "4"})
	d.MustCount(t, map[string]int{"identity.GetMcpTool": 1})
}

// TestMcpTool_lostUpdate loses responses to updates. Every update that LUSID processes stores a new version.
func TestMcpTool_lostUpdate(t *testing.T) {
	t.Parallel()
	const always = -1
	updated := providertest.QueryTool(providertest.Object{"title": "Another"})
	for name, test := range map[string]struct {
		faults  []mockserver.Fault
		counts  map[string]int
		version float64
		// parts are parts of the error, or nil if the update succeeds.
		parts []string
	}{
		"reset after the write": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Reset: mockserver.ResetAfter}},
			map[string]int{"identity.UpdateMcpTool": 1, "identity.GetMcpTool": 2},
			2, nil,
		},
		"reset before the write": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Reset: mockserver.ResetBefore}},
			map[string]int{"identity.UpdateMcpTool": 2, "identity.GetMcpTool": 2},
			2, nil,
		},
		"503 after the write": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Status: 503, AfterWrite: true}},
			map[string]int{"identity.UpdateMcpTool": 1, "identity.GetMcpTool": 2},
			2, nil,
		},
		"truncated response": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Truncate: true}},
			map[string]int{"identity.UpdateMcpTool": 1, "identity.GetMcpTool": 2},
			2, nil,
		},
		"500 on every attempt": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Status: 500, Count: always}},
			map[string]int{"identity.UpdateMcpTool": 2, "identity.GetMcpTool": 2},
			1,
			[]string{"HTTP 500", "may have saved the new version anyway"},
		},
		"lost response and refused read": {
			[]mockserver.Fault{
				{Operation: "identity.UpdateMcpTool", Status: 500, AfterWrite: true},
				{Operation: "identity.GetMcpTool", Status: 403, After: 1},
			},
			map[string]int{"identity.UpdateMcpTool": 1, "identity.GetMcpTool": 2},
			2,
			[]string{"HTTP 500", "could not find out whether LUSID updated the object", "may have saved"},
		},
		"refused update": {
			[]mockserver.Fault{{Operation: "identity.UpdateMcpTool", Status: 400}},
			map[string]int{"identity.UpdateMcpTool": 1, "identity.GetMcpTool": 1},
			1,
			[]string{"HTTP 400"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			tools := d.Protocol(t).Resource(providertest.MCPToolType)
			made := tools.MustCreate(providertest.QueryTool())
			d.Forget()
			for _, fault := range test.faults {
				d.Mock.InjectFault(fault)
			}
			changed, diags := tools.Update(made, updated)
			d.MustCount(t, test.counts)
			d.Mock.ClearFaults()
			if got := tool(d, t, "market-data/prices")["version"]; got != test.version {
				t.Errorf("LUSID has version %v, want %v", got, test.version)
			}
			if test.parts != nil {
				diags.MustFail(t, "", append(test.parts, "Unable to update MCP tool market-data/prices")...)
			} else {
				diags.MustBeQuiet(t)
				changed.MustHave(t, map[string]string{"version": fmt.Sprint(test.version)})
			}
			// If the update is still missing, the next run repeats it.
			read := tools.MustRead(changed)
			mended, diags := tools.Update(read, updated)
			diags.MustBeQuiet(t)
			tools.MustPlanNothing(tools.MustRead(mended), updated)
			if got := tool(d, t, "market-data/prices")["version"]; got != 2.0 {
				t.Errorf("LUSID has version %v at the end, want 2", got)
			}
		})
	}
}

// TestMcpTool_refresh checks that a refresh of many tools sends few requests, and that the state of each tool is correct.
func TestMcpTool_refresh(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	maker := d.Protocol(t).Resource(providertest.MCPToolType)
	var all []providertest.Instance
	for i := range 12 {
		all = append(all, maker.MustCreate(providertest.JobTool(providertest.Object{
			"code": fmt.Sprint("tool-", i),
			"name": fmt.Sprint("tool-", i),
		})))
	}
	d.MustCount(t, map[string]int{"identity.ListMcpTools": 1, "identity.CreateMcpTool": 12})
	for n, want := range map[int]map[string]int{
		0: {}, 1: {"identity.GetMcpTool": 1}, 3: {"identity.GetMcpTool": 3}, 4: {
			"identity.GetMcpTool":   3,
			"identity.ListMcpTools": 1,
		}, 12: {"identity.GetMcpTool": 3, "identity.ListMcpTools": 1},
	} {
		tools := d.Protocol(t).Resource(providertest.MCPToolType)
		d.Forget()
		for _, tool := range all[:n] {
			if names := tools.MustRead(tool).Differences(tool); names != nil {
				t.Errorf("the refresh changed %s", names)
			}
		}
		d.MustCount(t, want)
	}
	// The provider reads a tool that changed and a tool that was deleted separately.
	d.MustCall(t, http.MethodPut, "/mcptools/market-data/tool-10", providertest.QueryBody("elsewhere"), nil)
	d.MustCall(t, http.MethodDelete, "/mcptools/market-data/tool-11", nil, nil)
	tools := d.Protocol(t).Resource(providertest.MCPToolType)
	d.Forget()
	for i, tool := range all {
		read := tools.MustRead(tool)
		if names := read.Differences(tool); i < 10 && names != nil {
			t.Errorf("the refresh changed %s", names)
		} else if i == 10 && read.Get("name") != "elsewhere" || i == 11 && read.Exists() {
			t.Errorf("the refresh of tool %d returned %s", i, read.Attributes)
		}
	}
	// LUSID has no error code for a deleted tool, so the provider sends one more list to decide.
	d.MustCount(t, map[string]int{"identity.GetMcpTool": 5, "identity.ListMcpTools": 2})
}

func TestMcpTool_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	tools := d.Protocol(t).Resource(providertest.MCPToolType)
	made := tools.MustCreate(providertest.QueryTool())
	forbidden := d.NoRights(t).Resource(providertest.MCPToolType)
	words := []string{"HTTP 403", "lusid-administrator", "market-data/prices"}
	kept, diags := forbidden.Read(made)
	diags.MustFail(t, "", append(words, "Unable to read MCP tool")...)
	if names := made.Differences(kept); names != nil {
		t.Errorf("a failed read changed %s", names)
	}
	_, diags = forbidden.Update(made, providertest.QueryTool(providertest.Object{"title": "New"}))
	diags.MustFail(t, "", append(words, "Unable to update MCP tool")...)
	forbidden.Destroy(made).MustFail(t, "", append(words, "Unable to delete MCP tool")...)
	_, diags = forbidden.Create(providertest.QueryTool())
	diags.MustFail(t, "", append(words, "Unable to create MCP tool")...)

	// Only a 404 with LUSID's own body means that the tool does not exist.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetMcpTool", Status: http.StatusNotFound, HTML: true})
	_, diags = tools.Read(made)
	diags.MustFail(t, "", "HTML page")
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.DeleteMcpTool", Status: http.StatusNotFound, HTML: true})
	tools.Destroy(made).MustFail(t, "", "HTML page")

	providertest.MustRefuseOtherDomain(t, d, providertest.MCPToolType, made, providertest.QueryTool(), "market-data/prices")
	providertest.MustDoWithoutCredentials(t, d, providertest.MCPToolType, made, providertest.QueryTool())
}

// TestMcpTool_missingFields leaves out every field that the contract allows LUSID to leave out, and reverses the lists,
// because LUSID promises no order.
func TestMcpTool_missingFields(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	var sparse func(value any) any
	sparse = func(value any) any {
		switch value := value.(type) {
		case map[string]any:
			left := map[string]any{}
			for field, inner := range value {
				switch {
				case inner == nil && field != "none": // The argument "none" keeps its null value.
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
	w.Set(func(_ *http.Request, body any) any { return sparse(body) })
	tools := d.Protocol(t).Resource(providertest.MCPToolType)
	for _, config := range []providertest.Object{providertest.JobTool(), providertest.QueryTool(), providertest.QueryTool(providertest.Object{"code": "empty", "name": "empty", "parameters": []any{}, "destructive_action_summary_template": ""})} {
		made := tools.MustCreate(config)
		made.MustHave(t, map[string]string{"version": "null"})
		read := tools.MustRead(made)
		if names := read.Differences(made); names != nil {
			t.Errorf("the refresh changed %s", names)
		}
		tools.MustPlanNothing(read, config)
		config["title"] = "Another"
		updated, diags := tools.Update(read, config)
		diags.MustBeQuiet(t)
		tools.MustPlanNothing(tools.MustRead(updated), config)
	}
}

// TestMcpTool_unexpectedResponses changes each field of the responses to reads. A tool that exists must stay in the
// state, and nothing may panic.
func TestMcpTool_unexpectedResponses(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	made := d.Protocol(t).Resource(providertest.MCPToolType).MustCreate(providertest.JobTool())
	var stored map[string]any
	d.MustCall(t, http.MethodGet, "/mcptools/market-data/reload", nil, &stored)
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
	tools := d.Protocol(t).Resource(providertest.MCPToolType)
	for name, change := range odd {
		w.Set(func(_ *http.Request, body any) any {
			if answer, ok := body.(map[string]any); ok {
				return change(answer)
			}
			return body
		})
		// A new client has no list that it could use for the read.
		tools.Configure(providertest.Object{"api_url": d.URL, "access_token": d.Token, "max_retries": 0}).MustSucceed(t)
		read, diags := tools.Read(made)
		if !read.Exists() {
			t.Errorf("%s: the refresh removed a tool that exists from the state: %s", name, diags.Errors())
		}
		if len(diags.Errors()) == 0 {
			if change, _ := tools.Plan(read, providertest.JobTool()); change.Replaces != nil {
				t.Errorf("%s: the plan replaces because of %s", name, change.Replaces)
			}
		}
		if name == "both payloads" && read.Get("luminesce_payload") != "null" {
			t.Error("the state has a payload that is not of the tool's payload type")
		}
	}
}

func TestMcpTool_validation(t *testing.T) {
	t.Parallel()
	tools := providertest.NewProtocol(t).Resource(providertest.MCPToolType)
	template := "destructive_action_summary_template"
	for name, test := range map[string]struct {
		config    providertest.Object
		attribute string
	}{
		"no payload": {providertest.QueryTool(providertest.Object{"luminesce_payload": nil}), "luminesce_payload"},
		"both payloads": {
			providertest.JobTool(providertest.Object{"luminesce_payload": providertest.Object{"query": "select 1"}}),
			"scheduler_payload",
		},
		"destructive":                 {providertest.QueryTool(providertest.Object{"destructive": true}), template},
		"destructive, empty template": {providertest.QueryTool(providertest.Object{"destructive": true, template: ""}), template},
		"template too long":           {providertest.QueryTool(providertest.Object{template: strings.Repeat("ü", 501)}), template},
		"null parameter":              {providertest.QueryTool(providertest.Object{"parameters": []any{nil}}), "parameters"},
		"null notification": {
			providertest.JobTool(providertest.Object{"scheduler_payload": providertest.JobPayload(providertest.Object{"notifications": []any{nil}})}),
			"scheduler_payload.notifications",
		},
		"slash in the scope":     {providertest.QueryTool(providertest.Object{"scope": "a/b"}), "scope"},
		"code of 65 characters":  {providertest.QueryTool(providertest.Object{"code": strings.Repeat("a", 65)}), "code"},
		"name of 257 characters": {providertest.QueryTool(providertest.Object{"name": strings.Repeat("a", 257)}), "name"},
		"name with a line break": {providertest.QueryTool(providertest.Object{"name": "abc\n"}), "name"},
		"timeout of zero": {
			providertest.QueryTool(providertest.Object{"timeouts": providertest.Object{"read": "0s"}}), "timeouts.read",
		},
	} {
		t.Run(name, func(t *testing.T) { tools.Validate(test.config).MustFail(t, test.attribute) })
	}
	for name, config := range map[string]providertest.Object{
		"query":                        providertest.QueryTool(),
		"job":                          providertest.JobTool(),
		"template without destructive": providertest.QueryTool(providertest.Object{template: "Agree"}),
		"other data type":              providertest.QueryTool(providertest.Object{"parameters": []any{providertest.Object{"name": "p", "data_type": "Decimal"}}}),
		"unknown payload":              providertest.QueryTool(providertest.Object{"luminesce_payload": providertest.Unknown}),
		"possibly no payload": providertest.QueryTool(providertest.Object{
			"luminesce_payload": nil,
			"scheduler_payload": providertest.Unknown,
		}),
		"possibly both payloads": providertest.QueryTool(providertest.Object{"scheduler_payload": providertest.Unknown}),
		"unknown template":       providertest.QueryTool(providertest.Object{"destructive": true, template: providertest.Unknown}),
		"unknown destructive":    providertest.QueryTool(providertest.Object{"destructive": providertest.Unknown}),
		"unknown parameters":     providertest.QueryTool(providertest.Object{"parameters": providertest.Unknown}),
		"unknown name of a parameter": providertest.QueryTool(providertest.Object{"parameters": []any{providertest.Object{
			"name":      providertest.Unknown,
			"data_type": "String",
		}}}),
		"unknown query":         providertest.QueryTool(providertest.Object{"luminesce_payload": providertest.Object{"query": providertest.Unknown}}),
		"unknown arguments":     providertest.JobTool(providertest.Object{"scheduler_payload": providertest.JobPayload(providertest.Object{"arguments": providertest.Unknown})}),
		"unknown notifications": providertest.JobTool(providertest.Object{"scheduler_payload": providertest.JobPayload(providertest.Object{"notifications": providertest.Unknown})}),
	} {
		t.Run(name, func(t *testing.T) {
			tools.Validate(config).MustBeQuiet(t)
			if _, diags := tools.Plan(providertest.Instance{}, config); len(diags.Errors()) > 0 {
				t.Errorf("the plan fails: %s", diags.Errors())
			}
		})
	}
	// A value from another resource is checked as soon as it is known.
	_, diags := tools.Plan(providertest.Instance{}, providertest.QueryTool(providertest.Object{"destructive": true}))
	diags.MustFail(t, template)
}

func TestMcpToolList(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t,
		mockserver.Options{Seed: mockserver.Seed{McpTools: []mockserver.McpTool{{Scope: "other", Code: "tool", Name: "get-other"}}}})
	p := d.Protocol(t)
	tools := p.Resource(providertest.MCPToolType)
	configs := map[string]providertest.Object{"reload-prices": providertest.JobTool(), "get-prices": providertest.QueryTool()}
	for _, config := range configs {
		tools.MustCreate(config)
	}
	for _, test := range []struct {
		config providertest.Object
		limit  int64
		want   []string
	}{
		{providertest.Object{}, 0, []string{"get-other", "get-prices", "reload-prices"}},
		{providertest.Object{"scope": "market-data"}, 0, []string{"get-prices", "reload-prices"}},
		{providertest.Object{"name_prefix": "get-"}, 0, []string{"get-other", "get-prices"}},
		{providertest.Object{"name_prefix": "get-", "scope": "market-data"}, 0, []string{"get-prices"}},
		{providertest.Object{"name_prefix": "get-"}, 1, []string{"get-other"}},
		{providertest.Object{"scope": "none"}, 0, nil},
	} {
		d.Forget()
		results, diags := tools.List(test.config, test.limit, true)
		if test.limit > 0 {
			diags.MustWarn(t, "", limitWarning)
		} else {
			diags.MustBeQuiet(t)
		}
		d.MustCount(t, map[string]int{"identity.ListMcpTools": 1})
		var got []string
		for _, result := range results {
			got = append(got, result.DisplayName)
			imported, diags := tools.ImportIdentity(providertest.ToObject(result.Identity))
			diags.MustBeQuiet(t)
			if names := result.Resource.Differences(imported); names != nil {
				t.Errorf("%s: the result and its import differ in %s", result.DisplayName, names)
			}
			if config := configs[result.DisplayName]; config != nil {
				tools.MustPlanNothing(imported, config)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.config, diff)
		}
	}
	_, diags := d.NoRights(t).Resource(providertest.MCPToolType).List(providertest.Object{}, 0, false)
	diags.MustFail(t, "", "Unable to list MCP tools", "HTTP 403", "lusid-administrator")
	_, diags = d.NotConfigured(t).Resource(providertest.MCPToolType).List(providertest.Object{}, 0, false)
	diags.MustFail(t, "", "Unable to list MCP tools", "access_token will be known only after apply")
}

func TestMcpToolDataSources(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	tools := p.Resource(providertest.MCPToolType)
	job, query := tools.MustCreate(providertest.JobTool()), tools.MustCreate(providertest.QueryTool())
	mustShow := func(got, made providertest.Instance) {
		t.Helper()
		for name, value := range made.Attributes {
			if name != "timeouts" && !value.Equal(got.Attributes[name]) {
				t.Errorf("%s is %s, want %s", name, got.Attributes[name], value)
			}
		}
		for _, name := range []string{"created_at", "created_by", "updated_at", "updated_by"} {
			if got.Get(name) == "null" {
				t.Errorf("%s is null", name)
			}
		}
	}
	for _, made := range []providertest.Instance{job, query} {
		d.Forget()
		mustShow(p.MustData(providertest.MCPToolType, providertest.Object{"scope": made.Get("scope"), "code": made.Get("code")}), made)
		d.MustCount(t, map[string]int{"identity.GetMcpTool": 1})
	}
	d.Forget()
	rows := p.MustData("lusid_mcp_tools", providertest.Object{}).Rows(t, "mcp_tools")
	d.MustCount(t, map[string]int{"identity.ListMcpTools": 1})
	if diff := cmp.Diff([]string{"market-data/prices", "market-data/reload"}, providertest.Column(rows, "id")); diff != "" {
		t.Fatalf("tools (-want +got):\n%s", diff)
	}
	mustShow(rows[0], query)
	mustShow(rows[1], job)

	// Older versions stay available, even after the tool is deleted.
	_, diags := tools.Update(query, providertest.QueryTool(providertest.Object{"title": "Another"}))
	diags.MustBeQuiet(t)
	current, first := providertest.Object{"scope": "market-data", "code": "prices"}, providertest.Object{
		"scope":   "market-data",
		"code":    "prices",
		"version": 1,
	}
	p.MustData(providertest.MCPToolType, current).MustHave(t, map[string]string{"version": "2", "title": "Another"})
	d.MustCall(t, http.MethodDelete, "/mcptools/market-data/prices", nil, nil)
	d.Forget()
	mustShow(p.MustData(providertest.MCPToolType, first), query)
	if got := d.Queries("identity.GetMcpTool"); got != "version=1" {
		t.Errorf("the read sent the query %q, want version=1", got)
	}
	const summary = "Unable to read MCP tool"
	_, diags = p.Data(providertest.MCPToolType, current)
	diags.MustFail(t, "code", summary, "market-data/prices", "HTTP 404")
	first["version"] = 7
	_, diags = p.Data(providertest.MCPToolType, first)
	diags.MustFail(t, "version", summary, "market-data/prices, version 7", "HTTP 404")
	for attribute, value := range map[string]any{"scope": "a b", "code": "", "version": 0} {
		_, diags = p.Data(providertest.MCPToolType, providertest.With(providertest.Object{"scope": "s", "code": "c"}, attribute, value))
		diags.MustFail(t, attribute)
	}
	for name, test := range map[string]struct {
		config    providertest.Object
		attribute string
	}{providertest.MCPToolType: {current, "code"}, "lusid_mcp_tools": {providertest.Object{}, ""}} {
		_, diags := d.NoRights(t).Data(name, test.config)
		diags.MustFail(t, test.attribute, "Unable to", "HTTP 403", "lusid-administrator")
		_, diags = d.NotConfigured(t).Data(name, test.config)
		diags.MustFail(t, "", "Unable to", "access_token will be known only after apply")
	}
}
