package main

import (
	"os"
	_ "time/tzdata" // CronJobs with a time zone

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduling "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func etcd() error {
	etcdmain.Main(os.Args)
	return nil
}

func apiServer() error         { return run(apiserver.NewAPIServerCommand()) }
func controllerManager() error { return run(controllers.NewControllerManagerCommand()) }
func scheduler() error         { return run(scheduling.NewSchedulerCommand()) }

// run ends the process with the command's own exit code, as the commands' real mains do.
func run(command *cobra.Command) error {
	if code := cli.Run(command); code != 0 {
		os.Exit(code)
	}
	return nil
}
