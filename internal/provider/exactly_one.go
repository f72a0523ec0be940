package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// exactlyOne checks that a nested object has exactly one of its attributes. Each attribute is one kind
// of the object. An unknown attribute may turn out to be null.
type exactlyOne struct {
	// noun names the object in messages, such as "selector".
	noun string
	// kinds are the names of the attributes.
	kinds []string
}

func (v exactlyOne) Description(context.Context) string {
	return "must have exactly one of " + strings.Join(v.kinds, ", ")
}

func (v exactlyOne) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v exactlyOne) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	var given []string
	hasUnknown := false
	attributes := req.ConfigValue.Attributes()
	for _, kind := range v.kinds {
		switch value := attributes[kind]; {
		case value.IsUnknown():
			hasUnknown = true
		case !value.IsNull():
			given = append(given, kind)
		}
	}
	switch {
	case len(given) > 1:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+v.noun, fmt.Sprintf("A %s has exactly one kind, and this one has %s. Use a separate %s for each.",
			v.noun, strings.Join(given, " and "), v.noun))
	case len(given) == 0 && !hasUnknown:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+v.noun, fmt.Sprintf("A %s has exactly one kind. Set one of %s.", v.noun, strings.Join(v.kinds, ", ")))
	}
}
