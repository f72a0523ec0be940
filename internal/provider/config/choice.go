package config

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// Choice is how the provider reaches LUSID and signs in.
type Choice struct {
	// Client is complete except for UserAgent and Log, which the caller sets.
	Client client.Config
	// Credential names the sign-in method and its source, such as "an access token from the environment
	// variable FBN_ACCESS_TOKEN".
	Credential string
	// PassedOver names another complete sign-in method, in the format of Credential; empty if there is none.
	PassedOver string
	// TokenDefaults has the settings that token requests use as defaults. Some may be empty.
	TokenDefaults client.TokenRequest
	// Warning says which settings of the profile from FBN_PROFILE the sign-in does not use; empty if there
	// are none.
	Warning string
	// IgnoredFile is why the default secrets file was ignored; nil if it was not.
	IgnoredFile error
}

// Format prints the choice without the secrets in it. Behind a pointer, fmt does not always ask
// client.Secret how to print itself.
func (Choice) Format(f fmt.State, _ rune) { conceal(f, "Choice") }

// Choose picks the sign-in method, and checks the domain and every setting that has a value.
//
// Its errors list the sources that were read and the missing settings, or name the wrong setting and
// its source. They are SettingErrors if an attribute of the provider block caused them. They never
// repeat a secret. Choose reads the certificate file and sends nothing.
func (r *Resolved) Choose() (*Choice, error) {
	way, err := r.wayIn()
	if err != nil {
		return nil, err
	}
	if r.Text("api_url") == "" {
		return nil, r.incomplete("The LUSID domain is not known.")
	}
	if err := r.checkFault(way); err != nil {
		return nil, err
	}
	if err := r.checkValues(); err != nil {
		return nil, err
	}
	warning, err := r.checkProfile(way)
	if err != nil {
		return nil, err
	}
	signIn, credential := r.signIn(way)
	config, err := r.clientConfig(signIn)
	if err != nil {
		return nil, err
	}
	return &Choice{
		Client: config, Credential: credential, PassedOver: r.passedOver(way),
		TokenDefaults: r.grant(), Warning: warning, IgnoredFile: r.fault,
	}, nil
}

// checkValues checks every setting that has a value.
func (r *Resolved) checkValues() error {
	for _, s := range settings {
		if err := r.checkValue(s); err != nil {
			return err
		}
	}
	return nil
}

// checkValue checks the value of one setting, if it has one.
func (r *Resolved) checkValue(s Setting) error {
	text := r.Text(s.Attribute)
	if text == "" {
		return nil
	}
	err := Check(s.Attribute, text)
	if err == nil && s.checkHere != nil {
		err = s.checkHere(text)
	}
	if err != nil {
		return r.wrong(s.Attribute, err)
	}
	return nil
}

// wrong returns an error about a setting's value that names its source. It is a SettingError if the
// value is from the provider block.
func (r *Resolved) wrong(attribute string, err error) error {
	v := r.values[attribute]
	wrapped := fmt.Errorf("the %s from %s cannot be used: %w", attribute, v.source, err)
	if v.source == "the provider block" {
		return &SettingError{attribute, wrapped}
	}
	return wrapped
}

// clientConfig turns the values, which are checked, into the client's configuration.
func (r *Resolved) clientConfig(signIn client.SignIn) (config client.Config, err error) {
	config = client.Config{
		APIURL:            r.Text("api_url"),
		SignIn:            signIn,
		ApplicationName:   cmp.Or(r.Text("application_name"), "terraform-provider-lusid"),
		CorrelationID:     cmp.Or(r.correlationID, rand.Text()),
		ProxyUsername:     r.Text("proxy.username"),
		ProxyPassword:     client.Secret(r.Text("proxy.password")),
		CACertificateFile: r.Text("ca_certificate_file"),
		MaxRetries:        client.DefaultMaxRetries,
	}
	// Without an address, HTTPS_PROXY and NO_PROXY decide.
	if text := r.Text("proxy.address"); text != "" {
		if config.Proxy, err = parseProxy(text); err != nil {
			return config, err
		}
	}
	if text := r.Text("request_timeout"); text != "" {
		if config.RequestTimeout, err = time.ParseDuration(text); err != nil {
			return config, err
		}
	}
	if text := r.Text("max_retries"); text != "" {
		if config.MaxRetries, err = strconv.Atoi(text); err != nil {
			return config, err
		}
	}
	return config, nil
}
