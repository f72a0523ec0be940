package client

import "fmt"

// A member of a list that is null, or lacks what names it, makes a response unusable. To leave it out would
// make the list look complete, and an update would then erase what the provider has not seen.

// MissingIn returns the first element of a list in which a field is missing, such as "policies[1].code". The
// function lacks returns the name of that field, or an empty string. MissingIn is for [Checked].
func MissingIn[T any](list string, elements []T, lacks func(T) string) string {
	for i, element := range elements {
		if field := lacks(element); field != "" {
			return fmt.Sprintf("%s[%d].%s", list, i, field)
		}
	}
	return ""
}

// IfEmpty returns the name of a field whose value is empty, or else an empty string.
func IfEmpty(field, value string) string {
	if value == "" {
		return field
	}
	return ""
}
