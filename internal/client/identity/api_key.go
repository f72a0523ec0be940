package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
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

// MissingField implements client.Checked.
func (k *APIKey) MissingField() string {
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
	Key client.Secret `json:"key"`
}

// HeldSecret implements client.SecretHolder.
func (k *CreatedAPIKey) HeldSecret() client.Secret { return k.Key }

// MissingField implements client.Checked.
func (k *CreatedAPIKey) MissingField() string {
	if k.Key == "" {
		return "key"
	}
	return k.APIKey.MissingField()
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
	return client.DoList[APIKey](ctx, c.api.Get("ListOwnApiKeys", "keys"))
}

// RefreshOwnAPIKeys is ListOwnAPIKeys for one of many reads: it may answer from an earlier list,
// with tokens that accepts takes.
func (c *Client) RefreshOwnAPIKeys(ctx context.Context, accepts func([]APIKey) bool) ([]APIKey, error) {
	return client.RefreshList(ctx, c.ownAPIKeys(), accepts)
}

// CreateAPIKey creates a personal access token of the caller. LUSID refuses a name that an active
// one has (659), and more tokens than a user may have (238).
func (c *Client) CreateAPIKey(ctx context.Context, body CreateAPIKey) (*CreatedAPIKey, error) {
	return client.Do[CreatedAPIKey](ctx, c.api.Post("CreateApiKey", "keys").Body(body))
}

// DeleteAPIKey deletes one of the caller's personal access tokens, with effect at once.
func (c *Client) DeleteAPIKey(ctx context.Context, id string) error {
	key := client.Listed(c.ownAPIKeys(), func(key *APIKey) bool { return key.ID == id }, codeAPIKeyNotFound)
	return client.DoNoContent(ctx, c.api.Delete("DeleteApiKey", "keys", id).On(key))
}

func (c *Client) ownAPIKeys() client.Kind[APIKey] {
	return client.Kind[APIKey]{API: c.api, Name: "personal access tokens", List: c.ListOwnAPIKeys}
}

// LUSID's codes for a token that does not exist, for a user who has as many tokens as is allowed, and for
// a name that an active token has.
const (
	codeAPIKeyNotFound  = 239
	codeTooManyAPIKeys  = 238
	codeAPIKeyNameTaken = 659
)

// IsTooManyAPIKeys reports that the user has as many personal access tokens as LUSID allows.
func IsTooManyAPIKeys(err error) bool { return client.HasCode(err, codeTooManyAPIKeys) }

// IsAPIKeyNameTaken reports that an active token of the user has the name.
func IsAPIKeyNameTaken(err error) bool { return client.HasCode(err, codeAPIKeyNameTaken) }
