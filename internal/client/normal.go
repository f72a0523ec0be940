package client

import (
	"bytes"
	"reflect"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normalize gives every text of a decoded response the Unicode form NFC, except secrets. Terraform stores texts in that
// form. In another form, a text would look like a change that somebody made in LUSID after the plan. The body decides
// whether any text can be in another form.
func normalize(body []byte, response any) {
	isASCII := !bytes.ContainsFunc(body, func(r rune) bool { return r >= utf8.RuneSelf })
	if !isASCII || bytes.Contains(body, []byte(`\u`)) {
		normalizeValue(reflect.ValueOf(response))
	}
}

func normalizeValue(value reflect.Value) {
	switch value.Kind() { //nolint:exhaustive // The other kinds have no text.
	case reflect.Pointer:
		if !value.IsNil() {
			normalizeValue(value.Elem())
		}
	case reflect.Struct:
		for i := range value.NumField() {
			if field := value.Type().Field(i); field.IsExported() || field.Anonymous {
				normalizeValue(value.Field(i))
			}
		}
	case reflect.Slice:
		for i := range value.Len() {
			normalizeValue(value.Index(i))
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			newKey, element := copyOf(key), copyOf(value.MapIndex(key))
			normalizeValue(newKey)
			normalizeValue(element)
			value.SetMapIndex(key, reflect.Value{})
			if value.MapIndex(newKey).IsValid() {
				newKey = key // The map has the key in both forms, and must not lose an element.
			}
			value.SetMapIndex(newKey, element)
		}
	case reflect.String:
		if value.Type() != reflect.TypeFor[Secret]() && value.CanSet() {
			value.SetString(norm.NFC.String(value.String()))
		}
	}
}

// copyOf returns a copy that can be set. The keys and elements of a map cannot.
func copyOf(value reflect.Value) reflect.Value {
	settable := reflect.New(value.Type()).Elem()
	settable.Set(value)
	return settable
}
