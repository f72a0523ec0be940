package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	managed "github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// computedAttributes are the attributes of a resource as a data source returns them: all computed, and
// without those that only say how Terraform manages the resource.
func computedAttributes(ctx context.Context, r resource.Resource) map[string]schema.Attribute {
	var resp resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &resp)
	attributes := computed(resp.Schema.Attributes)
	delete(attributes, "timeouts")
	return attributes
}

func computed(attributes map[string]managed.Attribute) map[string]schema.Attribute {
	copies := map[string]schema.Attribute{}
	for name, attribute := range attributes {
		copies[name] = computedAttribute(attribute)
	}
	return copies
}

// computedAttribute panics on a kind of attribute that no resource with a data source has yet.
func computedAttribute(attribute managed.Attribute) schema.Attribute {
	description := attribute.GetMarkdownDescription()
	switch a := attribute.(type) {
	case managed.StringAttribute:
		return schema.StringAttribute{Computed: true, CustomType: a.CustomType, MarkdownDescription: description}
	case managed.Int64Attribute:
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	case managed.SetAttribute:
		return schema.SetAttribute{Computed: true, ElementType: a.ElementType, MarkdownDescription: description}
	case managed.MapAttribute:
		return schema.MapAttribute{Computed: true, ElementType: a.ElementType, MarkdownDescription: description}
	case managed.SingleNestedAttribute:
		return schema.SingleNestedAttribute{Computed: true, Attributes: computed(a.Attributes), MarkdownDescription: description}
	case managed.ListNestedAttribute:
		return schema.ListNestedAttribute{Computed: true, NestedObject: computedObject(a.NestedObject), MarkdownDescription: description}
	case managed.SetNestedAttribute:
		return schema.SetNestedAttribute{Computed: true, NestedObject: computedObject(a.NestedObject), MarkdownDescription: description}
	default:
		panic(fmt.Sprintf("computedAttribute: %T", attribute))
	}
}

func computedObject(object managed.NestedAttributeObject) schema.NestedAttributeObject {
	return schema.NestedAttributeObject{Attributes: computed(object.Attributes)}
}
