package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
)

const canary = "c4nary-secret"

// TestSecrecy_printing prints every type that has secrets with every verb of fmt, and expects no
// secret.
func TestSecrecy_printing(t *testing.T) {
	t.Parallel()
	values := config.HoldersOf(canary)
	r := place{
		env:  map[string]string{"FBN_IDENTITY_URL": "https://acme.lusid.com", "FBN_PROFILE": "default", "FBN_PROXY_PASSWORD": canary},
		file: `{"profiles": {"default": {"accessToken": "` + canary + `"}}}`,
	}.mustResolve(t).Resolved
	choice, err := r.Choose()
	if err != nil || string(choice.Client.SignIn.AccessToken) != canary || string(choice.Client.ProxyPassword) != canary {
		t.Fatalf("the choice does not contain the canary: %v", err)
	}
	values["resolution"], values["choice"] = r, choice
	for name, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%10v"} {
			for _, text := range []string{fmt.Sprintf(verb, value), fmt.Sprintf(verb, pointerTo(value)), fmt.Sprintf(verb, []any{value}), fmt.Sprintf(verb, struct{ Value any }{value})} {
				mustNotHold(t, name+" in "+verb, text)
			}
		}
		mustNotHold(t, name+" in an error", fmt.Errorf("failed with %w: %v", fmt.Errorf("%v", value), value).Error())
		var log bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(handler).Info("message", "value", value, "pointer", pointerTo(value))
		}
		mustNotHold(t, name+" in slog", log.String())
		if encoded, err := json.Marshal(value); err == nil {
			mustNotHold(t, name+" in JSON", string(encoded))
		}
	}
}

func pointerTo(value any) any {
	pointer := reflect.New(reflect.TypeOf(value))
	pointer.Elem().Set(reflect.ValueOf(value))
	return pointer.Interface()
}

func mustNotHold(t *testing.T, where, text string) {
	t.Helper()
	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("% x", canary)} {
		if strings.Contains(text, form) {
			t.Errorf("%s contains the secret: %.300s", where, text)
		}
	}
}
