package conformance

import (
	"context"
	"time"
)

// looks is the maximum number of reads of a list that may lag.
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

// waitInList reads the list that the provider reads until it contains the object. It returns the number of lists, or zero if the last
// list did not contain the object.
func (d *domain) waitInList(ctx context.Context, o *object) (lists int, last answer) {
	return d.waitFor(ctx, func() answer { return d.listForPlan(ctx, o.kind) }, o.isIn)
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
