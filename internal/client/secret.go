package client

import (
	"fmt"
	"io"
)

// Secret is a password, client secret or token that prints as "(redacted)".
//
// Every fmt verb, JSON and text encoding give the redacted form; string(s) gives the value.
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

// MarshalText implements encoding.TextMarshaler, which JSON encoding and log handlers use too.
func (s Secret) MarshalText() ([]byte, error) {
	return []byte(redacted), nil
}

// UnmarshalText implements encoding.TextUnmarshaler: decoding keeps the value.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(text)
	return nil
}

// conceal prints the name of a type in place of a value, whatever the verb. Every type needs it
// that holds a secret as plain text or in an unexported field, where fmt never asks a Secret how
// to print itself.
func conceal(f fmt.State, typeName string) { _, _ = io.WriteString(f, "client."+typeName) }
