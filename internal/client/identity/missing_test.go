package identity_test

import (
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// TestMembers reads lists with a member that is null, or lacks its name. The error names the member.
func TestMembers(t *testing.T) {
	t.Parallel()
	tool := func(c *identity.Client) error {
		_, err := c.GetMcpTool(t.Context(), toolID, 0)
		return err
	}
	userSchema := func(c *identity.Client) error {
		_, err := c.GetUserSchema(t.Context())
		return err
	}
	for body, test := range map[string]struct {
		read    func(*identity.Client) error
		missing string
	}{
		strings.Replace(bareTool, "}", `,"parameters":[{"name":"p"},null]}`, 1): {tool, "parameters[1].name"},
		strings.Replace(bareTool, "}", `,"parameters":[{}]}`, 1):                {tool, "parameters[0].name"},
		strings.Replace(bareTool, "}", `,"schedulerPayload":{"notifications":[null]}}`, 1): {
			tool, "schedulerPayload.notifications[0].type",
		},
		`{"alternativeUserIds":[{"name":"n"},null]}`:         {userSchema, "alternativeUserIds[1].name"},
		`{"alternativeUserIds":[{"description":"No name"}]}`: {userSchema, "alternativeUserIds[0].name"},
	} {
		err := test.read(newClientOf(t, jsonReply(200, body)))
		if err == nil || !strings.Contains(err.Error(), `The response has no "`+test.missing+`".`) {
			t.Errorf("%s: got %v", body, err)
		}
	}
}
