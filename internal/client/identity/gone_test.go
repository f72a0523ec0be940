package identity_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// goneOperation is an operation on an object that a list contains.
type goneOperation struct {
	// code is LUSID's code for a missing object of this kind. Zero if there is none.
	code int
	// list is the path of the list, and listed is the object as it is in the list.
	list, listed string
	call         func(context.Context, *identity.Client) error
}

// goneOperations are all operations whose object can be gone.
func goneOperations() map[string]goneOperation {
	const (
		application = `{"id":"x","clientId":"x-client","displayName":"X","type":"Native"}`
		role        = `{"id":"x","name":"x","roleId":{"scope":"default","code":"x"}}`
		user        = `{"id":"x","login":"x@acme.com","type":"Service","status":"ACTIVE"}`
		key         = `{"id":"x","displayName":"X"}`
		coded       = `{"code":"x"}`
		tool        = `{"scope":"s","code":"x","name":"x"}`
	)
	toolID := identity.ResourceID{Scope: "s", Code: "x"}
	return map[string]goneOperation{
		"GetApplication": {662, "applications", application, func(ctx context.Context, c *identity.Client) error {
			return second(c.GetApplication(ctx, "x", true))
		}},
		"RefreshApplication": {662, "applications", application, func(ctx context.Context, c *identity.Client) error {
			return second(c.RefreshApplication(ctx, "x", func(*identity.OAuthApplication) bool { return false }))
		}},
		"DeleteApplication": {
			662, "applications", application,
			func(ctx context.Context, c *identity.Client) error { return c.DeleteApplication(ctx, "x") },
		},
		"GetRole": {660, "roles", role, func(ctx context.Context, c *identity.Client) error { return second(c.GetRole(ctx, "x")) }},
		"GetRoleByCode": {660, "roles", role, func(ctx context.Context, c *identity.Client) error {
			return second(c.GetRoleByCode(ctx, identity.ResourceID{Scope: "default", Code: "x"}))
		}},
		"UpdateRole": {660, "roles", role, func(ctx context.Context, c *identity.Client) error {
			return second(c.UpdateRole(ctx, "x", identity.UpdateRoleRequest{}))
		}},
		"DeleteRole": {660, "roles", role, func(ctx context.Context, c *identity.Client) error { return c.DeleteRole(ctx, "x") }},
		"ListUsersInRole": {
			660, "roles", role,
			func(ctx context.Context, c *identity.Client) error { return second(c.ListUsersInRole(ctx, "x")) },
		},
		"RefreshUsersInRole": {660, "roles", role, func(ctx context.Context, c *identity.Client) error {
			return second(c.RefreshUsersInRole(ctx, "x", func([]identity.UserResponse) bool { return false }))
		}},
		"RemoveUserFromRole": {
			657, "roles/r/users", user,
			func(ctx context.Context, c *identity.Client) error { return c.RemoveUserFromRole(ctx, "r", "x") },
		},
		"GetUser": {657, "users", user, func(ctx context.Context, c *identity.Client) error { return second(c.GetUser(ctx, "x")) }},
		"GetUserFromLogin": {657, "users", user, func(ctx context.Context, c *identity.Client) error {
			return second(c.GetUserFromLogin(ctx, "X@acme.com"))
		}},
		"DeleteUser":        {705, "users", user, func(ctx context.Context, c *identity.Client) error { return c.DeleteUser(ctx, "x", false) }},
		"DeleteUser, purge": {657, "users", user, func(ctx context.Context, c *identity.Client) error { return c.DeleteUser(ctx, "x", true) }},
		"DeleteApiKey":      {239, "keys", key, func(ctx context.Context, c *identity.Client) error { return c.DeleteAPIKey(ctx, "x") }},
		"GetNetworkZone": {
			0, "networkzones", coded,
			func(ctx context.Context, c *identity.Client) error { return second(c.GetNetworkZone(ctx, "x")) },
		},
		"UpdateNetworkZone": {0, "networkzones", coded, func(ctx context.Context, c *identity.Client) error {
			return second(c.UpdateNetworkZone(ctx, "x", identity.UpdateNetworkZoneRequest{}))
		}},
		"DeleteNetworkZone": {
			0, "networkzones", coded,
			func(ctx context.Context, c *identity.Client) error { return c.DeleteNetworkZone(ctx, "x") },
		},
		"GetExternalTokenIssuer": {0, "externaltokenissuers", coded, func(ctx context.Context, c *identity.Client) error {
			return second(c.GetExternalTokenIssuer(ctx, "x"))
		}},
		"UpdateExternalTokenIssuer": {0, "externaltokenissuers", coded, func(ctx context.Context, c *identity.Client) error {
			return second(c.UpdateExternalTokenIssuer(ctx, "x", identity.UpdateExternalTokenIssuerRequest{}))
		}},
		"DeleteExternalTokenIssuer": {
			0, "externaltokenissuers", coded,
			func(ctx context.Context, c *identity.Client) error { return c.DeleteExternalTokenIssuer(ctx, "x") },
		},
		"GetMcpTool": {
			0, "mcptools", tool,
			func(ctx context.Context, c *identity.Client) error { return second(c.GetMcpTool(ctx, toolID, 0)) },
		},
		"UpdateMcpTool": {0, "mcptools", tool, func(ctx context.Context, c *identity.Client) error {
			return second(c.UpdateMcpTool(ctx, toolID, identity.UpsertMcpToolRequest{}))
		}},
		"DeleteMcpTool": {0, "mcptools", tool, func(ctx context.Context, c *identity.Client) error { return c.DeleteMcpTool(ctx, toolID) }},
	}
}

// withoutCode are the forms of a 404 without LUSID's code for the object.
func withoutCode() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"empty": reply(404, "", ""),
		"ASP.NET": jsonReply(404,
			`{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":"00-1"}`),
		"HTML":    reply(404, "text/html", "<title>Not found</title>"),
		"text":    reply(404, "text/plain", "404 page not found"),
		"Kong":    jsonReply(404, `{"message":"no Route matched with those values"}`),
		"code -1": jsonReply(404, `{"name":"Unknown","code":-1,"title":"Unknown"}`),
	}
}

// goneDomain sends the lists one after the other, and repeats the last one. It responds to all other
// requests with the field other.
type goneDomain struct {
	list  string
	lists []http.HandlerFunc
	other http.HandlerFunc

	listed, others atomic.Int32
}

func (d *goneDomain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == "/identity/api/"+d.list {
		n := int(d.listed.Add(1))
		d.lists[min(n, len(d.lists))-1](w, r)
		return
	}
	d.others.Add(1)
	d.other(w, r)
}

// TestGone checks the meaning of a 404 without LUSID's code: the list decides. If two lists differ, the
// later one decides.
func TestGone(t *testing.T) {
	t.Parallel()
	for name, operation := range goneOperations() {
		lacks, shows := jsonReply(200, "[]"), jsonReply(200, "["+operation.listed+"]")
		lists := map[string]struct {
			lists []http.HandlerFunc
			want  bool
			says  string
		}{
			"lacks the object":           {[]http.HandlerFunc{lacks}, true, "list of"},
			"has the object":             {[]http.HandlerFunc{shows}, false, "may still exist: it is in LUSID's list"},
			"lags, and has the object":   {[]http.HandlerFunc{shows, lacks}, true, "is not in LUSID's list"},
			"lags, and lacks the object": {[]http.HandlerFunc{lacks, shows}, false, "may still exist: it is in LUSID's list"},
			"is refused":                 {[]http.HandlerFunc{reply(403, "", "")}, false, "Unable to check whether the object is gone: identity.List"},
			"is a 404 too":               {[]http.HandlerFunc{reply(404, "", "")}, false, "Unable to check whether the object is gone: identity.List"},
			"is an HTML page": {
				[]http.HandlerFunc{reply(200, "text/html", "<title>Proxy</title>")},
				false,
				"Unable to check whether the object is gone: identity.List",
			},
			"is incomplete":                     {[]http.HandlerFunc{jsonReply(200, "[{}]")}, false, "Unable to check whether the object is gone: identity.List"},
			"is incomplete, and has the object": {[]http.HandlerFunc{jsonReply(200, "[{},"+operation.listed+"]")}, false, "may still exist: it is in LUSID's list"},
		}
		for form, other := range withoutCode() {
			for list, test := range lists {
				t.Run(name+"/"+form+"/the list "+list, func(t *testing.T) {
					t.Parallel()
					domain := &goneDomain{list: operation.list, lists: test.lists, other: other}
					err := operation.call(t.Context(), newClientOf(t, domain))
					if err == nil || client.IsNotFound(err) != test.want {
						t.Fatalf("IsNotFound is %v, want %v, for the error %v", client.IsNotFound(err), test.want, err)
					}
					if strings.Contains(test.says, "may still exist") && !strings.Contains(err.Error(), "The list may lag behind a deletion. Run Terraform again.") {
						t.Errorf("want an error that says that the list may lag, got %v", err)
					}
					if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "HTTP 404") {
						t.Errorf("want an error that contains %q and HTTP 404, got %v", test.says, err)
					}
				})
			}
		}
		if operation.code == 0 {
			continue
		}
		t.Run(name+"/LUSID's code", func(t *testing.T) {
			t.Parallel()
			domain := &goneDomain{
				list:  operation.list,
				lists: []http.HandlerFunc{shows},
				other: jsonReply(404, fmt.Sprintf(`{"code":%d}`, operation.code)),
			}
			if err := operation.call(t.Context(), newClientOf(t, domain)); !client.IsNotFound(err) {
				t.Errorf("got %v, want not found", err)
			}
			if got := domain.listed.Load(); got != 0 {
				t.Errorf("got %d list requests, want none, because LUSID's code decides", got)
			}
		})
	}
}

// If a gateway responds to everything in place of LUSID, no object is gone.
func TestGone_allResponses404(t *testing.T) {
	t.Parallel()
	for name, operation := range goneOperations() {
		for form, answer := range withoutCode() {
			t.Run(name+"/"+form, func(t *testing.T) {
				t.Parallel()
				if err := operation.call(t.Context(), newClientOf(t, answer)); err == nil || client.IsNotFound(err) {
					t.Errorf("got %v, want an error that is not not-found", err)
				}
			})
		}
	}
}

// If the role is gone, the user doesn't have it.
func TestGone_roleOfUser(t *testing.T) {
	t.Parallel()
	domain := &goneDomain{list: "roles", lists: []http.HandlerFunc{jsonReply(200, "[]")}, other: reply(404, "", "")}
	if err := newClientOf(t, domain).RemoveUserFromRole(t.Context(), "r", "x"); !client.IsNotFound(err) {
		t.Errorf("got %v, want not found", err)
	}
}

// A singleton has no list. A 404 with any of LUSID's codes comes from LUSID.
func TestGone_singletons(t *testing.T) {
	t.Parallel()
	for form, answer := range withoutCode() {
		c := newClientOf(t, answer)
		for name, err := range map[string]error{
			"password policy": second(c.GetPasswordPolicy(t.Context(), identity.UserTypePersonal)),
			"session policy":  second(c.GetSessionPolicy(t.Context())),
			"user schema":     second(c.GetUserSchema(t.Context())),
			"reset":           c.UpdateUserSchema(t.Context(), identity.UpdateUserSchemaRequest{}),
		} {
			if err == nil || client.IsNotFound(err) != (form == "code -1") {
				t.Errorf("%s, %s: got %v, want not found only for LUSID's code", name, form, err)
			}
		}
	}
}

// Many reads of a refresh share the lists.
func TestGone_many(t *testing.T) {
	t.Parallel()
	domain := &goneDomain{list: "roles", lists: []http.HandlerFunc{jsonReply(200, "[]")}, other: reply(404, "", "")}
	c := newClientOf(t, domain)
	anyRole := func(*identity.RoleResponse) bool { return true }
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for range 100 {
				if _, err := c.RefreshRole(t.Context(), "x", anyRole); !client.IsNotFound(err) {
					t.Errorf("got %v, want not found", err)
				}
			}
		})
	}
	all.Wait()
	if lists, reads := domain.listed.Load(), domain.others.Load(); lists != 2 || reads != 1000 {
		t.Errorf("got %d lists and %d reads, want 2 and 1000", lists, reads)
	}
}

// Ten parallel deletes clear each other's lists. Each delete still finds out that its object is gone.
func TestGone_deletesInParallel(t *testing.T) {
	t.Parallel()
	domain := &goneDomain{list: "mcptools", lists: []http.HandlerFunc{jsonReply(200, "[]")}, other: reply(404, "", "")}
	c := newClientOf(t, domain)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for range 20 {
				if err := c.DeleteMcpTool(t.Context(), identity.ResourceID{Scope: "s", Code: "x"}); !client.IsNotFound(err) {
					t.Errorf("got %v, want not found", err)
				}
			}
		})
	}
	all.Wait()
	// Each delete reads two lists, and reads each again if another delete ends in the meantime.
	if lists := domain.listed.Load(); lists > 4*200 {
		t.Errorf("got %d lists for 200 deletes, want at most 800", lists)
	}
}
