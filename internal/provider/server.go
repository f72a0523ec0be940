package provider

import (
	"context"
	"iter"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns a server that serves the provider to one CLI by version 6 of Terraform's plugin
// protocol. version is the provider's version, which is part of the user agent of every request.
// NewServer panics if the framework lacks a part of the protocol that [frameworkServer] names. This can
// happen only with another version of the framework, and then every test fails.
func NewServer(version string) tfprotov6.ProviderServer {
	framework, ok := providerserver.NewProtocol6(&lusidProvider{version: version})().(frameworkServer)
	if !ok {
		panic("the framework's server has no list resources or no actions: without them, this server cannot wrap it")
	}
	s := &server{frameworkServer: framework}
	s.start()
	return s
}

// frameworkServer is the interface of the framework's server. The protocol library checks for its
// parts one by one.
type frameworkServer interface {
	tfprotov6.ProviderServerWithListResource //nolint:staticcheck // There is no other name for it yet.
	tfprotov6.ProviderServerWithActions      //nolint:staticcheck // There is no other name for it yet.
}

// server is the framework's server, but treats the context of an exchange differently in two ways.
//   - The framework keeps every context until StopProvider, each with five loggers. In a large plan they
//     would take most of the memory. A [passingContext] can be dropped earlier.
//   - StopProvider cancels the contexts that the framework has. An exchange that comes a moment later
//     would still go to LUSID. This server cancels those too.
//
// Where the framework does it: registerContext and cancelRegisteredContexts in
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/internal/proto6server/serve.go.
// Why it does: https://github.com/hashicorp/terraform-plugin-go/pull/25 and
// https://github.com/hashicorp/terraform-plugin-framework/issues/781.
type server struct {
	frameworkServer
	run atomic.Pointer[run]
}

// run covers all requests of the CLI until StopProvider.
type run struct {
	context.Context //nolint:containedctx // It is the run's, whose exchanges come one by one.
	stop            context.CancelFunc
	configured      atomic.Bool
}

func (s *server) start() {
	ctx, stop := context.WithCancel(context.Background())
	s.run.Store(&run{Context: ctx, stop: stop})
}

// ConfigureProvider begins a new run if it is called again after StopProvider. Terraform calls it more
// than once only in a debugged process: for the plan, for the apply, for each alias, and for the next
// command. It cannot distinguish an alias from the next command, so it never cancels running requests.
// StopProvider does.
func (s *server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	if last := s.run.Load(); last.configured.Swap(true) && last.Err() != nil {
		s.start()
		s.run.Load().configured.Store(true)
	}
	return s.frameworkServer.ConfigureProvider(ctx, req)
}

func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.run.Load().stop()
	return s.frameworkServer.StopProvider(ctx, req)
}

func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return during(ctx, s.run.Load().Context, req, s.frameworkServer.ValidateResourceConfig)
}

func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return during(ctx, s.run.Load().Context, req, s.frameworkServer.UpgradeResourceState)
}

func (s *server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return during(ctx, s.run.Load().Context, req, s.frameworkServer.UpgradeResourceIdentity)
}

func (s *server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return during(ctx, s.run.Load().Context, req, s.frameworkServer.ImportResourceState)
}

func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return during(ctx, s.run.Load().Context, req, s.frameworkServer.ReadResource)
}

func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return during(ctx, s.run.Load().Context, req, s.frameworkServer.PlanResourceChange)
}

func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return during(ctx, s.run.Load().Context, req, s.frameworkServer.ApplyResourceChange)
}

func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return during(ctx, s.run.Load().Context, req, s.frameworkServer.ReadDataSource)
}

func (s *server) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return during(ctx, s.run.Load().Context, req, s.frameworkServer.OpenEphemeralResource)
}

func (s *server) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	ctx, end := stoppable(ctx, s.run.Load().Context)
	stream, err := s.frameworkServer.ListResource(ctx, req)
	if err != nil {
		end()
		return nil, err
	}
	return &tfprotov6.ListResourceServerStream{Results: endWith(stream.Results, end)}, nil
}

func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	ctx, end := stoppable(ctx, s.run.Load().Context)
	stream, err := s.frameworkServer.InvokeAction(ctx, req)
	if err != nil {
		end()
		return nil, err
	}
	return &tfprotov6.InvokeActionServerStream{Events: endWith(stream.Events, end)}, nil
}

// stoppable returns a context that is cancelled when the run is stopped, or at once if it was stopped
// before.
func stoppable(ctx, run context.Context) (stoppable context.Context, end func()) {
	ctx, cancel := context.WithCancel(ctx)
	if run.Err() != nil {
		cancel()
	}
	forget := context.AfterFunc(run, cancel)
	return ctx, func() {
		forget()
		cancel()
	}
}

// endWith calls end after the last result, or when the reader stops.
func endWith[T any](events iter.Seq[T], end func()) iter.Seq[T] {
	return func(push func(T) bool) {
		defer end()
		events(push)
	}
}

// during runs an exchange with a context that is cancelled when the run is stopped. After the
// exchange, the context keeps nothing in memory.
func during[Request, Response any](ctx, run context.Context, req Request, exchange func(context.Context, Request) (Response, error)) (Response, error) {
	ctx, end := stoppable(ctx, run)
	defer end()
	passing := &passingContext{after: run}
	passing.current.Store(&ctx)
	// The linter cannot see that a passingContext is derived from ctx.
	defer passing.current.Store(nil) //nolint:contextcheck // See above.
	return exchange(passing, req)    //nolint:contextcheck // See above.
}

// passingContext forwards to one context until that is removed, and to another one after that.
type passingContext struct {
	current atomic.Pointer[context.Context]
	after   context.Context //nolint:containedctx // It is a context itself.
}

func (p *passingContext) get() context.Context {
	if ctx := p.current.Load(); ctx != nil {
		return *ctx
	}
	return p.after
}

func (p *passingContext) Deadline() (time.Time, bool) { return p.get().Deadline() }
func (p *passingContext) Done() <-chan struct{}       { return p.get().Done() }
func (p *passingContext) Err() error                  { return p.get().Err() }
func (p *passingContext) Value(key any) any           { return p.get().Value(key) }
