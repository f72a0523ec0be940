package client

import (
	"fmt"
	"io"
)

// Secret is a password, client secret or token that prints as "(redacted)".
//
// Every fmt verb, JSON and text encoding use the redacted form. string(s) is the value.
type Secret string

const redacted = "(redacted)"

// Format implements fmt.Formatter for every verb.
func (s Secret) Format(f fmt.State, _ rune) {
	if s == "" {
		_, _ = f.Write([]byte(`""`))
		return
	}
	_, _ = f.Write([]byte(redacted))
}

// MarshalText implements encoding.TextMarshaler. JSON encoding and log handlers use it too.
func (s Secret) MarshalText() ([]byte, error) {
	return []byte(redacted), nil
}

// UnmarshalText implements encoding.TextUnmarshaler. It stores the value unchanged.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(text)
	return nil
}

// conceal prints the name of a type in place of a value, for every verb. A type needs it if it contains a
// secret as plain text or in an unexported field, because fmt does not call Secret.Format there.
func conceal(f fmt.State, typeName string) { _, _ = io.WriteString(f, "client."+typeName) }
