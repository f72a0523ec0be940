package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

const (
	// removeTimeout bounds the removal of all objects of a run.
	removeTimeout = 2 * time.Minute
	// looks is how often a list that may lag is read.
	looks = 5
	// pageSize is how many objects LUSID puts on a page if it is not told anything else.
	pageSize = "2000"
	// notShown says why the run did not find an object in a list that it could read.
	notShown = "the list does not show it"
)

// kind is a kind of objects that the checks create.
type kind struct {
	// name is the name for people.
	name string
	// access is true if the objects are of the Access API, and not of the Identity API.
	access bool
	// list and remove are LUSID's operations, and path is where they are.
	list, remove, path string
	// label is the field that holds the name which the run has chosen, and key holds the fields that
	// are the path of one object.
	label string
	key   []string
	// listQuery and removeQuery are the names of parameters that are set to true. They may be empty.
	listQuery, removeQuery string
	// scope is the field with the scope. A removal without it would be of the default scope. Empty if the kind
	// has none.
	scope string
	// paged is true if the list comes in pages.
	paged bool
	// gone is the error code for an object that does not exist. Zero if LUSID has none for the kind.
	gone int
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
	// The code of a user role is the id of the user. So its name is the login, which only the user has.
	userRoles = kind{
		name: "user role", access: true, list: "ListUserRoles", remove: "DeleteUserRole", path: "userroles",
		label: "id.code", key: []string{"id.code"}, paged: true,
	}
	// kinds has user roles behind users, and policies before what refers to them: the last kind is removed first.
	kinds = []kind{roles, applications, tokens, tools, users, zones, issuers, policies, collections, accessRoles, templates, userRoles}
)

// api is the API of a kind.
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
	all := []map[string]any{}
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
		if next == "" || next == token {
			body, err := json.Marshal(all)
			return answer{status: a.status, body: body, err: err}
		}
		token = next
	}
}

// object is an object that the run has created.
type object struct {
	kind kind
	// name is the label's value, and fields is what LUSID answered to the create.
	name   string
	fields map[string]any
	gone   bool
	// unclear is true if LUSID answered to a removal with a 404 that does not say what is missing.
	unclear bool
	// why says why the run could not remove the object, or could not find it.
	why string
}

func (o *object) id() string { return text(o.fields, "id") }

func (o *object) path() []string {
	path := []string{o.kind.path}
	for _, field := range o.kind.key {
		path = append(path, text(o.fields, field))
	}
	return path
}

// create sends a request that creates an object with the name. The object is nil if LUSID refuses.
func (d *domain) create(ctx context.Context, k kind, name string, r client.Request) (*object, answer) {
	a := d.write(ctx, r)
	o := &object{kind: k, name: name, fields: a.object()}
	switch {
	case a.ok() && !slices.Contains(o.path(), ""):
		d.own = append(d.own, o)
		return o, a
	case a.ok(), a.status >= 500, client.IsOutcomeUnknown(a.err):
		d.lost = append(d.lost, &object{kind: k, name: name})
	}
	return nil, a
}

// creator creates an object with a name.
type creator func(d *domain, ctx context.Context, name string) (*object, answer)

// createdWith finds out the status of the answer to a create.
func createdWith(noun string, status int, create creator) func(context.Context, *domain) Finding {
	return func(ctx context.Context, d *domain) Finding {
		_, a := create(d, ctx, d.name("create"))
		return a.is("create "+noun, status, 0)
	}
}

// deletedWith finds out the status of the answer to a delete.
func deletedWith(noun string, status int, create creator) func(context.Context, *domain) Finding {
	return func(ctx context.Context, d *domain) Finding {
		o, a := create(d, ctx, d.name("delete"))
		if o == nil {
			return a.because("create " + noun)
		}
		return d.remove(ctx, o).is("delete "+noun, status, 0)
	}
}

// deletedAgainWith finds out the status and the code of the answer to a second delete.
func deletedAgainWith(noun string, status, code int, create creator) func(context.Context, *domain) Finding {
	return func(ctx context.Context, d *domain) Finding {
		o, a := create(d, ctx, d.name("again"))
		if o == nil {
			return a.because("create " + noun)
		}
		if first := d.remove(ctx, o); !first.ok() {
			return first.because("delete " + noun)
		}
		return d.remove(ctx, o).is("delete "+noun+" again", status, code)
	}
}

// readableWith finds out whether a read finds a new object at once.
func readableWith(noun, operation string, create creator) func(context.Context, *domain) Finding {
	return func(ctx context.Context, d *domain) Finding {
		o, a := create(d, ctx, d.name("readable"))
		if o == nil {
			return a.because("create " + noun)
		}
		return d.read(ctx, d.api(o.kind).Get(operation, o.path()...)).is("read "+noun+" after the create", http.StatusOK, 0)
	}
}

// remove deletes an object of this run.
func (d *domain) remove(ctx context.Context, o *object) answer {
	r := d.api(o.kind).Delete(o.kind.remove, o.path()...)
	if scope := text(o.fields, o.kind.scope); scope != "" {
		r = r.Query("scope", scope)
	}
	if o.kind.removeQuery != "" {
		r = r.Query(o.kind.removeQuery, "true")
	}
	a := d.write(ctx, r)
	isNotFound := a.status == http.StatusNotFound
	o.gone = o.gone || a.ok() || isNotFound && a.code != 0 && a.code == o.kind.gone
	o.unclear = isNotFound && !o.gone
	return a
}

// removeAll removes what is left of the run's objects. It returns those that it could not remove, and those
// that LUSID may have created and that no list showed.
func (d *domain) removeAll(ctx context.Context) (left, lost []Left) {
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	// LUSID may show a new object late.
	for look := 0; look < looks && len(d.lost) > 0; look++ {
		if look > 0 && !sleep(ctx, d.options.Pause) {
			break
		}
		d.discover(ctx)
	}
	for _, o := range d.lost {
		lost = append(lost, Left{o.kind.name, o.name, o.why})
	}
	d.removeOwn(ctx)
	isUnclear := func(o *object) bool { return o.unclear }
	for look := 1; look < looks && slices.ContainsFunc(d.own, isUnclear) && sleep(ctx, d.options.Pause); look++ {
		d.removeOwn(ctx)
	}
	for _, o := range slices.Backward(d.own) {
		if o.unclear {
			d.lookFor(ctx, o)
		}
		if !o.gone {
			left = append(left, Left{o.kind.name, o.name, o.why})
		}
	}
	return left, lost
}

// removeOwn removes the objects that the run knows.
func (d *domain) removeOwn(ctx context.Context) {
	for _, o := range slices.Backward(d.own) {
		switch {
		case o.gone:
		case o.kind.name == users.name && d.hasUserRole(o):
			o.why = "its user role may be left"
		default:
			o.why = d.remove(ctx, o).String()
		}
	}
}

// hasUserRole reports that a user of the run has, or may have, a user role. Without the user, no later look or
// clean-up would find it.
func (d *domain) hasUserRole(user *object) bool {
	return slices.ContainsFunc(d.own, func(o *object) bool {
		return o.kind.name == userRoles.name && !o.gone && text(o.fields, "id.code") == user.id()
	}) || slices.ContainsFunc(d.lost, func(o *object) bool {
		return o.kind.name == userRoles.name && o.name == user.name && o.why != notShown
	})
}

// lookFor takes an object for gone if its list does not show it. A 404 alone can come from a gateway, or from
// a server that does not know a new object yet.
func (d *domain) lookFor(ctx context.Context, o *object) {
	list := d.list(ctx, o.kind)
	switch {
	case !list.isList():
		o.why += fmt.Sprintf(", and the list cannot be read (%s)", list)
	case o.isIn(list):
		o.why += ", but the list shows it"
	default:
		o.gone = true
	}
}

// isIn reports whether a list shows the object.
func (o *object) isIn(list answer) bool {
	return slices.ContainsFunc(list.list(), func(fields map[string]any) bool {
		return slices.Equal((&object{kind: o.kind, fields: fields}).path(), o.path())
	})
}

// discover adds the objects of the run that it does not know yet. It returns the kinds whose lists cannot be
// read.
func (d *domain) discover(ctx context.Context) (unread []string) {
	start := d.options.RunName + "-"
	for _, k := range kinds {
		a := d.list(ctx, k)
		why := notShown
		if !a.isList() {
			unread = append(unread, fmt.Sprintf("%ss (%s)", k.name, a))
			why = fmt.Sprintf("the list cannot be read (%s)", a)
		}
		for _, fields := range a.list() {
			found := &object{kind: k, name: text(fields, k.label), fields: fields}
			if k.name == userRoles.name {
				found.name = d.loginOf(found.name)
			}
			if strings.HasPrefix(strings.ToLower(found.name), start) && !slices.Contains(found.path(), "") {
				d.found(found)
			}
		}
		for _, o := range d.lost {
			if o.kind.name == k.name {
				o.why = why
			}
		}
	}
	return unread
}

// loginOf returns the login of a user of the run. It is empty for any other user.
func (d *domain) loginOf(id string) string {
	for _, o := range d.own {
		if o.kind.name == users.name && !o.gone && o.id() == id {
			return o.name
		}
	}
	return ""
}

// found adds an object that a list shows, unless the run knows it.
func (d *domain) found(o *object) {
	i := slices.IndexFunc(d.own, func(known *object) bool {
		return known.kind.name == o.kind.name && slices.Equal(known.path(), o.path())
	})
	// A second object has an ID that no other has, but it can have the path of one that is gone.
	if i >= 0 && slices.Contains(o.kind.key, "id") {
		return
	}
	lost := slices.IndexFunc(d.lost, func(lost *object) bool {
		return lost.kind.name == o.kind.name && strings.EqualFold(lost.name, o.name)
	})
	if lost >= 0 {
		d.lost = slices.Delete(d.lost, lost, lost+1)
	}
	switch {
	case i < 0:
		d.own = append(d.own, o)
	case lost >= 0:
		d.own[i].gone = false
	}
}

// Clean removes the objects of an earlier run, whose names all start with the run's. It returns how many
// it removed, those that it could not remove, and the kinds whose lists it could not read.
func Clean(ctx context.Context, connection *Connection, runName string) (removed int, left []Left, unread []string, err error) {
	d, err := connection.open(Options{RunName: runName}) //nolint:contextcheck // Every request brings its own context.
	if err != nil {
		return 0, nil, nil, err
	}
	if err := d.signIn(ctx); err != nil {
		return 0, nil, nil, err
	}
	unread = d.discover(ctx)
	left, _ = d.removeAll(ctx)
	return len(d.own) - len(left), left, unread, nil
}

// waitInList reads a list until it shows the object. It returns how many lists that took, or zero if the last one
// still lacked it.
func (d *domain) waitInList(ctx context.Context, o *object) (lists int, last answer) {
	for lists = 1; lists <= looks; lists++ {
		last = d.list(ctx, o.kind)
		if !last.isList() {
			return 0, last
		}
		if o.isIn(last) {
			return lists, last
		}
		if lists < looks && !sleep(ctx, d.options.Pause) {
			break
		}
	}
	return 0, last
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
