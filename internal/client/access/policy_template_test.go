package access_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const (
	templateParts = `"displayName":"N","description":"D","templatedSelectors":[` +
		`{"application":"LUSID","tag":"Data","selector":{"matchAllSelectorDefinition":{"actions":[]}}}]`
	wholeTemplate     = `{"scope":"default","code":"a b+c","applications":["LUSID"],"tags":["Data"],` + templateParts + `}`
	generateRequest   = `{"templateSelection":[{"scope":"default","code":"a b+c","selectorTags":["Data"]}],"selectors":[{"matchAllSelectorDefinition":{"actions":[]}}]}`
	generateResponse  = `{"applications":["LUSID"],"selectors":[{"matchAllSelectorDefinition":{"actions":[]}}],"templateMetadata":{"templateSelection":[{"scope":"default","code":"a b+c"}],"buildAsAt":"2026-01-01T00:00:00Z"}}`
	templatesPath     = "/access/api/policytemplates"
	wholeTemplatePath = templatesPath + "/a%20b+c"
)

var (
	templateID  = access.ResourceID{Scope: "default", Code: "a b+c"}
	allSelector = access.SelectorDefinition{RestrictionSelector: access.RestrictionSelector{
		MatchAllSelectorDefinition: &access.MatchAllSelectorDefinition{SelectorBase: access.SelectorBase{Actions: []access.ActionID{}}},
	}}
	templateRequest = access.PolicyTemplateUpdateRequest{
		DisplayName: "N", Description: "D",
		TemplatedSelectors: []access.PolicyTemplatedSelector{{Application: "LUSID", Tag: "Data", Selector: allSelector}},
	}
)

func TestPolicyTemplates_requests(t *testing.T) {
	t.Parallel()
	whole := func(got *access.PolicyTemplateResponse, err error) error {
		want := &access.PolicyTemplateResponse{
			ID: templateID, PolicyTemplateUpdateRequest: templateRequest, Applications: []string{"LUSID"}, Tags: []string{"Data"},
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("template (-want +got):\n%s", diff)
		}
		return err
	}
	const scoped = wholeTemplatePath + "?scope=default"
	wantRequests(t, map[string]requestCase{
		"get": {
			func(ctx context.Context, c *access.Client) error { return whole(c.GetPolicyTemplate(ctx, templateID)) },
			"GET " + scoped, "", 200, wholeTemplate,
		},
		"create": {
			func(ctx context.Context, c *access.Client) error {
				return whole(c.CreatePolicyTemplate(ctx, access.PolicyTemplateCreationRequest{Code: "a b+c", PolicyTemplateUpdateRequest: templateRequest}))
			},
			"POST " + templatesPath, `{"code":"a b+c",` + templateParts + `}`, 201, wholeTemplate,
		},
		// This operation has no parameter for the scope.
		"update": {
			func(ctx context.Context, c *access.Client) error {
				return whole(c.UpdatePolicyTemplate(ctx, "a b+c", templateRequest))
			},
			"PUT " + wholeTemplatePath, `{` + templateParts + `}`, 200, wholeTemplate,
		},
		"delete": {
			func(ctx context.Context, c *access.Client) error { return c.DeletePolicyTemplate(ctx, templateID) },
			"DELETE " + scoped, "", 204, "",
		},
		"generate": {func(ctx context.Context, c *access.Client) error {
			got, err := c.GeneratePolicyFromTemplate(ctx, access.GeneratePolicyFromTemplateRequest{
				TemplateSelection: []access.TemplateSelection{{Scope: "default", Code: "a b+c", SelectorTags: []string{"Data"}}},
				Selectors:         []access.SelectorDefinition{allSelector},
			})
			want := &access.GeneratedPolicyComponents{
				Applications: []string{"LUSID"}, Selectors: []access.SelectorDefinition{allSelector},
				TemplateMetadata: &access.TemplateMetadata{
					TemplateSelection: []access.TemplateSelection{{Scope: "default", Code: "a b+c"}}, BuildAsAt: "2026-01-01T00:00:00Z",
				},
			}
			if diff := cmp.Diff(want, got); err == nil && diff != "" {
				t.Errorf("generated policy (-want +got):\n%s", diff)
			}
			return err
		}, "POST " + templatesPath + "/$generatepolicy", generateRequest, 200, generateResponse},
		"get, without optional fields": {func(ctx context.Context, c *access.Client) error {
			got, err := c.GetPolicyTemplate(ctx, abcID)
			if diff := cmp.Diff(&access.PolicyTemplateResponse{ID: abcID}, got); diff != "" {
				t.Errorf("template (-want +got):\n%s", diff)
			}
			return err
		}, "GET /access/api/policytemplates/abc?scope=default", "", 200, `{"code":"abc","scope":null,"displayName":null,"description":null,"templatedSelectors":null,"applications":null,"tags":null}`},
	})
}

func TestListPolicyTemplates(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		templatesPath + "?limit=2000":        `{"values":[` + wholeTemplate + `,{"code":null}],"nextPage":"a"}`,
		templatesPath + "?limit=2000&page=a": `{"values":[{"code":"two"}]}`,
	}
	c := newClientOf(t, func(w http.ResponseWriter, r *http.Request) { jsonReply(200, pages[r.URL.RequestURI()])(w, r) })
	list, err := c.ListPolicyTemplates(t.Context())
	if len(list) != 2 || list[0].ID != templateID || list[1].ID.Code != "two" || !client.IsIncomplete(err) {
		t.Errorf("got %v and the error %v, want two templates and an incomplete list", list, err)
	}
}

func TestPolicyTemplate_unmodelled(t *testing.T) {
	t.Parallel()
	const all = `{"application":"LUSID","tag":"Data","selector":{"matchAllSelectorDefinition":{"actions":[]}}}`
	for selectors, want := range map[string]struct {
		parts []string
		n     int
	}{
		all:                                    {nil, 1},
		all + `,{"selector":{"a":{"b":1}}}`:    {[]string{"templatedSelectors[1].selector.a"}, 1},
		`{"selector":{"a":{}}},` + all:         {[]string{"templatedSelectors[0].selector.a"}, 1},
		`{"application":"LUSID","tag":"Data"}`: {[]string{"templatedSelectors[0]"}, 0},
		`null`:                                 {[]string{"templatedSelectors[0]"}, 0},
		`{"application":"LUSID","tag":"Data","level":5,"selector":{"matchAllSelectorDefinition":{"actions":[]}}}`: {[]string{"templatedSelectors[0].level"}, 1},
		`{"application":"LUSID","tag":"Data","selector":{"policySelectorDefinition":{"actions":[],"restrictionSelectors":[{"a":{}}]}}}`: {
			[]string{"templatedSelectors[0].selector.policySelectorDefinition.restrictionSelectors[0].a"}, 1,
		},
	} {
		got, err := newClientOf(t, jsonReply(200, `{"code":"abc","new":{"a":1},"templatedSelectors":[`+selectors+`]}`)).GetPolicyTemplate(t.Context(), abcID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.parts, got.Unmodelled); diff != "" || len(got.TemplatedSelectors) != want.n {
			t.Errorf("%s: got %d selectors, unmodelled parts (-want +got):\n%s", selectors, len(got.TemplatedSelectors), diff)
		}
	}
}

func TestGeneratePolicyFromTemplate_unmodelled(t *testing.T) {
	t.Parallel()
	generate := func(body string) (*access.GeneratedPolicyComponents, error) {
		return newClientOf(t, jsonReply(200, body)).GeneratePolicyFromTemplate(t.Context(), access.GeneratePolicyFromTemplateRequest{})
	}
	got, err := generate(`{"applications":[],"selectors":[{"a":{}},{"matchAllSelectorDefinition":{"actions":[]}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"selectors[0].a"}, got.Unmodelled); diff != "" || len(got.Selectors) != 1 {
		t.Errorf("got %d selectors, unmodelled parts (-want +got):\n%s", len(got.Selectors), diff)
	}
	if err := second(generate(`{}`)); err == nil {
		t.Error("an empty response was accepted, want an error")
	}
}

func TestPolicyTemplates_notFound(t *testing.T) {
	t.Parallel()
	mock, c := newDomain(t)
	if err := second(c.CreatePolicyTemplate(t.Context(), access.PolicyTemplateCreationRequest{
		Code: "there", PolicyTemplateUpdateRequest: access.PolicyTemplateUpdateRequest{DisplayName: "N", TemplatedSelectors: []access.PolicyTemplatedSelector{}},
	})); err != nil {
		t.Fatal(err)
	}
	missing := access.ResourceID{Scope: access.DefaultScope, Code: "missing"}
	request := access.PolicyTemplateUpdateRequest{DisplayName: "N", TemplatedSelectors: []access.PolicyTemplatedSelector{}}
	for name, err := range map[string]error{
		"get":    second(c.GetPolicyTemplate(t.Context(), missing)),
		"update": second(c.UpdatePolicyTemplate(t.Context(), missing.Code, request)),
		"delete": c.DeletePolicyTemplate(t.Context(), missing),
	} {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	// A 404 without a code may come from a gateway, so the list decides.
	mock.InjectFault(mockserver.Fault{Operation: "access.GetPolicyTemplate", Status: http.StatusNotFound, Count: -1})
	for code, want := range map[string]bool{"missing": true, "there": false} {
		if err := second(c.GetPolicyTemplate(t.Context(), access.ResourceID{Scope: access.DefaultScope, Code: code})); err == nil || client.IsNotFound(err) != want {
			t.Errorf("%s: got %v, want not found: %t", code, err, want)
		}
	}
}

// TestRefreshPolicyTemplate reads a few templates individually, and many from one list.
func TestRefreshPolicyTemplate(t *testing.T) {
	t.Parallel()
	mock, c := newDomain(t)
	if err := second(c.CreatePolicyTemplate(t.Context(), access.PolicyTemplateCreationRequest{
		Code: "there", PolicyTemplateUpdateRequest: access.PolicyTemplateUpdateRequest{DisplayName: "N", TemplatedSelectors: []access.PolicyTemplatedSelector{}},
	})); err != nil {
		t.Fatal(err)
	}
	mock.ResetRequests()
	id := access.ResourceID{Scope: access.DefaultScope, Code: "there"}
	for range 20 {
		got, err := c.RefreshPolicyTemplate(t.Context(), id, func(*access.PolicyTemplateResponse) bool { return true })
		if err != nil || got.ID != id {
			t.Fatalf("got %v and the error %v, want the template", got, err)
		}
	}
	if diff := cmp.Diff(map[string]int{"access.GetPolicyTemplate": 3, "access.ListPolicyTemplates": 1}, mock.Counts()); diff != "" {
		t.Errorf("requests by operation (-want +got):\n%s", diff)
	}
}
