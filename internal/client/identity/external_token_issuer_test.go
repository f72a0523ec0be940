package identity_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const wholeIssuer = `{"code":"ci","issuer":"https://ci.acme.com","audience":"lusid","logoutUrl":"https://acme.com","description":null,` +
	`"claimMappings":{"userId":"sub","login":"mail","email":"mail","firstName":"\"CI\"","lastName":"\"Pipeline\"","userType":"\"Service\"","groups":null},"links":[]}`

func TestExternalTokenIssuers_requests(t *testing.T) {
	t.Parallel()
	mappings := identity.ClaimMappings{
		UserID:    "sub",
		Login:     "mail",
		Email:     "mail",
		FirstName: `"CI"`,
		LastName:  `"Pipeline"`,
		UserType:  `"Service"`,
	}
	issuer := func(got *identity.ExternalTokenIssuerResponse, err error) error {
		want := &identity.ExternalTokenIssuerResponse{
			Code:          "ci",
			Issuer:        "https://ci.acme.com",
			Audience:      "lusid",
			LogoutURL:     "https://acme.com",
			ClaimMappings: &mappings,
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("issuer (-want +got):\n%s", diff)
		}
		return err
	}
	withGroups := mappings
	withGroups.Groups = "roles"
	update := identity.UpdateExternalTokenIssuerRequest{Issuer: "https://ci.acme.com", Audience: "lusid", LogoutURL: "https://acme.com"}
	mapped := update
	mapped.ClaimMappings = &withGroups
	const plain = `"issuer":"https://ci.acme.com","audience":"lusid","logoutUrl":"https://acme.com","description":""`
	const claims = `,"claimMappings":{"userId":"sub","login":"mail","email":"mail","firstName":"\"CI\"","lastName":"\"Pipeline\"","userType":"\"Service\"","groups":"roles"}`
	wantRequests(t, map[string]requestCase{
		"get": {func(ctx context.Context, c *identity.Client) error {
			return issuer(c.GetExternalTokenIssuer(ctx, "ci"))
		}, "GET /identity/api/externaltokenissuers/ci", "", 200, wholeIssuer},
		"create": {func(ctx context.Context, c *identity.Client) error {
			return issuer(c.CreateExternalTokenIssuer(ctx, identity.CreateExternalTokenIssuerRequest{
				Code:                             "ci",
				UpdateExternalTokenIssuerRequest: mapped,
			}))
		}, "POST /identity/api/externaltokenissuers", `{"code":"ci",` + plain + claims + "}", 201, wholeIssuer},
		"update": {func(ctx context.Context, c *identity.Client) error {
			return issuer(c.UpdateExternalTokenIssuer(ctx, "ci", mapped))
		}, "PUT /identity/api/externaltokenissuers/ci", "{" + plain + claims + "}", 200, wholeIssuer},
		// The contract doesn't allow null for the mappings.
		"update, without mappings": {func(ctx context.Context, c *identity.Client) error {
			return issuer(c.UpdateExternalTokenIssuer(ctx, "ci", update))
		}, "PUT /identity/api/externaltokenissuers/ci", "{" + plain + "}", 200, wholeIssuer},
		"delete": {
			func(ctx context.Context, c *identity.Client) error { return c.DeleteExternalTokenIssuer(ctx, "a/b") },
			"DELETE /identity/api/externaltokenissuers/a%2Fb", "", 204, "",
		},
		"list": {func(ctx context.Context, c *identity.Client) error {
			list, err := c.ListExternalTokenIssuers(ctx)
			if len(list) != 1 {
				t.Errorf("got %d issuers, want 1", len(list))
			}
			return incomplete(err)
		}, "GET /identity/api/externaltokenissuers", "", 200, `[null,{"issuer":"a"},` + wholeIssuer + "]"},
	})
}

func TestExternalTokenIssuers_notFound(t *testing.T) {
	t.Parallel()
	c := newDomain(t, mockserver.Options{}).client(t)
	update := identity.UpdateExternalTokenIssuerRequest{Issuer: "https://ci.acme.com", Audience: "lusid", LogoutURL: "https://acme.com"}
	for name, err := range map[string]error{
		"get":    second(c.GetExternalTokenIssuer(t.Context(), "missing")),
		"update": second(c.UpdateExternalTokenIssuer(t.Context(), "missing", update)),
		"delete": c.DeleteExternalTokenIssuer(t.Context(), "missing"),
	} {
		if !client.IsNotFound(err) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
}
