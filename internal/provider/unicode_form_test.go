package provider_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// decompose returns a JSON value whose texts have the Unicode form NFD.
func decompose(value any) any {
	switch value := value.(type) {
	case string:
		return norm.NFD.String(value)
	case []any:
		for i := range value {
			value[i] = decompose(value[i])
		}
	case map[string]any:
		for name := range value {
			value[name] = decompose(value[name])
		}
	}
	return value
}

// withAccents returns a configuration with an accent in each text that people write.
func withAccents(config providertest.Object) providertest.Object {
	config = maps.Clone(config)
	for _, name := range []string{"description", "display_name", "title", "last_name"} {
		if text, ok := config[name].(string); ok {
			config[name] = "Zoë " + text
		}
	}
	return config
}

// TestRead_unicodeForm lets LUSID return texts in the Unicode form NFD, as a Mac may have written them. Terraform stores
// texts in the form NFC. The difference is no change: otherwise, each update would fail because of a change after the plan.
func TestRead_unicodeForm(t *testing.T) {
	t.Parallel()
	for kind, row := range providertest.Fixtures {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
			m := d.Protocol(t).Resource(providertest.TypeNameOf(kind))
			w.Set(func(r *http.Request, body any) any {
				if strings.HasPrefix(r.URL.Path, "/oauth2/") {
					return body
				}
				return decompose(body)
			})
			config := withAccents(row.Config.Number(0))
			made := m.MustCreate(config)
			read := m.MustRead(made)
			if names := read.Differences(made); len(names) > 0 {
				t.Errorf("the read changed %s in the state, want no change", names)
			}
			if row.Changed != nil {
				changed := withAccents(row.Changed.Number(0))
				m = d.Protocol(t).Resource(providertest.TypeNameOf(kind)) // Two orders of access roles in one run contradict each other.
				read = mustUpdate(t, m, read, changed)
				m.MustPlanNothing(m.MustRead(read), changed)
			}
			m.Destroy(read).MustSucceed(t)
		})
	}
}
