package provider

import (
	"fmt"
	"io"
)

// conceal prints the name of a type instead of its value, for every verb. A type needs it if it has a
// secret as plain text or in an unexported field, because fmt does not call client.Secret's Format
// there.
func conceal(f fmt.State, typeName string) { _, _ = io.WriteString(f, "provider."+typeName) }
