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

// steps runs the steps of the demo, in a directory with the configuration. FBN_* and LUSID_MOCK_URL are those of the
// domain.
func steps(ctx context.Context, cli string) error {
	t := &terraform{path: cli, name: strings.TrimSuffix(filepath.Base(cli), ".exe")}
	if !isTerminal(os.Stdout) || os.Getenv("NO_COLOR") != "" {
		if err := os.Setenv("TF_CLI_ARGS", "-no-color"); err != nil {
			return err
		}
	}

	say("Install the provider that was built. No registry has signed it: record its checksum first.")
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
	say("Its credentials. The secret shows only when asked for by name.")
	if err := t.run(ctx, "output"); err != nil {
		return err
	}
	if !strings.Contains(t.printed.String(), "<sensitive>") {
		return errors.New("the output secret is not marked as sensitive")
	}
	say("A second plan finds nothing to change (exit status 0, where changes would be 2).")
	if err := t.run(ctx, "plan", "-detailed-exitcode"); err != nil {
		return fmt.Errorf("the second plan is not empty: %w", err)
	}

	say("The token of data.lusid_access_token opens the domain.")
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

	say("Remove it all again.")
	if err := t.run(ctx, "destroy", "-auto-approve"); err != nil {
		return err
	}
	if state, err := t.state(ctx); err != nil {
		return err
	} else if len(state) > 0 {
		return fmt.Errorf("destroy left in the state: %v", state)
	}
	applications, err := get(ctx, "/identity/api/applications", token.string("access_token"))
	if err != nil {
		return err
	}
	if bytes.Contains(applications, []byte(application.string("id"))) {
		return fmt.Errorf("destroy left the application in the domain: %s", applications)
	}

	for what, secret := range map[string]string{
		"the application's secret": application.string("secret"),
		"the access token":         token.string("access_token"),
		"the id token":             token.string("id_token"),
		"the refresh token":        token.string("refresh_token"),
		"FBN_PASSWORD":             os.Getenv("FBN_PASSWORD"),
		"FBN_CLIENT_SECRET":        os.Getenv("FBN_CLIENT_SECRET"),
	} {
		if secret != "" && strings.Contains(t.printed.String(), secret) {
			return fmt.Errorf("%s was printed", what)
		}
	}
	if strings.Contains(t.printed.String(), "Warning:") {
		return errors.New("the CLI printed a warning")
	}
	say("All as expected: two plans, one application, no secret on the screen, nothing left.")
	return nil
}

// terraform is the CLI, with all that it printed.
type terraform struct {
	path, name string
	printed    bytes.Buffer
}

// run shows a command, then runs it, unless the demo was interrupted.
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

// Write prints what the CLI says, and keeps it. It never fails: the CLI ends by itself, even
// where nobody reads any more.
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

// state returns what the root module of the state holds, by address.
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

// get calls the domain as any program with a token would.
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
		return nil, fmt.Errorf("GET %s answered %s: %s", path, resp.Status, body)
	}
	return body, nil
}

// printNames prints the names in a page of instruments, as the jq filter shown does.
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
