// Command demo demonstrates the provider on this machine. It builds the provider and a mock LUSID domain.
// Then it runs a real Terraform or OpenTofu to plan, apply and destroy examples/quickstart in this domain,
// and calls the domain with the access token. It fails if a step has an unexpected result, and removes
// everything at the end.
//
// Run it from the root of the repository.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/finbourne/terraform-provider-lusid/internal/provider"
	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

// providerVersion is the version in the file names of the mirror. A mirror needs a version.
const providerVersion = "0.0.1"

func main() {
	// The demo must also clean up if its terminal or its pager closes.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)

	var err error
	if len(os.Args) == 3 && os.Args[1] == "steps" {
		err = steps(ctx, os.Args[2])
	} else {
		err = prepare(ctx)
	}
	stop()
	switch {
	case errors.Is(err, errReported):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// errReported means that a command failed and has printed its error.
var errReported = errors.New("a command failed")

// prepare builds everything in a temporary directory, and runs the steps as a command of lusid-mock exec.
func prepare(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "lusid-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	cli, cleanup, err := terraformcli.Find(ctx)
	if err != nil {
		return err
	}
	defer cleanup()

	say("Build the provider and a LUSID domain that runs on this machine.")
	bin := filepath.Join(dir, "bin")
	show("go build -o bin/ . ./cmd/lusid-mock")
	build := command(ctx, os.Stdout, "go", "build", "-o", bin+string(filepath.Separator), ".", "./cmd/lusid-mock")
	build.Env = append(os.Environ(), "GOTMPDIR="+dir) // If the build is interrupted, it does not remove its temporary files.
	if err := build.Run(); err != nil {
		return errReported
	}
	if err := mirror(filepath.Join(dir, "mirror"), filepath.Join(bin, "terraform-provider-lusid"+executable())); err != nil {
		return err
	}
	config := filepath.Join(dir, "cli.tfrc")
	if err := os.WriteFile(config, fmt.Appendf(nil, "disable_checkpoint = true\n\nprovider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.Join(dir, "mirror")), 0o600); err != nil {
		return err
	}
	work := filepath.Join(dir, "quickstart")
	if err := copyConfiguration(work, filepath.Join("examples", "quickstart")); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}

	say("Run examples/quickstart in this domain. lusid-mock listens on a free port, sets FBN_* and runs the next steps.")
	show("lusid-mock exec -auth password -- demo steps")
	mock := command(ctx, os.Stdout, filepath.Join(bin, "lusid-mock"+executable()), "exec", "-auth", "password", "--", self, "steps", cli)
	mock.Dir = work
	mock.Env = append(slices.DeleteFunc(os.Environ(), inherited), "TF_CLI_CONFIG_FILE="+config)
	if err := mock.Run(); err != nil {
		return errReported
	}
	return nil
}

// inherited reports whether a variable would change the configuration, the arguments or the logs of the
// CLI. lusid-mock itself removes the variables of other domains.
func inherited(variable string) bool { return strings.HasPrefix(variable, "TF_") }

// mirror creates a filesystem mirror with the provider. It contains the provider for the registries of
// Terraform and of OpenTofu, because a source address without a host means either.
func mirror(dir, binary string) error {
	host, name, _ := strings.Cut(provider.Address, "/")
	for _, host := range []string{host, "registry.opentofu.org"} {
		platform := filepath.Join(dir, host, filepath.FromSlash(name), providerVersion, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(platform, 0o700); err != nil {
			return err
		}
		if err := os.Link(binary, filepath.Join(platform, "terraform-provider-lusid_v"+providerVersion+executable())); err != nil {
			return err
		}
	}
	return nil
}

// copyConfiguration copies the configuration, without a state or plugins of an earlier manual run.
func copyConfiguration(to, from string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	files, err := fs.Glob(os.DirFS(from), "*.tf")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no configuration in %s: run the demo from the root of the repository", from)
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(from, file))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, file), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// command returns a command that runs to its end, even if ctx is canceled. An interrupt from the terminal
// reaches every process of the demo, so Terraform ends by itself. A second signal would make Terraform exit
// without its plugins. So the demo waits for Terraform and then cleans up.
func command(ctx context.Context, out io.Writer, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd
}

func executable() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// say prints the purpose of the next command.
func say(text string) { fmt.Println("\n# " + text) }

// show prints a command as a user would type it.
func show(text string) { fmt.Println("$ " + text) }
