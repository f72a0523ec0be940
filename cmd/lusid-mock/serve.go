package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os/signal"
	"strings"
	"syscall"
)

const serveSynopsis = `Usage: lusid-mock serve [options]

Prints the environment variables for the domain, and serves the domain until it is
interrupted.`

func runServe(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("lusid-mock serve", flag.ContinueOnError)
	var settings domainFlags
	settings.register(flags)
	address := flags.String("listen", "127.0.0.1:8080", "`address` to listen on. Port 0 chooses a free port")
	flags.Func("host", "`name` or address that clients may use for the domain, in addition to loopback\naddresses and the host of -listen. Can be repeated", func(host string) error {
		if strings.ContainsAny(host, "/[]") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return errors.New("a host must not have a scheme or a port")
		}
		settings.options.Hosts = append(settings.options.Hosts, host)
		return nil
	})
	shellName := flags.String("shell", "bash", "`syntax` of the variables: bash or powershell")
	if code, ok := parseFlags(flags, args, serveSynopsis, stdout, stderr); !ok {
		return code
	}
	options, err := settings.load()
	if err != nil {
		return usageError(flags, stderr, err)
	}
	shell, ok := shells[*shellName]
	if !ok {
		return usageError(flags, stderr, fmt.Errorf("-shell must be bash or powershell, not %q", *shellName))
	}
	if flags.NArg() > 0 {
		return usageError(flags, stderr, fmt.Errorf("unexpected argument %q", flags.Arg(0)))
	}

	// After this, the first signal shuts the server down gracefully. A second one ends it at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	d, err := listen(ctx, *address, options)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "lusid-mock serve:", err)
		if errors.Is(err, syscall.EADDRINUSE) {
			_, _ = fmt.Fprintln(stderr, "Choose another port with -listen, such as -listen 127.0.0.1:0 for any free port.")
		}
		return exitFailure
	}
	if !isLoopback(*address) {
		_, _ = fmt.Fprintf(stderr, "lusid-mock serve: warning: other machines may reach %s. "+
			"It responds to requests for loopback addresses, the host of -listen and those of -host. "+
			"The provider accepts plain http from loopback addresses only.\n", *address)
	}
	_, _ = io.WriteString(stdout, instructions(d, shell))
	<-ctx.Done()
	stop()
	d.close(stderr)
	return 0
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func instructions(d *domain, shell shell) string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "# lusid-mock serves a LUSID domain at %s until you interrupt it.\n", d.url)
	exported := append(d.passwordVariables(), d.controlVariable())
	for _, v := range exported {
		_, _ = fmt.Fprintln(&b, shell.export(v))
	}
	_, _ = fmt.Fprintln(&b, "# Or sign in with a personal access token, without the other credentials:")
	for _, v := range d.accessTokenVariables() {
		_, _ = fmt.Fprintln(&b, "#", shell.export(v))
	}
	// Any remaining variable would combine this domain's URL with the credentials of another domain.
	_, _ = fmt.Fprintf(&b, "# Before you use another domain in the same shell:\n# %s\n", shell.unset(append(exported, variable{name: "FBN_ACCESS_TOKEN"})))
	return b.String()
}
