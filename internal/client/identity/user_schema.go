package identity

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// UserSchemaProperty defines one alternative id that users may have.
type UserSchemaProperty struct {
	// Name has 1 to 50 letters, digits and underscores. It is the key of a user's
	// AlternativeUserIDs.
	Name string `json:"name"`
	// Description has 80 characters at most. It may be empty.
	Description string `json:"description"`
}

// UserSchemaResponse is the user schema of the domain.
type UserSchemaResponse struct {
	// AlternativeUserIDs is empty if none is defined.
	AlternativeUserIDs []UserSchemaProperty `json:"alternativeUserIds"`
}

// UpdateUserSchemaRequest has all fields of the user schema.
type UpdateUserSchemaRequest struct {
	// AlternativeUserIDs has ten elements at most.
	AlternativeUserIDs []UserSchemaProperty `json:"alternativeUserIds"`
}

// GetUserSchema reads the user schema of the domain.
func (c *Client) GetUserSchema(ctx context.Context) (*UserSchemaResponse, error) {
	return client.Do[UserSchemaResponse](ctx, c.api.Get("GetUserSchema", "users", "schema").On(client.Singleton()))
}

// UpdateUserSchema replaces the user schema of the domain.
func (c *Client) UpdateUserSchema(ctx context.Context, body UpdateUserSchemaRequest) error {
	if body.AlternativeUserIDs == nil {
		// LUSID requires a list, which may be empty.
		body.AlternativeUserIDs = []UserSchemaProperty{}
	}
	return client.DoNoContent(ctx, c.api.Put("UpdateUserSchema", "users", "schema").Body(body).On(client.Singleton()))
}
