package access_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const (
	collectionParts = `"description":"D","policies":[{"scope":"s","code":"p"}],"policyCollections":[]`
	wholeCollection = `{"id":{"scope":"s","code":"a b+c"},` + collectionParts + `,"links":[]}`
)

var collectionID = access.ResourceID{Scope: "s", Code: "a b+c"}

func collectionRequest() access.PolicyCollectionUpdateRequest {
	return access.PolicyCollectionUpdateRequest{
		Description: "D", Policies: []access.ResourceID{{Scope: "s", Code: "p"}}, PolicyCollections: []access.ResourceID{},
	}
}

func TestPolicyCollections_requests(t *testing.T) {
	t.Parallel()
	whole := func(got *access.PolicyCollectionResponse, err error) error {
		want := &access.PolicyCollectionResponse{ID: collectionID, PolicyCollectionUpdateRequest: collectionRequest()}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("policy collection (-want +got):\n%s", diff)
		}
		return err
	}
	const path = "/access/api/policycollections/a%20b+c?scope=s"
	wantRequests(t, map[string]requestCase{
		"get": {func(ctx context.Context, c *access.Client) error {
			return whole(c.GetPolicyCollection(ctx, collectionID))
		}, "GET " + path, "", 200, wholeCollection},
		"create": {
			func(ctx context.Context, c *access.Client) error {
				return whole(c.CreatePolicyCollection(ctx, access.PolicyCollectionCreationRequest{
					Code: "a b+c", PolicyCollectionUpdateRequest: collectionRequest(),
				}))
			},
			"POST /access/api/policycollections", `{"code":"a b+c",` + collectionParts + `}`, 201, wholeCollection,
		},
		"update": {func(ctx context.Context, c *access.Client) error {
			return whole(c.UpdatePolicyCollection(ctx, collectionID, collectionRequest()))
		}, "PUT " + path, `{` + collectionParts + `}`, 200, wholeCollection},
		"delete": {func(ctx context.Context, c *access.Client) error {
			return c.DeletePolicyCollection(ctx, collectionID)
		}, "DELETE " + path, "", 204, ""},
		"list of a scope": {func(ctx context.Context, c *access.Client) error {
			list, err := c.ListPolicyCollections(ctx, "s")
			if len(list) != 1 || !client.IsIncomplete(err) {
				t.Errorf("got %d policy collections and the error %v, want 1 and an incomplete list", len(list), err)
			}
			return nil
		}, "GET /access/api/policycollections?scope=s", "", 200, "[" + wholeCollection + `,null,{"id":null}]`},
		"get, without optional fields": {func(ctx context.Context, c *access.Client) error {
			got, err := c.GetPolicyCollection(ctx, abcID)
			if diff := cmp.Diff(&access.PolicyCollectionResponse{ID: abcID}, got); diff != "" {
				t.Errorf("policy collection (-want +got):\n%s", diff)
			}
			return err
		}, "GET /access/api/policycollections/abc?scope=default", "", 200, `{"id":{"code":"abc"},"description":null,"policies":null}`},
		"attach": {
			func(ctx context.Context, c *access.Client) error {
				return second(c.AddPolicyCollectionToRole(ctx, roleID, collectionID))
			},
			"POST /access/api/roles/s/a%20b/policycollections", `{"policyCollections":[{"scope":"s","code":"a b+c"}]}`, 200, wholeRole,
		},
		"detach": {
			func(ctx context.Context, c *access.Client) error {
				return c.RemovePolicyCollectionFromRole(ctx, roleID, collectionID)
			},
			"DELETE /access/api/roles/s/a%20b/policycollections/s/a%20b+c", "", 200, wholeRole,
		},
	})
}

// TestPagePolicyCollections reads all pages.
func TestPagePolicyCollections(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"/access/api/policycollections/page?limit=2000":                 `{"values":[{"id":{"code":"one"}},{"id":{}}],"nextPage":"a+/="}`,
		"/access/api/policycollections/page?limit=2000&page=a%2B%2F%3D": `{"values":[{"id":{"code":"two"}}],"nextPage":null}`,
	}
	c := newClientOf(t, func(w http.ResponseWriter, r *http.Request) { jsonReply(200, pages[r.URL.RequestURI()])(w, r) })
	list, err := c.PagePolicyCollections(t.Context())
	if len(list) != 2 || list[0].ID.Code != "one" || list[1].ID.Code != "two" || !client.IsIncomplete(err) {
		t.Errorf("got %v and the error %v, want the collections one and two and an incomplete list", list, err)
	}
}

func TestPolicyCollections_notFound(t *testing.T) {
	t.Parallel()
	mock, c := newDomain(t)
	missing := access.ResourceID{Scope: access.DefaultScope, Code: "missing"}
	evaluator := access.ResourceID{Scope: access.DefaultScope, Code: "lusid-evaluator"}
	request := access.PolicyCollectionUpdateRequest{Policies: []access.ResourceID{}, PolicyCollections: []access.ResourceID{}}
	for name, err := range map[string]error{
		"get":                        second(c.GetPolicyCollection(t.Context(), missing)),
		"update":                     second(c.UpdatePolicyCollection(t.Context(), missing, request)),
		"delete":                     c.DeletePolicyCollection(t.Context(), missing),
		"detach from a missing role": c.RemovePolicyCollectionFromRole(t.Context(), missing, missing),
		"attach to a missing role":   second(c.AddPolicyCollectionToRole(t.Context(), missing, missing)),
	} {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	if err := second(c.AddPolicyCollectionToRole(t.Context(), evaluator, missing)); err == nil || client.IsNotFound(err) {
		t.Errorf("got %v for a missing collection, want an error that is not not-found, because the role exists", err)
	}
	// A 404 without a code may come from a gateway, so the list decides.
	made, err := c.CreatePolicyCollection(t.Context(), access.PolicyCollectionCreationRequest{Code: "there", PolicyCollectionUpdateRequest: request})
	if err != nil {
		t.Fatal(err)
	}
	if err := second(c.AddPolicyCollectionToRole(t.Context(), evaluator, made.ID)); err != nil {
		t.Fatal(err)
	}
	for _, operation := range []string{"access.GetPolicyCollection", "access.RemovePolicyCollectionFromRole"} {
		mock.InjectFault(mockserver.Fault{Operation: operation, Status: http.StatusNotFound, Count: -1})
	}
	for id, want := range map[access.ResourceID]bool{missing: true, made.ID: false} {
		if err := second(c.GetPolicyCollection(t.Context(), id)); err == nil || client.IsNotFound(err) != want {
			t.Errorf("%s: got %v, want not found: %t", id, err, want)
		}
		if err := c.RemovePolicyCollectionFromRole(t.Context(), evaluator, id); err == nil || client.IsNotFound(err) != want {
			t.Errorf("detach %s: got %v, want not found: %t", id, err, want)
		}
	}
}

// TestRefreshPolicyCollection reads a few policy collections individually, and many from one list.
func TestRefreshPolicyCollection(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]map[string]int{
		3:  {"access.CreatePolicyCollection": 1, "access.GetPolicyCollection": 3},
		20: {"access.CreatePolicyCollection": 1, "access.GetPolicyCollection": 3, "access.PagePolicyCollections": 1},
	} {
		mock, c := newDomain(t)
		made, err := c.CreatePolicyCollection(t.Context(), access.PolicyCollectionCreationRequest{
			Code: "there", PolicyCollectionUpdateRequest: access.PolicyCollectionUpdateRequest{Policies: []access.ResourceID{}, PolicyCollections: []access.ResourceID{}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			got, err := c.RefreshPolicyCollection(t.Context(), made.ID, func(*access.PolicyCollectionResponse) bool { return true })
			if err != nil || got.ID != made.ID {
				t.Fatalf("got %v and the error %v, want the policy collection", got, err)
			}
		}
		if diff := cmp.Diff(want, mock.Counts()); diff != "" {
			t.Errorf("requests by operation (-want +got):\n%s", diff)
		}
	}
}

// TestGetPolicyCollection_parts reads collections that have more than an update could send. LUSID adds links itself,
// and no update erases them.
func TestGetPolicyCollection_parts(t *testing.T) {
	t.Parallel()
	for body, unmodelled := range map[string][]string{
		`{"id":{"code":"abc"},"description":"D","policies":[{"code":"p"}],"policyCollections":[],"links":[]}`: nil,
		`{"id":{"code":"abc"}}`: nil,
		`{"id":{"code":"abc"},"policies":null,"policyCollections":null}`:                                       nil,
		`{"id":{"code":"abc"},"policies":[{"code":"p"}],"metadata":{"a":[{"value":"b"}]}}`:                     nil,
		`{"id":{"code":"abc"},"policies":[{"code":"p"},{"scope":"s","code":"p","expires":"2030-01-01"}]}`:      {"policies[1].expires"},
		`{"id":{"code":"abc"},"policies":[],"policyCollections":[{"scope":"s","code":"p","when":{"to":"x"}}]}`: {"policyCollections[0].when"},
	} {
		id := abcID
		if body == wholeCollection {
			id = collectionID
		}
		got, err := newClientOf(t, jsonReply(200, body)).GetPolicyCollection(t.Context(), id)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if diff := cmp.Diff(unmodelled, got.Unmodelled); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}
