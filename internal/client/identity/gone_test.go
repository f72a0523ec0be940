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

// goneOperation is an operation on an object that a list shows.
type goneOperation struct {
	// code is LUSID's for the object, zero for none.
	code int
	// list is where the object is listed, and listed how.
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

// withoutCode are the forms of a 404 that has no code for the object.
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

// goneDomain answers the lists one after the other, and repeats the last one. It answers all other
// requests with other.
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

// TestGone checks what a 404 without a code of LUSID's means: the list decides, and if two lists
// differ, the later one.
func TestGone(t *testing.T) {
	t.Parallel()
	for name, operation := range goneOperations() {
		lacks, shows := jsonReply(200, "[]"), jsonReply(200, "["+operation.listed+"]")
		lists := map[string]struct {
			lists []http.HandlerFunc
			want  bool
			says  string
		}{
			"lacks it":             {[]http.HandlerFunc{lacks}, true, "list of"},
			"shows it":             {[]http.HandlerFunc{shows}, false, "still exists"},
			"still shows it":       {[]http.HandlerFunc{shows, lacks}, true, "is not in LUSID's list"},
			"does not show it yet": {[]http.HandlerFunc{lacks, shows}, false, "still exists"},
			"is refused":           {[]http.HandlerFunc{reply(403, "", "")}, false, "Unable to check whether the object is gone: identity.List"},
			"is not there either":  {[]http.HandlerFunc{reply(404, "", "")}, false, "Unable to check whether the object is gone: identity.List"},
			"is an HTML page": {
				[]http.HandlerFunc{reply(200, "text/html", "<title>Proxy</title>")},
				false,
				"Unable to check whether the object is gone: identity.List",
			},
			"is incomplete":          {[]http.HandlerFunc{jsonReply(200, "[{}]")}, false, "Unable to check whether the object is gone: identity.List"},
			"shows it, and has gaps": {[]http.HandlerFunc{jsonReply(200, "[{},"+operation.listed+"]")}, false, "still exists"},
		}
		for form, other := range withoutCode() {
			for list, test := range lists {
				t.Run(name+"/"+form+"/the list "+list, func(t *testing.T) {
					t.Parallel()
					domain := &goneDomain{list: operation.list, lists: test.lists, other: other}
					err := operation.call(t.Context(), newClientOf(t, domain))
					if err == nil || client.IsNotFound(err) != test.want {
						t.Fatalf("not found: %v, want %v: %v", client.IsNotFound(err), test.want, err)
					}
					if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "HTTP 404") {
						t.Errorf("the error lacks %q: %v", test.says, err)
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
				t.Errorf("got %v", err)
			}
			if got := domain.listed.Load(); got != 0 {
				t.Errorf("%d lists were made, though LUSID has said it", got)
			}
		})
	}
}

// If a gateway answers everything in place of LUSID, no object is gone.
func TestGone_everythingIs404(t *testing.T) {
	t.Parallel()
	for name, operation := range goneOperations() {
		for form, answer := range withoutCode() {
			t.Run(name+"/"+form, func(t *testing.T) {
				t.Parallel()
				if err := operation.call(t.Context(), newClientOf(t, answer)); err == nil || client.IsNotFound(err) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// If the role is gone, the user is not in it.
func TestGone_roleOfTheUser(t *testing.T) {
	t.Parallel()
	domain := &goneDomain{list: "roles", lists: []http.HandlerFunc{jsonReply(200, "[]")}, other: reply(404, "", "")}
	if err := newClientOf(t, domain).RemoveUserFromRole(t.Context(), "r", "x"); !client.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
}

// A singleton has no list. Its 404 is LUSID's if it has any of LUSID's codes.
func TestGone_singletons(t *testing.T) {
	t.Parallel()
	for form, answer := range withoutCode() {
		c := newClientOf(t, answer)
		for name, err := range map[string]error{
			"password policy": second(c.GetPasswordPolicy(t.Context(), identity.UserTypePersonal)),
			"session policy":  second(c.GetSessionPolicy(t.Context())),
			"user schema":     second(c.GetUserSchema(t.Context())),
			"reset of it":     c.UpdateUserSchema(t.Context(), identity.UpdateUserSchemaRequest{}),
		} {
			if err == nil || client.IsNotFound(err) != (form == "code -1") {
				t.Errorf("%s, %s: got %v", name, form, err)
			}
		}
	}
}

// The reads of a refresh share the lists.
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
					t.Errorf("got %v", err)
				}
			}
		})
	}
	all.Wait()
	if lists, reads := domain.listed.Load(), domain.others.Load(); lists != 2 || reads != 1000 {
		t.Errorf("%d lists and %d reads were made", lists, reads)
	}
}

// Ten deletes at a time end each other's lists, and each still finds out that its object is gone.
func TestGone_deletesInParallel(t *testing.T) {
	t.Parallel()
	domain := &goneDomain{list: "mcptools", lists: []http.HandlerFunc{jsonReply(200, "[]")}, other: reply(404, "", "")}
	c := newClientOf(t, domain)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for range 20 {
				if err := c.DeleteMcpTool(t.Context(), identity.ResourceID{Scope: "s", Code: "x"}); !client.IsNotFound(err) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
	all.Wait()
	// Each makes two, and each of those once more if another delete ends meanwhile.
	if lists := domain.listed.Load(); lists > 4*200 {
		t.Errorf("%d lists were made for 200 deletes", lists)
	}
}
