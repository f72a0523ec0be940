package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// defaultTimeout is long enough for the waits in a domain that limits the rate of requests.
const defaultTimeout = 10 * time.Minute

// timeoutsAttribute is the attribute timeouts, which every resource has. It refuses durations that are
// not positive.
func timeoutsAttribute(ctx context.Context) schema.Attribute {
	attribute := timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, CreateDescription: "How long a create may take, retries included. Default `10m`.",
		Read: true, ReadDescription: "How long a refresh may take, retries included. Default `10m`. A refresh uses the value in the state. " +
			"If that value is too short for a refresh, raise it and run `terraform apply -refresh=false`.",
		Update: true, UpdateDescription: "How long an update may take, retries included. Default `10m`.",
		Delete: true, DeleteDescription: "How long a delete may take, retries included. Default `10m`. A delete uses the value in the state, so apply a change to it first.",
	})
	nested, ok := attribute.(schema.SingleNestedAttribute)
	if !ok {
		return attribute
	}
	for name, attribute := range nested.Attributes {
		if text, ok := attribute.(schema.StringAttribute); ok {
			text.Validators = append(text.Validators, positiveDuration{})
			nested.Attributes[name] = text
		}
	}
	return nested
}

// nullTimeouts is an absent timeouts attribute. It still needs a type.
func nullTimeouts(ctx context.Context) timeouts.Value {
	attributeType, ok := timeoutsAttribute(ctx).GetType().(timeouts.Type)
	if !ok {
		return timeouts.Value{}
	}
	return timeouts.Value{Object: types.ObjectNull(attributeType.AttrTypes)}
}

// positiveDuration ignores a text that is not a duration, because the library's own validator checks
// that.
type positiveDuration struct{}

func (positiveDuration) Description(context.Context) string { return "must be a positive duration" }

func (v positiveDuration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (positiveDuration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err == nil && d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid timeout", "A timeout must be a positive duration, such as 30s or 10m.")
	}
}
