package conformance

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// removeTimeout limits the time to remove all objects of a run.
	removeTimeout = 2 * time.Minute
	// notShown is the reason if the run could read a list, but the list did not contain the object.
	notShown = "the list does not contain it"
)

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
	return user.mayHaveRole || slices.ContainsFunc(d.own, func(o *object) bool {
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

// discover adds the objects of the run that are in lists, but that the run does not know yet. It returns
// the kinds whose lists it could not read.
func (d *domain) discover(ctx context.Context) (unread []string) {
	for _, k := range kinds {
		a := d.list(ctx, k)
		why := notShown
		if k.name == userRoles.name && a.isList() {
			for _, o := range d.own {
				o.mayHaveRole = false
			}
		}
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
	// This run creates no user role for a user whose create got no response.
	o.mayHaveRole = o.kind.name == users.name && lost < 0
	switch {
	case i < 0:
		d.own = append(d.own, o)
	case lost >= 0:
		d.own[i].gone = false
	}
}

// Clean removes the objects of an earlier run, whose names all start with the name of the run. It returns
// the number of removed objects, the objects that it could not remove, and the kinds whose lists it could
// not read. It reads each list several times, with a pause, because a list may contain a new object late. If it
// can't read the user roles, it keeps the users.
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
