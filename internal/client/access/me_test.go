package access_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

func TestGetOwnPolicies(t *testing.T) {
	t.Parallel()
	wantRequests(t, map[string]requestCase{
		"list": {func(ctx context.Context, c *access.Client) error {
			got, err := c.GetOwnPolicies(ctx)
			want := []access.AttachedPolicyDefinitionResponse{
				{
					SourceRole: access.ResourceID{Scope: "default", Code: "r"}, RoleHierarchyIndex: new(int32(7)), PolicyType: "Entitlement",
					PolicyResponse: access.PolicyResponse{
						ID: access.ResourceID{Scope: "s", Code: "p"}, PolicyUpdateRequest: access.PolicyUpdateRequest{Grant: "Allow"}, Unmodelled: []string{"how"},
					},
				},
				{PolicyResponse: access.PolicyResponse{ID: access.ResourceID{Scope: "default", Code: "q"}}},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("policies (-want +got):\n%s", diff)
			}
			if !client.IsIncomplete(err) {
				t.Errorf("got %v, want an error that the list is incomplete", err)
			}
			return nil
		}, "GET /access/api/me", "", 200, `[{"id":{"scope":"s","code":"p"},"sourceRole":{"code":"r"},"roleHierarchyIndex":7,"policyType":"Entitlement","grant":"Allow","how":{"type":"x"}},{"id":{"code":"q"},"sourceRole":null},{"id":null}]`},
	})
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	requests := map[string]access.EvaluationRequest{"read": {
		Request: access.RequestDetails{
			Action: access.RequestedActionKey{EntityCode: "Portfolio", Scope: "default", Activity: "Read"}, FromEffectiveDate: "2026-01-01T00:00:00Z",
		},
		Resource: access.ResourceDetails{
			ID: map[string]string{"scope": "s"}, Metadata: map[string][]access.EntitlementMetadata{"k": {{Value: "v"}}},
		},
	}}
	wantRequests(t, map[string]requestCase{
		"two applications": {
			func(ctx context.Context, c *access.Client) error {
				got, err := c.Evaluate(ctx, []string{"LUSID", "Drive"}, requests)
				want := access.EvaluationResponses{"read": {Result: "Denied", DetailedMessage: "No."}}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("results (-want +got):\n%s", diff)
				}
				return err
			}, "POST /access/api/me?applications=LUSID&applications=Drive",
			`{"read":{"request":{"action":{"entityCode":"Portfolio","scope":"default","activity":"Read"},"fromEffectiveDate":"2026-01-01T00:00:00Z"},
			"resource":{"id":{"scope":"s"},"metadata":{"k":[{"value":"v"}]}}}}`, 200, `{"read":{"result":"Denied","detailedMessage":"No."}}`,
		},
	})
	c := newClientOf(t, jsonReply(200, `{"read":{"detailedMessage":"No."}}`))
	if _, err := c.Evaluate(t.Context(), nil, requests); err == nil {
		t.Error("a response without a result was accepted, want an error")
	}
}
