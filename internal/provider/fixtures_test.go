package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestFixtures_complete checks that the fixture of every kind is complete. Every table reads the fixtures, so a kind
// without a fixture would be missing from all tables.
func TestFixtures_complete(t *testing.T) {
	t.Parallel()
	p := providertest.NewProtocol(t)
	lives, labels := map[string]int{}, map[string]string{}
	for kind, fixture := range providertest.Fixtures {
		typeName := providertest.TypeNameOf(kind)
		if p.Schema.ResourceSchemas[typeName] == nil {
			t.Errorf("%s is not a resource", kind)
			continue
		}
		cost := fixture.Cost
		for part, isMissing := range map[string]bool{
			"Label":        fixture.Label == "",
			"Config":       fixture.Config == nil,
			"ImportBy":     fixture.ImportBy == "",
			"Listings":     fixture.Listings == nil,
			"Cost.Create":  cost.Create == nil,
			"Cost.Refresh": cost.Refresh == nil,
			// Only an object that can change has an update, and so a cost of it.
			"Cost.Update or Changed": (cost.Update == nil) != (fixture.Change() == nil),
			"Cost.Destroy":           cost.Destroy == nil,
		} {
			if isMissing {
				t.Errorf("the fixture of %s lacks %s", kind, part)
			}
		}
		if other := labels[typeName+"."+fixture.Label]; other != "" {
			t.Errorf("%s and %s have the same label", kind, other)
		}
		labels[typeName+"."+fixture.Label] = kind
		if fixture.Life != nil {
			lives[typeName]++
		}
		// All configurations must be valid, including those of a change.
		m := p.Resource(typeName)
		for n := range min(5, fixture.Count(5)) {
			for _, config := range []providertest.Object{fixture.Config, fixture.Changed, fixture.Rotated} {
				if config != nil {
					m.Validate(config.Number(n)).MustBeQuiet(t)
				}
			}
		}
	}
	for typeName := range p.Schema.ResourceSchemas {
		if providertest.Fixtures[typeName].Label == "" {
			t.Errorf("%s has no fixture: add it to providertest.Fixtures", typeName)
		}
		isSingleton := slices.ContainsFunc(singletons, func(s singleton) bool { return s.typeName == typeName })
		switch {
		case typeName == providertest.AccessRolePrecedenceType:
			// TestAccAccessRolePrecedence tests the life of this type, because its destroy sends no request.
		case isSingleton && lives[typeName] > 0:
			t.Errorf("%s is a singleton, so TestAccSingletons tests its life and no fixture needs a Life", typeName)
		case !isSingleton && lives[typeName] != 1:
			t.Errorf("%s has %d fixtures with a Life, want one", typeName, lives[typeName])
		}
	}
}

// TestFixtures_number checks that a configuration contains the number of the object, for the protocol and for count.
func TestFixtures_number(t *testing.T) {
	t.Parallel()
	fixture := providertest.KindFixture{Label: "many", Config: providertest.Object{
		"name": "many-${n}", "next": []string{"user-${n+1}"}, "place": providertest.Numbered{First: 11, Step: 10}, "plain": "one",
	}}
	config := providertest.HCLValue(fixture.Config.Number(3))
	for _, want := range []string{`name = "many-3"`, `"user-4"`, "place = 41\n", `plain = "one"`} {
		if !strings.Contains(config, want) {
			t.Errorf("the configuration of number 3 lacks %s:\n%s", want, config)
		}
	}
	hcl := fixture.HCL("lusid_thing", 7, 1)
	for _, want := range []string{
		`resource "lusid_thing" "many" {`, "count = 7\n", `name = "many-${count.index}"`, `"user-${count.index+1}"`,
		"place = 11 + 10 * count.index\n", `plain = "one"`,
	} {
		if !strings.Contains(hcl, want) {
			t.Errorf("the configuration lacks %s:\n%s", want, hcl)
		}
	}
}
