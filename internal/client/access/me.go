package access

import (
	"context"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// AttachedPolicyDefinitionResponse is a policy that the caller has, with the role that it comes from.
type AttachedPolicyDefinitionResponse struct {
	ID ResourceID `json:"id"`
	// SourceRole is the role of the caller that has the policy. It is empty if LUSID does not say.
	SourceRole ResourceID `json:"sourceRole"`
}

// MissingField implements [client.Checked].
func (p *AttachedPolicyDefinitionResponse) MissingField() string {
	if p.ID.Code == "" {
		return "id.code"
	}
	return ""
}

// GetOwnPolicies returns the policies that the caller has, once for each of its roles.
func (c *Client) GetOwnPolicies(ctx context.Context) ([]AttachedPolicyDefinitionResponse, error) {
	return client.DoList[AttachedPolicyDefinitionResponse](ctx, c.api.Get("GetOwnPolicies", "me"))
}
