package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// checkPath refuses a path that only a shell understands. A literal ~ gives an error of the operating
// system that reads as if the file were missing.
func checkPath(path string) error {
	if path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`) {
		return errors.New("it begins with ~, which the provider does not expand: use pathexpand(\"~/...\") in the configuration, and the full path anywhere else")
	}
	return nil
}

func checkBearer(token string) error {
	if err := client.CheckBearer(token); err != nil {
		return fmt.Errorf("it %w: give the token alone, without the word Bearer", err)
	}
	return nil
}

func checkTimeout(text string) error {
	if d, err := time.ParseDuration(text); err != nil || d <= 0 {
		return errors.New("it must be a positive duration, such as 30s or 2m")
	}
	return nil
}

func checkRetries(text string) error {
	if n, err := strconv.Atoi(text); err != nil || n < 0 || n > 20 {
		return errors.New("it must be a whole number from 0 to 20")
	}
	return nil
}

func parseProxy(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("it must be a URL with its scheme, such as http://proxy.acme.com:8080")
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return nil, errors.New("its scheme must be http, https or socks5")
	case u.User != nil:
		return nil, errors.New("it must not contain a user name or password: set proxy.username and proxy.password instead")
	}
	return u, nil
}

// addPort completes the address of a proxy as FINBOURNE's Java SDKs read it: a host, and the port in a
// separate setting. A host without a scheme means http. An address that is not a URL stays unchanged, so
// that the check refuses it.
func (v *value) addPort(name, port string) {
	text := v.text
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return
	}
	if u.Port() == "" && port != "" {
		u.Host = net.JoinHostPort(u.Hostname(), port)
		v.source += " and " + name
	}
	v.text = u.String()
}
