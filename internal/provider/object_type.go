package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// objectTypeOf is the type of a nested object, derived from its attributes in the schema. Call it
// once, in a package variable: it walks through all attributes, and conversions need the type often.
func objectTypeOf(attributes map[string]schema.Attribute) types.ObjectType {
	attributeTypes := make(map[string]attr.Type, len(attributes))
	for name, attribute := range attributes {
		attributeTypes[name] = attribute.GetType()
	}
	return types.ObjectType{AttrTypes: attributeTypes}
}
