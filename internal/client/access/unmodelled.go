package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// unmodelled returns the names of the parts of a JSON document that a decoded value does not contain, such
// as "how" or "selectors[1].newSelectorDefinition". A PUT of the decoded value would remove these parts.
// Only the given fields of the document count, because LUSID may add fields that a PUT does not change.
func unmodelled(document []byte, decoded any, fields ...string) ([]string, error) {
	encoded, err := json.Marshal(decoded)
	if err != nil {
		return nil, err
	}
	var all, kept map[string]any
	if err := json.Unmarshal(document, &all); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(encoded, &kept); err != nil {
		return nil, err
	}
	var parts []string
	for _, field := range fields {
		parts = append(parts, lost(field, all[field], kept[field])...)
	}
	return parts, nil
}

// lost returns the names of the parts of a value that its copy does not have.
func lost(name string, value, copied any) (parts []string) {
	switch value := value.(type) {
	case map[string]any:
		object, ok := copied.(map[string]any)
		if !ok {
			break
		}
		for _, field := range slices.Sorted(maps.Keys(value)) {
			if _, isObject := value[field].(map[string]any); isObject && len(object) == 0 {
				// It may be a kind of selector, condition or resource without required fields.
				parts = append(parts, name+"."+field)
				continue
			}
			parts = append(parts, lost(name+"."+field, value[field], object[field])...)
		}
		return parts
	case []any:
		list, ok := copied.([]any)
		if !ok {
			break
		}
		for i := range value {
			var element any
			if i < len(list) {
				element = list[i]
			}
			found := lost(fmt.Sprintf("%s[%d]", name, i), value[i], element)
			if object, ok := element.(map[string]any); ok && len(object) == 0 && len(found) == 0 {
				// The decoder leaves out elements of an unknown kind.
				found = []string{fmt.Sprintf("%s[%d]", name, i)}
			}
			parts = append(parts, found...)
		}
		return parts
	}
	if copied == nil && !isEmpty(value) {
		return []string{name}
	}
	return nil
}

// isEmpty reports whether a value contains no data.
func isEmpty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case []any:
		return !slices.ContainsFunc(value, func(element any) bool { return !isEmpty(element) })
	case map[string]any:
		for _, element := range value {
			if !isEmpty(element) {
				return false
			}
		}
		return true
	}
	return false
}
