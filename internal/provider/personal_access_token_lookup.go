package provider

import (
	"context"
	"errors"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// errNoAPIKey means that the caller has no such token.
var errNoAPIKey = errors.New("the user that the provider signs in as has no such token, and LUSID shows tokens only to their user")

// ownAPIKey finds one of the caller's tokens in the list, because LUSID has no read by id. If the
// token is missing, it lists again, because a list may lag.
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

// apiKeyAmong returns nil if no token has the id.
func apiKeyAmong(keys []identity.APIKey, id string) *identity.APIKey {
	for _, key := range keys {
		if key.ID == id {
			return &key
		}
	}
	return nil
}
