package conformance

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// pageSize is the number of objects on a page by default.
const pageSize = "2000"

// kind is a kind of object that the checks create.
type kind struct {
	// name is the name in messages.
	name string
	// access is true if the objects are in the Access API. Otherwise they are in the Identity API.
	access bool
	// list and remove are LUSID's operations, and path is the path of the list.
	list, remove, path string
	// label is the field with the name that the run has chosen. key has the fields that form the path of
	// an object.
	label string
	key   []string
	// listQuery and removeQuery are the names of query parameters to set to true. They may be empty.
	listQuery, removeQuery string
	// scope is the field with the scope. Without it, LUSID would use the default scope for a removal.
	// Empty if the kind has no scope.
	scope string
	// paged is true if the list has pages.
	paged bool
	// gone is the error code for an object that does not exist. Zero if LUSID has none for the kind.
	gone int
}

// plural is the name of several objects in messages.
func (k kind) plural() string {
	if stem, ok := strings.CutSuffix(k.name, "y"); ok {
		return stem + "ies"
	}
	return k.name + "s"
}

// api is the name of the API in the names of checks.
func (k kind) api() string {
	if k.access {
		return "access"
	}
	return "identity"
}

// slug is the name in the names of checks.
func (k kind) slug() string {
	name := strings.ToLower(strings.ReplaceAll(k.name, " ", "-"))
	if k.access {
		return strings.TrimPrefix(name, "access-")
	}
	return name
}

var (
	roles        = kind{name: "role", list: "ListRoles", remove: "DeleteRole", path: "roles", label: "name", key: []string{"id"}, gone: codeRoleGone}
	applications = kind{name: "application", list: "ListApplications", remove: "DeleteApplication", path: "applications", label: "clientId", key: []string{"id"}, gone: codeAppGone}
	tokens       = kind{name: "personal access token", list: "ListOwnApiKeys", remove: "DeleteApiKey", path: "keys", label: "displayName", key: []string{"id"}, gone: codeKeyGone}
	tools        = kind{name: "MCP tool", list: "ListMcpTools", remove: "DeleteMcpTool", path: "mcptools", label: "code", key: []string{"scope", "code"}}
	users        = kind{
		name: "user", list: "ListUsers", remove: "DeleteUser", path: "users", label: "login", key: []string{"id"},
		listQuery: "includeDeactivated", removeQuery: "purge", gone: codeUserGone,
	}
	zones   = kind{name: "network zone", list: "ListNetworkZones", remove: "DeleteNetworkZone", path: "networkzones", label: "code", key: []string{"code"}}
	issuers = kind{
		name: "external token issuer", list: "ListExternalTokenIssuers", remove: "DeleteExternalTokenIssuer", path: "externaltokenissuers",
		label: "code", key: []string{"code"},
	}
	policies = kind{
		name: "policy", access: true, list: "ListPolicies", remove: "DeletePolicy", path: "policies",
		label: "id.code", key: []string{"id.code"}, scope: "id.scope", gone: codePolicyGone,
	}
	collections = kind{
		name: "policy collection", access: true, list: "ListPolicyCollections", remove: "DeletePolicyCollection", path: "policycollections",
		label: "id.code", key: []string{"id.code"}, scope: "id.scope", gone: codeCollectionGone,
	}
	accessRoles = kind{
		name: "access role", access: true, list: "ListRoles", remove: "DeleteRole", path: "roles",
		label: "id.code", key: []string{"id.code"}, scope: "id.scope",
	}
	templates = kind{
		name: "policy template", access: true, list: "ListPolicyTemplates", remove: "DeletePolicyTemplate", path: "policytemplates",
		label: "code", key: []string{"code"}, scope: "scope", paged: true, gone: codeTemplateGone,
	}
	// The code of a user role is the ID of the user. So the run uses the user's login as the name of a
	// user role.
	userRoles = kind{
		name: "user role", access: true, list: "ListUserRoles", remove: "DeleteUserRole", path: "userroles",
		label: "id.code", key: []string{"id.code"}, paged: true,
	}
	// In kinds, user roles are after users, and policies are before the kinds that refer to them, because
	// the last kind is removed first.
	kinds = []kind{roles, applications, tokens, tools, users, zones, issuers, policies, collections, accessRoles, templates, userRoles}
)

// api returns the API of a kind.
func (d *domain) api(k kind) *client.API {
	if k.access {
		return d.access
	}
	return d.identity
}

// list reads the list of a kind, with all its pages.
func (d *domain) list(ctx context.Context, k kind) answer {
	r := d.api(k).Get(k.list, k.path)
	if k.listQuery != "" {
		r = r.Query(k.listQuery, "true")
	}
	if !k.paged {
		return d.read(ctx, r)
	}
	return d.pages(ctx, r)
}

// pages reads all pages of a list and returns them as one list.
func (d *domain) pages(ctx context.Context, r client.Request) answer {
	all := []map[string]any{}
	seen := map[string]bool{}
	for token := ""; ; {
		page := r.Query("limit", pageSize)
		if token != "" {
			page = page.Query("page", token)
		}
		a := d.read(ctx, page)
		values, ok := a.values()
		if !ok {
			return answer{status: a.status, code: a.code, err: a.err}
		}
		all = append(all, values...)
		next := text(a.object(), "nextPage")
		if next == "" || seen[next] {
			body, err := json.Marshal(all)
			return answer{status: a.status, body: body, err: err}
		}
		token, seen[next] = next, true
	}
}
