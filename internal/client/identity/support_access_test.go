package identity_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestSupportAccess_requests(t *testing.T) {
	t.Parallel()
	const path = "/identity/api/authentication/support"
	const whole = `{"id":"1","duration":"PT24H","description":"Ticket","createdAt":"2026-01-01T00:00:00Z","expiry":"2026-01-02T00:00:00Z","createdBy":"00u1",` +
		`"terminated":true,"terminatedAt":"2026-01-01T12:00:00Z","terminatedBy":"00u2","permittedRoles":["3"]}`
	grant := identity.SupportAccessResponse{
		ID: "1", Duration: "PT24H", Description: "Ticket", CreatedAt: "2026-01-01T00:00:00Z", Expiry: "2026-01-02T00:00:00Z", CreatedBy: "00u1",
		Terminated: true, TerminatedAt: "2026-01-01T12:00:00Z", TerminatedBy: "00u2", PermittedRoles: []string{"3"},
	}
	want := func(want, got any, err error) error {
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("grant (-want +got):\n%s", diff)
		}
		return err
	}
	wantRequests(t, map[string]requestCase{
		"grant": {func(ctx context.Context, c *identity.Client) error {
			got, err := c.GrantSupportAccess(ctx, identity.SupportAccessRequest{
				Duration:       "PT24H",
				Description:    "Ticket",
				PermittedRoles: []string{"3"},
			})
			return want(&grant, got, err)
		}, "POST " + path, `{"duration":"PT24H","description":"Ticket","permittedRoles":["3"]}`, 201, whole},
		"grant, required fields only": {func(ctx context.Context, c *identity.Client) error {
			got, err := c.GrantSupportAccess(ctx, identity.SupportAccessRequest{Duration: "P1D"})
			return want(&identity.SupportAccessResponse{ID: "1"}, got, err)
		}, "POST " + path, `{"duration":"P1D"}`, 201, `{"id":"1","description":null,"permittedRoles":null,"terminatedAt":null,"terminatedBy":null}`},
		"revoke": {
			func(ctx context.Context, c *identity.Client) error { return c.InvalidateSupportAccess(ctx) },
			"DELETE " + path, "", 200, "[" + whole + "]",
		},
		"history": {func(ctx context.Context, c *identity.Client) error {
			got, err := c.GetSupportAccessHistory(ctx)
			return want([]identity.SupportAccessResponse{grant}, got, incomplete(err))
		}, "GET " + path, "", 200, "[null," + whole + "]"},
		"roles": {
			func(ctx context.Context, c *identity.Client) error {
				got, err := c.GetSupportRoles(ctx)
				return want([]identity.SupportRole{
					{Label: "L", Description: "D", RoleIdentifier: identity.ResourceID{Scope: "s", Code: "c"}, InternalIdentifier: "1"}, {},
				}, got, err)
			}, "GET /identity/api/authentication/support-roles", "", 200,
			`{"supportRoles":[{"label":"L","description":"D","roleIdentifier":{"scope":"s","code":"c"},"internalIdentifier":"1"},{"roleIdentifier":null}]}`,
		},
		"no roles": {func(ctx context.Context, c *identity.Client) error {
			got, err := c.GetSupportRoles(ctx)
			return want([]identity.SupportRole(nil), got, err)
		}, "GET /identity/api/authentication/support-roles", "", 200, `{"supportRoles":null}`},
	})
}

// If a response is lost, a grant is not retried, because LUSID may have created it. A revocation is
// retried.
func TestSupportAccess_lostResponse(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	c := domain.client(t, withRetries(1))
	for _, operation := range []string{"identity.GrantSupportAccess", "identity.InvalidateSupportAccess"} {
		domain.InjectFault(mockserver.Fault{Operation: operation, Reset: mockserver.ResetAfter})
	}
	if _, err := c.GrantSupportAccess(t.Context(), identity.SupportAccessRequest{Duration: "P1D"}); !client.IsOutcomeUnknown(err) {
		t.Errorf("got %v, want an error with an unknown outcome", err)
	}
	if err := c.InvalidateSupportAccess(t.Context()); err != nil {
		t.Error(err)
	}
	domain.wantCounts(t, map[string]int{"identity.GrantSupportAccess": 1, "identity.InvalidateSupportAccess": 2})
}

func TestAuthenticationInformation_requests(t *testing.T) {
	t.Parallel()
	const request = "GET /identity/api/authentication/information"
	for name, test := range map[string]struct {
		answer string
		want   identity.AuthenticationInformation
	}{
		"whole": {
			`{"issuerUrl":"https://i","code":7,"fallbackIssuerUrls":["https://f"],"links":[],"samlIdentityProviderId":"saml","status":true,` +
				`"support":{"expiry":"2026-01-02T00:00:00Z"},"supportAccessExpiryWithRole":[{"expiry":"2026-01-01T00:00:00Z","permittedRole":"3"}]}`,
			identity.AuthenticationInformation{
				IssuerURL: "https://i", FallbackIssuerURLs: []string{"https://f"}, SAMLIdentityProviderID: "saml",
				Support:                     &identity.SupportAccessExpiry{Expiry: "2026-01-02T00:00:00Z"},
				SupportAccessExpiryWithRole: []identity.SupportAccessExpiryWithRole{{PermittedRole: "3", Expiry: "2026-01-01T00:00:00Z"}},
			},
		},
		"required fields only": {`{"issuerUrl":"https://i"}`, identity.AuthenticationInformation{IssuerURL: "https://i"}},
		"nulls": {
			`{"issuerUrl":"https://i","fallbackIssuerUrls":null,"support":null,"supportAccessExpiryWithRole":null}`,
			identity.AuthenticationInformation{IssuerURL: "https://i"},
		},
	} {
		wantRequests(t, map[string]requestCase{name: {func(ctx context.Context, c *identity.Client) error {
			got, err := c.GetAuthenticationInformation(ctx)
			if diff := cmp.Diff(&test.want, got); err == nil && diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			return err
		}, request, "", 200, test.answer}})
	}
}
