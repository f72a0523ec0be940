package provider

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// sameValues reports whether two models hold equal values in every field.
func sameValues[M any](a, b *M) bool {
	left, right := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for i := range left.NumField() {
		value, ok := reflect.TypeAssert[attr.Value](left.Field(i))
		other, otherOK := reflect.TypeAssert[attr.Value](right.Field(i))
		if !ok || !otherOK || !value.Equal(other) {
			return false
		}
	}
	return true
}

// apiModel is a model *M that gets its values from the response T.
type apiModel[M, T any] interface {
	*M
	fromAPI(ctx context.Context, response *T) diag.Diagnostics
}

// unchanged reports whether the values from LUSID's list do not change the state.
func unchanged[M, T any, P apiModel[M, T]](ctx context.Context, state P, listed *T) bool {
	refreshed := *state
	return !P(&refreshed).fromAPI(ctx, listed).HasError() && sameValues(&refreshed, (*M)(state))
}
