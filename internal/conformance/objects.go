package conformance

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

const (
	// maxTries is the number of removals after which the run tries again only at its end.
	maxTries = 3
	// maxLost is the number of objects of a kind whose creates got no response before the run creates no
	// other one.
	maxLost = 3
)

// object is an object that the run created, or may have created.
type object struct {
	kind kind
	// name is the value of the label, and fields is the object in the response to the create.
	name   string
	fields map[string]any
	gone   bool
	// unclear is true if the response to a removal does not show whether LUSID has removed the object, or
	// whether it could do so later. Such a response is lost, is a failure, a rate limit or a page of a proxy, is a
	// refusal of a repeated request, or is a 404 that does not show what is missing.
	unclear bool
	// missing is true if LUSID responded to a removal with a 404 that does not show what is missing.
	missing bool
	// mayHaveRole is true for a user of an earlier run if no list has shown yet whether the user has a user role.
	mayHaveRole bool
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

// isSameAs reports whether the fields in a response are those of the object.
func (o *object) isSameAs(fields map[string]any) bool {
	return slices.Equal((&object{kind: o.kind, fields: fields}).path(), o.path())
}

// isIn reports whether a list contains the object.
func (o *object) isIn(list answer) bool {
	return slices.ContainsFunc(list.list(), o.isSameAs)
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
	return strings.EqualFold(label, o.name)
}

// create sends a request that creates an object with the name. The object is nil if LUSID refuses, if the response is
// lost, or if the response does not show that it is about the object. In the last two cases, LUSID may have created the
// object.
func (d *domain) create(ctx context.Context, k kind, name string, r client.Request) (*object, answer) {
	remains := func(o *object) bool { return o.kind.name == k.name && o.tries > 0 && !o.gone && !o.missing }
	d.removeOwn(ctx, func(o *object) bool { return remains(o) && o.tries < maxTries })
	lost := slices.DeleteFunc(slices.Clone(d.lost), func(o *object) bool { return o.kind.name != k.name })
	if slices.ContainsFunc(d.own, remains) || len(lost) >= maxLost {
		return nil, answer{err: errStuck}
	}
	a := d.write(ctx, r)
	o := &object{kind: k, name: name, fields: a.object()}
	// A response without a name may be about any object. The run then looks for the name in the list.
	hasName := text(o.fields, k.label) != ""
	switch {
	case a.ok() && hasName && !d.isOwn(o):
		d.lost = append(d.lost, &object{kind: k, name: name})
		a.err = errOtherObject
	case a.ok() && hasName && !slices.Contains(o.path(), ""):
		d.own = append(d.own, o)
		return o, a
	case a.ok(), a.status >= 500, client.IsOutcomeUnknown(a.err):
		d.lost = append(d.lost, &object{kind: k, name: name})
	}
	return nil, a
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
