package provider

import (
	"context"
	"errors"
)

// errChangedAfterPlan refuses an update that would undo what the plan does not show.
var errChangedAfterPlan = errors.New("it was changed in LUSID after the plan was made, or before a plan with -refresh=false, " +
	"and the update would undo that change. " + planAgain)

const planAgain = "Plan again, without -refresh=false: the new plan shows the change"

// updateAsPlanned updates an object that is still as the plan found it. LUSID's update replaces the whole
// object, so it would erase what somebody has changed since. An object that is as wanted needs no update.
func updateAsPlanned[T any](ctx context.Context, c *connection, object string, read func(context.Context) (*T, error),
	isWanted, isAsPlanned func(*T) bool, update func(context.Context) error,
) error {
	return c.placements.during(ctx, object, func() error {
		return updateIfAsPlanned(ctx, read, isWanted, isAsPlanned, update)
	})
}

// updateIfAsPlanned is updateAsPlanned for a caller that has the turn to change the object.
func updateIfAsPlanned[T any](ctx context.Context, read func(context.Context) (*T, error), isWanted, isAsPlanned func(*T) bool,
	update func(context.Context) error,
) error {
	current, err := read(ctx)
	switch {
	case err != nil:
		return err
	case isWanted(current):
		return nil
	case !isAsPlanned(current):
		return errChangedAfterPlan
	}
	return update(ctx)
}

// errChangedBeforeDelete refuses a delete that would remove something that the plan did not show.
var errChangedBeforeDelete = errors.New("it was changed in LUSID after the plan was made, or before a plan with -refresh=false, " +
	"and the delete would remove something that the plan did not show. " + planAgain)

// deleteIfShown deletes an object that has nothing more than the plan showed. It is for an object that is deleted by a name
// that users choose: another object may have that name by now. The caller has the turn to change the object.
func deleteIfShown[T any](ctx context.Context, read func(context.Context) (*T, error), isShown func(*T) bool, remove func(context.Context) error) error {
	object, err := read(ctx)
	switch {
	case err != nil:
		return err
	case !isShown(object):
		return errChangedBeforeDelete
	}
	return remove(ctx)
}
