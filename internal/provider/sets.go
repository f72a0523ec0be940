package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// isEmpty holds for null too: to LUSID both are the same.
func isEmpty(set types.Set) bool { return !set.IsUnknown() && len(set.Elements()) == 0 }

// texts are the elements of a set of strings, sorted. It is empty where there are none.
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

// sameTexts keeps null and an empty set apart as the state does: to LUSID they are the same.
func sameTexts(ctx context.Context, prior types.Set, texts []string) (types.Set, diag.Diagnostics) {
	texts = slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return text == "" })
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if len(texts) > 0 {
		return types.SetValueFrom(ctx, types.StringType, texts)
	}
	if isEmpty(prior) && prior.ElementType(ctx) != nil {
		return prior, nil
	}
	return types.SetNull(types.StringType), nil
}

// optionalSet keeps null and the empty set apart as the prior does: to LUSID they are the same.
func optionalSet[T any](ctx context.Context, prior types.Set, of attr.Type, elements []T) (types.Set, diag.Diagnostics) {
	switch {
	case len(elements) > 0:
		return types.SetValueFrom(ctx, of, elements)
	case prior.IsNull(), prior.IsUnknown(), len(prior.Elements()) > 0:
		return types.SetNull(of), nil
	}
	return prior, nil
}

// isSubset reports that every element of a set is known, and one of another set.
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
