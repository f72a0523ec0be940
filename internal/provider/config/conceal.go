package config

import (
	"fmt"
	"io"
)

// conceal prints the name of a type in place of a value, whatever the verb. Every type needs it
// that holds a secret as plain text or in an unexported field, where fmt never asks client.Secret
// how to print itself.
func conceal(f fmt.State, typeName string) { _, _ = io.WriteString(f, "config."+typeName) }
