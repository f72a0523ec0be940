package conformance

import (
	"context"
	"net/http"
	"slices"
	"strconv"
)

// missingID is an ID that no object has.
const missingID = Prefix + "missing"

// missing returns the check of a read of an object that does not exist. The path is the rest of the object's path.
func missing(name string, k kind, operation string, path ...string) Check {
	source := "which status has the code: " + noSource
	assumed := "The provider concludes from the code that the object does not exist. The mock responds with this status and this code."
	codeWords := " that does not exist returns status 404 and code " + strconv.Itoa(k.gone) + "."
	if k.gone == 0 {
		source = "LUSID documents neither a status nor a code for this"
		assumed = "The provider reads the list before it treats the object as deleted. The mock responds with 404."
		codeWords = " that does not exist returns status 404."
	}
	return Check{
		API: k.api(), Name: name, Statement: "A read of " + article(k.name) + codeWords, Source: source, Assumed: assumed,
		run: func(ctx context.Context, d *domain) Finding {
			a := d.read(ctx, d.api(k).Get(operation, append([]string{k.path}, path...)...))
			return d.isMissing(ctx, k, a, "read "+article(k.name)+" that does not exist", k.gone)
		},
	}
}

// isMissing compares the response to a read of a missing object with status 404 and the code. If the code is zero,
// any code matches.
func (d *domain) isMissing(ctx context.Context, k kind, a answer, attempt string, code int) Finding {
	if problem := d.isUnknownPath(ctx, k, a); problem != nil {
		return *problem
	}
	if a.status == http.StatusBadRequest && code != 0 && slices.Contains(invalid, a.code) {
		return couldNotTell("%s: LUSID may refuse the form of the ID", a)
	}
	return a.is(attempt, http.StatusNotFound, code)
}

// isUnknownPath returns a problem if the domain may not have the paths of a kind. A 404 without a code does not show
// whether LUSID has sent it. So the list must exist.
func (d *domain) isUnknownPath(ctx context.Context, k kind, a answer) *Finding {
	if a.status != http.StatusNotFound || a.code != 0 {
		return nil
	}
	list := d.listOnce(ctx, k)
	if list.ok() {
		return nil
	}
	unknown := couldNotTell("%s, but the list of %s cannot be read either (%s), so the feature may not be enabled", a, k.plural(), list)
	return &unknown
}

// invalid are LUSID's codes for a request with an invalid value.
var invalid = []int{0, 151, 157}
