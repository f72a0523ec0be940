package mockserver

// requoteJSON turns JSON with single-quoted strings, which LUSID accepts and its own
// articles show, into proper JSON. What it cannot make sense of stays invalid.
func requoteJSON(data []byte) []byte {
	var out []byte
	var quote byte // The quote of the string that i is in, or zero.
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
