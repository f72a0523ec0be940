package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// isEmpty is true for null too, because LUSID does not distinguish null from empty.
func isEmpty(set types.Set) bool { return !set.IsUnknown() && len(set.Elements()) == 0 }

// texts returns the elements of a set of strings, sorted. It is empty, not nil, if there are none.
func texts(set types.Set) []string {
	texts := []string{}
	for _, element := range set.Elements() {
		if text, ok := element.(types.String); ok {
			texts = append(texts, text.ValueString())
		}
	}
	slices.Sort(texts)
	return texts
}

// distinct returns each text once, sorted. A set with a repeat is an error of the framework, and LUSID may repeat an
// element of a response. It is empty, not nil, if there are none.
func distinct(texts []string) []string {
	texts = append([]string{}, texts...)
	slices.Sort(texts)
	return slices.Compact(texts)
}

// sameTexts returns null or an empty set as in the state, because LUSID does not distinguish them.
func sameTexts(ctx context.Context, prior types.Set, texts []string) (types.Set, diag.Diagnostics) {
	texts = without(distinct(texts), []string{""})
	if len(texts) > 0 {
		return types.SetValueFrom(ctx, types.StringType, texts)
	}
	if isEmpty(prior) && prior.ElementType(ctx) != nil {
		return prior, nil
	}
	return types.SetNull(types.StringType), nil
}

// optionalSet returns null or an empty set as in the prior value, because LUSID does not distinguish
// them. Of equal elements, it keeps one.
func optionalSet[T any](ctx context.Context, prior types.Set, of attr.Type, elements []T) (types.Set, diag.Diagnostics) {
	switch {
	case len(elements) > 0:
		list, diags := types.ListValueFrom(ctx, of, elements)
		var kept []attr.Value
		for _, element := range list.Elements() {
			if !slices.ContainsFunc(kept, element.Equal) {
				kept = append(kept, element)
			}
		}
		set, failed := types.SetValue(of, kept)
		return set, append(diags, failed...)
	case prior.IsNull(), prior.IsUnknown(), len(prior.Elements()) > 0:
		return types.SetNull(of), nil
	}
	return prior, nil
}

// isSubset reports whether every element of a set is known and is in another set.
func isSubset(set, of types.Set) bool {
	for _, element := range set.Elements() {
		if element.IsUnknown() || !slices.ContainsFunc(of.Elements(), element.Equal) {
			return false
		}
	}
	return !set.IsUnknown()
}

// without returns the elements of a that are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(element string) bool { return slices.Contains(b, element) })
}

// sameElements compares lists in which nothing occurs twice.
func sameElements(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(element string) bool { return !slices.Contains(b, element) })
}
