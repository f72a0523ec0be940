// Command lusid-mock serves an in-memory LUSID domain, for people and scripts that want to
// try a configuration out without a real one.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// Exit codes. Those of exec beyond 2 follow env(1) and the shells, so that CMD's own can be
// told from lusid-mock's.
const (
	exitFailure       = 1
	exitUsage         = 2
	exitExecFailure   = 125
	exitNotExecutable = 126
	exitNotFound      = 127
	exitSignal        = 128 // Plus the signal's number.
)

const usage = `lusid-mock serves an in-memory LUSID domain: the OAuth token endpoint, the Identity
API under /identity, GET /api/instruments (also under /api/api/, where LUSID's SDKs look
for it), and a control API under /_mock/.

Usage:

  lusid-mock serve [options]              serve until interrupted, after printing the
                                          FBN_* variables to paste into a shell
  lusid-mock exec [options] -- CMD...     run CMD with the FBN_* variables of a domain of
                                          its own, and exit with its status

"lusid-mock serve -h" and "lusid-mock exec -h" list the options.

Control API:

  GET    /_mock/requests        the last 10,000 requests, how many were dropped before them,
                                and how many there were of each operation
  DELETE /_mock/requests        forget them
  POST   /_mock/faults          make requests fail: {"operation": "identity.GetRole",
                                "status": 503, "retryAfter": "1", "count": 2}
  DELETE /_mock/faults          stop that
  POST   /_mock/tokens/revoke   revoke all access tokens; with {"refreshTokens": true}
                                the refresh tokens too
  GET    /_mock/credentials     what to sign in with, and tokens that may do less
  POST   /_mock/users/USER/sign-up
                                finish the sign-up of the user with this id or login:
                                {"password": "..."}; no new user gets a token before
  POST   /_mock/users/USER/lock
  POST   /_mock/users/USER/suspend
                                lock out or suspend an active user
  POST   /_mock/keys/ID/deactivate
                                end a personal access token, as its date would
  POST   /_mock/external-tokens
                                issue a token of another identity provider, which an
                                external token issuer of the domain must trust:
                                {"issuer": "...", "audience": "...", "claims": {"sub": "..."}}

An operation of an API is named by the API and the operation id, as in "identity.GetRole".
The names of other requests are "token:password", "token:refresh_token", "token" (other
grants), "instruments" and "unknown". In a fault, "token" is any request to the token
endpoint and "*" is any request.

The domain answers only to loopback addresses and to the hosts that "serve" is told of, and
the control API refuses requests from pages of another origin.
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		_, _ = io.WriteString(stderr, usage)
		return exitUsage
	}
	switch args[0] {
	case "serve":
		return runServe(args[1:], stdout, stderr)
	case "exec":
		return runExec(args[1:], stdout, stderr)
	case "help", "-h", "-help", "--help":
		_, _ = io.WriteString(stdout, usage)
		return 0
	}
	_, _ = fmt.Fprintf(stderr, "lusid-mock: unknown command %q\n\n%s", args[0], usage)
	return exitUsage
}

// parseFlags parses a command's options. Unless it reports true, the command ends with the
// exit code it returns.
func parseFlags(flags *flag.FlagSet, args []string, synopsis string, stdout, stderr io.Writer) (int, bool) {
	flags.SetOutput(io.Discard) // This function says it better.
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, _ = fmt.Fprintf(stdout, "%s\n\nOptions:\n\n", synopsis)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return 0, false
	}
	if err != nil {
		return usageError(flags, stderr, err), false
	}
	return 0, true
}

func usageError(flags *flag.FlagSet, stderr io.Writer, err error) int {
	_, _ = fmt.Fprintf(stderr, "%s: %v\nRun \"%[1]s -h\" for its usage.\n", flags.Name(), err)
	return exitUsage
}
