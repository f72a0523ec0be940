package client_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// thing is an object that any API may have.
type thing struct {
	ID  string        `json:"id"`
	Key client.Secret `json:"key"`
}

func (t *thing) MissingField() string {
	if t.ID == "" {
		return "id"
	}
	return ""
}

func (t *thing) HeldSecret() client.Secret { return t.Key }

// things is a kind of object. Both APIs use it, with the same name.
func things(api *client.API) client.Kind[thing] {
	return client.Kind[thing]{API: api, Name: "things", List: func(ctx context.Context) ([]thing, error) {
		return client.DoList[thing](ctx, api.Get("ListThings", "things"))
	}}
}

// twoAPIs returns two APIs of one client. The not-found code of the first API is 1, and of the second 2.
func twoAPIs(t *testing.T, handler http.Handler) (one, two *client.API) {
	t.Helper()
	c := newClientInMemory(t, handler)
	return c.API("one", "one/api", 1), c.API("two", "two/v2/api", 2)
}

func TestAPI_requests(t *testing.T) {
	t.Parallel()
	var got []string
	one, two := twoAPIs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+" "+r.URL.RequestURI())
		jsonReply(400, `{}`)(w, r)
	}))
	base := two.Get("GetThing", "things", "a/b c").Query("scope", "s")
	for want, r := range map[string]client.Request{
		"one.ListThings":  one.Get("ListThings", "things"),
		"two.GetThing":    base.Query("asAt", "2026-01-01T00:00:00+00:00"),
		"two.PostThing":   two.Post("PostThing", "things").Body(map[string]string{}),
		"two.PutThing":    two.Put("PutThing", "things", "a"),
		"one.DeleteThing": one.Delete("DeleteThing", "things", "a"),
		"two.GetIt":       two.Get("GetIt").Query("x", "1"),
	} {
		err := client.DoNoContent(t.Context(), r)
		var e *client.Error
		if !errors.As(err, &e) || e.Operation != want || !strings.HasPrefix(err.Error(), want+": HTTP 400") {
			t.Errorf("got %v, want an HTTP 400 error of the operation %s", err, want)
		}
	}
	// Request methods return a new value, so a derived request doesn't change its base.
	_ = client.DoNoContent(t.Context(), base)
	for _, want := range []string{
		"GET /one/api/things",
		"GET /two/v2/api/things/a%2Fb%20c?asAt=2026-01-01T00%3A00%3A00%2B00%3A00&scope=s",
		"POST /two/v2/api/things",
		"PUT /two/v2/api/things/a",
		"DELETE /one/api/things/a",
		"GET /two/v2/api?x=1",
		"GET /two/v2/api/things/a%2Fb%20c?scope=s",
	} {
		if strings.Count(strings.Join(got, "\n")+"\n", want+"\n") != 1 {
			t.Errorf("%q is not among the requests %q", want, got)
		}
	}
}

// An API knows only its own not-found codes. A 404 with a code of another API doesn't prove that the object
// is gone, so the client reads the list.
func TestAPI_notFoundCodes(t *testing.T) {
	t.Parallel()
	for code, wantLists := range map[string]int{`{"code":1}`: 0, `{"code":2}`: 2} {
		lists := 0
		one, _ := twoAPIs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/one/api/things" {
				lists++
				jsonReply(200, `[]`)(w, r)
				return
			}
			jsonReply(404, code)(w, r)
		}))
		object := client.Listed(things(one), func(*thing) bool { return true }, 1)
		_, err := client.Do[thing](t.Context(), one.Get("GetThing", "things", "a").On(object))
		if !client.IsNotFound(err) || lists != wantLists {
			t.Errorf("response %s: got %d list requests and the error %v, want %d list requests and IsNotFound", code, lists, err, wantLists)
		}
		// This request names no object (there is no call of On), so the client can't look for the object
		// in a list.
		if _, err := client.Do[thing](t.Context(), one.Get("GetThing", "things", "a")); client.IsNotFound(err) {
			t.Errorf("response %s: %v counts as not found, although the request names no object", code, err)
		}
	}
}

// Two APIs share the snapshots of a client. Two kinds with the same name in different APIs have separate
// lists, but a write in one API drops the lists of both.
func TestAPI_snapshots(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	counts := map[string]int{}
	one, two := twoAPIs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		counts[r.Method+" "+r.URL.Path]++
		jsonReply(200, `[{"id":"of `+r.URL.Path[1:4]+`"}]`)(w, r)
	}))
	refresh := func() {
		t.Helper()
		var all sync.WaitGroup
		for _, api := range []*client.API{one, two} {
			want := map[*client.API]string{one: "of one", two: "of two"}[api]
			for range 10 {
				all.Go(func() {
					list, err := client.RefreshList(t.Context(), things(api), func([]thing) bool { return true })
					if err != nil || len(list) != 1 || list[0].ID != want {
						t.Errorf("got %v and %v, want the thing %s", list, err, want)
					}
				})
			}
		}
		all.Wait()
	}
	refresh()
	if err := client.DoNoContent(t.Context(), one.Put("PutThing", "things", "a")); err != nil {
		t.Error(err)
	}
	refresh()
	want := map[string]int{"GET /one/api/things": 2, "GET /two/v2/api/things": 2, "PUT /one/api/things/a": 1}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("number of requests (-want +got):\n%s", diff)
	}
}

// The client remembers the secrets of every element, including an element that it leaves out of the list.
func TestAPI_secretsOfAList(t *testing.T) {
	t.Parallel()
	one, two := twoAPIs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/one/api/things" {
			jsonReply(200, `[{"id":"a","key":"canary-1"},{"key":"canary-2"}]`)(w, r)
			return
		}
		jsonReply(400, `{"code":7,"title":"canary-1 and canary-2"}`)(w, r)
	}))
	if list, err := things(one).List(t.Context()); !client.IsIncomplete(err) || len(list) != 1 {
		t.Errorf("got %d things and the error %v, want one thing and IsIncomplete", len(list), err)
	}
	err := client.DoNoContent(t.Context(), two.Get("GetThing", "things", "a"))
	if err == nil || err.Error() != "two.GetThing: HTTP 400 (7): (redacted) and (redacted)" {
		t.Errorf("got %v, want an error with both secrets redacted", err)
	}
}
