package conformance

import (
	"context"
	"net/http"
)

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
