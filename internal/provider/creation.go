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

// reconcileTimeout limits the check after a lost response. It also applies when the run is being
// interrupted.
const reconcileTimeout = 30 * time.Second

// existing records the objects of a kind that existed before this process created any, and those that
// it created itself. After a lost response, an object that is not among them may be the new one.
type existing struct {
	// listing is locked while the kind is listed, and guards listed.
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

// forget records a deletion. If users choose the id of a kind, a later object can have the same id.
func (e *existing) forget(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ids != nil {
		e.ids[id] = false
	}
}

// isNew reports whether an object did not exist before, as far as the list shows.
func (e *existing) isNew(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err == nil && !e.ids[id]
}

// creation creates an object of one kind exactly once, even if LUSID's response is lost.
type creation[T any] struct {
	existing *existing
	list     func(context.Context) ([]T, error)
	create   func(context.Context) (*T, error)
	// byKey reads the object by its natural key. Unlike a list, this read does not lag. byKey is nil if
	// LUSID has no such read.
	byKey func(context.Context) (*T, error)
	id    func(*T) string
	// holds reports whether an object has a value that must be unique. isSame reports whether an object also
	// equals the requested one.
	holds, isSame func(*T) bool
	// lost is the error of the first lost response, or nil.
	lost error
	// again is true if this run has deleted an object with the same name before. Only runFor sets it.
	again bool
}

// takenError means that another object has a value that must be unique.
type takenError[T any] struct {
	err error
	by  *T
}

func (e *takenError[T]) Error() string { return e.err.Error() }
func (e *takenError[T]) Unwrap() error { return e.err }

// runFor is run for an object whose ID is a name that the user chooses. A destroy of another
// resource deletes by that name, so it could delete the object that this run has just created.
func (c *creation[T]) runFor(ctx context.Context, p *placements, object, owner string) (made *T, adopted bool, err error) {
	err = p.put(ctx, object, owner, func(removed bool) error {
		c.again = removed
		made, adopted, err = c.run(ctx)
		return err
	})
	return made, adopted, err
}

// run creates the object. If the response is lost, it looks for an object that equals the requested
// one and did not exist before. adopted is true if it found one. The error is a takenError if another
// object has a value that must be unique.
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

// before lists the kind once per process. If LUSID refuses the list, the create continues. before
// returns an error only if the time was up while this create or another one listed the kind.
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
	// If this caller was cancelled, another caller must list again.
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

// reconcile finds out whether LUSID created the object when the outcome is unknown. If it finds
// nothing, it retries the create. If LUSID refuses the retry, or its response is lost too, it searches
// again, because a list may lag.
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

// adopt finds the object that a create with a lost response created. It returns nil and no error if
// there is none.
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

// find returns an object that has a value that must be unique, preferably one that equals the
// requested one. If the read by key finds nothing, the list may still have such an object: a deleted
// one, or one with another unique value.
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

// isConflict reports whether LUSID may have refused a request because of another object.
func isConflict(err error) bool {
	var refused *client.Error
	return errors.As(err, &refused) && (refused.StatusCode == http.StatusBadRequest || refused.StatusCode == http.StatusConflict || access.IsTaken(err))
}

// warnAdopted warns that the provider adopted an object after a lost response. Another run may have
// created the object in the meantime. LUSID does not record which run created it.
func warnAdopted(diags *diag.Diagnostics, what, id string) {
	diags.AddWarning("The response to the creation of "+what+" was lost",
		fmt.Sprintf("LUSID now has it, as %s, and did not list it before. Either this run or another run created it. This resource manages it from now on.\n\n"+
			"If another run of the same configuration created it, both runs now manage the same object. %s", id, oneState))
}

// oneState explains how to keep two runs from creating the same objects.
const oneState = "Use one state for each configuration, in a backend that locks it, so that two runs never work at the same time."

// importAdvice is the next step if a create fails because of an object that can be imported.
func importAdvice(what, typeName, importID string) string {
	return fmt.Sprintf("%s Otherwise choose another value, or import that %s, %s",
		replacedAdvice(what), what, importHint(typeName, importID))
}

// replacedAdvice is the next step if a create fails because of the object that the same run destroys
// later. The provider cannot know whether this is the case.
func replacedAdvice(what string) string {
	return fmt.Sprintf("If this resource replaces that %s, remove create_before_destroy from this resource and from those that depend on it. "+
		"If the resource was only renamed, add a moved block.", what)
}

// doubtAfterCreate says that LUSID may have created the object although the response was lost.
func doubtAfterCreate(err error, unique string) []string {
	if !client.IsOutcomeUnknown(err) {
		return nil
	}
	return []string{fmt.Sprintf("LUSID may have created it anyway. If so, the next apply reports that the %s is taken, and names the object that has it.",
		unique)}
}
