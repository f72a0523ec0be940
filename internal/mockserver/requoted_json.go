package mockserver

// requoteJSON converts JSON with single-quoted strings to valid JSON. LUSID accepts such JSON, and its articles use it. Other
// invalid JSON stays invalid.
func requoteJSON(data []byte) []byte {
	var out []byte
	var quote byte // The opening quote, if i is within a string. Otherwise zero.
	for i := 0; i < len(data); i++ {
		b := data[i]
		switch {
		case quote == 0 && (b == '\'' || b == '"'):
			quote = b
			out = append(out, '"')
		case quote != 0 && b == quote:
			quote = 0
			out = append(out, '"')
		case quote != 0 && b == '\\' && i+1 < len(data):
			i++
			if data[i] != '\'' {
				out = append(out, '\\')
			}
			out = append(out, data[i])
		case quote == '\'' && b == '"':
			out = append(out, '\\', '"')
		default:
			out = append(out, b)
		}
	}
	return out
}
