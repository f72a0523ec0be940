package conformance

import (
	"context"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// looks is the maximum number of reads of something that may lag.
const looks = 5

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

// readUntil reads an object until done is true for it. It returns the response to the last read.
func (d *domain) readUntil(ctx context.Context, read client.Request, done func(object map[string]any) bool) answer {
	_, last := d.waitFor(ctx, func() answer { return d.read(ctx, read) }, func(a answer) bool { return done(a.object()) })
	return last
}

// never makes readUntil wait until LUSID does not find the object.
func never(map[string]any) bool { return false }

// readUpdated is readUntil for an object that the run has updated. If the response is not that object, the problem is
// not nil.
func (d *domain) readUpdated(ctx context.Context, o *object, read client.Request, done func(object map[string]any) bool) (map[string]any, *Finding) {
	a := d.readUntil(ctx, read, done)
	if !a.ok() {
		unable := a.unable("read the object after the update")
		return nil, &unable
	}
	if !o.isSameAs(a.object()) {
		return nil, &anotherObject
	}
	return a.object(), nil
}

var anotherObject = couldNotTell("a read returns another object than the one in the request")

// isClearedAfter checks whether an update of an object has cleared a field.
func (d *domain) isClearedAfter(ctx context.Context, o *object, read client.Request, field string) Finding {
	isCleared := func(object map[string]any) bool { return text(object, field) == "" }
	updated, problem := d.readUpdated(ctx, o, read, isCleared)
	if problem != nil {
		return *problem
	}
	if !isCleared(updated) {
		return differs("the field %s has a value after the update", field)
	}
	return asAssumed("the field %s is empty after the update", field)
}
