package provider

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
)

// providerAttributes builds the provider's schema from the table of settings.
func providerAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	proxy := map[string]schema.Attribute{}
	for _, s := range config.Settings() {
		name, into := s.Attribute, attributes
		if nested, ok := strings.CutPrefix(name, "proxy."); ok {
			name, into = nested, proxy
		}
		switch s.Kind {
		case config.Text:
			into[name] = schema.StringAttribute{Optional: true, Sensitive: s.Sensitive, MarkdownDescription: s.Markdown()}
		case config.Number:
			into[name] = schema.Int64Attribute{Optional: true, Sensitive: s.Sensitive, MarkdownDescription: s.Markdown()}
		case config.Flag:
			into[name] = schema.BoolAttribute{Optional: true, Sensitive: s.Sensitive, MarkdownDescription: s.Markdown()}
		}
	}
	attributes["proxy"] = schema.SingleNestedAttribute{
		Optional:            true,
		Attributes:          proxy,
		MarkdownDescription: "Proxy for API and token requests. Default: the proxy from `HTTPS_PROXY` and `NO_PROXY`.",
	}
	return attributes
}

// readBlock returns the values of the attributes that are set in the provider block, and the names of
// those that are unknown. An empty string is an error, because it is not clear whether another source
// should apply. The values do not include flags, because config.Resolve does not use them.
func readBlock(ctx context.Context, block tfsdk.Config) (values map[string]string, unknown []string, diags diag.Diagnostics) {
	values = map[string]string{}
	// The framework reads the attributes of an unknown object as null.
	var proxy types.Object
	diags.Append(block.GetAttribute(ctx, path.Root("proxy"), &proxy)...)
	if proxy.IsUnknown() {
		unknown = append(unknown, "proxy")
	}
	for _, s := range config.Settings() {
		attribute := attributePath(s.Attribute)
		var isUnknown bool
		switch s.Kind {
		case config.Text:
			var text types.String
			diags.Append(block.GetAttribute(ctx, attribute, &text)...)
			isUnknown = text.IsUnknown()
			if value := text.ValueString(); value != "" {
				values[s.Attribute] = value
			} else if !text.IsNull() && !isUnknown {
				diags.AddAttributeError(attribute, "Invalid "+s.Attribute, fmt.Sprintf(
					"The provider block's %s is an empty string. Set a value. To use the value from the environment or the secrets file, set null.", s.Attribute))
			}
		case config.Number:
			var number types.Int64
			diags.Append(block.GetAttribute(ctx, attribute, &number)...)
			isUnknown = number.IsUnknown()
			if !number.IsNull() && !isUnknown {
				values[s.Attribute] = strconv.FormatInt(number.ValueInt64(), 10)
			}
		case config.Flag:
			var flag types.Bool
			diags.Append(block.GetAttribute(ctx, attribute, &flag)...)
			isUnknown = flag.IsUnknown()
		}
		if isUnknown {
			unknown = append(unknown, s.Attribute)
		}
	}
	return values, unknown, diags
}

// attributePath turns the name of a setting into its path in the provider block.
func attributePath(name string) path.Path {
	parent, child, nested := strings.Cut(name, ".")
	if !nested {
		return path.Root(name)
	}
	return path.Root(parent).AtName(child)
}
