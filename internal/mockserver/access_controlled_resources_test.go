package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestAccessControlledResources(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	for _, api := range apis {
		list := d.get(api+"/api/metadata/access/resources").wantStatus(t, http.StatusOK).object(t)
		if values, _ := list["values"].([]any); len(values) == 0 {
			t.Errorf("got %v", list)
		}
	}
}
