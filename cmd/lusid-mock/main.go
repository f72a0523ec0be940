// Command lusid-mock serves an in-memory LUSID domain, for people and scripts that want to
// try a configuration out without a real one.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
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
API under /identity, the Access API under /access, GET /api/instruments and GET
/api/portfolios (also under /api/api/, where LUSID's SDKs look for them), and a control
API under /_mock/.

Usage:

  lusid-mock serve [options]              serve until interrupted, after printing the
                                          FBN_* variables to paste into a shell
  lusid-mock exec [options] -- CMD...     run CMD with the FBN_* variables of a domain of
                                          its own, and exit with its status
  lusid-mock conformance [options]        find out what is true of the LUSID domain that the
                                          FBN_* variables lead to; only reads by default

"lusid-mock serve -h", "lusid-mock exec -h" and "lusid-mock conformance -h" list the options.

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

An operation of an API is named by the API and the operation id, as in "identity.GetRole"
and "access.GetRole". The names of other requests are "token:password",
"token:refresh_token", "token" (other grants), "instruments", "portfolios" and "unknown".
In a fault, "token" is any request to the token
endpoint and "*" is any request.

The domain answers only to loopback addresses and to the hosts that "serve" is told of, and
the control API refuses requests from pages of another origin.
`

// decisions is the part of the help that says how far the evaluation of policies goes.
const decisions = `
Access control:

The user of "lusid-mock" has the role lusid-administrator, which may do everything. Any
other user may call the operations about itself, and what the policies of its access
roles allow:

  - GET /api/instruments needs the feature api-instruments-listinstruments, and Read and
    List on Instrument. GET /api/portfolios needs api-portfolios-listportfolios, and Read
    and List on Portfolio. The parameters effectiveAt and asAt set the dates of a request.
  - POST /access/api/me judges a single action for the user of the token. A request for
    data needs no feature there.
  - No other operation of the Identity API or the Access API asks for policies.

Policies act on the next request. An access token has the identity roles that its user had
when the token was issued. A personal access token has those that its user has now, and so
has a token of an external token issuer.

A domain starts with the policies allow-standard-lusid-features-access (all features),
lusid-evaluator-data (instruments and portfolios) and instrument-administrator-data
(instruments), and with access roles for LUSID's built-in identity roles.

LUSID's documentation of the Access API leaves some choices. lusid-mock answers like this:

  - A new access role gets the lowest precedence. The roleHierarchyIndex is the place of a
    role, counted from 1.
  - A request that refers to a policy, collection or role that doesn't exist is refused
    with 400. Deleting one that others refer to is allowed, and they keep the reference.
  - A code that exists is refused with 400. Changes in other scopes than "default" are
    refused with 403.
  - Removing a member that isn't there succeeds.
  - A user's first sign-in by password creates an empty user role.
  - The query parameters "filter", "sortBy" and "asAt" are answered with 501.

LUSID's documentation of policies leaves some choices as well. lusid-mock decides like this:

`

// help returns all there is to know about the program.
func help() string {
	var b strings.Builder
	b.WriteString(usage + decisions)
	for _, choice := range entitlement.Choices {
		b.WriteString(wrapItem(choice))
	}
	return b.String()
}

// wrapItem returns a text as an item of a list, in lines as long as those of the help.
func wrapItem(text string) string {
	const longest = 88
	var b strings.Builder
	line := "  -"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > longest {
			b.WriteString(line + "\n")
			line = "   "
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
	return b.String()
}

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
	case "conformance":
		return runConformance(args[1:], stdout, stderr)
	case "help", "-h", "-help", "--help":
		_, _ = io.WriteString(stdout, help())
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
