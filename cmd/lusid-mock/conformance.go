package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/conformance"
	"github.com/finbourne/terraform-provider-lusid/internal/provider/config"
)

const conformanceSynopsis = `Usage: lusid-mock conformance [options]

Checks the provider's assumptions about LUSID on the domain that the FBN_* variables or the
secrets file select. Without -write it only reads. With -write it creates objects whose
names start with ` + conformance.Prefix + `, and removes them at the end.`

// listPause is the time between two requests of a list that may lag.
const listPause = 2 * time.Second

func runConformance(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("lusid-mock conformance", flag.ContinueOnError)
	allowed := map[conformance.Permission]bool{}
	for _, permission := range conformance.Permissions {
		flags.BoolFunc(string(permission), permissionUsage[permission], func(value string) error {
			given, err := strconv.ParseBool(value)
			if err != nil {
				return errors.New("want true or false")
			}
			allowed[permission] = given
			return nil
		})
	}
	clean := flags.String("clean", "", "only remove the objects that remain from an earlier `run`, such as "+conformance.Prefix+"0123abcd")
	markdown := flags.String("out", "", "write a report in Markdown to `file`")
	asJSON := flags.String("json", "", "write a report in JSON to `file`")
	if code, ok := parseFlags(flags, args, conformanceSynopsis, stdout, stderr); !ok {
		return code
	}
	if flags.NArg() > 0 {
		return usageError(flags, stderr, fmt.Errorf("unexpected argument %q", flags.Arg(0)))
	}
	isClean := false // -clean may have an empty value, for example from a variable that is not set.
	flags.Visit(func(f *flag.Flag) { isClean = isClean || f.Name == "clean" })
	for _, permission := range conformance.Permissions {
		if allowed[permission] && isClean {
			return usageError(flags, stderr, errors.New("-clean cannot be combined with a flag that allows writes"))
		}
		if allowed[permission] && !allowed[conformance.Write] {
			return usageError(flags, stderr, fmt.Errorf("-%s needs -write", permission))
		}
	}
	if isClean && *markdown+*asJSON != "" {
		return usageError(flags, stderr, errors.New("-clean writes no report, so it cannot be combined with -out and -json"))
	}
	if isClean && !conformance.IsRunName(*clean) {
		return usageError(flags, stderr, fmt.Errorf("-clean: %q is not the name of a run. A run prints its name at the start: %s and 8 hexadecimal digits", *clean, conformance.Prefix))
	}
	if *markdown != "" && isSameFile(*markdown, *asJSON) {
		return usageError(flags, stderr, errors.New("-out and -json name the same file"))
	}

	connection, warning, err := conformance.Resolve(config.Here())
	if err != nil {
		return conformanceFailure(stderr, err)
	}
	if warning != "" {
		_, _ = fmt.Fprintln(stderr, "lusid-mock conformance: warning:", warning)
	}
	for _, path := range []string{*markdown, *asJSON} {
		if err := checkWritable(path); err != nil {
			return conformanceFailure(stderr, err)
		}
	}
	_, _ = fmt.Fprintf(stderr, "The LUSID domain is %s. The run signs in with %s.\n", connection.Domain, connection.Credential)
	options := conformance.Options{RunName: conformance.NewRunName(), Allowed: allowed, Pause: listPause}
	ctx := untilSignal(func() {
		if allowed[conformance.Write] {
			_, _ = fmt.Fprintln(stderr, "\nThe run was interrupted. It removes its objects. To stop it at once, press Ctrl-C. "+
				"Then remove the remaining objects with \"lusid-mock conformance -clean "+options.RunName+"\".")
		}
	})
	if isClean {
		return runClean(ctx, connection, *clean, stdout, stderr)
	}

	if allowed[conformance.Write] {
		_, _ = fmt.Fprintf(stderr, "The names of all objects of this run start with %s.\n", options.RunName)
	}
	report, err := conformance.Run(ctx, connection, conformance.Checks(), options, stdout)
	if err != nil {
		return signInFailure(ctx, stderr, err)
	}
	report.Version = version()
	_, _ = fmt.Fprintln(stdout)
	err = report.WriteTable(stdout)
	if *markdown != "" {
		err = errors.Join(err, writeFile(*markdown, report.WriteMarkdown))
	}
	if *asJSON != "" {
		err = errors.Join(err, writeFile(*asJSON, report.WriteJSON))
	}
	// If a report can't be written, the user still needs the names of the remaining objects.
	code := printLeft(stderr, options.RunName, report.Left, report.Lost)
	if err != nil {
		return conformanceFailure(stderr, err)
	}
	if code != 0 {
		return code
	}
	if report.Interrupted {
		return exitSignal + int(syscall.SIGINT)
	}
	return 0
}

// untilSignal returns a context that ends at the first signal, so that the run can remove its objects. It then calls
// the function. A later SIGINT or SIGTERM ends the program at once.
func untilSignal(received func()) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	// If nobody reads the output any more, each write to it sends SIGPIPE.
	caught := []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE}
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it.
		caught = append(caught, syscall.SIGHUP)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, caught...)
	go func() {
		<-signals
		// SIGHUP and SIGPIPE stay caught, so that another one has no effect. When a terminal closes, the shell and the system
		// may both send SIGHUP. signal.Ignore would not do: for a moment, it leaves the signal with its default action.
		signal.Reset(syscall.SIGINT, syscall.SIGTERM)
		cancel()
		received()
	}()
	return ctx
}

var permissionUsage = map[conformance.Permission]string{
	conformance.Write:                "also create, change and delete roles, applications, personal access tokens, MCP tools,\npolicies, policy collections, policy templates and access roles of the run. For a moment,\nyour user has the maximum number of tokens, so nobody should create a token for this\nuser meanwhile",
	conformance.Mail:                 "with -write, also create users and their user roles. LUSID sends each of them an e-mail.\nThe addresses at example.com belong to no person",
	conformance.NetworkZones:         "with -write, also create network zones. They have the action NoOp, and a range that\nis reserved for documentation",
	conformance.ExternalTokenIssuers: "with -write, also create an external token issuer. Its address is reserved for\ndocumentation, so no token can come from it",
	conformance.OwnRoles:             "with -write, also assign roles of the run to your own user, for a moment. The roles\nallow reading an object that does not exist. These checks cannot decide if the user\nhas the role lusid-administrator",
}

func runClean(ctx context.Context, connection *conformance.Connection, runName string, stdout, stderr io.Writer) int {
	removed, left, unread, err := conformance.Clean(ctx, connection, runName, listPause)
	if err != nil {
		return signInFailure(ctx, stderr, err)
	}
	_, _ = fmt.Fprintf(stdout, "Removed %d objects.\n", removed)
	if removed == 0 {
		_, _ = fmt.Fprintln(stdout, "If the run signed in as another user, sign in as that user: LUSID lists only your own personal access tokens.")
	}
	if len(unread) > 0 {
		_, _ = fmt.Fprintf(stderr, "Unable to look for %s.\n", strings.Join(unread, ", "))
	}
	code := printLeft(stderr, runName, left, nil)
	if ctx.Err() != nil {
		_, _ = fmt.Fprintln(stderr, "The command was interrupted, so objects may be left. Run it again.")
	}
	if len(unread) > 0 || ctx.Err() != nil {
		return exitFailure
	}
	return code
}

func printLeft(stderr io.Writer, runName string, left, lost []conformance.Left) int {
	for _, object := range left {
		// LUSID may have changed the name. Escape its control characters.
		name := strings.Trim(strconv.Quote(object.Name), `"`)
		_, _ = fmt.Fprintf(stderr, "Unable to remove the %s %s: %s.\n", object.Kind, name, object.Why)
	}
	for _, object := range lost {
		_, _ = fmt.Fprintf(stderr, "LUSID may have created the %s %s: the response to the create request was lost, and %s.\n", object.Kind, object.Name, object.Why)
	}
	if len(left)+len(lost) == 0 {
		return 0
	}
	_, _ = fmt.Fprintf(stderr, "To remove them, run:\n\nlusid-mock conformance -clean %s\n", runName)
	return exitFailure
}

func conformanceFailure(stderr io.Writer, err error) int {
	_, _ = fmt.Fprintln(stderr, "lusid-mock conformance:", err)
	return exitFailure
}

// signInFailure reports that a run could not begin.
func signInFailure(ctx context.Context, stderr io.Writer, err error) int {
	code := conformanceFailure(stderr, err)
	if ctx.Err() != nil {
		return exitSignal + int(syscall.SIGINT)
	}
	_, _ = fmt.Fprintln(stderr, "The command created and removed nothing. Check the domain, the credentials and the network, and run it again.")
	return code
}

// isSameFile reports whether two paths name the same file.
func isSameFile(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && infoA.Mode().IsRegular() && os.SameFile(infoA, infoB)
}

// checkWritable checks before a run that its report can be written. It leaves no new file, and does not change the
// content of an existing one.
func checkWritable(path string) error {
	if path == "" {
		return nil
	}
	_, missing := os.Lstat(path)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = file.Close()
	if errors.Is(missing, fs.ErrNotExist) {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
