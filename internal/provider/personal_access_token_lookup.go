package provider

import (
	"context"
	"errors"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// errNoAPIKey says that the caller has no such token.
var errNoAPIKey = errors.New("the user that the provider signs in as has no such token, and LUSID shows tokens only to their user")

// ownAPIKey finds one of the caller's tokens in the list: LUSID has no read by id. It looks a second
// time before it says no: a list may lag.
func (c *connection) ownAPIKey(ctx context.Context, id string) (*identity.APIKey, error) {
	for range 2 {
		keys, err := c.identity.ListOwnAPIKeys(ctx)
		if key := apiKeyAmong(keys, id); key != nil {
			return key, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, errNoAPIKey
}

// apiKeyAmong returns nil where none has the id.
func apiKeyAmong(keys []identity.APIKey, id string) *identity.APIKey {
	for _, key := range keys {
		if key.ID == id {
			return &key
		}
	}
	return nil
}
