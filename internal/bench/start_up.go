package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// starts is how often the provider is started for the median.
const starts = 11

// startUp starts the provider like the CLI does, and requests its schema.
func startUp(ctx context.Context, path string) (startup, error) {
	var handshakes, schemas []float64
	for range starts {
		handshake, schema, err := start(ctx, path)
		if err != nil {
			return startup{}, fmt.Errorf("start the provider: %w", err)
		}
		handshakes = append(handshakes, rounded(handshake.Seconds()*1000))
		schemas = append(schemas, rounded(schema.Seconds()*1000))
	}
	return startup{HandshakeMS: median(handshakes), SchemaMS: median(schemas)}, nil
}

func start(ctx context.Context, path string) (handshake, schema time.Duration, err error) {
	command := exec.CommandContext(ctx, path)
	command.Env = environment()
	started := time.Now()
	client := plugin.NewClient(&plugin.ClientConfig{
		// Source: Terraform's plugin protocol, version 6.
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  6,
			MagicCookieKey:   "TF_PLUGIN_MAGIC_COOKIE",
			MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		},
		Plugins:          plugin.PluginSet{"provider": connector{}},
		Cmd:              command,
		SkipHostEnv:      true,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		Logger:           hclog.NewNullLogger(),
	})
	defer client.Kill()
	protocol, err := client.Client()
	if err != nil {
		return 0, 0, err
	}
	dispensed, err := protocol.Dispense("provider")
	if err != nil {
		return 0, 0, err
	}
	connection, ok := dispensed.(*grpc.ClientConn)
	if !ok {
		return 0, 0, errors.New("the provider does not speak gRPC")
	}
	handshake = time.Since(started)
	// The request is empty, and the content of the response is not needed.
	err = connection.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", &emptypb.Empty{}, &emptypb.Empty{}, grpc.MaxCallRecvMsgSize(64<<20))
	return handshake, time.Since(started) - handshake, err
}

// connector returns the plain gRPC connection, because the protocol's client is internal to the CLI.
type connector struct{ plugin.NetRPCUnsupportedPlugin }

func (connector) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("connector is only a client")
}

func (connector) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, connection *grpc.ClientConn) (any, error) {
	return connection, nil
}
