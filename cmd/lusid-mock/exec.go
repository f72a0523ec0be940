package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

const execSynopsis = `Usage: lusid-mock exec [options] -- CMD...

Starts a new domain, runs CMD, and exits with the status of CMD. CMD gets the FBN_*
variables of the domain in place of those of the environment, and LUSID_MOCK_URL, the base
URL of the control API.`

func runExec(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("lusid-mock exec", flag.ContinueOnError)
	var settings domainFlags
	settings.register(flags)
	auth := flags.String("auth", "password", "`way` to sign in: password, pat (personal access token) or secrets-file")
	if code, ok := parseFlags(flags, args, execSynopsis, stdout, stderr); !ok {
		return code
	}
	options, err := settings.load()
	if err != nil {
		return usageError(flags, stderr, err)
	}
	if *auth != "password" && *auth != "pat" && *auth != "secrets-file" {
		return usageError(flags, stderr, fmt.Errorf("-auth must be password, pat or secrets-file, not %q", *auth))
	}
	if flags.NArg() == 0 {
		return usageError(flags, stderr, errors.New("no command to run"))
	}

	d, err := listen(context.Background(), "127.0.0.1:0", options)
	if err != nil {
		return execFailure(stderr, err)
	}
	defer d.close(stderr)

	variables := d.passwordVariables()
	switch *auth {
	case "pat":
		variables = d.accessTokenVariables()
	case "secrets-file":
		path, err := d.writeSecretsFile()
		if err != nil {
			return execFailure(stderr, err)
		}
		defer func() { _ = os.RemoveAll(filepath.Dir(path)) }()
		variables = []variable{{"FBN_SECRETS_PATH", path}}
	}
	return runCommand(flags.Args(), append(variables, d.controlVariable()), stdout, stderr)
}

func execFailure(stderr io.Writer, err error) int {
	_, _ = fmt.Fprintln(stderr, "lusid-mock exec:", err)
	return exitExecFailure
}

// runCommand runs a command, forwards signals to it, and returns its exit code.
func runCommand(command []string, variables []variable, stdout, stderr io.Writer) int {
	cmd := exec.CommandContext(context.Background(), command[0], command[1:]...) //nolint:gosec // Running the given command is the purpose of exec.
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, stderr
	cmd.Env = environment(os.Environ(), variables)

	// Catch signals before the start. Otherwise a signal could end this program and leave the command running.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		code := execFailure(stderr, err)
		switch {
		case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
			return exitNotFound
		case errors.Is(err, fs.ErrPermission):
			return exitNotExecutable
		}
		return code
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case received := <-signals:
				if received != syscall.SIGINT || !hasTerminal() {
					_ = cmd.Process.Signal(received)
				}
			case <-done:
				return
			}
		}
	}()

	err := cmd.Wait()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return execFailure(stderr, err)
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitSignal + int(status.Signal())
	}
	return cmd.ProcessState.ExitCode()
}

// hasTerminal reports whether a terminal controls this program. Its Ctrl-C reaches the command too. A second
// interrupt would make Terraform exit at once and lose the state.
func hasTerminal() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	_ = tty.Close()
	return true
}

// environment returns base with the variables, and without the FBN_* variables of base. A real credential in them
// would be sent to the mock, or connect the command to a real domain.
func environment(base []string, variables []variable) []string {
	const prefix = "FBN_" // SDKs read the names in lower case too.
	var env []string
	for _, entry := range base {
		if len(entry) < len(prefix) || !strings.EqualFold(entry[:len(prefix)], prefix) {
			env = append(env, entry)
		}
	}
	for _, v := range variables {
		env = append(env, v.name+"="+v.value)
	}
	return env
}

// secretsFile is the file that the LUSID web app exports.
type secretsFile struct {
	API struct {
		TokenURL        string `json:"tokenUrl"`
		Username        string `json:"username"`
		Password        string `json:"password"`
		ClientID        string `json:"clientId"`
		ClientSecret    string `json:"clientSecret"`
		ApplicationName string `json:"applicationName"`
		IdentityURL     string `json:"identityUrl"`
		AccessURL       string `json:"accessUrl"`
		LusidURL        string `json:"lusidUrl"`
		APIURL          string `json:"apiUrl"`
	} `json:"api"`
}

// writeSecretsFile writes secrets.json into a new temporary directory and returns its path.
func (d *domain) writeSecretsFile() (string, error) {
	credentials := d.Credentials()
	var file secretsFile
	file.API.TokenURL = d.TokenURL(d.url)
	file.API.Username = credentials.Username
	file.API.Password = credentials.Password
	file.API.ClientID = credentials.ClientID
	file.API.ClientSecret = credentials.ClientSecret
	file.API.ApplicationName = "lusid-mock"
	file.API.IdentityURL = d.identityURL()
	file.API.AccessURL = d.accessURL()
	file.API.LusidURL = d.url + "/api"
	file.API.APIURL = d.url + "/api"
	data, _ := json.MarshalIndent(file, "", "  ") // Encoding strings never fails.
	directory, err := os.MkdirTemp("", "lusid-mock-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "secrets.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		_ = os.RemoveAll(directory)
		return "", err
	}
	return path, nil
}
