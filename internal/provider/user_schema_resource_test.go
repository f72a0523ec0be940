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

// TestUserSchema_order keeps the order that is configured, and a list of none.
func TestUserSchema_order(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	schemas := d.Protocol(t).Resource(providertest.UserSchemaType)
	// Where LUSID has none, nothing is lost.
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

	// What has no name is of no use.
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

	// Another order is a change, also one that was made elsewhere.
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

	// A name not known yet overwrites what is not known yet.
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
		"none at all":   {providertest.Object{}, "alternative_user_ids"},
		"eleven":        {providertest.AlternativeIDs(11), "alternative_user_ids"},
		"a null":        {ids(nil), "alternative_user_ids"},
		"no name":       {ids(providertest.Object{"description": "A"}), "alternative_user_ids.name"},
		"an empty name": {ids(providertest.Object{"name": ""}), "alternative_user_ids.name"},
		"a hyphen":      {ids(providertest.Object{"name": "a-b"}), "alternative_user_ids.name"},
		"a line break":  {ids(providertest.Object{"name": "a\n"}), "alternative_user_ids.name"},
		"51 letters":    {ids(providertest.Object{"name": strings.Repeat("a", 51)}), "alternative_user_ids.name"},
		"the same name twice": {
			ids(providertest.Object{"name": "a"}, providertest.Object{"name": "b"}, providertest.Object{"name": "a", "description": "Other"}),
			"alternative_user_ids.name",
		},
		"a description of 81": {
			ids(providertest.Object{"name": "a", "description": strings.Repeat("ü", 81)}),
			"alternative_user_ids.description",
		},
		"another deletion policy": {providertest.Object{"alternative_user_ids": []any{}, "deletion_policy": "purge"}, "deletion_policy"},
	} {
		t.Run(name, func(t *testing.T) { schemas.Validate(test.config).MustFail(t, test.attribute) })
	}
	for name, config := range map[string]providertest.Object{
		"ten":                    providertest.AlternativeIDs(10),
		"of none":                ids(),
		"long ones":              ids(providertest.Object{"name": strings.Repeat("a", 50), "description": strings.Repeat("ü", 80)}),
		"names in other letters": ids(providertest.Object{"name": "a"}, providertest.Object{"name": "A"}),
		"a list not known yet":   {"alternative_user_ids": providertest.Unknown},
		"names not known yet": ids(providertest.Object{"name": providertest.Unknown}, providertest.Object{
			"name":        providertest.Unknown,
			"description": providertest.Unknown,
		}),
	} {
		t.Run(name, func(t *testing.T) { schemas.Validate(config).MustBeQuiet(t) })
	}
}
