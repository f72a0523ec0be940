package conformance

// objectsIn returns a list of objects in a field of an object.
func objectsIn(object map[string]any, name string) (objects []map[string]any) {
	list, _ := object[name].([]any)
	for _, element := range list {
		if inner, ok := element.(map[string]any); ok {
			objects = append(objects, inner)
		}
	}
	return objects
}

// isEmpty reports whether a field is missing, null, an empty text or an empty list.
func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

func countOf(objects []map[string]any, is func(map[string]any) bool) int {
	n := 0
	for _, object := range objects {
		if is(object) {
			n++
		}
	}
	return n
}

func hasField(a answer, field string) string {
	if text(a.object(), field) == "" {
		return "a response without the field " + field
	}
	return "a response with the field " + field
}
