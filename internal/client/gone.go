package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Object is the object of an operation. It decides which responses mean that the object does not exist.
type Object struct {
	// codes are the error codes that mean that this object does not exist.
	codes []int
	// list is the name of the kind, and isListed looks for the object in the list of that kind. Both
	// are zero if no list shows the object.
	list     string
	isListed func(context.Context) (bool, error)
	// single is true if every domain has exactly one such object. LUSID has neither a code nor a list for it.
	single bool
}

// Listed is an object in the list of its kind. The function "is" returns true for the object. Each of the
// codes means that the object does not exist. For any other 404, which may come from a gateway, the list
// decides.
func Listed[T any](kind Kind[T], is func(*T) bool, codes ...int) Object {
	return Object{codes: codes, list: kind.Name, isListed: func(ctx context.Context) (has bool, err error) {
		// A list may lag: it may not have a new object yet, or still have a deleted one. So the later of two
		// lists decides.
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

// Unlisted is an object for which only the codes decide: it has no list, or a list would be too expensive.
func Unlisted(codes ...int) Object { return Object{codes: codes} }

// Singleton is an object that exists exactly once in every domain. A 404 with any of LUSID's codes means that
// it is gone.
func Singleton() Object { return Object{single: true} }

// is404WithoutCode reports whether the error is a 404 without one of LUSID's codes for an object. A gateway may
// have sent it.
func (a *API) is404WithoutCode(e *Error) bool {
	return e.StatusCode == http.StatusNotFound && !slices.Contains(a.notFound, e.Code)
}

// settle finds out whether a 404 that a gateway may have sent means that the object is gone.
func (e *Error) settle(ctx context.Context, object Object) {
	if e.Unusable == "" && e.Code == 0 {
		e.Unusable = "The response has no LUSID error code, so it may come from something between here and LUSID, such as a gateway."
	}
	if object.isListed == nil {
		// LUSID's own 404 has a code, but LUSID does not document which. A gateway's has none.
		// Unverified: access/role-missing, identity/network-zone-missing.
		e.isGone = object.single && e.Code != 0
		return
	}
	has, err := object.isListed(ctx)
	switch {
	case err != nil:
		e.Unusable += fmt.Sprintf(" Unable to check whether the object is gone: %s.", strings.TrimSuffix(err.Error(), "."))
	case has:
		e.Unusable += fmt.Sprintf(" The object may still exist: it is in LUSID's list of %s. The list may lag behind a deletion. Run Terraform again.", object.list)
	default:
		e.isGone, e.Unusable = true, ""
		e.Details = append(e.Details, fmt.Sprintf("The object is not in LUSID's list of %s.", object.list))
	}
	e.Unusable = strings.TrimSpace(e.Unusable)
}
