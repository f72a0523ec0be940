package provider

import (
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/attr"
)

// sameValues reports that two models hold equal values in every field.
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
