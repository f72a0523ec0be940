package mockserver_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestAccessControlledResources(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, api := range append(slices.Collect(maps.Values(apis)), "/api", "") {
		list := d.get(api+"/api/metadata/access/resources").wantStatus(t, http.StatusOK).object(t)
		if values, _ := list["values"].([]any); len(values) == 0 {
			t.Errorf("got %v, want a list with values", list)
		}
	}
}
