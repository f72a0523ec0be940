package provider_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// volatile are the fields that differ between domains.
var volatile = []string{
	"id", "issuer", "secret", "created", "createdDate", "createdAt", "lastLogin", "lastUpdated", "updatedAt",
	"passwordChanged",
}

// inventory returns all objects in the domain that the fixtures list, by path.
func inventory(d providertest.FaultyDomain, t *testing.T) map[string][]string {
	t.Helper()
	inventory := map[string][]string{}
	for _, row := range providertest.Fixtures {
		for _, path := range row.Listings {
			if inventory[path] != nil {
				continue
			}
			var response any
			d.MustCall(t, http.MethodGet, path, nil, &response)
			if page, ok := response.(map[string]any); ok && page["values"] != nil {
				response = page["values"]
			}
			objects, ok := response.([]any)
			if !ok {
				objects = []any{response}
			}
			inventory[path] = []string{}
			for _, o := range objects {
				if path == userRolesPath && strings.Contains(providertest.JSONText(t, o), `"policies":[]`) {
					continue // LUSID creates an empty user role when a user first signs in.
				}
				if fields, ok := o.(map[string]any); ok {
					maps.DeleteFunc(fields, func(name string, _ any) bool { return slices.Contains(volatile, name) })
				}
				inventory[path] = append(inventory[path], strings.ReplaceAll(providertest.JSONText(t, o), d.Mock.Credentials().ClientID, "terraform"))
			}
			slices.Sort(inventory[path])
		}
	}
	return inventory
}
