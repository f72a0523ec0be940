package provider_test

import (
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// http2Faults end requests over HTTP/2 without a response, before and after the request is carried out.
func http2Faults() []fault {
	const repeated = "the server aborted the request without a response"
	var all []fault
	for _, way := range []struct {
		name     string
		breakOff func(*providertest.Wire)
		words    string
	}{
		{"PROTOCOL_ERROR", providertest.ResetStream(providertest.CodeProtocolError), repeated},
		{"INTERNAL_ERROR", providertest.ResetStream(providertest.CodeInternalError), "INTERNAL_ERROR"},
		{"REFUSED_STREAM", providertest.ResetStream(providertest.CodeRefusedStream), repeated},
		{"GOAWAY", providertest.GoAway, repeated},
		{"connection reset", (*providertest.Wire).Reset, "connection reset"},
	} {
		for _, written := range []bool{false, true} {
			f := fault{name: "HTTP2 " + way.name, effect: responseLost, written: written, words: []string{way.words}, breakOff: way.breakOff}
			f.mock.Reset = "before"
			if written {
				f.name, f.mock.Reset = f.name+" after the write", "after"
			}
			all = append(all, f)
		}
	}
	return all
}
