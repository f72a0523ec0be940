package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// steps runs the steps of the demo in a directory with the configuration. FBN_* and LUSID_MOCK_URL are
// those of the mock domain.
func steps(ctx context.Context, cli string) error {
	t := &terraform{path: cli, name: strings.TrimSuffix(filepath.Base(cli), ".exe")}
	if !isTerminal(os.Stdout) || os.Getenv("NO_COLOR") != "" {
		if err := os.Setenv("TF_CLI_ARGS", "-no-color"); err != nil {
			return err
		}
	}

	say("Install the provider. It has no signature from a registry, so record its checksum first.")
	if err := t.run(ctx, "providers", "lock", "-fs-mirror=../mirror"); err != nil {
		return err
	}
	if err := t.run(ctx, "init"); err != nil {
		return err
	}
	say("Plan an application.")
	if err := t.run(ctx, "plan", "-out=tfplan"); err != nil {
		return err
	}
	say("Create it.")
	if err := t.run(ctx, "apply", "tfplan"); err != nil {
		return err
	}
	say("Show its credentials. Terraform shows the secret only if you name the output.")
	if err := t.run(ctx, "output"); err != nil {
		return err
	}
	if !strings.Contains(t.printed.String(), "<sensitive>") {
		return errors.New("the output secret is not marked as sensitive")
	}
	say("A second plan has no changes (exit status 0; changes would be 2).")
	if err := t.run(ctx, "plan", "-detailed-exitcode"); err != nil {
		return fmt.Errorf("the second plan is not empty: %w", err)
	}

	say("Call the domain with the token from data.lusid_access_token.")
	show(`TOKEN=$(` + t.name + ` show -json | jq -r '.values.root_module.resources[] | select(.type == "lusid_access_token").values.access_token')`)
	state, err := t.state(ctx)
	if err != nil {
		return err
	}
	application, token := state["lusid_application.example"], state["data.lusid_access_token.current"]
	for _, name := range []string{"id", "secret"} {
		if application.string(name) == "" {
			return fmt.Errorf("the application has no %s in the state", name)
		}
	}
	show(`curl -H "Authorization: Bearer $TOKEN" $LUSID_MOCK_URL/api/instruments | jq -c '[.values[].name]'`)
	instruments, err := get(ctx, "/api/instruments", token.string("access_token"))
	if err != nil {
		return err
	}
	if err := printNames(instruments); err != nil {
		return err
	}

	say("Destroy everything.")
	if err := t.run(ctx, "destroy", "-auto-approve"); err != nil {
		return err
	}
	if state, err := t.state(ctx); err != nil {
		return err
	} else if len(state) > 0 {
		return fmt.Errorf("the state is not empty after the destroy: %v", state)
	}
	applications, err := get(ctx, "/identity/api/applications", token.string("access_token"))
	if err != nil {
		return err
	}
	if bytes.Contains(applications, []byte(application.string("id"))) {
		return fmt.Errorf("the domain still has the application after the destroy: %s", applications)
	}

	for what, secret := range map[string]string{
		"the application's secret": application.string("secret"),
		"the access token":         token.string("access_token"),
		"the ID token":             token.string("id_token"),
		"the refresh token":        token.string("refresh_token"),
		"FBN_PASSWORD":             os.Getenv("FBN_PASSWORD"),
		"FBN_CLIENT_SECRET":        os.Getenv("FBN_CLIENT_SECRET"),
	} {
		if secret != "" && strings.Contains(t.printed.String(), secret) {
			return fmt.Errorf("the CLI printed %s", what)
		}
	}
	if strings.Contains(t.printed.String(), "Warning:") {
		return errors.New("the CLI printed a warning")
	}
	say("Everything worked: two plans, one application, no secret in the output, and nothing remains.")
	return nil
}

// terraform is the CLI and its output so far.
type terraform struct {
	path, name string
	printed    bytes.Buffer
}

// run shows a command and then runs it, unless the demo was interrupted.
func (t *terraform) run(ctx context.Context, args ...string) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	show(t.name + " " + strings.Join(args, " "))
	err := command(ctx, t, t.path, args...).Run()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", t.name, args[0], err)
	}
	return nil
}

// Write prints and records the output of the CLI. It never fails, so that the CLI ends by itself even if no
// process reads the output.
func (t *terraform) Write(p []byte) (int, error) {
	_, _ = os.Stdout.Write(p)
	return t.printed.Write(p)
}

// object has the attributes of a resource or data source.
type object map[string]any

// string returns an attribute. It is empty if the attribute is null or does not exist.
func (o object) string(name string) string {
	s, _ := o[name].(string)
	return s
}

// state returns the objects in the root module of the state, by address.
func (t *terraform) state(ctx context.Context) (map[string]object, error) {
	var out bytes.Buffer
	cmd := command(ctx, &out, t.path, "show", "-json")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	var state struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string `json:"address"`
					Values  object `json:"values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	if err := json.Unmarshal(out.Bytes(), &state); err != nil {
		return nil, err
	}
	objects := make(map[string]object)
	for _, r := range state.Values.RootModule.Resources {
		objects[r.Address] = r.Values
	}
	return objects, nil
}

// get calls the domain with a token, like any other program.
func get(ctx context.Context, path, token string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv("LUSID_MOCK_URL")+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s returned %s: %s", path, resp.Status, body)
	}
	return body, nil
}

// printNames prints the names in a page of instruments, like the jq filter in the printed command.
func printNames(page []byte) error {
	var instruments struct {
		Values []struct {
			Name string `json:"name"`
		} `json:"values"`
	}
	if err := json.Unmarshal(page, &instruments); err != nil {
		return err
	}
	names := []string{}
	for _, i := range instruments.Values {
		names = append(names, i.Name)
	}
	return json.NewEncoder(os.Stdout).Encode(names)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
