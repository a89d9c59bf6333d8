package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"

	"github.com/operator-framework/operator-registry/pkg/api"
	"github.com/operator-framework/operator-registry/pkg/cache"
	"github.com/operator-framework/operator-registry/pkg/server"
	"google.golang.org/grpc"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
)

// serveCatalog answers OLM from a folder in the file-based catalog format. Unlike `opm serve` it listens on one address only.
func serveCatalog() error {
	flags := flag.NewFlagSet("catalog-serve", flag.ContinueOnError)
	configs := flags.String("configs", "", "folder of the catalog")
	cacheDir := flags.String("cache-dir", "", "an empty folder")
	listen := flags.String("listen", "", "address, such as 127.0.0.1:50051")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	if *configs == "" || *cacheDir == "" || *listen == "" {
		return errors.New("--configs, --cache-dir and --listen are all needed")
	}
	ctx := untilSignal()
	store, err := cache.New(*cacheDir)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := cache.LoadOrRebuild(ctx, store, os.DirFS(*configs)); err != nil {
		return fmt.Errorf("load %s: %w", *configs, err)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	answering := grpc.NewServer()
	api.RegisterRegistryServer(answering, server.NewRegistryServer(store))
	health.RegisterHealthServer(answering, server.NewHealthServer())
	reflection.Register(answering)
	go func() {
		<-ctx.Done()
		// Not GracefulStop: OLM keeps its connection open for ever.
		answering.Stop()
	}()
	return answering.Serve(listener)
}
