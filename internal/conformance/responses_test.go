package conformance_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/conformance"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// isUndecided fails the test if a check could tell something.
func isUndecided(t *testing.T, report *conformance.Report) {
	t.Helper()
	for _, row := range report.Rows {
		if row.Result != conformance.CouldNotTell {
			t.Errorf("%s: got %s (%s), want %s", row.FullName(), row.Result, row.Seen, conformance.CouldNotTell)
		}
	}
}

// A page of a proxy does not show what LUSID does, even if its status is 200.
func TestRun_page(t *testing.T) {
	t.Parallel()
	for operation, check := range map[string]string{
		"identity.DeleteRole":        "identity/role-delete",
		"identity.CreateRole":        "identity/role-create",
		"identity.GetRole":           "identity/role-missing",
		"identity.DeleteMcpTool":     "identity/mcp-tool-delete",
		"access.GetRole":             "access/role-missing",
		"access.DeletePolicy":        "access/policy-delete-again",
		"identity.ListApplications":  "identity/applications-list-secret",
		"access.ListPolicyTemplates": "access/policy-templates-enabled",
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{})
			domain.InjectFault(mockserver.Fault{Operation: operation, Status: http.StatusOK, HTML: true, AfterWrite: strings.Contains(operation, ".Create")})
			report := run(t, domain, pick(t, check, "identity/request-id-header"), everything())
			header := report.Rows[1]
			if header.Result != conformance.AsAssumed {
				t.Errorf("%s: got %s (%s), want %s", header.FullName(), header.Result, header.Seen, conformance.AsAssumed)
			}
			report.Rows = report.Rows[:1]
			isUndecided(t, report)
			if seen := report.Rows[0].Seen; !strings.Contains(seen, "not JSON") {
				t.Errorf("got %q, want a text about the page", seen)
			}
			if len(report.Left)+len(report.Lost) > 0 {
				t.Errorf("got the remaining objects %v and the lost objects %v, want none", report.Left, report.Lost)
			}
			domain.isClean(t)
		})
	}
}

// If a removal fails for a moment, the run tries again.
func TestRun_removesLater(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		check string
		fault mockserver.Fault
	}{
		"failure":              {"identity/role-create", mockserver.Fault{Operation: "identity.DeleteRole", Count: 4, Status: http.StatusInternalServerError}},
		"rate limit":           {"identity/role-create", mockserver.Fault{Operation: "identity.DeleteRole", Count: 9, Status: http.StatusTooManyRequests, RetryAfter: "0"}},
		"page":                 {"access/policy-create", mockserver.Fault{Operation: "access.DeletePolicy", Count: 3, Status: http.StatusOK, HTML: true}},
		"all responses lost":   {"identity/mcp-tool-create", mockserver.Fault{Operation: "identity.DeleteMcpTool", Count: -1, Reset: mockserver.ResetAfter}},
		"user role removed":    {"access/user-role-create", mockserver.Fault{Operation: "access.DeleteUserRole", Reset: mockserver.ResetAfter}},
		"failure of user role": {"access/user-role-create", mockserver.Fault{Operation: "access.DeleteUserRole", Count: 4, Status: http.StatusInternalServerError}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{})
			domain.InjectFault(test.fault)
			if report := run(t, domain, pick(t, test.check), everything()); len(report.Left)+len(report.Lost) > 0 {
				t.Errorf("got the remaining objects %v and the lost objects %v, want none", report.Left, report.Lost)
			}
			domain.isClean(t)
		})
	}
}

// If the user may create objects, but not delete them, the run leaves few objects.
func TestRun_stuck(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{})
	deletes := 0
	for _, operation := range createOperations {
		operation = strings.Replace(operation, "Create", "Delete", 1)
		domain.InjectFault(mockserver.Fault{Operation: operation, Count: -1, Status: http.StatusForbidden})
	}
	report := run(t, domain, conformance.Checks(), everything())
	for operation, count := range domain.Counts() {
		if strings.Contains(operation, ".Delete") {
			deletes += count
		}
	}
	perKind := map[string]int{}
	for _, left := range report.Left {
		perKind[left.Kind]++
	}
	for kind, count := range perKind {
		if count > 2 {
			t.Errorf("got %d remaining objects of the kind %s, want at most 2", count, kind)
		}
	}
	// The run removes each object once after its check, twice before a create of its kind, and once at its end. A check
	// may also remove its object.
	if len(report.Left) < 10 || deletes > 5*len(report.Left) {
		t.Errorf("got the remaining objects %v after %d deletes, want few deletes", slices.Sorted(maps.Keys(perKind)), deletes)
	}
	const reason = "unable to create a role: no request, because earlier objects of this kind may remain"
	if !slices.ContainsFunc(report.Rows, func(row conformance.Row) bool { return row.Seen == reason }) {
		t.Errorf("want a check with the reason %q, got: %v", reason, report.Rows)
	}
}

// Right after a killed run, the lists may not contain its last objects yet.
func TestClean_lag(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{ListLag: 3})
	options := everything()
	for _, operation := range []string{"identity.DeleteApplication", "access.DeleteUserRole"} {
		domain.InjectFault(mockserver.Fault{Operation: operation, Count: -1, Status: http.StatusForbidden})
	}
	report := run(t, domain, pick(t, "identity/application-create", "access/user-role-create"), options)
	domain.ClearFaults()
	removed, left, unread, err := conformance.Clean(t.Context(), domain.connection, options.RunName, 0)
	if err != nil || len(left)+len(unread) > 0 || removed != 3 || len(report.Left) != 3 {
		t.Errorf("got %d removed objects of %d, the remaining objects %v, the unread lists %q and the error %v, want 3 and none", removed, len(report.Left), left, unread, err)
	}
	for range 4 {
		domain.contents(t)
	}
	domain.isClean(t)
}

// If the response to a delete is lost, the client sends the delete again. The refusal of the second delete shows
// nothing about LUSID.
func TestRun_repeated(t *testing.T) {
	t.Parallel()
	for operation, check := range map[string]string{
		"identity.DeleteApiKey":              "identity/token-delete",
		"identity.DeleteExternalTokenIssuer": "identity/external-token-issuer-delete",
		"access.DeletePolicyTemplate":        "access/policy-template-delete",
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{})
			domain.InjectFault(mockserver.Fault{Operation: operation, Reset: mockserver.ResetAfter})
			report := run(t, domain, pick(t, check), everything())
			isUndecided(t, report)
			if len(report.Left) > 0 || !strings.Contains(report.Rows[0].Seen, "sent the request again") {
				t.Errorf("got the remaining objects %v and the text %q, want none and a text about the second request", report.Left, report.Rows[0].Seen)
			}
			domain.isClean(t)
		})
	}
}

// LUSID does not process a request that exceeds a rate limit, so the response to the next attempt is conclusive.
func TestRun_repeatedAfterRateLimit(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "identity.DeleteRole", After: 1, Status: http.StatusTooManyRequests, RetryAfter: "0"})
	row := run(t, domain, pick(t, "identity/role-delete-again"), everything()).Rows[0]
	if n := domain.Counts()["identity.DeleteRole"]; row.Result != conformance.AsAssumed || n != 3 {
		t.Errorf("got %s (%s) after %d deletes, want %s after 3", row.Result, row.Seen, n, conformance.AsAssumed)
	}
}

// If LUSID stops responding, the run ends soon, and creates few objects whose outcome is not known.
func TestRun_silent(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mockserver.Fault{
		"redirect after a write": {Status: http.StatusTemporaryRedirect, Location: "https://other.example.com", AfterWrite: true},
		"page":                   {Status: http.StatusOK, HTML: true},
		"no token":               {Status: http.StatusUnauthorized, Operation: "*"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{})
			fault.Operation, fault.After, fault.Count = "*", 60, -1
			domain.InjectFault(fault)
			report := run(t, domain, conformance.Checks(), everything())
			if last := report.Rows[len(report.Rows)-3]; last.Result != conformance.CouldNotTell || !strings.Contains(last.Seen, "sent nothing") {
				t.Errorf("%s: got %s (%s), want a check that sent nothing", last.FullName(), last.Result, last.Seen)
			}
			if n := len(report.Left) + len(report.Lost); n > 4 {
				t.Errorf("got the remaining objects %v and the lost objects %v, want at most 4", report.Left, report.Lost)
			}
		})
	}
}

// If the responses to all creates of a kind are lost, the run creates few objects of that kind.
func TestRun_manyLost(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "identity.CreateUser", Count: -1, Status: http.StatusInternalServerError, AfterWrite: true})
	domain.InjectFault(mockserver.Fault{Operation: "identity.ListUsers", Count: -1, Status: http.StatusForbidden})
	if report := run(t, domain, conformance.Checks(), everything()); len(report.Lost) != 3 || domain.Counts()["identity.CreateUser"] != 3 {
		t.Errorf("got %d creates and the lost objects %v, want 3", domain.Counts()["identity.CreateUser"], report.Lost)
	}
}

// If the response to a delete is lost, and LUSID has no error code for an object of this kind that does not exist, the
// run still creates other objects of the kind.
func TestRun_deleteLost(t *testing.T) {
	t.Parallel()
	domain := start(t, mockserver.Options{})
	checks := pick(t, "identity/mcp-tool-create", "identity/mcp-tool-delete", "access/user-role-create", "access/user-role-delete")
	for _, operation := range []string{"identity.DeleteMcpTool", "access.DeleteUserRole"} {
		domain.InjectFault(mockserver.Fault{Operation: operation, Reset: mockserver.ResetAfter})
	}
	report := run(t, domain, checks, everything())
	for _, row := range report.Rows {
		if row.Result != conformance.AsAssumed {
			t.Errorf("%s: got %s (%s), want %s", row.FullName(), row.Result, row.Seen, conformance.AsAssumed)
		}
	}
	if len(report.Left) > 0 {
		t.Errorf("got the remaining objects %v, want none", report.Left)
	}
	domain.isClean(t)
}

// If a proxy mixes up responses, the run removes no object that it did not create.
func TestRun_otherObject(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]func(object map[string]any) any{
		"whole":   func(object map[string]any) any { return object },
		"only ID": func(object map[string]any) any { return map[string]any{"id": object["id"]} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			removesNoOther(t, keep)
		})
	}
}

// removesNoOther runs the checks on a domain that responds to the create of a role with a part of another role.
func removesNoOther(t *testing.T, keep func(object map[string]any) any) {
	t.Helper()
	const victim = "payments"
	domain := start(t, mockserver.Options{Seed: mockserver.Seed{
		Roles:       []mockserver.Role{{Name: victim}},
		AccessRoles: []json.RawMessage{json.RawMessage(`{"code": "` + victim + `", "resource": {"policyIdRoleResource": {}}, "when": {"activate": "2020-01-01T00:00:00Z"}}`)},
	}}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorder := httptest.NewRecorder()
			next.ServeHTTP(recorder, r)
			body := recorder.Body.Bytes()
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/roles") {
				// The response is the object of another request.
				list := httptest.NewRecorder()
				get := httptest.NewRequestWithContext(r.Context(), http.MethodGet, "http://localhost"+r.URL.Path, nil)
				get.Header = r.Header
				next.ServeHTTP(list, get)
				var objects []map[string]any
				_ = json.Unmarshal(list.Body.Bytes(), &objects)
				for _, object := range objects {
					id, _ := object["id"].(map[string]any)
					if object["name"] == victim || id["code"] == victim {
						body, _ = json.Marshal(keep(object))
					}
				}
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(recorder.Code)
			_, _ = w.Write(body)
		})
	})
	report := run(t, domain, conformance.Checks(), everything())
	if len(report.Left)+len(report.Lost) > 0 {
		t.Errorf("got the remaining objects %v and the lost objects %v, want none", report.Left, report.Lost)
	}
	for _, collection := range []string{"identity/api/roles", "access/api/roles"} {
		if !strings.Contains(domain.contents(t)[collection], victim) {
			t.Errorf("the run removed an object of %s that it did not create", collection)
		}
	}
	domain.isClean(t)
}

// Clean does not remove an object whose name has the name of the run in another case.
func TestClean_case(t *testing.T) {
	t.Parallel()
	const runName = conformance.Prefix + "0123abcd"
	person := strings.ToUpper(runName) + "-mine"
	domain := start(t, mockserver.Options{Seed: mockserver.Seed{Roles: []mockserver.Role{{Name: person}}}})
	removed, left, unread, err := conformance.Clean(t.Context(), domain.connection, runName, 0)
	if err != nil || removed+len(left)+len(unread) > 0 || !strings.Contains(domain.contents(t)["identity/api/roles"], person) {
		t.Errorf("got %d removed objects, the remaining objects %v, the unread lists %q and the error %v, want none", removed, left, unread, err)
	}
}

// If the pages of a list refer to each other, a run still ends.
func TestRun_endlessPages(t *testing.T) {
	t.Parallel()
	pages := 0
	domain := start(t, mockserver.Options{}, rewrite("GET", "/userroles$", func(_ *int, page map[string]any) {
		pages++
		page["nextPage"] = []string{"a", "b"}[pages%2]
	}), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			query.Del("page")
			r.URL.RawQuery = query.Encode()
			next.ServeHTTP(w, r)
		})
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, _, unread, err := conformance.Clean(ctx, domain.connection, conformance.NewRunName(), 0)
	if err != nil || len(unread) > 0 {
		t.Errorf("got the unread lists %q and the error %v after %d pages, want none", unread, err, pages)
	}
}

// An empty refusal of a gateway does not show whether LUSID's responses have a request ID. A success without it does.
func TestRun_emptyRefusalWithoutRequestID(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]conformance.Result{
		http.StatusNotFound: conformance.AsAssumed, http.StatusForbidden: conformance.AsAssumed, http.StatusNoContent: conformance.Differs,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{}, func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.Contains(r.URL.Path, "/policytemplates") {
						w.WriteHeader(status)
						return
					}
					next.ServeHTTP(w, r)
				})
			})
			report := run(t, domain, pick(t, "access/policy-templates-enabled", "identity/request-id-header"), everything())
			if row := report.Rows[1]; row.Result != want {
				t.Errorf("got %s (%s), want %s", row.Result, row.Seen, want)
			}
		})
	}
}

// If an interrupt ends the wait between two lists, the check does not report a difference.
func TestRun_interruptedPause(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	domain := start(t, mockserver.Options{ListLag: 9}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/identity/api/roles" {
				next.ServeHTTP(w, r)
				return
			}
			recorder := httptest.NewRecorder()
			next.ServeHTTP(recorder, r)
			response := recorder.Result()
			response.Close, response.ContentLength = true, int64(recorder.Body.Len())
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = response.Write(conn)
			// The client closes the connection when it has read the response. Then it waits for the next list.
			_, _ = conn.Read(make([]byte, 1))
			interrupt()
			_ = conn.Close()
		})
	})
	options := everything()
	options.Pause = time.Hour
	report, err := conformance.Run(ctx, domain.connection, pick(t, "identity/roles-list-lag"), options, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	row, want := report.Rows[0], conformance.Finding{Result: conformance.CouldNotTell, Seen: "the run was interrupted during the check"}
	if row.Finding != want {
		t.Errorf("got %s (%s), want %s (%s)", row.Result, row.Seen, want.Result, want.Seen)
	}
}

// A domain can limit the number of objects, so only the refusal of a create can have this reason.
func TestRun_limitOnlyForCreates(t *testing.T) {
	t.Parallel()
	const limit = ": LUSID refuses it, for example because of a limit of the domain"
	for operation, test := range map[string]struct{ check, seen string }{
		"identity.CreateRole": {"identity/role-update-clears", "unable to create a role: HTTP 400 with code 151" + limit},
		"identity.UpdateRole": {"identity/role-update-clears", "unable to update a role without a description: HTTP 400 with code 151"},
		"identity.DeleteRole": {"identity/role-delete", "unable to delete a role: HTTP 400 with code 151"},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			domain := start(t, mockserver.Options{})
			domain.InjectFault(mockserver.Fault{Operation: operation, Status: http.StatusBadRequest, Code: 151})
			if row := run(t, domain, pick(t, test.check), everything()).Rows[0]; row.Seen != test.seen {
				t.Errorf("got the text %q, want %q", row.Seen, test.seen)
			}
		})
	}
}
