package client

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/singleflight"
)

// readsBeforeList is how many objects of a kind are read by ID before the kind is listed.
const readsBeforeList = 3

// errWrittenMeanwhile means that a list began before a write ended.
var errWrittenMeanwhile = errors.New("an object was written during the list request")

// Kind is a kind of object with the operation that lists all objects of that kind.
type Kind[T any] struct {
	API *API
	// Name is used in messages, such as "roles" or "users of role 00g1". It is unique among the kinds of the
	// API.
	Name string
	// List requests all objects of the kind from LUSID.
	List func(context.Context) ([]T, error)
}

func (k Kind[T]) key() kindKey { return kindKey{k.API.name, k.Name} }

// kindKey identifies a kind among those of all APIs.
type kindKey struct{ api, name string }

// snapshots cache the lists of each kind, so that a refresh needs a few lists in place of many reads.
type snapshots struct {
	flights singleflight.Group
	mu      sync.Mutex
	// writes is the number of writes that have ended.
	writes int
	kinds  map[kindKey]*snapshot
}

// snapshot is the cached list of one kind.
type snapshot struct {
	// reads is the number of reads since the process began.
	reads int
	// lists is the number of lists since the last write. The fields below are those of the latest list.
	lists   int
	objects any
	err     error
}

// of returns the snapshot of a kind. The caller must have the lock.
func (s *snapshots) of(kind kindKey) *snapshot {
	if s.kinds == nil {
		s.kinds = map[kindKey]*snapshot{}
	}
	if s.kinds[kind] == nil {
		s.kinds[kind] = &snapshot{}
	}
	return s.kinds[kind]
}

// isMany counts a read. It reports whether there were so many reads of the kind that a list is cheaper.
func (s *snapshots) isMany(kind kindKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshot := s.of(kind)
	snapshot.reads++
	return snapshot.reads > readsBeforeList
}

// drop clears the cached lists after a write.
func (s *snapshots) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	for _, snapshot := range s.kinds {
		snapshot.lists, snapshot.objects, snapshot.err = 0, nil, nil
	}
}

// latest returns the latest list of a kind. If there were fewer than the wanted number of lists since the last
// write, it requests a new list. A list request that LUSID refused is not sent again.
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
		// In the meantime, other callers may have requested this list and later ones.
		if snapshot := *s.of(key); s.writes == writes && snapshot.lists >= number {
			s.mu.Unlock()
			return snapshot.objects, snapshot.err
		}
		s.mu.Unlock()
		// If one reader is canceled, the others must not fail.
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

// Refresh reads one of many objects. From the fourth read of a kind on, Refresh looks for the object in a list
// that many reads share. It returns the element for which accepts is true, which means that the object is
// there and unchanged. If there is no such element, Refresh reads the object itself, because a list may lag. An element
// of a list must have the same fields as a read. Otherwise accepts could miss a change.
//
// Unverified: identity/role-list-fields, identity/application-list-fields, identity/mcp-tool-list-fields.
// Unverified: identity/user-list-fields, identity/network-zone-list-fields, identity/external-token-issuer-list-fields.
// Unverified: access/policy-list-fields, access/policy-collection-list-fields, access/role-list-fields.
// Unverified: access/policy-template-list-fields, access/user-role-list-fields.
func Refresh[T any](ctx context.Context, kind Kind[T], accepts func(*T) bool, read func(context.Context) (*T, error)) (*T, error) {
	if kind.API.client.snapshots.isMany(kind.key()) {
		objects, err := latest(ctx, kind, 1)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for i := range objects {
			// Copy only the element that is found, not every element of the list.
			if (err == nil || IsIncomplete(err)) && accepts(&objects[i]) {
				found := objects[i]
				return &found, nil
			}
		}
	}
	return read(ctx)
}

// RefreshList is [Refresh] for objects that can only be listed. If accepts is false for the list, RefreshList
// returns a second, later list.
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
