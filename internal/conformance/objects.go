package conformance

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

const (
	// removeTimeout limits the time to remove all objects of a run.
	removeTimeout = 2 * time.Minute
	// looks is the maximum number of reads of a list that may lag.
	looks = 5
	// maxTries is the number of removals after which the run tries again only at its end.
	maxTries = 3
	// maxLost is the number of objects of a kind whose creates got no response before the run creates no
	// other one.
	maxLost = 3
	// pageSize is the number of objects on a page by default.
	pageSize = "2000"
	// notShown is the reason if the run could read a list, but the list did not contain the object.
	notShown = "the list does not contain it"
)

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

// object is an object that the run created, or may have created.
type object struct {
	kind kind
	// name is the value of the label, and fields is the object in the response to the create.
	name   string
	fields map[string]any
	gone   bool
	// unclear is true if the response to a removal does not show whether LUSID has removed the object, or
	// whether it could do so later. Such a response is a 404 that does not show what is missing.
	unclear bool
	// missing is true if LUSID responded to a removal with a 404 that does not show what is missing.
	missing bool
	// tries is the number of failed removals.
	tries int
	// why is the reason why the run could not remove the object, or could not find it.
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

// errStuck means that create sent nothing, because earlier objects of the kind remain, or may remain.
// Otherwise the run of a user who may create objects, but not delete them, would fill the domain.
var errStuck = errors.New("earlier objects of the kind may remain")

// errOtherObject means that the response to a create is about another object.
var errOtherObject = errors.New("the response is about another object")

// isOwn reports whether the response to a create is about the object that the run asked for. A proxy or a cache may mix
// up responses, and the run must not remove the object of another response.
func (d *domain) isOwn(o *object) bool {
	label := text(o.fields, o.kind.label)
	if label != "" && o.kind.name == userRoles.name {
		label = cmp.Or(d.loginOf(label), label)
	}
	return label == "" || strings.EqualFold(label, o.name)
}

// create sends a request that creates an object with the name. If LUSID refuses, the object is nil.
func (d *domain) create(ctx context.Context, k kind, name string, r client.Request) (*object, answer) {
	remains := func(o *object) bool { return o.kind.name == k.name && o.tries > 0 && !o.gone && !o.missing }
	d.removeOwn(ctx, func(o *object) bool { return remains(o) && o.tries < maxTries })
	lost := slices.DeleteFunc(slices.Clone(d.lost), func(o *object) bool { return o.kind.name != k.name })
	if slices.ContainsFunc(d.own, remains) || len(lost) >= maxLost {
		return nil, answer{err: errStuck}
	}
	a := d.write(ctx, r)
	o := &object{kind: k, name: name, fields: a.object()}
	switch {
	case a.ok() && !d.isOwn(o):
		d.lost = append(d.lost, &object{kind: k, name: name})
		a.err = errOtherObject
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

// createdWith returns a check of the status of a successful create. A refusal does not show this status.
// LUSID can refuse a create because of a limit, for example.
func createdWith(noun string, status int, create creator) func(context.Context, *domain) Finding {
	return func(ctx context.Context, d *domain) Finding {
		_, a := create(d, ctx, d.name("create"))
		if !a.ok() {
			return a.unable("create " + noun)
		}
		return decide(a.status == status, "%s", a)
	}
}

// deletedWith returns a check of the status of a successful delete.
func deletedWith(noun string, status int, create creator) func(context.Context, *domain) Finding {
	return func(ctx context.Context, d *domain) Finding {
		o, a := create(d, ctx, d.name("delete"))
		if o == nil {
			return a.unable("create " + noun)
		}
		removed := d.remove(ctx, o)
		if !removed.ok() {
			return removed.unable("delete " + noun)
		}
		return decide(removed.status == status, "%s", removed)
	}
}

// deletedAgainWith returns a check of the status and the code of a second delete.
func deletedAgainWith(noun string, status, code int, create creator) func(context.Context, *domain) Finding {
	return func(ctx context.Context, d *domain) Finding {
		o, a := create(d, ctx, d.name("again"))
		if o == nil {
			return a.unable("create " + noun)
		}
		if first := d.remove(ctx, o); !first.ok() {
			return first.unable("delete " + noun)
		}
		return d.remove(ctx, o).is("delete "+noun+" again", status, code)
	}
}

// readableWith returns a check that a read finds a new object at once.
func readableWith(noun, operation string, create creator) func(context.Context, *domain) Finding {
	return func(ctx context.Context, d *domain) Finding {
		o, a := create(d, ctx, d.name("readable"))
		if o == nil {
			return a.unable("create " + noun)
		}
		read := d.read(ctx, d.api(o.kind).Get(operation, o.path()...))
		if read.ok() && !o.isIt(read.object()) {
			return anotherObject
		}
		return read.is("read "+noun+" after the create", http.StatusOK, 0)
	}
}

// listedWith returns a check that the first list after a create contains the new object.
func listedWith(noun string, create creator) func(context.Context, *domain) Finding {
	return func(ctx context.Context, d *domain) Finding {
		o, a := create(d, ctx, d.name("list"))
		if o == nil {
			return a.unable("create " + noun)
		}
		return d.firstList(ctx, o)
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
	o.missing = isNotFound && !o.gone && a.err == nil
	isRefused := a.status == http.StatusUnauthorized || a.status == http.StatusForbidden
	o.unclear = !o.gone && (isNotFound || !a.isConclusive() && !isRefused)
	return a
}

// removeAll removes the remaining objects of the run. It returns the objects that it could not remove, and
// the objects that LUSID may have created but that were in no list.
func (d *domain) removeAll(ctx context.Context) (left, lost []Left) {
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	// A list may contain a new object late.
	for look := 0; look < looks && len(d.lost) > 0; look++ {
		if look > 0 && !sleep(ctx, d.options.Pause) {
			break
		}
		d.discover(ctx)
	}
	for _, o := range d.lost {
		lost = append(lost, Left{o.kind.name, o.name, o.why})
	}
	isAny := func(*object) bool { return true }
	d.removeOwn(ctx, isAny)
	isUnclear := func(o *object) bool { return o.unclear }
	for look := 1; look < looks && slices.ContainsFunc(d.own, isUnclear) && sleep(ctx, d.options.Pause); look++ {
		d.removeOwn(ctx, isAny)
	}
	for _, o := range d.own {
		if o.unclear {
			d.lookFor(ctx, o)
		}
	}
	// A user was kept if its user role was not certainly removed.
	d.removeOwn(ctx, func(o *object) bool { return o.tries == 0 })
	for _, o := range slices.Backward(d.own) {
		if !o.gone {
			left = append(left, Left{o.kind.name, o.name, o.why})
		}
	}
	return left, lost
}

// removeOwn removes the objects that the run has created and that are due.
func (d *domain) removeOwn(ctx context.Context, isDue func(*object) bool) {
	for _, o := range slices.Backward(d.own) {
		switch {
		case o.gone || !isDue(o):
		case o.kind.name == users.name && d.hasUserRole(o):
			o.why = "its user role may remain"
		default:
			o.why = d.remove(ctx, o).String()
			o.tries++
		}
	}
}

// hasUserRole reports whether a user of the run has, or may have, a user role. If the user were removed, no
// later run or clean-up could find the user role.
func (d *domain) hasUserRole(user *object) bool {
	return slices.ContainsFunc(d.own, func(o *object) bool {
		return o.kind.name == userRoles.name && !o.gone && text(o.fields, "id.code") == user.id()
	}) || slices.ContainsFunc(d.lost, func(o *object) bool {
		return o.kind.name == userRoles.name && o.name == user.name && o.why != notShown
	})
}

// lookFor marks an object as removed if its list does not contain it. A 404 alone could come from a
// gateway, or from a server that does not have the new object yet.
func (d *domain) lookFor(ctx context.Context, o *object) {
	list := d.list(ctx, o.kind)
	switch {
	case !list.isList():
		o.why += fmt.Sprintf(", and the list cannot be read (%s)", list)
	case o.isIn(list):
		o.why += ", but the list contains it"
	default:
		o.gone = true
	}
}

// isIn reports whether a list contains the object.
func (o *object) isIn(list answer) bool {
	return slices.ContainsFunc(list.list(), o.isIt)
}

// isIt reports whether the fields in a response are those of the object.
func (o *object) isIt(fields map[string]any) bool {
	return slices.Equal((&object{kind: o.kind, fields: fields}).path(), o.path())
}

// discover adds the objects of the run that are in lists, but that the run does not know yet. It returns
// the kinds whose lists it could not read.
func (d *domain) discover(ctx context.Context) (unread []string) {
	for _, k := range kinds {
		a := d.list(ctx, k)
		why := notShown
		if !a.isList() {
			unread = append(unread, fmt.Sprintf("%s (%s)", k.plural(), a))
			why = fmt.Sprintf("the list cannot be read (%s)", a)
		}
		for _, fields := range a.list() {
			found := &object{kind: k, name: text(fields, k.label), fields: fields}
			if k.name == userRoles.name {
				found.name = d.loginOf(found.name)
			}
			if d.isNamed(found.name) && !slices.Contains(found.path(), "") {
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

// found adds an object from a list, if the run does not know it.
func (d *domain) found(o *object) {
	i := slices.IndexFunc(d.own, func(known *object) bool {
		return known.kind.name == o.kind.name && slices.Equal(known.path(), o.path())
	})
	// The ID of a second object is unique, but its path can be that of a removed object.
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

// Clean removes the objects of an earlier run, whose names all start with the name of the run. It returns
// the number of removed objects, the objects that it could not remove, and the kinds whose lists it could
// not read. It reads each list several times, with a pause, because a list may contain a new object late.
func Clean(ctx context.Context, connection *Connection, runName string, pause time.Duration) (removed int, left []Left, unread []string, err error) {
	d, err := connection.open(Options{RunName: runName, Pause: pause}) //nolint:contextcheck // Every request brings its own context.
	if err != nil {
		return 0, nil, nil, err
	}
	if err := d.signIn(ctx); err != nil {
		return 0, nil, nil, err
	}
	for look := 0; look < looks && (look == 0 || sleep(ctx, pause)); look++ {
		unread = d.discover(ctx)
	}
	left, _ = d.removeAll(ctx)
	return len(d.own) - len(left), left, unread, nil
}

// waitInList reads a list until it contains the object. It returns the number of lists, or zero if the last
// list did not contain the object.
func (d *domain) waitInList(ctx context.Context, o *object) (lists int, last answer) {
	return d.waitFor(ctx, func() answer { return d.list(ctx, o.kind) }, o.isIn)
}

// waitFor reads a list until it shows a change. It returns the number of lists, or zero if the last list did not show
// the change.
func (d *domain) waitFor(ctx context.Context, list func() answer, shows func(list answer) bool) (lists int, last answer) {
	for lists = 1; lists <= looks; lists++ {
		last = list()
		if !last.isList() {
			return 0, last
		}
		if shows(last) {
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
