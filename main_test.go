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

// serveVariable makes the test binary be the provider.
const serveVariable = "LUSID_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestLogs asks for the schema, of which the framework has a lot to say at TRACE.
func TestLogs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env    []string
		traces bool
	}{
		"nobody reads them":         {nil, false},
		"everything":                {[]string{"TF_LOG=TRACE"}, true},
		"everything, in lower case": {[]string{"TF_LOG=trace"}, true},
		"everything, as JSON":       {[]string{"TF_LOG=JSON"}, true},
		"a copy of everything":      {[]string{"TF_TEMP_LOG_PATH=crash.log"}, true},
		"a higher level":            {[]string{"TF_LOG=DEBUG"}, false},
		"the core's level":          {[]string{"TF_LOG_CORE=TRACE"}, false},
		"providers' level":          {[]string{"TF_LOG_PROVIDER=TRACE"}, true},
		"providers' higher level":   {[]string{"TF_LOG=TRACE", "TF_LOG_PROVIDER=ERROR"}, false},
		"the framework's level":     {[]string{"TF_LOG=ERROR", "TF_LOG_SDK_FRAMEWORK=TRACE"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if log := schemaLog(t, test.env...); strings.Contains(log, `"@level":"trace"`) != test.traces {
				t.Errorf("the log should hold everything: %t. It is:\n%s", test.traces, log)
			}
		})
	}
}

// schemaLog is what the provider writes to standard error when it is asked for its schema.
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

// schemaPlugin asks for the schema when it is dispensed.
type schemaPlugin struct{ plugin.NetRPCUnsupportedPlugin }

func (schemaPlugin) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("only the provider serves")
}

func (schemaPlugin) GRPCClient(ctx context.Context, _ *plugin.GRPCBroker, connection *grpc.ClientConn) (any, error) {
	return connection, connection.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", &emptypb.Empty{}, &emptypb.Empty{},
		grpc.MaxCallRecvMsgSize(64<<20))
}
