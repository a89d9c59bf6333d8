// Command world is a whole small Kubernetes in one file: `world PROGRAM flags` becomes that program.
//
// It exists for tests. One binary is linked once instead of eight times, and the parts of OLM that would
// listen on every interface are started here through their packages, on loopback or not at all.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

// programs says what each first argument becomes. A program that returns has ended well.
var programs = map[string]func() error{
	"etcd":                    etcd,
	"kube-apiserver":          apiServer,
	"kube-controller-manager": controllerManager,
	"kube-scheduler":          scheduler,
	"kwok":                    kubelet,
	"olm":                     olmOperators,
	"package-server":          packageServer,
	"catalog-serve":           serveCatalog,
	"manifests":               printManifests,
	"pki":                     makePKI,
}

func names() string {
	all := make([]string, 0, len(programs))
	for name := range programs {
		all = append(all, name)
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}

// endWithParent ends this process soon after the one that started it, however that one died. The parent's number is
// given, as it may be dead before this process can ask for it.
func endWithParent(parent string) {
	for strconv.Itoa(os.Getppid()) == parent {
		time.Sleep(time.Second)
	}
	os.Exit(3)
}

func main() {
	if len(os.Args) < 2 || programs[os.Args[1]] == nil {
		fmt.Fprintf(os.Stderr, "usage: world PROGRAM [flags]\nprograms: %s\n", names())
		os.Exit(2)
	}
	if parent := os.Getenv("WORLD_PARENT"); parent != "" {
		go endWithParent(parent)
	}
	program := programs[os.Args[1]]
	// Each program reads os.Args by itself and believes that it is the only one in here.
	os.Args = os.Args[1:]
	if err := program(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[0], err)
		os.Exit(1)
	}
}
