package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// serveVariable makes the test binary serve the provider.
const serveVariable = "LUSID_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestLogs requests the schema, for which the framework logs much at TRACE.
func TestLogs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env    []string
		traces bool
	}{
		"no log level":                       {nil, false},
		"TRACE":                              {[]string{"TF_LOG=TRACE"}, true},
		"TRACE, in lower case":               {[]string{"TF_LOG=trace"}, true},
		"JSON":                               {[]string{"TF_LOG=JSON"}, true},
		"TF_TEMP_LOG_PATH":                   {[]string{"TF_TEMP_LOG_PATH=crash.log"}, true},
		"DEBUG":                              {[]string{"TF_LOG=DEBUG"}, false},
		"TRACE for the core":                 {[]string{"TF_LOG_CORE=TRACE"}, false},
		"TRACE for providers":                {[]string{"TF_LOG_PROVIDER=TRACE"}, true},
		"TRACE, and ERROR for providers":     {[]string{"TF_LOG=TRACE", "TF_LOG_PROVIDER=ERROR"}, false},
		"ERROR, and TRACE for the framework": {[]string{"TF_LOG=ERROR", "TF_LOG_SDK_FRAMEWORK=TRACE"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if log := schemaLog(t, test.env...); strings.Contains(log, `"@level":"trace"`) != test.traces {
				t.Errorf("want messages at TRACE: %t, got the log:\n%s", test.traces, log)
			}
		})
	}
}

// schemaLog returns what the provider writes to standard error for a request of its schema.
func schemaLog(t *testing.T, env ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = slices.Concat(env, []string{serveVariable + "=1"})
	var log bytes.Buffer
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  6,
			MagicCookieKey:   "TF_PLUGIN_MAGIC_COOKIE",
			MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		},
		Plugins:          plugin.PluginSet{"provider": schemaPlugin{}},
		Cmd:              command,
		SkipHostEnv:      true,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           hclog.NewNullLogger(),
		Stderr:           &log,
	})
	protocol, err := client.Client()
	if err == nil {
		_, err = protocol.Dispense("provider")
	}
	client.Kill()
	if err != nil {
		t.Fatal(err)
	}
	return log.String()
}

// schemaPlugin requests the schema when it is dispensed.
type schemaPlugin struct{ plugin.NetRPCUnsupportedPlugin }

func (schemaPlugin) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("this plugin has no server")
}

func (schemaPlugin) GRPCClient(ctx context.Context, _ *plugin.GRPCBroker, connection *grpc.ClientConn) (any, error) {
	return connection, connection.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", &emptypb.Empty{}, &emptypb.Empty{},
		grpc.MaxCallRecvMsgSize(64<<20))
}
