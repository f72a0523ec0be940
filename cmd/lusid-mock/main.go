// Command lusid-mock serves an in-memory LUSID domain. People and scripts use it to try a configuration without a
// real domain.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// Exit codes. The codes of exec above 2 follow env(1) and the shells, to distinguish the exit codes of lusid-mock
// from those of CMD.
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

  lusid-mock serve [options]              print the FBN_* variables to paste into a shell,
                                          and serve until interrupted
  lusid-mock exec [options] -- CMD...     start a new domain, run CMD with its FBN_*
                                          variables, and exit with the status of CMD
  lusid-mock conformance [options]        check the provider's assumptions about LUSID on
                                          the domain of the FBN_* variables; only reads by
                                          default
  lusid-mock version                      print the version

"lusid-mock serve -h", "lusid-mock exec -h" and "lusid-mock conformance -h" list the options.

Control API:

  GET    /_mock/requests        list the last 10,000 requests, the number of earlier
                                requests, and the number of requests of each operation
  DELETE /_mock/requests        clear the list and the numbers
  POST   /_mock/faults          inject a fault: {"operation": "identity.GetRole",
                                "status": 503, "retryAfter": "1", "count": 2}
  DELETE /_mock/faults          remove all faults
  POST   /_mock/tokens/revoke   revoke all access tokens. With {"refreshTokens": true},
                                also revoke the refresh tokens
  GET    /_mock/credentials     get the credentials, and tokens with fewer rights
  POST   /_mock/users/USER/sign-up
                                finish the sign-up of the user with this id or login:
                                {"password": "..."}. A new user gets no token before
  POST   /_mock/users/USER/lock
  POST   /_mock/users/USER/suspend
                                lock out or suspend an active user
  POST   /_mock/keys/ID/deactivate
                                deactivate a personal access token, as its deactivation
                                date would
  POST   /_mock/external-tokens
                                issue a token of another identity provider. An external
                                token issuer of the domain must trust it:
                                {"issuer": "...", "audience": "...", "claims": {"sub": "..."}}

The name of an operation is the API and the operation id, such as "identity.GetRole" and
"access.GetRole". The names of other requests are "token:password",
"token:refresh_token", "token" (other grants), "instruments", "portfolios",
"lusid.ListAccessControlledResources" and "unknown".
In a fault, "token" means any request to the token endpoint and "*" means any request.

The domain only responds to requests for loopback addresses and for the hosts that are set
with "serve". The control API refuses requests from web pages of another origin.
`

// decisions is the part of the help about the evaluation of policies.
const decisions = `
Access control:

The user of "lusid-mock" has the role lusid-administrator, which may do everything. Any
other user may call the operations about itself, and operations that the policies of its
access roles allow:

  - GET /api/instruments needs the feature api-instruments-listinstruments, and Read and
    List on Instrument. GET /api/portfolios needs api-portfolios-listportfolios, and Read
    and List on Portfolio. The parameters effectiveAt and asAt set the dates of a request.
  - POST /access/api/me evaluates a single action for the user of the token. A request
    for data needs no feature there.
  - All other operations of the Identity API and the Access API need the role
    lusid-administrator. Two other roles allow parts of them: applications-administrator
    the operations on applications, and iam-administrator all others. No policy can allow
    them to another user.

A change of a policy takes effect on the next request. An access token has the identity
roles that its user had when the token was issued. A personal access token and a token of
an external token issuer have the identity roles that the user has now.

A domain starts with the policies allow-standard-lusid-features-access (all features),
lusid-evaluator-data (instruments and portfolios) and instrument-administrator-data
(instruments), and with access roles for LUSID's built-in identity roles.

LUSID's documentation of the Access API leaves some questions open. lusid-mock does this:

  - A new access role gets the lowest precedence. The roleHierarchyIndex is the
    position of a role, counted from 1.
  - If a request refers to a policy, collection or role that doesn't exist, the response
    is 400. Objects that others refer to can be deleted, and the references stay.
  - If the code exists already, the response is 400. For a change in another scope than
    "default", the response is 403.
  - Removing a member that isn't there succeeds.
  - A user's first sign-in by password creates an empty user role.
  - For the query parameters "filter", "sortBy" and "asAt", the response is 501.

LUSID's documentation of policies leaves some questions open too. lusid-mock does this:

`

// help returns the complete help.
func help() string {
	var b strings.Builder
	b.WriteString(usage + decisions)
	for _, choice := range entitlement.Choices {
		b.WriteString(wrapItem(choice))
	}
	return b.String()
}

// wrapItem returns a text as a list item, in lines of the same length as the help.
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
	case "version":
		_, _ = fmt.Fprintln(stdout, version())
		return 0
	case "help", "-h", "-help", "--help":
		_, _ = io.WriteString(stdout, help())
		return 0
	}
	_, _ = fmt.Fprintf(stderr, "lusid-mock: unknown command %q\n\n%s", args[0], usage)
	return exitUsage
}

// version returns the version of the module that this program was built from.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return build.Main.Version
}

// parseFlags parses a command's options. If it returns false, the command ends with the returned exit code.
func parseFlags(flags *flag.FlagSet, args []string, synopsis string, stdout, stderr io.Writer) (int, bool) {
	flags.SetOutput(io.Discard) // This function prints better messages.
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
