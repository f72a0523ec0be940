package mockserver

import "slices"

// table has the objects of one kind by id. Its lists can lag behind changes.
type table[T any] struct {
	// lag is the number of lists after a change that do not contain it yet.
	lag int

	ids  []string // In order of creation.
	rows map[string]T

	lists   int // The number of lists so far.
	shown   []T // The content of lists until pending is due.
	pending []listing[T]
}

// listing is the content of lists after more than due lists.
type listing[T any] struct {
	due  int
	rows []T
}

func newTable[T any](lag int) *table[T] {
	return &table[T]{lag: lag, rows: map[string]T{}}
}

func (t *table[T]) get(id string) (T, bool) {
	row, ok := t.rows[id]
	return row, ok
}

// find returns the first object that match accepts, in order of creation.
func (t *table[T]) find(match func(T) bool) (T, bool) {
	for _, id := range t.ids {
		if row := t.rows[id]; match(row) {
			return row, true
		}
	}
	var none T
	return none, false
}

// put creates or replaces the object with the id.
func (t *table[T]) put(id string, row T) {
	if _, ok := t.rows[id]; !ok {
		t.ids = append(t.ids, id)
	}
	t.rows[id] = row
	t.changed()
}

// delete reports whether there was an object with the id.
func (t *table[T]) delete(id string) bool {
	if _, ok := t.rows[id]; !ok {
		return false
	}
	delete(t.rows, id)
	t.ids = slices.DeleteFunc(t.ids, func(other string) bool { return other == id })
	t.changed()
	return true
}

// list returns the objects for a list call. Every call of list counts for the lag.
func (t *table[T]) list() []T {
	if t.lag == 0 {
		return t.all()
	}
	t.lists++
	for len(t.pending) > 0 && t.lists > t.pending[0].due {
		t.shown, t.pending = t.pending[0].rows, t.pending[1:]
	}
	return t.shown
}

// settle ends the lag, so that lists contain all changes. It is used for seed data, and when a caller waits for lists.
func (t *table[T]) settle() {
	t.shown, t.pending = t.all(), nil
}

func (t *table[T]) changed() {
	if t.lag == 0 {
		return
	}
	next := listing[T]{due: t.lists + t.lag, rows: t.all()}
	if last := len(t.pending) - 1; last >= 0 && t.pending[last].due == next.due {
		t.pending[last] = next
		return
	}
	t.pending = append(t.pending, next)
}

func (t *table[T]) all() []T {
	rows := make([]T, 0, len(t.ids))
	for _, id := range t.ids {
		rows = append(rows, t.rows[id])
	}
	return rows
}
