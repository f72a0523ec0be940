package conformance

import "context"

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

// first checks whether the first of several lists shows a change. The number of lists is zero if none of them does.
func (d *domain) first(lists int, last answer, shows string) Finding {
	switch {
	case !last.isList():
		return last.unable("read the list")
	case lists == 0:
		return differs("none of %d lists within %s %s", looks, d.options.Pause*(looks-1), shows)
	}
	return decide(lists == 1, "list number %d %s", lists, shows)
}
