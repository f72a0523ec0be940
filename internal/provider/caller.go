package provider

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// currentUser returns the user that the provider signs in as. It sends one request per process.
func (c *connection) currentUser(ctx context.Context) (*identity.CurrentUserResponse, error) {
	release, err := c.callerLock.acquire(ctx, "another operation that sends the same request")
	if err != nil {
		return nil, err
	}
	defer release()
	if c.caller == nil {
		caller, err := c.identity.GetUserInfo(ctx)
		if err != nil {
			return nil, err
		}
		c.caller = caller
	}
	return c.caller, nil
}
