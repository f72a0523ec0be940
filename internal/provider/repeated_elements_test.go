package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// repeat returns a JSON value in which every array has each of its elements twice.
func repeat(value any) any {
	switch value := value.(type) {
	case []any:
		repeated := make([]any, 0, 2*len(value))
		for _, element := range value {
			repeated = append(repeated, repeat(element), repeat(element))
		}
		return repeated
	case map[string]any:
		for name := range value {
			value[name] = repeat(value[name])
		}
	}
	return value
}

// TestRead_repeatedElements has responses in which every array has its elements twice. Most arrays are sets in the schema,
// and a set with a repeat would be an error that only the provider's developers understand.
func TestRead_repeatedElements(t *testing.T) {
	t.Parallel()
	for kind, row := range providertest.Fixtures {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
			m := d.Protocol(t).Resource(providertest.TypeNameOf(kind))
			made := m.MustCreate(row.Config.Number(0))
			w.Set(func(r *http.Request, body any) any {
				if strings.HasPrefix(r.URL.Path, "/oauth2/") {
					return body
				}
				return repeat(body)
			})
			read, diags := m.Read(made)
			diags.MustSucceed(t)
			names := read.Differences(made)
			// These are lists in the schema, so a repeat is a difference.
			lists := []string{"selectors", "templated_selectors", "alternative_user_ids"}
			names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(lists, name) })
			if len(names) > 0 {
				t.Errorf("the read changed %s in the state", names)
			}
		})
	}
	t.Run("data sources", func(t *testing.T) {
		t.Parallel()
		var w providertest.Rewriter
		d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
		p := d.Protocol(t)
		w.Set(func(r *http.Request, body any) any {
			if r.URL.Path == "/identity/api/authentication/support" {
				body = []any{map[string]any{"id": "1", "permittedRoles": []any{"b", "a"}}}
			}
			return repeat(body)
		})
		if groups := p.MustData("lusid_current_user", nil).Get("groups"); groups != "lusid-administrator" {
			t.Errorf("got the groups %s, want lusid-administrator once", groups)
		}
		grants := p.MustData("lusid_support_access", nil).Rows(t, "grants")
		if roles := grants[0].Get("permitted_roles"); roles != "a,b" {
			t.Errorf("got the permitted roles %s, want a and b once", roles)
		}
	})
}

// TestList_repeatedObjects lists every kind while LUSID returns each object, and each element of an object, twice. Each
// object has one result: a second import block of the same object would be an error.
func TestList_repeatedObjects(t *testing.T) {
	t.Parallel()
	for kind, row := range providertest.Fixtures {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{Seed: providertest.FixtureSeed(1)}, w.Front)
			m := d.Protocol(t).Resource(providertest.TypeNameOf(kind))
			m.MustCreate(row.Config.Number(0))
			w.Set(func(r *http.Request, body any) any {
				if strings.HasPrefix(r.URL.Path, "/oauth2/") {
					return body
				}
				return repeat(body)
			})
			results, diags := m.List(row.Query, 0, true)
			diags.MustSucceed(t)
			seen := map[string]bool{}
			for _, result := range results {
				identity := fmt.Sprint(providertest.ToObject(result.Identity))
				if seen[identity] {
					t.Errorf("the list has two results for %s, want one", identity)
				}
				seen[identity] = true
			}
			if len(results) == 0 {
				t.Error("the list has no results, want at least one")
			}
		})
	}
}

// TestRole_listedTwice looks up a role by its code while LUSID returns each role twice.
func TestRole_listedTwice(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	w.Set(func(_ *http.Request, body any) any { return repeat(body) })
	p := d.Protocol(t)
	if code := p.MustData("lusid_role", providertest.Object{"code": "lusid-administrator"}).Get("code"); code != "lusid-administrator" {
		t.Errorf("got the role %s, want lusid-administrator", code)
	}
}
