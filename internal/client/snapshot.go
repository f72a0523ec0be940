package client

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/singleflight"
)

// readsBeforeList is how many objects of a kind are read by id before a list takes over.
const readsBeforeList = 3

// errWrittenMeanwhile says that a list was begun before a write ended.
var errWrittenMeanwhile = errors.New("something was written while the list was made")

// Kind is what an API lists of one kind of object.
type Kind[T any] struct {
	API *API
	// Name is for people, such as "roles" or "users of role 00g1". It tells the kind from all others of
	// the API.
	Name string
	// List asks LUSID for all of them.
	List func(context.Context) ([]T, error)
}

func (k Kind[T]) key() kindKey { return kindKey{k.API.name, k.Name} }

// kindKey tells a kind from those of every API.
type kindKey struct{ api, name string }

// snapshots turn the many reads of a refresh into few lists of a kind.
type snapshots struct {
	flights singleflight.Group
	mu      sync.Mutex
	// writes is how many have ended.
	writes int
	kinds  map[kindKey]*snapshot
}

// snapshot is a list of one kind that a refresh may answer from.
type snapshot struct {
	// reads is how many were made since the process began.
	reads int
	// lists is how many were made since something was last written; what follows is the latest.
	lists   int
	objects any
	err     error
}

// of returns the snapshot of a kind. The lock must be held.
func (s *snapshots) of(kind kindKey) *snapshot {
	if s.kinds == nil {
		s.kinds = map[kindKey]*snapshot{}
	}
	if s.kinds[kind] == nil {
		s.kinds[kind] = &snapshot{}
	}
	return s.kinds[kind]
}

// isMany counts a read, and tells whether there were so many of its kind that a list is cheaper.
func (s *snapshots) isMany(kind kindKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshot := s.of(kind)
	snapshot.reads++
	return snapshot.reads > readsBeforeList
}

// drop forgets all that was listed before a write ended.
func (s *snapshots) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	for _, snapshot := range s.kinds {
		snapshot.lists, snapshot.objects, snapshot.err = 0, nil, nil
	}
}

// latest returns the latest list of a kind. It makes one where fewer were made than are wanted,
// the number counting from the last write. A list that was refused is not asked for again.
func latest[T any](ctx context.Context, kind Kind[T], wanted int) ([]T, error) {
	s, key := &kind.API.client.snapshots, kind.key()
	s.mu.Lock()
	number, writes := s.of(key).lists, s.writes
	if number < wanted {
		number++
	}
	s.mu.Unlock()
	flight := s.flights.DoChan(fmt.Sprint(key.api, " ", key.name, " ", number, " ", writes), func() (any, error) {
		s.mu.Lock()
		// Since number was read, others may have made that list, and later ones.
		if snapshot := *s.of(key); s.writes == writes && snapshot.lists >= number {
			s.mu.Unlock()
			return snapshot.objects, snapshot.err
		}
		s.mu.Unlock()
		// One reader that gives up must not fail the others.
		objects, err := kind.List(context.WithoutCancel(ctx))
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.writes == writes {
			*s.of(key) = snapshot{reads: s.of(key).reads, lists: number, objects: objects, err: err}
		}
		return objects, err
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.writes != writes {
			return nil, errWrittenMeanwhile
		}
		objects, _ := result.Val.([]T)
		return objects, result.Err
	}
}

// Refresh reads one of many objects. From the fourth read of a kind on, Refresh looks for the object in a
// list that many reads share. It returns the element for which accepts is true: that object, unchanged. A
// list may lag, so Refresh reads every other object by itself.
func Refresh[T any](ctx context.Context, kind Kind[T], accepts func(*T) bool, read func(context.Context) (*T, error)) (*T, error) {
	if kind.API.client.snapshots.isMany(kind.key()) {
		objects, err := latest(ctx, kind, 1)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for i := range objects {
			// A copy for the one that is found, not for every one that is looked at.
			if (err == nil || IsIncomplete(err)) && accepts(&objects[i]) {
				found := objects[i]
				return &found, nil
			}
		}
	}
	return read(ctx)
}

// RefreshList is [Refresh] for objects that can only be listed. If accepts does not take the list, a
// second, later list decides.
func RefreshList[T any](ctx context.Context, kind Kind[T], accepts func([]T) bool) ([]T, error) {
	objects, err := latest(ctx, kind, 1)
	if err == nil && !accepts(objects) {
		objects, err = latest(ctx, kind, 2)
	}
	if errors.Is(err, errWrittenMeanwhile) {
		return kind.List(ctx)
	}
	return objects, err
}
