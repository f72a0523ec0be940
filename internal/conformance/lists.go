package conformance

import (
	"context"
	"time"
)

// looks is the maximum number of reads of something that may lag.
const looks = 5

// pagedOperations are the lists that the provider reads in place of the plain lists of policies and collections.
var pagedOperations = map[string]string{policies.name: "PagePolicies", collections.name: "PagePolicyCollections"}

// listForPlan reads the list of a kind that the provider reads for a plan. The list has no deleted users.
func (d *domain) listForPlan(ctx context.Context, k kind) answer {
	if operation := pagedOperations[k.name]; operation != "" {
		return d.pages(ctx, d.api(k).Get(operation, k.path, "page"))
	}
	k.listQuery = ""
	return d.list(ctx, k)
}

// waitInList reads the list that the provider reads until the list contains the object. It returns the number of lists, or
// zero if the last list did not contain the object.
func (d *domain) waitInList(ctx context.Context, o *object) (lists int, last answer) {
	return d.waitFor(ctx, func() answer { return d.listForPlan(ctx, o.kind) }, o.isIn)
}

// waitFor reads until a response shows a change, because a read may lag behind a change. It returns the number of reads,
// or zero if the last response did not show the change. It stops at a failure.
func (d *domain) waitFor(ctx context.Context, read func() answer, shows func(a answer) bool) (reads int, last answer) {
	reads = d.repeat(ctx, func() bool {
		last = read()
		return !last.ok() || shows(last)
	})
	if !last.ok() {
		return 0, last
	}
	return reads, last
}

// repeat calls done until it returns true, with pauses. It returns the number of calls, or zero if none returned true.
func (d *domain) repeat(ctx context.Context, done func() bool) (calls int) {
	for calls = 1; !done(); calls++ {
		if calls == looks || !sleep(ctx, d.options.Pause) {
			return 0
		}
	}
	return calls
}

// firstList checks whether the first list after a create contains the object.
func (d *domain) firstList(ctx context.Context, o *object) Finding {
	lists, last := d.waitInList(ctx, o)
	return d.first(lists, last, "contains the object")
}

// listOnce reads a list, or returns the list that an earlier check has read.
func (d *domain) listOnce(ctx context.Context, k kind) answer {
	list, ok := d.cached[k.name]
	if !ok {
		list = d.list(ctx, k)
		d.cached[k.name] = list
	}
	return list
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
