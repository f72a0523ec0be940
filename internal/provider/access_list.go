package provider

import (
	"context"
	"reflect"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// keepEqualElements keeps the prior spelling of those elements of a list that mean the same. If all do, it
// keeps the prior order too: it makes no difference to LUSID. The function toAPI tells what a list means.
func keepEqualElements[W any](ctx context.Context, prior, read types.List, toAPI func(context.Context, types.List) ([]W, diag.Diagnostics)) (types.List, diag.Diagnostics) {
	if prior.IsNull() || prior.IsUnknown() {
		return read, nil
	}
	before, diags := toAPI(ctx, prior)
	now, failed := toAPI(ctx, read)
	if diags.Append(failed...); diags.HasError() {
		return read, diags
	}
	known, elements := prior.Elements(), slices.Clone(read.Elements())
	for i := range now {
		same := slices.IndexFunc(before, func(element W) bool { return reflect.DeepEqual(element, now[i]) })
		if same < 0 {
			continue
		}
		elements[i] = known[same]
		before, known = slices.Delete(before, same, same+1), slices.Delete(slices.Clone(known), same, same+1)
	}
	if len(known) == 0 && len(elements) == len(prior.Elements()) {
		return prior, diags
	}
	if read.IsNull() {
		return read, diags
	}
	kept, failed := types.ListValue(read.ElementType(ctx), elements)
	return kept, append(diags, failed...)
}

// fromAPIList is a list of models. It is null for none.
func fromAPIList[M any](ctx context.Context, of attr.Type, models []M) (types.List, diag.Diagnostics) {
	if len(models) == 0 {
		return types.ListNull(of), nil
	}
	return types.ListValueFrom(ctx, of, models)
}
