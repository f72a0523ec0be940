package provider

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// explain turns a client error into the detail of a diagnostic: what was attempted, LUSID's message,
// the next step, more from the caller, and last the identifiers that LUSID's support asks for.
func (c *connection) explain(attempt string, err error, more ...string) string {
	var doubt string
	if unsettled, ok := errors.AsType[*unsettledError](err); ok {
		doubt, err = sentence(fmt.Sprintf("%s: %s", unsettled.doubt, unsettled.cause)), unsettled.lost
	}
	var e *client.Error
	if !errors.As(err, &e) {
		paragraphs := slices.Concat([]string{sentence(attempt), sentence(err.Error()), doubt, c.networkRemedy(err)}, more)
		if client.WasSent(err) {
			// LUSID's support cannot find a request that was never sent.
			paragraphs = append(paragraphs, c.facts(nil))
		}
		return joinParagraphs(paragraphs...)
	}
	steps := joinParagraphs(slices.Concat([]string{doubt, c.remedy(e), c.otherWay(e)}, more)...)
	if steps == "" && len(e.FieldErrors) == 0 && !client.IsNotFound(e) {
		steps = unknownRemedy(e)
	}
	return joinParagraphs(sentence(attempt), e.Words(), steps, c.facts(e))
}

// unknownRemedy is the next step after a refusal that the provider does not know.
func unknownRemedy(e *client.Error) string {
	if e.Words() == "" {
		return "LUSID gave no reason. Contact LUSID's support with the identifiers below."
	}
	return "If this does not say what to correct, contact LUSID's support with the identifiers below."
}

// explainFound is explain for an error whose usual next step, such as to run again later, would be wrong. next says
// what to do.
func (c *connection) explainFound(attempt string, err error, next ...string) string {
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		return c.explain(attempt, err, next...)
	}
	return joinParagraphs(slices.Concat([]string{sentence(attempt), e.Words()}, next, []string{c.facts(e)})...)
}

// explainUpdate is explain for an update. If the object does not exist, the next step is to plan again.
func (c *connection) explainUpdate(attempt string, err error, more ...string) string {
	if !client.IsNotFound(err) {
		return c.explain(attempt, err, more...)
	}
	return c.explainFound(attempt, err, append(more, "It was deleted in LUSID after the plan was made, or before a plan with -refresh=false. "+
		"Plan again, without -refresh=false: the new plan creates it.")...)
}

// otherWay names other complete credentials if LUSID refused those that the provider used.
func (c *connection) otherWay(e *client.Error) string {
	isRefused := e.StatusCode == http.StatusUnauthorized ||
		e.Operation == client.OperationToken && e.StatusCode < 500 && e.StatusCode != http.StatusTooManyRequests
	if c.passedOver == "" || !isRefused || e.Unusable != "" {
		return ""
	}
	return fmt.Sprintf("The provider could also sign in with %s, which ranks lower. To use it, remove the credentials that were refused.", c.passedOver)
}

// unsettledError is a lost response to a write, if the provider could not find out the outcome either.
type unsettledError struct {
	lost error
	// doubt says what the provider could not find out, and cause says why.
	doubt string
	cause error
}

func (e *unsettledError) Error() string {
	return e.lost.Error() + ", and " + e.doubt + ": " + e.cause.Error()
}
func (e *unsettledError) Unwrap() error { return e.lost }

// explainToken is explain for a token that a data source requests with credentials from its arguments.
func (c *connection) explainToken(attempt string, err error) string {
	var e *client.Error
	if !errors.As(err, &e) || e.Unusable != "" || e.StatusCode >= 500 || e.StatusCode == http.StatusTooManyRequests {
		return c.explain(attempt, err)
	}
	return joinParagraphs(sentence(attempt), e.Words(),
		"Check token_url, client_id and client_secret, that the user name and password are right, and that the user has finished the "+
			"sign-up and is not locked. The provider does not retry a refused password in this run, so that LUSID does not lock the user.",
		c.facts(e))
}

// remedy is the next step after a response.
func (c *connection) remedy(e *client.Error) string {
	switch {
	case client.IsBlockedByNetworkZone(e):
		return "A network zone of the domain blocks the address that this request came from. " +
			"Ask an administrator to add the address to a zone that allows it, or run Terraform from an allowed address."
	case e.Operation == client.OperationToken && e.Unusable == "" && e.StatusCode < 500 && e.StatusCode != http.StatusTooManyRequests:
		return fmt.Sprintf("The provider signs in with %s. Check these credentials, that the user has finished the sign-up and is not locked, and that "+
			"the application still exists with this secret. The provider does not try them again in this run, so that LUSID does not lock the user.", c.credential)
	case e.Unusable != "" && e.Operation == client.OperationToken:
		return fmt.Sprintf("Check that %s is the token URL of the LUSID domain and that no proxy responds instead.", e.URL)
	case e.StatusCode == http.StatusUnauthorized && c.ownClientID != "":
		return fmt.Sprintf("The provider signs in with %s, and %s refused a new token too. Check that token_url belongs to that domain, and that no "+
			"proxy removes the token from requests.", c.credential, c.client.Domain())
	case e.StatusCode == http.StatusUnauthorized:
		why := "expired, was deleted, or does not belong to the domain " + c.client.Domain()
		if expiry := c.client.BearerExpiry(); !expiry.IsZero() && expiry.Before(time.Now()) {
			why = "expired at " + expiry.UTC().Format(time.RFC3339)
		}
		return fmt.Sprintf("The provider signs in with %s. LUSID refused it, because it %s. The provider cannot renew a bearer token. Replace it with a valid one.", c.credential, why)
	case client.IsIncomplete(e), e.Flawed:
		return "Report this to LUSID's support: every object that LUSID lists must have this."
	case e.Unusable != "" && e.StatusCode >= 500:
		return fmt.Sprintf("Run again later. If the error persists, check that %s is the LUSID domain and that no proxy responds instead.",
			c.client.Domain())
	case e.Unusable != "":
		return fmt.Sprintf("Check that %s is the LUSID domain and that no proxy responds instead.", c.client.Domain())
	case lusidScope(e) != "":
		return inLUSIDScope(lusidScope(e))
	case e.StatusCode == http.StatusForbidden || isRightLacking(e):
		return fmt.Sprintf("The provider signs in with %s, whose user lacks the right to do this. LUSID's role lusid-administrator has it.",
			c.credential)
	case e.StatusCode == http.StatusTooManyRequests:
		return "LUSID limits the rate of requests. Run again later, or with a lower -parallelism."
	case e.StatusCode >= 500:
		return "Run again later. If the error persists, contact LUSID's support with the identifiers below."
	}
	return cmp.Or(accessRemedy(e), lookUp(e))
}

// networkRemedy is the next step if there was no response.
func (c *connection) networkRemedy(err error) string {
	var (
		certificate *tls.CertificateVerificationError
		dns         *net.DNSError
		file        *fs.PathError
		network     net.Error
	)
	switch {
	case errors.As(err, &certificate):
		return "The server's certificate is not trusted. If a proxy of your company inspects traffic, set ca_certificate_file (FBN_CLIENT_CERTIFICATE) to its root certificate."
	case errors.As(err, &dns):
		return "Check the host in api_url (FBN_IDENTITY_URL) and token_url (FBN_TOKEN_URL), and the network."
	case errors.Is(err, context.Canceled):
		return "The run was interrupted."
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "The time was up: see request_timeout in the provider block and timeouts in the resource. " +
			"A refresh uses timeouts.read from the state. To raise it, change it and run terraform apply -refresh=false."
	case errors.As(err, &file):
		return fmt.Sprintf("The provider signs in with %s. Check that the file exists and that Terraform can read it.", c.credential)
	case errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF):
		return "Check the network. If you need a proxy, check proxy.address (FBN_PROXY_ADDRESS) or HTTPS_PROXY."
	}
	return ""
}

// facts is the last line of a diagnostic: status, error code and identifiers.
func (c *connection) facts(e *client.Error) string {
	var facts []string
	if e != nil {
		facts = append(facts, fmt.Sprintf("HTTP %d", e.StatusCode))
		name := e.Name
		if e.Code != 0 {
			name = strings.TrimSpace(fmt.Sprintf("%s (%d)", name, e.Code))
		}
		if name != "" {
			facts = append(facts, name)
		}
		if e.RequestID != "" {
			facts = append(facts, "request "+e.RequestID)
		}
	}
	return strings.Join(append(facts, "correlation "+c.client.CorrelationID()), " · ")
}

func joinParagraphs(paragraphs ...string) string {
	var kept []string
	for _, paragraph := range paragraphs {
		if paragraph != "" {
			kept = append(kept, paragraph)
		}
	}
	return strings.Join(kept, "\n\n")
}

// sentence adds a capital letter and a full stop to a Go error message. A name such as
// identity.GetRole or acme.lusid.com keeps its spelling.
func sentence(text string) string {
	word, _, _ := strings.Cut(text, " ")
	if isName := strings.Contains(strings.TrimRight(word, ".:"), "."); !isName {
		first, size := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, ")") || strings.HasSuffix(text, ":") {
		return text
	}
	return text + "."
}
