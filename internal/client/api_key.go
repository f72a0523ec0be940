package client

import (
	"context"
	"errors"
	"net/http"
)

// APIKey is a personal access token of the caller, without its value. Nothing of it can change.
type APIKey struct {
	// ID is the system's; paths take it.
	ID string `json:"id"`
	// DisplayName is unique among the caller's active tokens.
	DisplayName string `json:"displayName"`
	// CreatedDate and DeactivationDate are instants in RFC 3339. The second is empty for a token
	// that never expires.
	CreatedDate      string `json:"createdDate"`
	DeactivationDate string `json:"deactivationDate"`
}

func (k *APIKey) missing() string {
	switch {
	case k.ID == "":
		return "id"
	case k.DisplayName == "":
		return "displayName"
	}
	return ""
}

// CreatedAPIKey is a new personal access token.
type CreatedAPIKey struct {
	APIKey
	// Key is the token itself, which LUSID shows this once.
	Key Secret `json:"key"`
}

func (k *CreatedAPIKey) secret() Secret { return k.Key }

func (k *CreatedAPIKey) missing() string {
	if k.Key == "" {
		return "key"
	}
	return k.APIKey.missing()
}

// CreateAPIKey describes a new personal access token.
type CreateAPIKey struct {
	// DisplayName has 1 to 512 characters.
	DisplayName string `json:"displayName"`
	// DeactivationDate is an instant in RFC 3339; empty means never.
	DeactivationDate string `json:"deactivationDate,omitempty"`
}

// ListOwnAPIKeys returns the caller's personal access tokens, those that have expired included.
func (c *Client) ListOwnAPIKeys(ctx context.Context) ([]APIKey, error) {
	return doList[APIKey](ctx, c, request{operation: "ListOwnApiKeys", method: http.MethodGet, path: []string{"keys"}})
}

// RefreshOwnAPIKeys is ListOwnAPIKeys for one of many reads: it may answer from an earlier list,
// with tokens that accepts takes.
func (c *Client) RefreshOwnAPIKeys(ctx context.Context, accepts func([]APIKey) bool) ([]APIKey, error) {
	return refreshList(ctx, &c.snapshots, c.ownAPIKeys(), accepts)
}

// CreateAPIKey creates a personal access token of the caller. LUSID refuses a name that an active
// one has (659), and more tokens than a user may have (238).
func (c *Client) CreateAPIKey(ctx context.Context, body CreateAPIKey) (*CreatedAPIKey, error) {
	return do[CreatedAPIKey](ctx, c, request{operation: "CreateApiKey", method: http.MethodPost, path: []string{"keys"}, body: body})
}

// DeleteAPIKey deletes one of the caller's personal access tokens, with effect at once.
func (c *Client) DeleteAPIKey(ctx context.Context, id string) error {
	return c.doNothing(ctx, request{
		operation: "DeleteApiKey",
		gone:      []int{codeAPIKeyNotFound},
		listed:    listedIn(c, c.ownAPIKeys(), func(key *APIKey) bool { return key.ID == id }),
		method:    http.MethodDelete,
		path:      []string{"keys", id},
	})
}

func (c *Client) ownAPIKeys() kind[APIKey] {
	return kind[APIKey]{"personal access tokens", c.ListOwnAPIKeys}
}

// SignsInWith reports that the key is the one that the client was given to sign in with.
func (c *Client) SignsInWith(key Secret) bool {
	own, ok := c.signIn.(staticToken)
	return ok && own.value.AccessToken == string(key)
}

// LUSID's codes for a user who has as many tokens as is allowed, and for a name that an active one
// has.
const (
	codeTooManyAPIKeys  = 238
	codeAPIKeyNameTaken = 659
)

// IsTooManyAPIKeys reports that the user has as many personal access tokens as LUSID allows.
func IsTooManyAPIKeys(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == codeTooManyAPIKeys
}

// IsAPIKeyNameTaken reports that an active token of the user has the name.
func IsAPIKeyNameTaken(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == codeAPIKeyNameTaken
}
