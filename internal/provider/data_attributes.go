package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// computedAttributes are the attributes of a resource as a data source returns them: all computed, and
// without those that only say how Terraform manages the resource.
func computedAttributes(ctx context.Context, r resource.Resource) map[string]schema.Attribute {
	var resp resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &resp)
	attributes := dataAttributes(resp.Schema.Attributes, true)
	delete(attributes, "timeouts")
	return attributes
}

// dataAttributes are attributes of a resource in the schema of a data source. They are either computed, or
// arguments as the resource has them.
func dataAttributes(attributes map[string]resourceschema.Attribute, isComputed bool) map[string]schema.Attribute {
	converted := make(map[string]schema.Attribute, len(attributes))
	for name, attribute := range attributes {
		converted[name] = dataAttribute(attribute, isComputed)
	}
	return converted
}

// dataAttribute panics on a kind of attribute that no resource with a data source has yet.
func dataAttribute(attribute resourceschema.Attribute, isComputed bool) schema.Attribute {
	required, optional := attribute.IsRequired() && !isComputed, attribute.IsOptional() && !isComputed
	nested := func(object resourceschema.NestedAttributeObject) schema.NestedAttributeObject {
		return schema.NestedAttributeObject{Attributes: dataAttributes(object.Attributes, isComputed), Validators: object.Validators}
	}
	switch a := attribute.(type) {
	case resourceschema.StringAttribute:
		return schema.StringAttribute{
			Required: required, Optional: optional, Computed: isComputed,
			CustomType: a.CustomType, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
		}
	case resourceschema.Int64Attribute:
		return schema.Int64Attribute{
			Required: required, Optional: optional, Computed: isComputed, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
		}
	case resourceschema.MapAttribute:
		return schema.MapAttribute{
			Required: required, Optional: optional, Computed: isComputed,
			ElementType: a.ElementType, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
		}
	case resourceschema.SetAttribute:
		return schema.SetAttribute{
			Required: required, Optional: optional, Computed: isComputed,
			ElementType: a.ElementType, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
		}
	case resourceschema.SingleNestedAttribute:
		return schema.SingleNestedAttribute{
			Required: required, Optional: optional, Computed: isComputed,
			Attributes: dataAttributes(a.Attributes, isComputed), MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
		}
	case resourceschema.ListNestedAttribute:
		return schema.ListNestedAttribute{
			Required: required, Optional: optional, Computed: isComputed,
			NestedObject: nested(a.NestedObject), MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
		}
	case resourceschema.SetNestedAttribute:
		return schema.SetNestedAttribute{
			Required: required, Optional: optional, Computed: isComputed,
			NestedObject: nested(a.NestedObject), MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
		}
	}
	panic(fmt.Sprintf("dataAttribute: %T", attribute))
}
