package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func uriValidators() []validator.Set {
	return []validator.Set{
		setvalidator.NoNullValues(),
		setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
	}
}

// uriChange is one of the two attributes that LUSID never returns.
type uriChange struct {
	attribute   string
	state, plan types.Set
}

func redirectURIs(state, plan *applicationModel) []uriChange {
	return []uriChange{
		{"redirect_uris", state.RedirectURIs, plan.RedirectURIs},
		{"post_logout_redirect_uris", state.PostLogoutRedirectURIs, plan.PostLogoutRedirectURIs},
	}
}

// unknownURIsKey is the private state key for the URI attributes whose values an import could not
// read.
const unknownURIsKey = "unknown_redirect_uris"

func unknownURIs(ctx context.Context, private privateReader) (map[string]bool, diag.Diagnostics) {
	unknown := map[string]bool{}
	return unknown, getPrivate(ctx, private, unknownURIsKey, &unknown)
}
