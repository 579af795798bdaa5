// The trillian command serves Trillian's log API over its storage in memory, which its own commands do not offer.
// It makes two trees, one for the CT log and one for Rekor v1, and prints their ids on one line.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os/signal"
	"syscall"
	"time"

	"github.com/google/trillian"
	"github.com/google/trillian/extension"
	trillianlog "github.com/google/trillian/log"
	"github.com/google/trillian/monitoring"
	"github.com/google/trillian/quota"
	"github.com/google/trillian/server"
	"github.com/google/trillian/server/admin"
	"github.com/google/trillian/server/interceptor"
	"github.com/google/trillian/storage/memory"
	"github.com/google/trillian/util/clock"
	"github.com/google/trillian/util/election"
	"github.com/google/trillian/util/election2"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
)

func main() {
	address := flag.String("address", "127.0.0.1:8090", "where the log API is served")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *address); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, address string) error {
	trees := memory.NewTreeStorage()
	registry := extension.Registry{
		AdminStorage:    memory.NewAdminStorage(trees),
		LogStorage:      memory.NewLogStorage(trees, monitoring.InertMetricFactory{}),
		QuotaManager:    quota.Noop(),
		ElectionFactory: election2.NoopFactory{},
		MetricFactory:   monitoring.InertMetricFactory{},
	}
	logServer := server.NewTrillianLogRPCServer(registry, clock.System)
	var ids []int64
	for range 2 {
		id, err := newTree(ctx, admin.New(registry, nil), logServer)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}

	// Integrates new leaves into the trees.
	sequencer := trillianlog.NewOperationManager(trillianlog.OperationInfo{
		Registry:    registry,
		BatchSize:   100,
		NumWorkers:  2,
		RunInterval: 50 * time.Millisecond,
		TimeSource:  clock.System,
		ElectionConfig: election.RunnerConfig{
			MasterHoldInterval: time.Hour,
			TimeSource:         clock.System,
		},
	}, trillianlog.NewSequencerManager(registry, 0))
	go sequencer.OperationLoop(ctx)

	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	grpcServer := grpc.NewServer(grpc.UnaryInterceptor(interceptor.ErrorWrapper))
	trillian.RegisterTrillianLogServer(grpcServer, logServer)
	context.AfterFunc(ctx, grpcServer.Stop)
	fmt.Println(ids[0], ids[1])
	return grpcServer.Serve(listener)
}

func newTree(ctx context.Context, trees *admin.Server, logs *server.TrillianLogRPCServer) (int64, error) {
	tree, err := trees.CreateTree(ctx, &trillian.CreateTreeRequest{Tree: &trillian.Tree{
		TreeState:       trillian.TreeState_ACTIVE,
		TreeType:        trillian.TreeType_LOG,
		MaxRootDuration: durationpb.New(0),
	}})
	if err != nil {
		return 0, err
	}
	_, err = logs.InitLog(ctx, &trillian.InitLogRequest{LogId: tree.TreeId})
	return tree.TreeId, err
}
