package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Object is what an operation is about. It decides which answers say that the object does not exist.
type Object struct {
	// codes are the error codes that say it of this object.
	codes []int
	// list is the name of the kind, and isListed looks for the object in the list of that kind. Both
	// are zero if no list shows the object.
	list     string
	isListed func(context.Context) (bool, error)
	// single marks an object that a domain has one of. LUSID has neither a code nor a list for it.
	single bool
}

// Listed is an object that the list of its kind shows: is tells which one it is. Each of the codes says
// that the object does not exist. For any other 404, which may come from a gateway, the list decides.
func Listed[T any](kind Kind[T], is func(*T) bool, codes ...int) Object {
	return Object{codes: codes, list: kind.Name, isListed: func(ctx context.Context) (has bool, err error) {
		// A list may lag: it may lack a new object and show a deleted one. So the later of two lists
		// decides.
		for wanted := 1; wanted <= 2; wanted++ {
			objects, err := latest(ctx, kind, wanted)
			if errors.Is(err, errWrittenMeanwhile) {
				objects, err = kind.List(ctx)
			}
			has = slices.ContainsFunc(objects, func(object T) bool { return is(&object) })
			// If the parent object is gone, the list is empty.
			if err != nil && !IsNotFound(err) && (!has || !IsIncomplete(err)) {
				return false, err
			}
		}
		return has, nil
	}}
}

// Unlisted is an object that only the codes tell about: no list shows it, or none is wanted.
func Unlisted(codes ...int) Object { return Object{codes: codes} }

// Singleton is an object that every domain has one of. A 404 means that it is gone if it has any of
// LUSID's codes.
func Singleton() Object { return Object{single: true} }

// isAnybodys404 reports a 404 without one of LUSID's codes for an object. A gateway may have sent it.
func (a *API) isAnybodys404(e *Error) bool {
	return e.StatusCode == http.StatusNotFound && !slices.Contains(a.notFound, e.Code)
}

// settle finds out whether a 404 that anybody may have sent means that the object is gone.
func (e *Error) settle(ctx context.Context, object Object) {
	if e.Unusable == "" && e.Code == 0 {
		e.Unusable = "The answer has no error code of LUSID's: it may come from something between here and LUSID, such as a gateway."
	}
	if object.isListed == nil {
		// LUSID's own 404 has a code, but LUSID does not document which. A gateway's has none.
		e.isGone = object.single && e.Code != 0
		return
	}
	has, err := object.isListed(ctx)
	switch {
	case err != nil:
		e.Unusable += fmt.Sprintf(" Whether the object is gone could not be found out: %s.", strings.TrimSuffix(err.Error(), "."))
	case has:
		e.Unusable += fmt.Sprintf(" The object is not gone: LUSID's list of %s shows it.", object.list)
	default:
		e.isGone, e.Unusable = true, ""
		e.Details = append(e.Details, fmt.Sprintf("LUSID's list of %s does not show it.", object.list))
	}
	e.Unusable = strings.TrimSpace(e.Unusable)
}
