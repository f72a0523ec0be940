package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const mcpToolsPath = "/identity/api/mcptools"

// mcpToolBody returns a tool that runs a query. The given fields are added or replaced.
func mcpToolBody(name string, more ...string) string {
	fields := append([]string{`"name":"` + name + `","title":"Title","description":"Description","luminescePayload":{"query":"select 1"}`},
		more...)
	return "{" + strings.Join(fields, ",") + "}"
}

func TestMcpTools_lifecycle(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now }})
	const path = mcpToolsPath + "/reports/prices"
	caller := d.get(mePath).text(t, "id")
	created := d.post(path,
		mcpToolBody("prices",
			`"readOnly":true,"idempotent":true,"parameters":[{"name":"limit","dataType":"Integer"}]`)).wantStatus(t, http.StatusCreated)
	want := map[string]any{
		"scope": "reports", "code": "prices", "name": "prices", "title": "Title", "description": "Description", "version": 1.0,
		"destructive": false, "destructiveActionSummaryTemplate": nil, "idempotent": true, "openWorld": false, "readOnly": true,
		"parameters":  []any{map[string]any{"name": "limit", "dataType": "Integer", "description": nil}},
		"payloadType": "Luminesce", "luminescePayload": map[string]any{"query": "select 1"},
		"createdAt": nowText, "createdBy": caller, "updatedAt": nowText, "updatedBy": caller,
	}
	check := func(what string, got map[string]any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("created", created.object(t))
	check("read", d.get(path).wantStatus(t, http.StatusOK).object(t))
	check("listed", decode[[]map[string]any](t, d.get(mcpToolsPath))[0])

	// Each PUT stores a version, and replaces all fields.
	const job = `{"name":"rates","title":"T","description":"D","schedulerPayload":{"jobScope":"s","jobCode":"c","arguments":{"a":null,"b":"1"},"runAs":"svc",` +
		`"notifications":[{"type":"Email","target":"a@example.com","trigger":"Always"}]}}`
	for range 2 {
		d.put(path, job).wantStatus(t, http.StatusOK)
	}
	first := want
	want = map[string]any{
		"scope": "reports", "code": "prices", "name": "rates", "title": "T", "description": "D", "version": 3.0,
		"destructive": false, "destructiveActionSummaryTemplate": nil, "idempotent": false, "openWorld": false, "readOnly": false, "parameters": nil,
		"payloadType": "Scheduler", "schedulerPayload": map[string]any{
			"jobScope": "s", "jobCode": "c", "arguments": map[string]any{"a": nil, "b": "1"}, "runAs": "svc",
			"notifications": []any{map[string]any{"type": "Email", "target": "a@example.com", "trigger": "Always"}},
		},
		"createdAt": nowText, "createdBy": caller, "updatedAt": nowText, "updatedBy": caller,
	}
	check("updated twice", d.get(path).object(t))
	check("read as version 3", d.get(path+"?version=3").object(t))
	want = first
	check("read as version 1", d.get(path+"?version=1").object(t))

	// A deletion closes the tool. LUSID keeps its versions and its code.
	d.delete(path).wantStatus(t, http.StatusNoContent)
	if got := d.texts(mcpToolsPath, "code"); len(got) != 0 {
		t.Errorf("got the tools %s after the deletion, want none", got)
	}
	check("read as version 1 after the deletion", d.get(path+"?version=1").object(t))
	want["version"] = 4.0
	if got := d.post(path, mcpToolBody("prices")).wantStatus(t, http.StatusCreated).object(t)["version"]; got != 4.0 {
		t.Errorf("got version %v for a tool created again, want 4", got)
	}
}

func TestMcpTools_missing(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.post(mcpToolsPath+"/s/there", mcpToolBody("there")).wantStatus(t, http.StatusCreated)
	for _, r := range []request{
		{method: http.MethodGet, path: "/s/missing"},
		{method: http.MethodGet, path: "/other/there"},
		{method: http.MethodGet, path: "/s/there?version=2"},
		{method: http.MethodGet, path: "/s/there?version=0"},
		{method: http.MethodGet, path: "/s/missing?version=1"},
		{method: http.MethodPut, path: "/s/missing", body: mcpToolBody("missing")},
		{method: http.MethodDelete, path: "/s/missing"},
	} {
		r.path = mcpToolsPath + r.path
		d.do(r).wantProblem(t, http.StatusNotFound, -1)
	}
}

func TestMcpTools_taken(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, code := range []string{"one", "two"} {
		d.post(mcpToolsPath+"/s/"+code, mcpToolBody(code)).wantStatus(t, http.StatusCreated)
	}
	d.post(mcpToolsPath+"/s/one", mcpToolBody("three")).wantProblem(t, http.StatusConflict, 144)
	d.post(mcpToolsPath+"/s/three", mcpToolBody("one")).wantProblem(t, http.StatusConflict, 144)
	d.put(mcpToolsPath+"/s/two", mcpToolBody("one")).wantProblem(t, http.StatusConflict, 144)
	d.put(mcpToolsPath+"/s/two", mcpToolBody("two")).wantStatus(t, http.StatusOK)
	d.delete(mcpToolsPath+"/s/one").wantStatus(t, http.StatusNoContent)
	d.put(mcpToolsPath+"/s/two", mcpToolBody("one")).wantStatus(t, http.StatusOK)
}

func TestMcpTools_refused(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	const both = `"schedulerPayload":{"jobScope":"s","jobCode":"c"}`
	d.post(mcpToolsPath+"/s/there", mcpToolBody("there")).wantStatus(t, http.StatusCreated)
	for field, bodies := range map[string][]string{
		"luminescePayload": {mcpToolBody("x", both), `{"name":"x","title":"T","description":"D"}`},
		"destructiveActionSummaryTemplate": {
			mcpToolBody("x", `"destructive":true`),
			mcpToolBody("x", `"destructive":true,"destructiveActionSummaryTemplate":""`),
		},
		"name":                   {mcpToolBody("a b")},
		"luminescePayload.query": {`{"name":"x","title":"T","description":"D","luminescePayload":{"query":""}}`},
	} {
		for _, body := range bodies {
			for method, path := range map[string]string{http.MethodPost: "/s/new", http.MethodPut: "/s/there"} {
				problem := d.do(request{method: method, path: mcpToolsPath + path, body: body}).wantProblem(t, http.StatusBadRequest, 151)
				if errors, _ := problem["errors"].(map[string]any); errors[field] == nil {
					t.Errorf("%s %s: got the errors %v, want an error for %s", method, body, errors, field)
				}
			}
		}
	}
	d.put(mcpToolsPath+"/s/there",
		mcpToolBody("x", `"destructive":true,"destructiveActionSummaryTemplate":"Delete {it}"`)).wantStatus(t, http.StatusOK)
}

func TestMcpTools_listsLag(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{
		ListLag: 1,
		Seed:    mockserver.Seed{McpTools: []mockserver.McpTool{{Scope: "s", Code: "seeded", Query: "select 2"}}},
	})
	d.post(mcpToolsPath+"/s/made", mcpToolBody("made")).wantStatus(t, http.StatusCreated)
	for _, want := range [][]string{{"seeded"}, {"seeded", "made"}} {
		if diff := cmp.Diff(want, d.texts(mcpToolsPath, "code")); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}
	}
	seeded := d.get(mcpToolsPath + "/s/seeded").object(t)
	for field, want := range map[string]any{"name": "seeded", "title": "seeded", "description": "seeded", "luminescePayload": map[string]any{"query": "select 2"}} {
		if diff := cmp.Diff(want, seeded[field]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", field, diff)
		}
	}
}
