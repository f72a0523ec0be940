package providertest

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Object is a configuration. Absent attributes are null. Use Unknown for a value that is known after apply.
type Object map[string]any

// Unknown is a value that is known after apply.
const Unknown = Expression("unknown")

// Expression is HCL that HCLValue writes unchanged.
type Expression string

// HCLValue writes a value as HCL.
func HCLValue(v any) string {
	switch v := v.(type) {
	case Expression:
		return string(v)
	case string:
		return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(v))
	case []string:
		var elements []string
		for _, element := range v {
			elements = append(elements, HCLValue(element))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case Object:
		var b strings.Builder
		b.WriteString("{\n")
		for name, value := range v {
			fmt.Fprintf(&b, "%s = %s\n", name, HCLValue(value))
		}
		return b.String() + "}"
	case []any:
		var b strings.Builder
		for _, element := range v {
			b.WriteString(HCLValue(element) + ",\n")
		}
		return "[" + b.String() + "]"
	default:
		return fmt.Sprint(v)
	}
}

// ProviderBlock writes a provider block. If "alias" is set, it is an alias.
func ProviderBlock(arguments Object) string {
	return "provider \"lusid\" " + HCLValue(arguments) + "\n"
}

// Value returns the configuration in the form of the protocol.
func (o Object) Value(t *testing.T, schema *tfprotov6.Schema) tftypes.Value {
	t.Helper()
	return TypedValue(t, schema.ValueType(), map[string]any(o))
}

// TypedValue converts a Go value to a value of the type.
func TypedValue(t *testing.T, typ tftypes.Type, v any) tftypes.Value {
	t.Helper()
	switch v := v.(type) {
	case nil:
		return tftypes.NewValue(typ, nil)
	case Expression:
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	case tftypes.Value:
		return v
	case int:
		return tftypes.NewValue(typ, big.NewFloat(float64(v)))
	case []string:
		list := []any{}
		for _, element := range v {
			list = append(list, element)
		}
		return TypedValue(t, typ, list)
	case []any:
		var elementType tftypes.Type
		switch typ := typ.(type) {
		case tftypes.Set:
			elementType = typ.ElementType
		case tftypes.List:
			elementType = typ.ElementType
		default:
			t.Fatalf("got a list for the type %s", typ)
		}
		elements := []tftypes.Value{}
		for _, element := range v {
			elements = append(elements, TypedValue(t, elementType, element))
		}
		return tftypes.NewValue(typ, elements)
	case Object:
		return TypedValue(t, typ, map[string]any(v))
	case map[string]any:
		if mapType, ok := typ.(tftypes.Map); ok {
			elements := map[string]tftypes.Value{}
			for key, element := range v {
				elements[key] = TypedValue(t, mapType.ElementType, element)
			}
			return tftypes.NewValue(typ, elements)
		}
		objectType, ok := typ.(tftypes.Object)
		if !ok {
			t.Fatalf("got an object for the type %s", typ)
		}
		attributes := map[string]tftypes.Value{}
		for name, attribute := range objectType.AttributeTypes {
			attributes[name] = TypedValue(t, attribute, v[name])
		}
		for name := range v {
			if attributes[name].Type() == nil {
				t.Fatalf("the type has no attribute %s", name)
			}
		}
		return tftypes.NewValue(typ, attributes)
	}
	return tftypes.NewValue(typ, v)
}

// With changes an attribute. A dot selects an attribute of a nested object, or of the first object in a
// set.
func With(config Object, attribute string, value any) Object {
	changed := maps.Clone(config)
	name, rest, within := strings.Cut(attribute, ".")
	if !within {
		changed[name] = value
		return changed
	}
	switch inner := changed[name].(type) {
	case Object:
		changed[name] = With(inner, rest, value)
	case []any:
		elements := slices.Clone(inner)
		first, _ := elements[0].(Object)
		elements[0] = With(first, rest, value)
		changed[name] = elements
	}
	return changed
}

// ToObject turns a decoded value into a configuration.
func ToObject(values map[string]string) Object {
	o := Object{}
	for name, value := range values {
		o[name] = value
	}
	return o
}
