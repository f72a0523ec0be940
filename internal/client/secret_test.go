package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

func TestSecret_isNeverPrinted(t *testing.T) {
	t.Parallel()
	const canary = client.Secret("canary")
	values := map[string]any{
		"value":       canary,
		"pointer":     new(canary),
		"slice":       []client.Secret{canary},
		"map":         map[string]client.Secret{"x": canary},
		"struct":      struct{ Secret client.Secret }{canary},
		"application": identity.OAuthApplication{ID: "0oa1", Secret: canary},
		"pointer to application": &identity.OAuthApplication{
			ID: "0oa1", Secret: canary,
		},
		"token":   client.Token{AccessToken: canary, IDToken: canary, RefreshToken: canary},
		"request": client.TokenRequest{Password: canary, ClientSecret: canary, RefreshToken: canary},
		"sign-in": client.SignIn{AccessToken: canary, Grant: client.TokenRequest{Password: canary}},
		"config":  client.Config{SignIn: client.SignIn{AccessToken: canary}},
		"error":   fmt.Errorf("wrapped: %w", fmt.Errorf("failed with %v", canary)),
		"joined":  errors.Join(fmt.Errorf("failed with %q", canary)),
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%10v", "%U", "%!"} {
				wantNoSecrets(t, verb, fmt.Sprintf(verb, value), "canary", "63616e617279", "63616E617279", "63 61", "[99 97")
			}
			wantNoSecrets(t, "Sprint", fmt.Sprint(value), "canary")
			encoded, err := json.Marshal(value)
			if err == nil {
				wantNoSecrets(t, "JSON", string(encoded), "canary", "Y2FuYXJ5")
			}
			var log bytes.Buffer
			for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
				slog.New(handler).Info("message", "value", value, slog.Group("group", slog.Any("value", value)))
			}
			wantNoSecrets(t, "slog", log.String(), "canary")
		})
	}
}

func TestSecret_printed(t *testing.T) {
	t.Parallel()
	// The output may show whether a secret is set, because that helps to find errors.
	if got := fmt.Sprintf("%v %v", client.Secret("x"), client.Secret("")); got != `(redacted) ""` {
		t.Errorf(`got %s, want (redacted) for a secret and "" for none`, got)
	}
}

func TestSecret_decodingKeepsValue(t *testing.T) {
	t.Parallel()
	var got struct {
		Secret client.Secret `json:"secret"`
		Null   client.Secret `json:"null"`
		Absent client.Secret `json:"absent"`
	}
	if err := json.Unmarshal([]byte(`{"secret": "p\u0022ü\\", "null": null}`), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`p"ü\`, string(got.Secret)); diff != "" {
		t.Errorf("secret (-want +got):\n%s", diff)
	}
	if got.Null != "" || got.Absent != "" {
		t.Error("a null or absent field is not decoded as an empty secret")
	}
}
