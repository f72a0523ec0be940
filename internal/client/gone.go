package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// listing looks for one object in the list of its kind.
type listing struct {
	kind string
	has  func(context.Context) (bool, error)
}

// listedIn looks in the list of a kind for the object that is reports.
func listedIn[T any](c *Client, kind kind[T], is func(*T) bool) *listing {
	return &listing{kind.name, func(ctx context.Context) (has bool, err error) {
		// A list may lag: it may lack a new object and show a deleted one. So the later of two lists
		// decides.
		for wanted := 1; wanted <= 2; wanted++ {
			objects, err := latest(ctx, &c.snapshots, kind, wanted)
			if errors.Is(err, errWrittenMeanwhile) {
				objects, err = kind.list(ctx)
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

// isAnybodys404 reports a 404 without one of LUSID's codes for an object. A gateway may have sent it.
func (e *Error) isAnybodys404() bool {
	switch e.Code {
	case codeAPIKeyNotFound, codeUserNotFound, codeUserIsDeleted, codeRoleNotFound, codeApplicationNotFound:
		return false
	}
	return e.StatusCode == http.StatusNotFound
}

// settle finds out whether a 404 that anybody may have sent means that the object is gone.
func (e *Error) settle(ctx context.Context, r request) {
	if e.Unusable == "" && e.Code == 0 {
		e.Unusable = "The answer has no error code of LUSID's: it may come from something between here and LUSID, such as a gateway."
	}
	if r.listed == nil {
		// LUSID's own 404 has a code, but LUSID does not document which. A gateway's has none.
		e.isGone = r.single && e.Code != 0
		return
	}
	has, err := r.listed.has(ctx)
	switch {
	case err != nil:
		e.Unusable += fmt.Sprintf(" Whether the object is gone could not be found out: %s.", strings.TrimSuffix(err.Error(), "."))
	case has:
		e.Unusable += fmt.Sprintf(" The object is not gone: LUSID's list of %s shows it.", r.listed.kind)
	default:
		e.isGone, e.Unusable = true, ""
		e.Details = append(e.Details, fmt.Sprintf("LUSID's list of %s does not show it.", r.listed.kind))
	}
	e.Unusable = strings.TrimSpace(e.Unusable)
}
