package conformance

import (
	"context"
	"net/http"
	"strconv"
)

// notAccessDocumented is the source of a status that is not in the Access API's contract.
const notAccessDocumented = "the contract of the Access API documents no status for it"

const deleteDocumented = contract + "; whether a domain follows it: " + noSource

const createdBy = "A conformance run created this object and will delete it."

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
		if read.ok() && !o.isSameAs(read.object()) {
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

// createOf returns the check of the status of a successful create.
func createOf(k kind, needs Permission, status int, create creator) Check {
	return Check{
		API: k.api(), Name: k.slug() + "-create", Needs: needs,
		Statement: "A create of " + article(k.name) + " returns status " + strconv.Itoa(status) + ".",
		Source:    contract,
		Assumed:   "The provider accepts any success status. The mock responds with " + strconv.Itoa(status) + ".",
		run:       createdWith(article(k.name), status, create),
	}
}

// deleteOf returns the check of the status of a successful delete.
func deleteOf(k kind, needs Permission, create creator) Check {
	return Check{
		API: k.api(), Name: k.slug() + "-delete", Needs: needs,
		Statement: "A delete of " + article(k.name) + " returns status 204.",
		Source:    deleteDocumented,
		Assumed:   "The provider accepts any success status. The mock responds with 204.",
		run:       deletedWith(article(k.name), http.StatusNoContent, create),
	}
}

// lifeOf returns the checks of the create, read and delete of a kind in the Access API.
func lifeOf(k kind, get string, taken int, create creator) []Check {
	goneWords, goneAssumed := "status 404", "The provider reads the list before it treats the object as deleted. The mock responds with 404."
	if k.gone != 0 {
		goneWords += " and code " + strconv.Itoa(k.gone)
		goneAssumed = "The provider treats the code as success. The mock responds with this status and this code."
	}
	a := article(k.name)
	return []Check{
		createOf(k, Write, http.StatusCreated, create),
		{
			API: k.api(), Name: k.slug() + "-duplicate", Needs: Write,
			Statement: "A second " + k.name + " with the same code is refused with status 400 and code " + strconv.Itoa(taken) + ".",
			Source:    "LUSID documents the code; the status: " + noSource,
			Assumed:   "The provider checks the code. The mock responds with this status and this code.",
			run: func(ctx context.Context, d *domain) Finding {
				code := d.name("twice")
				o, first := create(d, ctx, code)
				if o == nil {
					return first.unable("create " + a)
				}
				_, second := create(d, ctx, code)
				return second.is("create a second "+k.name, http.StatusBadRequest, taken)
			},
		},
		{
			API: k.api(), Name: k.slug() + "-read-lag", Needs: Write,
			Statement: "A read by the code finds a new " + k.name + " at once.",
			Source:    "FINBOURNE's own tests read right after a create; whether it always works: " + noSource,
			Assumed:   "The provider reads the object at each refresh. The mock finds it.",
			run:       readableWith(a, get, create),
		},
		deleteOf(k, Write, create),
		{
			API: k.api(), Name: k.slug() + "-delete-again", Needs: Write,
			Statement: "A second delete of " + a + " returns " + goneWords + ".",
			Source:    notAccessDocumented,
			Assumed:   goneAssumed,
			run:       deletedAgainWith(a, http.StatusNotFound, k.gone, create),
		},
	}
}
