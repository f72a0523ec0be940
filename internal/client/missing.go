package client

import "fmt"

// If an element of a list is null or lacks its key, the response is unusable. If the client left the
// element out, the list would seem complete, and an update would then delete the element in LUSID.

// MissingIn returns the path of the first element in a list that lacks a field, such as "policies[1].code".
// The function lacks returns the name of the missing field, or an empty string. MissingIn is for [CheckedElements].
func MissingIn[T any](list string, elements []T, lacks func(T) string) string {
	for i, element := range elements {
		if field := lacks(element); field != "" {
			return fmt.Sprintf("%s[%d].%s", list, i, field)
		}
	}
	return ""
}

// IfEmpty returns the name of a field if its value is empty. Otherwise it returns an empty string.
func IfEmpty(field, value string) string {
	if value == "" {
		return field
	}
	return ""
}
