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

Prints the variables that point at the domain, and serves it until it is interrupted.`

func runServe(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("lusid-mock serve", flag.ContinueOnError)
	var settings domainFlags
	settings.register(flags)
	address := flags.String("listen", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
	flags.Func("host", "`name` or address by which clients may reach the domain, besides loopback ones\nand that of -listen. Repeat the option for another", func(host string) error {
		if strings.ContainsAny(host, "/[]") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return errors.New("a host has no scheme and no port")
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

	// From here on a first signal ends the server in good order, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	d, err := listen(ctx, *address, options)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "lusid-mock serve:", err)
		return exitFailure
	}
	if !isLoopback(*address) {
		_, _ = fmt.Fprintf(stderr, "lusid-mock serve: warning: other machines may reach %s. "+
			"It answers to loopback addresses, to the host of -listen and to those of -host. "+
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
	_, _ = fmt.Fprintf(&b, "# %s is a LUSID domain now, until you interrupt lusid-mock.\n", d.url)
	for _, v := range append(d.passwordVariables(), d.controlVariable()) {
		_, _ = fmt.Fprintln(&b, shell.export(v))
	}
	_, _ = fmt.Fprintln(&b, "# Or with a personal access token, which needs no other credentials:")
	for _, v := range d.accessTokenVariables() {
		_, _ = fmt.Fprintln(&b, "#", shell.export(v))
	}
	return b.String()
}
