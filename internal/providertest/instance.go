package providertest

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Instance is an object in the state or in a plan. The zero value means that there is no object.
type Instance struct {
	Attributes map[string]tftypes.Value
	Private    []byte
	// Identity is nil if the CLI does not support identities.
	Identity *tfprotov6.ResourceIdentityData
}

func (p *Protocol) instance(schema *tfprotov6.Schema, value *tfprotov6.DynamicValue, private []byte) Instance {
	p.T.Helper()
	if value == nil {
		return Instance{}
	}
	decoded, err := value.Unmarshal(schema.ValueType())
	if err != nil {
		p.T.Fatal(err)
	}
	if decoded.IsNull() {
		return Instance{}
	}
	i := Instance{Private: private}
	if err := decoded.As(&i.Attributes); err != nil {
		p.T.Fatal(err)
	}
	return i
}

// Exists reports whether there is an object.
func (i Instance) Exists() bool { return i.Attributes != nil }

func (i Instance) value(schema *tfprotov6.Schema) tftypes.Value {
	if !i.Exists() {
		return tftypes.NewValue(schema.ValueType(), nil)
	}
	return tftypes.NewValue(schema.ValueType(), i.Attributes)
}

// Get returns an attribute as text: "null", "unknown", or the elements of a set, separated by commas.
func (i Instance) Get(name string) string {
	value, ok := i.Attributes[name]
	switch {
	case !ok:
		return "absent"
	case value.IsNull():
		return "null"
	case !value.IsKnown():
		return "unknown"
	}
	var text string
	if value.As(&text) == nil {
		return text
	}
	var number big.Float
	if value.As(&number) == nil {
		return number.Text('f', -1)
	}
	var flag bool
	if value.As(&flag) == nil {
		return strconv.FormatBool(flag)
	}
	var elements []tftypes.Value
	if value.As(&elements) == nil {
		var texts []string
		for _, element := range elements {
			_ = element.As(&text)
			texts = append(texts, text)
		}
		slices.Sort(texts)
		return strings.Join(texts, ",")
	}
	return value.String()
}

// Differences returns the names of the attributes that differ.
func (i Instance) Differences(other Instance) []string {
	var names []string
	for name, value := range i.Attributes {
		if !value.Equal(other.Attributes[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Rows returns the objects of a list attribute.
func (i Instance) Rows(t *testing.T, name string) []Instance {
	t.Helper()
	var elements []tftypes.Value
	if err := i.Attributes[name].As(&elements); err != nil {
		t.Fatal(err)
	}
	rows := make([]Instance, len(elements))
	for j, element := range elements {
		if err := element.As(&rows[j].Attributes); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// Column returns one attribute of each row.
func Column(rows []Instance, name string) []string {
	var values []string
	for _, row := range rows {
		values = append(values, row.Get(name))
	}
	return values
}

// MustHave compares attributes.
func (i Instance) MustHave(t *testing.T, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := i.Get(name); got != value {
			t.Errorf("got %s = %s, want %s", name, got, value)
		}
	}
}
