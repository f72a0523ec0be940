package providertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

// Build builds the provider's binary once, in a directory that TestMain removes.
var Build = sync.OnceValues(func() (directory string, err error) {
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

// buildDirectory is empty if no test needed the binary.
var buildDirectory string

func removeBuild() {
	if buildDirectory != "" {
		_ = os.RemoveAll(buildDirectory)
	}
}

// Workspace is a directory in which CLI commands run the provider's binary. Each command starts new
// processes. Use it for behavior that depends on the environment, on several provider configurations in one
// run, or on the number of processes.
type Workspace struct {
	T         *testing.T
	Directory string
	Env       []string
	// Printed is all output of the commands, without output in JSON.
	Printed bytes.Buffer
}

// NewWorkspace returns a workspace with a configuration. The commands get almost none of this process' environment
// variables.
func NewWorkspace(t *testing.T, config string, env ...string) *Workspace {
	t.Helper()
	if os.Getenv(resource.EnvTfAcc) == "" {
		t.Skip("runs the Terraform CLI: set TF_ACC")
	}
	if isLive() {
		t.Skip("needs the mock")
	}
	provider, err := Build()
	if err != nil {
		t.Fatal(err)
	}
	w := &Workspace{T: t, Directory: t.TempDir()}
	w.Env = append([]string{
		"PATH=" + os.Getenv("PATH"),
		"SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"HOME=" + t.TempDir(),
		"TF_CLI_CONFIG_FILE=" + filepath.Join(provider, "cli.tfrc"),
		"TF_IN_AUTOMATION=1",
		"CHECKPOINT_DISABLE=1",
		"TF_CLI_ARGS=-no-color",
	}, env...)
	w.Configure(config)
	return w
}

// Configure replaces the configuration.
func (w *Workspace) Configure(config string) {
	w.T.Helper()
	w.Write("main.tf", "terraform {\n  required_providers {\n    lusid = {\n      source = \"finbourne/lusid\"\n    }\n  }\n}\n"+config)
}

// Write writes a file into the workspace.
func (w *Workspace) Write(name, content string) string {
	w.T.Helper()
	path := filepath.Join(w.Directory, name)
	WriteFile(w.T, path, content)
	return path
}

// ReadFile reads a file of the workspace.
func (w *Workspace) ReadFile(name string) string {
	w.T.Helper()
	content, err := os.ReadFile(filepath.Join(w.Directory, name))
	if err != nil {
		w.T.Fatal(err)
	}
	return string(content)
}

// Run runs a command of the CLI and returns its exit status and its output.
func (w *Workspace) Run(args ...string) (status int, output string) {
	w.T.Helper()
	command := exec.CommandContext(w.T.Context(), os.Getenv(terraformcli.PathVariable), args...)
	command.Dir = w.Directory
	command.Env = w.Env
	var printed bytes.Buffer
	command.Stdout, command.Stderr = &printed, &printed
	err := command.Run()
	w.Printed.Write(printed.Bytes())
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.T.Fatal(err)
	}
	return command.ProcessState.ExitCode(), printed.String()
}

// MustRun runs a command that must succeed, and returns its output.
func (w *Workspace) MustRun(args ...string) string {
	w.T.Helper()
	status, output := w.Run(args...)
	if status != 0 {
		w.T.Fatalf("%s: got exit status %d, want 0\n%s", strings.Join(args, " "), status, output)
	}
	return output
}

// MustFail runs a command that must fail, and expects every part in its output, regardless of line breaks
// by the CLI.
func (w *Workspace) MustFail(parts []string, args ...string) string {
	w.T.Helper()
	status, output := w.Run(args...)
	if status != 1 {
		w.T.Fatalf("%s: got exit status %d, want 1\n%s", strings.Join(args, " "), status, output)
	}
	MustHold(w.T, output, parts...)
	return output
}

// MustHold expects texts in the output of a CLI. It treats line breaks and the frame of a diagnostic like a
// space.
func MustHold(t *testing.T, output string, parts ...string) {
	t.Helper()
	flat := Flatten(output)
	for _, part := range parts {
		if !strings.Contains(flat, Flatten(part)) {
			t.Errorf("want %q in the output, got:\n%s", part, output)
		}
	}
}

// Flatten puts the output of a CLI on one line, without the frames of diagnostics.
func Flatten(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(text)), " ")
}

// Plan creates a plan and returns it with the output of the CLI.
func (w *Workspace) Plan() (*tfjson.Plan, string) {
	w.T.Helper()
	output := w.MustRun("plan", "-out=tfplan")
	plan := new(tfjson.Plan)
	if err := plan.UnmarshalJSON([]byte(w.Show("tfplan"))); err != nil {
		w.T.Fatal(err)
	}
	return plan, output
}

// MustPlanEmpty expects a plan without changes.
func (w *Workspace) MustPlanEmpty() {
	w.T.Helper()
	if status, output := w.Run("plan", "-detailed-exitcode"); status != 0 {
		w.T.Fatalf("got a plan with changes (status %d), want an empty plan:\n%s", status, output)
	}
}

// State returns the state as JSON.
func (w *Workspace) State() *tfjson.State {
	w.T.Helper()
	state := new(tfjson.State)
	if err := state.UnmarshalJSON([]byte(w.Show())); err != nil {
		w.T.Fatal(err)
	}
	return state
}

// Attribute returns an attribute of a resource in the state, as text.
func (w *Workspace) Attribute(address, name string) string {
	w.T.Helper()
	if state := w.State(); state.Values != nil {
		for _, r := range state.Values.RootModule.Resources {
			if r.Address == address {
				return fmt.Sprint(r.AttributeValues[name])
			}
		}
	}
	w.T.Fatalf("want %s in the state", address)
	return ""
}

// Show returns only JSON, without the CLI's warnings about development overrides.
func (w *Workspace) Show(args ...string) string {
	w.T.Helper()
	command := exec.CommandContext(w.T.Context(), os.Getenv(terraformcli.PathVariable), append([]string{"show", "-json"}, args...)...)
	command.Dir, command.Env = w.Directory, w.Env
	output, err := command.Output()
	if err != nil {
		w.T.Fatal(err)
	}
	return string(output)
}

// FileIn writes a file into a new directory.
func FileIn(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	WriteFile(t, path, content)
	return path
}

// WriteFile writes a file.
func WriteFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ReadText reads a file of the repository.
func ReadText(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// JSONText writes a value as JSON.
func JSONText(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// KeepStandardError makes the provider write its standard error to a file instead of the CLI's log. The Go
// runtime writes all HTTP/2 frames there.
func (w *Workspace) KeepStandardError() (file string) {
	w.T.Helper()
	if runtime.GOOS == "windows" {
		w.T.Skip("needs a shell")
	}
	directory, err := Build()
	if err != nil {
		w.T.Fatal(err)
	}
	file = filepath.Join(w.T.TempDir(), "stderr")
	script := fmt.Sprintf("#!/bin/sh\nGODEBUG=http2debug=2 exec '%s/terraform-provider-lusid' \"$@\" 2>>'%s'\n", directory, file)
	path := FileIn(w.T, "terraform-provider-lusid", script)
	if err := os.Chmod(path, 0o700); err != nil {
		w.T.Fatal(err)
	}
	config := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"finbourne/lusid\" = %q\n  }\n  direct {}\n}\n",
		filepath.Dir(path))
	w.Env = append(w.Env, "TF_CLI_CONFIG_FILE="+FileIn(w.T, "cli.tfrc", config))
	return file
}
