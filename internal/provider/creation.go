package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// reconcileTimeout bounds what is done after an answer was lost, also when the run is being
// interrupted.
const reconcileTimeout = 30 * time.Second

// existing are the objects of a kind that were there before this process created any, and those
// it created itself. They tell an object that a lost create made from another one.
type existing struct {
	// listing is held while the kind is listed, and guards listed.
	listing lock
	listed  bool

	mu  sync.Mutex
	err error
	// ids has false for an object that was deleted after the list began, which may still show it.
	ids map[string]bool
}

func (e *existing) add(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ids[id] = true
}

// forget takes note of a deletion. A kind whose id is a name of the user's choice may get the id a
// second time.
func (e *existing) forget(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ids != nil {
		e.ids[id] = false
	}
}

// isNew reports that an object is known to have been absent before.
func (e *existing) isNew(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err == nil && !e.ids[id]
}

// creation creates an object of one kind exactly once, also where LUSID's answer is lost.
type creation[T any] struct {
	existing *existing
	list     func(context.Context) ([]T, error)
	create   func(context.Context) (*T, error)
	// byKey reads the object that has the natural key, which does not lag as a list may. It is nil
	// where LUSID has no such read.
	byKey func(context.Context) (*T, error)
	id    func(*T) string
	// holds reports an object that has what must be unique, and isSame one that is also what
	// the create asks for.
	holds, isSame func(*T) bool
	// lost is the first answer that was lost, nil as long as none was.
	lost error
}

// takenError is a create that met an object which holds what must be unique.
type takenError[T any] struct {
	err error
	by  *T
}

func (e *takenError[T]) Error() string { return e.err.Error() }
func (e *takenError[T]) Unwrap() error { return e.err }

// runFor is run for an object whose ID is a name that the user chooses. A destroy of another
// resource deletes by that name, so it could delete the object that this run has just created.
func (c *creation[T]) runFor(ctx context.Context, p *placements, object, owner string) (made *T, adopted bool, err error) {
	err = p.put(ctx, object, owner, func(bool) error {
		made, adopted, err = c.run(ctx)
		return err
	})
	return made, adopted, err
}

// run creates the object. Where the answer is lost it looks for what the create made: an object
// that is the same, and was absent before. adopted tells that it found one. The error is a
// takenError where another object is in the way.
func (c *creation[T]) run(ctx context.Context) (made *T, adopted bool, err error) {
	if err = c.before(ctx); err != nil {
		return nil, false, err
	}
	made, err = c.create(ctx)
	if client.IsOutcomeUnknown(err) {
		c.lost = cmp.Or(c.lost, err)
		made, adopted, err = c.reconcile(ctx, err)
	} else if isConflict(err) {
		if by, listErr := c.find(ctx); listErr == nil && by != nil {
			err = &takenError[T]{err, by}
		}
	}
	if err != nil {
		return nil, false, err
	}
	c.existing.add(c.id(made))
	return made, adopted, nil
}

// before lists the kind once per process. A list that is refused does not stop a create. The error
// is that the time was up while this create or another one listed the kind.
func (c *creation[T]) before(ctx context.Context) error {
	e := c.existing
	release, err := e.listing.acquire(ctx, "another create, which lists the existing objects")
	if err != nil {
		return err
	}
	defer release()
	if e.listed {
		return nil
	}
	e.mu.Lock()
	e.ids = map[string]bool{}
	e.mu.Unlock()
	objects, err := c.list(ctx)
	// One caller's cancellation is not another's.
	if e.listed = ctx.Err() == nil; !e.listed {
		return fmt.Errorf("listing the existing objects before the create: %w", ctx.Err())
	}

	e.mu.Lock()
	defer e.mu.Unlock()
	e.err = err
	for i := range objects {
		id := c.id(&objects[i])
		if _, known := e.ids[id]; !known {
			e.ids[id] = true
		}
	}
	return nil
}

// reconcile settles a create whose outcome is unknown. Where nothing is found the create is
// repeated, and where that is refused, or its answer is lost too, the search: a list may lag.
func (c *creation[T]) reconcile(ctx context.Context, lost error) (made *T, adopted bool, err error) {
	if made, err = c.adopt(ctx, lost); made != nil || err != nil {
		return made, made != nil, err
	}
	if ctx.Err() != nil {
		return nil, false, lost
	}
	made, err = c.create(ctx)
	if !client.IsOutcomeUnknown(err) && !isConflict(err) {
		return made, false, err
	}
	repeated := err
	if made, err = c.adopt(ctx, repeated); made == nil && err == nil {
		err = &unsettledError{
			lost:  repeated,
			doubt: "the response to an earlier attempt was lost, and LUSID may have created the object then",
			cause: lost,
		}
	}
	return made, made != nil, err
}

// adopt finds what a lost create made; nil and no error where there is nothing.
func (c *creation[T]) adopt(ctx context.Context, lost error) (*T, error) {
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconcileTimeout)
	defer cancel()
	found, err := c.find(short)
	switch {
	case err != nil:
		return nil, &unsettledError{lost: lost, doubt: "the provider could not find out whether LUSID created the object", cause: err}
	case found == nil:
		return nil, nil //nolint:nilnil // Nothing found is no error.
	case !c.existing.isNew(c.id(found)) || !c.isSame(found):
		return nil, &takenError[T]{lost, found}
	}
	return found, nil
}

// find returns the object that holds what must be unique, the same one first. The list has the last
// word on what no key leads to: a deleted object, or one that holds something else that is unique.
func (c *creation[T]) find(ctx context.Context) (*T, error) {
	if c.byKey != nil {
		if found, err := c.byKey(ctx); err == nil && c.holds(found) {
			return found, nil
		}
	}
	objects, err := c.list(ctx)
	var found *T
	for i := range objects {
		if c.holds(&objects[i]) && (found == nil || c.isSame(&objects[i])) {
			found = &objects[i]
		}
	}
	if found != nil {
		return found, nil
	}
	return nil, err
}

// isConflict reports a refusal that may be because of another object.
func isConflict(err error) bool {
	var refused *client.Error
	return errors.As(err, &refused) && (refused.StatusCode == http.StatusBadRequest || refused.StatusCode == http.StatusConflict || access.IsTaken(err))
}

// warnAdopted says that a lost create was found. Another run may have created the object in the
// meantime: nothing in LUSID tells whose it is.
func warnAdopted(diags *diag.Diagnostics, what, id string) {
	diags.AddWarning("The response to the creation of "+what+" was lost",
		fmt.Sprintf("LUSID now has it, as %s, and did not list it before. Either this run or another run created it. This resource manages it from now on.\n\n"+
			"If another run of the same configuration created it, both runs now manage the same object. %s", id, oneState))
}

// oneState is how runs do not meet each other's objects.
const oneState = "Use one state for each configuration, in a backend that locks it, so that two runs never work at the same time."

// importAdvice is the next step of a create that met an object which can be imported.
func importAdvice(what, typeName, importID string) string {
	return fmt.Sprintf("%s Otherwise choose another value, or import that %s, %s",
		replacedAdvice(what), what, importHint(typeName, importID))
}

// replacedAdvice is the next step where a create met the object that its own run is about to
// destroy. The provider is not told whether it did.
func replacedAdvice(what string) string {
	return fmt.Sprintf("If this resource replaces that %s, remove create_before_destroy from this resource and from those that depend on it. "+
		"If the resource was only renamed, add a moved block.", what)
}

// doubtAfterCreate says what a lost create may have left behind.
func doubtAfterCreate(err error, unique string) []string {
	if !client.IsOutcomeUnknown(err) {
		return nil
	}
	return []string{fmt.Sprintf("LUSID may have created it anyway. If so, the next apply reports that the %s is taken, and names the object that has it.",
		unique)}
}
