package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestUserSchema_order expects that the order of the configuration is kept, and that an empty list is
// valid.
func TestUserSchema_order(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	schemas := d.Protocol(t).Resource(providertest.UserSchemaType)
	// LUSID has no alternative IDs, so the create overwrites nothing and has no warning.
	change, diags := schemas.Plan(providertest.Instance{}, providertest.AlternativeIDs(10))
	diags.MustBeQuiet(t)
	made, diags := schemas.Apply(change)
	diags.MustBeQuiet(t)
	var want []string
	for i := range 10 {
		want = append(want, fmt.Sprint("id_", i))
	}
	rows := schemas.MustRead(made).Rows(t, "alternative_user_ids")
	if diff := cmp.Diff(want, providertest.Column(rows, "name")); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	rows[0].MustHave(t, map[string]string{"description": ""})

	// The provider ignores IDs without a name.
	w.Set(func(_ *http.Request, body any) any {
		answer, _ := body.(map[string]any)
		ids, _ := answer["alternativeUserIds"].([]any)
		return map[string]any{"alternativeUserIds": append([]any{nil, map[string]any{"description": "Nameless"}}, ids...)}
	})
	schemas.MustPlanNothing(schemas.MustRead(made), providertest.AlternativeIDs(10))
	w.Set(nil)

	none, diags := schemas.Update(made, providertest.AlternativeIDs(0))
	diags.MustBeQuiet(t)
	singletons[2].mustStore(t, d, `{"alternativeUserIds":[]}`)
	none = schemas.MustRead(none)
	schemas.MustPlanNothing(none, providertest.AlternativeIDs(0))

	// Another order is a change, even if it was made outside Terraform.
	forth, back := `{"alternativeUserIds":[{"name":"a","description":""},{"name":"b","description":""}]}`, `{"alternativeUserIds":[{"name":"b","description":""},{"name":"a","description":""}]}`
	config := providertest.Object{"alternative_user_ids": []any{
		providertest.Object{"name": "a"}, providertest.Object{"name": "b", "description": nil},
	}}
	updated, diags := schemas.Update(none, config)
	diags.MustBeQuiet(t)
	singletons[2].mustStore(t, d, forth)
	singletons[2].set(t, d, back)
	_, diags = schemas.Update(schemas.MustRead(updated), config)
	diags.MustBeQuiet(t)
	singletons[2].mustStore(t, d, forth)

	// If a name is unknown, the plan cannot say what it overwrites, so it has no warning.
	_, diags = schemas.Plan(providertest.Instance{},
		providertest.Object{"alternative_user_ids": []any{providertest.Object{"name": providertest.Unknown}}})
	diags.MustBeQuiet(t)
}

func TestUserSchema_validation(t *testing.T) {
	t.Parallel()
	schemas := providertest.NewProtocol(t).Resource(providertest.UserSchemaType)
	ids := func(ids ...any) providertest.Object { return providertest.Object{"alternative_user_ids": ids} }
	for name, test := range map[string]struct {
		config    providertest.Object
		attribute string
	}{
		"no list":                {providertest.Object{}, "alternative_user_ids"},
		"eleven IDs":             {providertest.AlternativeIDs(11), "alternative_user_ids"},
		"null element":           {ids(nil), "alternative_user_ids"},
		"no name":                {ids(providertest.Object{"description": "A"}), "alternative_user_ids.name"},
		"empty name":             {ids(providertest.Object{"name": ""}), "alternative_user_ids.name"},
		"hyphen in the name":     {ids(providertest.Object{"name": "a-b"}), "alternative_user_ids.name"},
		"line break in the name": {ids(providertest.Object{"name": "a\n"}), "alternative_user_ids.name"},
		"name of 51 letters":     {ids(providertest.Object{"name": strings.Repeat("a", 51)}), "alternative_user_ids.name"},
		"same name twice": {
			ids(providertest.Object{"name": "a"}, providertest.Object{"name": "b"}, providertest.Object{"name": "a", "description": "Other"}),
			"alternative_user_ids.name",
		},
		"description of 81 characters": {
			ids(providertest.Object{"name": "a", "description": strings.Repeat("ü", 81)}),
			"alternative_user_ids.description",
		},
		"invalid deletion policy": {providertest.Object{"alternative_user_ids": []any{}, "deletion_policy": "purge"}, "deletion_policy"},
	} {
		t.Run(name, func(t *testing.T) { schemas.Validate(test.config).MustFail(t, test.attribute) })
	}
	for name, config := range map[string]providertest.Object{
		"ten IDs":                      providertest.AlternativeIDs(10),
		"empty list":                   ids(),
		"longest name and description": ids(providertest.Object{"name": strings.Repeat("a", 50), "description": strings.Repeat("ü", 80)}),
		"names that differ in case":    ids(providertest.Object{"name": "a"}, providertest.Object{"name": "A"}),
		"unknown list":                 {"alternative_user_ids": providertest.Unknown},
		"unknown names": ids(providertest.Object{"name": providertest.Unknown}, providertest.Object{
			"name":        providertest.Unknown,
			"description": providertest.Unknown,
		}),
	} {
		t.Run(name, func(t *testing.T) { schemas.Validate(config).MustBeQuiet(t) })
	}
}
