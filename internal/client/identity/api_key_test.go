package identity_test

import (
	"context"
	"errors"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestAPIKeys_requests(t *testing.T) {
	t.Parallel()
	const key = `{"id":"k1","displayName":"one","createdDate":"2026-01-01T00:00:00.0000000+00:00","deactivationDate":null}`
	const created = `{"id":"k1","displayName":"one","createdDate":"2026-01-01T00:00:00.0000000+00:00","deactivationDate":null,"key":"canary-key"}`
	create := func(request identity.CreateAPIKey) func(context.Context, *identity.Client) error {
		return func(ctx context.Context, c *identity.Client) error {
			got, err := c.CreateAPIKey(ctx, request)
			if err == nil && (got.ID != "k1" || got.Key != "canary-key" || got.DeactivationDate != "") {
				t.Errorf("got %+v, want the ID, the key and no deactivation date", got)
			}
			return err
		}
	}
	wantRequests(t, map[string]requestCase{
		"create": {create(identity.CreateAPIKey{DisplayName: "one"}), "POST /identity/api/keys", `{"displayName":"one"}`, 200, created},
		"create, with deactivation date": {
			create(identity.CreateAPIKey{DisplayName: "one", DeactivationDate: "2031-01-01T00:00:00Z"}),
			"POST /identity/api/keys", `{"displayName":"one","deactivationDate":"2031-01-01T00:00:00Z"}`, 200, created,
		},
		"delete": {
			func(ctx context.Context, c *identity.Client) error { return c.DeleteAPIKey(ctx, "k1") },
			"DELETE /identity/api/keys/k1", "", 200, key,
		},
		"list": {func(ctx context.Context, c *identity.Client) error {
			list, err := c.ListOwnAPIKeys(ctx)
			if err == nil && (len(list) != 1 || list[0].CreatedDate == "" || list[0].DeactivationDate != "") {
				t.Errorf("got %+v, want one token with a creation date and no deactivation date", list)
			}
			return err
		}, "GET /identity/api/keys", "", 200, "[" + key + "]"},
	})
}

func TestAPIKeys_refused(t *testing.T) {
	t.Parallel()
	c := newDomain(t, mockserver.Options{MaxPersonalAccessTokens: 2}).client(t)
	if err := c.DeleteAPIKey(t.Context(), "missing"); !client.IsNotFound(err) {
		t.Errorf("delete: got %v, want not found", err)
	}
	if _, err := c.CreateAPIKey(t.Context(), identity.CreateAPIKey{DisplayName: "one"}); err != nil {
		t.Fatal(err)
	}
	_, err := c.CreateAPIKey(t.Context(), identity.CreateAPIKey{DisplayName: "one"})
	var e *client.Error
	if !errors.As(err, &e) || e.Code != 659 || identity.IsTooManyAPIKeys(err) {
		t.Errorf("got %v for a taken name, want the code 659", err)
	}
	if _, err = c.CreateAPIKey(t.Context(), identity.CreateAPIKey{DisplayName: "two"}); !identity.IsTooManyAPIKeys(err) {
		t.Errorf("got %v for one token too many, want IsTooManyAPIKeys", err)
	}
}

// A response without the key is an error, because the caller couldn't use the token.
func TestCreateAPIKey_withoutKey(t *testing.T) {
	t.Parallel()
	c := newClientOf(t, jsonReply(200, `{"id":"k1","displayName":"one","createdDate":"2026-01-01T00:00:00Z"}`))
	if _, err := c.CreateAPIKey(t.Context(), identity.CreateAPIKey{DisplayName: "one"}); !client.IsOutcomeUnknown(err) {
		t.Errorf("got %v, want an error with an unknown outcome", err)
	}
}
