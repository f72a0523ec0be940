package provider_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

// build makes the provider's binary once, in a directory that TestMain removes.
var build = sync.OnceValues(func() (directory string, err error) {
	if directory, err = os.MkdirTemp("", "terraform-provider-lusid-"); err != nil {
		return "", err
	}
	buildDirectory = directory
	name := "terraform-provider-lusid"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	command := exec.Command("go", "build", "-o", filepath.Join(directory, name), "../..")
	if output, err := command.CombinedOutput(); err != nil {
		return directory, fmt.Errorf("go build: %w\n%s", err, output)
	}
	return directory, os.WriteFile(filepath.Join(directory, "cli.tfrc"), fmt.Appendf(nil,
		"provider_installation {\n  dev_overrides {\n    \"finbourne/lusid\" = %q\n  }\n  direct {}\n}\n", filepath.ToSlash(directory)), 0o600)
})

// buildDirectory is empty unless a test needed the binary.
var buildDirectory string

func removeBuild() {
	if buildDirectory != "" {
		_ = os.RemoveAll(buildDirectory)
	}
}

// workspace is a directory where single CLI commands run the provider's binary, each in
// processes of its own: for what depends on the environment, on several configurations of the
// provider at once, or on how often a process does something.
type workspace struct {
	t         *testing.T
	directory string
	env       []string
	// printed is all that the commands printed for people.
	printed bytes.Buffer
}

// newWorkspace holds a configuration. Of this process' environment the commands see next to
// nothing.
func newWorkspace(t *testing.T, config string, env ...string) *workspace {
	t.Helper()
	if os.Getenv(resource.EnvTfAcc) == "" {
		t.Skip("runs the Terraform CLI: set TF_ACC")
	}
	if isLive() {
		t.Skip("needs the mock")
	}
	provider, err := build()
	if err != nil {
		t.Fatal(err)
	}
	w := &workspace{t: t, directory: t.TempDir()}
	w.env = append([]string{
		"PATH=" + os.Getenv("PATH"),
		"SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"HOME=" + t.TempDir(),
		"TF_CLI_CONFIG_FILE=" + filepath.Join(provider, "cli.tfrc"),
		"TF_IN_AUTOMATION=1",
		"CHECKPOINT_DISABLE=1",
		"TF_CLI_ARGS=-no-color",
	}, env...)
	w.configure(config)
	return w
}

// configure replaces the configuration.
func (w *workspace) configure(config string) {
	w.t.Helper()
	w.write("main.tf", "terraform {\n  required_providers {\n    lusid = {\n      source = \"finbourne/lusid\"\n    }\n  }\n}\n"+config)
}

func (w *workspace) write(name, content string) string {
	w.t.Helper()
	path := filepath.Join(w.directory, name)
	writeFile(w.t, path, content)
	return path
}

func (w *workspace) readFile(name string) string {
	w.t.Helper()
	content, err := os.ReadFile(filepath.Join(w.directory, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(content)
}

// run runs a command of the CLI and returns its exit status and all that it printed.
func (w *workspace) run(args ...string) (status int, output string) {
	w.t.Helper()
	command := exec.CommandContext(w.t.Context(), os.Getenv(terraformcli.PathVariable), args...)
	command.Dir = w.directory
	command.Env = w.env
	var printed bytes.Buffer
	command.Stdout, command.Stderr = &printed, &printed
	err := command.Run()
	w.printed.Write(printed.Bytes())
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), printed.String()
}

func (w *workspace) mustRun(args ...string) string {
	w.t.Helper()
	status, output := w.run(args...)
	if status != 0 {
		w.t.Fatalf("%s: exit status %d\n%s", strings.Join(args, " "), status, output)
	}
	return output
}

// mustFail expects an error that holds every part, however the CLI broke its lines.
func (w *workspace) mustFail(parts []string, args ...string) string {
	w.t.Helper()
	status, output := w.run(args...)
	if status != 1 {
		w.t.Fatalf("%s: exit status %d where 1 was expected\n%s", strings.Join(args, " "), status, output)
	}
	mustHold(w.t, output, parts...)
	return output
}

// mustHold looks for texts in what a CLI printed, where line breaks and the frame of a
// diagnostic stand for a space.
func mustHold(t *testing.T, output string, parts ...string) {
	t.Helper()
	flat := flatten(output)
	for _, part := range parts {
		if !strings.Contains(flat, flatten(part)) {
			t.Errorf("the output lacks %q:\n%s", part, output)
		}
	}
}

func flatten(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(text)), " ")
}

// plan makes a plan and returns it with what the CLI printed.
func (w *workspace) plan() (*tfjson.Plan, string) {
	w.t.Helper()
	output := w.mustRun("plan", "-out=tfplan")
	plan := new(tfjson.Plan)
	if err := plan.UnmarshalJSON([]byte(w.show("tfplan"))); err != nil {
		w.t.Fatal(err)
	}
	return plan, output
}

// mustPlanEmpty expects that nothing is to do.
func (w *workspace) mustPlanEmpty() {
	w.t.Helper()
	if status, output := w.run("plan", "-detailed-exitcode"); status != 0 {
		w.t.Fatalf("the plan is not empty (status %d):\n%s", status, output)
	}
}

func (w *workspace) state() *tfjson.State {
	w.t.Helper()
	state := new(tfjson.State)
	if err := state.UnmarshalJSON([]byte(w.show())); err != nil {
		w.t.Fatal(err)
	}
	return state
}

// attribute is an attribute of a resource in the state, as text.
func (w *workspace) attribute(address, name string) string {
	w.t.Helper()
	if state := w.state(); state.Values != nil {
		for _, r := range state.Values.RootModule.Resources {
			if r.Address == address {
				return fmt.Sprint(r.AttributeValues[name])
			}
		}
	}
	w.t.Fatalf("%s is not in the state", address)
	return ""
}

// show prints JSON alone: the CLI's notes on development overrides go elsewhere.
func (w *workspace) show(args ...string) string {
	w.t.Helper()
	command := exec.CommandContext(w.t.Context(), os.Getenv(terraformcli.PathVariable), append([]string{"show", "-json"}, args...)...)
	command.Dir, command.Env = w.directory, w.env
	output, err := command.Output()
	if err != nil {
		w.t.Fatal(err)
	}
	return string(output)
}

// fileIn writes a file into a directory of its own.
func fileIn(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	writeFile(t, path, content)
	return path
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
