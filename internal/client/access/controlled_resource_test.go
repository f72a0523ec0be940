package access_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

func TestListAccessControlledResources(t *testing.T) {
	t.Parallel()
	const answer = `{"values":[{"application":"LUSID","name":"Features","description":"D","actions":[{"description":"Run","action":{"scope":"LUSID","activity":"Execute","entity":"Feature"},
		"limitedSet":[{"identifier":{"scope":"LUSID","code":"api-a-b"},"actions":[]}]}],"identifierParts":[{"index":1,"name":"scope","displayName":"Scope","description":"S","required":true}]}]}`
	cases := map[string]requestCase{}
	for service, path := range map[string]string{"access": "/access/api", "identity": "/identity/api", "lusid": "/api/api"} {
		cases[service] = requestCase{func(ctx context.Context, c *access.Client) error {
			got, err := c.ListAccessControlledResources(ctx, service)
			want := []access.ControlledResource{{
				Application: "LUSID", Name: "Features", Description: "D",
				Actions: []access.ControlledAction{{
					Description: "Run", Action: access.ActionID{Scope: "LUSID", Activity: "Execute", Entity: "Feature"},
					LimitedSet: []access.IDSelectorDefinition{{
						SelectorBase: access.SelectorBase{Actions: []access.ActionID{}}, Identifier: map[string]*string{"scope": new("LUSID"), "code": new("api-a-b")},
					}},
				}},
				IdentifierParts: []access.IdentifierPartSchema{{Index: 1, Name: "scope", DisplayName: "Scope", Description: "S", Required: true}},
			}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			return err
		}, "GET " + path + "/metadata/access/resources", "", 200, answer}
	}
	wantRequests(t, cases)
	for _, broken := range []string{`{"values":[{"description":"D"}]}`, `{"values":[{"actions":[{"description":"D"}]}]}`} {
		if _, err := newClientOf(t, jsonReply(200, broken)).ListAccessControlledResources(t.Context(), "access"); err == nil {
			t.Errorf("the response %s was accepted, want an error", broken)
		}
	}
}
