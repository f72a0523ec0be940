package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const userSchemaType = "lusid_user_schema"

// alternativeIDs configure so many.
func alternativeIDs(n int) object {
	ids := []any{}
	for i := range n {
		ids = append(ids, object{"name": fmt.Sprint("id_", i)})
	}
	return object{"alternative_user_ids": ids}
}

// TestUserSchema_order keeps the order that is configured, and a list of none.
func TestUserSchema_order(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	schemas := d.protocol(t).resource(userSchemaType)
	// Where LUSID has none, nothing is lost.
	change, diags := schemas.plan(instance{}, alternativeIDs(10))
	diags.mustBeQuiet(t)
	made, diags := schemas.apply(change)
	diags.mustBeQuiet(t)
	var want []string
	for i := range 10 {
		want = append(want, fmt.Sprint("id_", i))
	}
	rows := schemas.mustRead(made).rows(t, "alternative_user_ids")
	if diff := cmp.Diff(want, column(rows, "name")); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	rows[0].mustHave(t, map[string]string{"description": ""})

	// What has no name is of no use.
	w.set(func(_ *http.Request, body any) any {
		answer, _ := body.(map[string]any)
		ids, _ := answer["alternativeUserIds"].([]any)
		return map[string]any{"alternativeUserIds": append([]any{nil, map[string]any{"description": "Nameless"}}, ids...)}
	})
	schemas.mustPlanNothing(schemas.mustRead(made), alternativeIDs(10))
	w.set(nil)

	none, diags := schemas.update(made, alternativeIDs(0))
	diags.mustBeQuiet(t)
	singletons[2].mustStore(t, d, `{"alternativeUserIds":[]}`)
	none = schemas.mustRead(none)
	schemas.mustPlanNothing(none, alternativeIDs(0))

	// Another order is a change, also one that was made elsewhere.
	forth, back := `{"alternativeUserIds":[{"name":"a","description":""},{"name":"b","description":""}]}`, `{"alternativeUserIds":[{"name":"b","description":""},{"name":"a","description":""}]}`
	config := object{"alternative_user_ids": []any{object{"name": "a"}, object{"name": "b", "description": nil}}}
	updated, diags := schemas.update(none, config)
	diags.mustBeQuiet(t)
	singletons[2].mustStore(t, d, forth)
	singletons[2].set(t, d, back)
	_, diags = schemas.update(schemas.mustRead(updated), config)
	diags.mustBeQuiet(t)
	singletons[2].mustStore(t, d, forth)

	// A name not known yet overwrites what is not known yet.
	_, diags = schemas.plan(instance{}, object{"alternative_user_ids": []any{object{"name": unknown}}})
	diags.mustBeQuiet(t)
}

func TestUserSchema_validation(t *testing.T) {
	t.Parallel()
	schemas := newProtocol(t).resource(userSchemaType)
	ids := func(ids ...any) object { return object{"alternative_user_ids": ids} }
	for name, test := range map[string]struct {
		config    object
		attribute string
	}{
		"none at all":             {object{}, "alternative_user_ids"},
		"eleven":                  {alternativeIDs(11), "alternative_user_ids"},
		"a null":                  {ids(nil), "alternative_user_ids"},
		"no name":                 {ids(object{"description": "A"}), "alternative_user_ids.name"},
		"an empty name":           {ids(object{"name": ""}), "alternative_user_ids.name"},
		"a hyphen":                {ids(object{"name": "a-b"}), "alternative_user_ids.name"},
		"a line break":            {ids(object{"name": "a\n"}), "alternative_user_ids.name"},
		"51 letters":              {ids(object{"name": strings.Repeat("a", 51)}), "alternative_user_ids.name"},
		"the same name twice":     {ids(object{"name": "a"}, object{"name": "b"}, object{"name": "a", "description": "Other"}), "alternative_user_ids.name"},
		"a description of 81":     {ids(object{"name": "a", "description": strings.Repeat("ü", 81)}), "alternative_user_ids.description"},
		"another deletion policy": {object{"alternative_user_ids": []any{}, "deletion_policy": "purge"}, "deletion_policy"},
	} {
		t.Run(name, func(t *testing.T) { schemas.validate(test.config).mustFail(t, test.attribute) })
	}
	for name, config := range map[string]object{
		"ten":                    alternativeIDs(10),
		"of none":                ids(),
		"long ones":              ids(object{"name": strings.Repeat("a", 50), "description": strings.Repeat("ü", 80)}),
		"names in other letters": ids(object{"name": "a"}, object{"name": "A"}),
		"a list not known yet":   {"alternative_user_ids": unknown},
		"names not known yet":    ids(object{"name": unknown}, object{"name": unknown, "description": unknown}),
	} {
		t.Run(name, func(t *testing.T) { schemas.validate(config).mustBeQuiet(t) })
	}
}
