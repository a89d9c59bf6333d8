package main

import (
	"bytes"
	"fmt"
	"os"
	"sort"
	"strings"

	olm "github.com/operator-framework/api/crds"
	kwok "sigs.k8s.io/kwok/kustomize/crd"
	node "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	lease "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
	pod "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
)

// printManifests writes what the parts bring along, as YAML documents of exactly the versions that are linked here:
// `kwok` and `olm` their CRDs, `stages` those of kwok's stock Stages that the world uses unchanged.
func printManifests() error {
	for _, what := range os.Args[1:] {
		documents, err := manifests(what)
		if err != nil {
			return err
		}
		for _, document := range documents {
			fmt.Printf("---\n%s\n", bytes.TrimSpace(document))
		}
	}
	return nil
}

func manifests(what string) ([][]byte, error) {
	switch what {
	case "kwok":
		return [][]byte{kwok.Stage, kwok.Logs, kwok.ClusterLogs}, nil
	case "stages":
		return [][]byte{
			[]byte(node.DefaultNodeInit), []byte(lease.DefaultNodeHeartbeatWithLease),
			[]byte(pod.DefaultPodComplete), []byte(pod.DefaultPodDelete),
		}, nil
	case "olm":
		return olmCRDs(), nil
	default:
		return nil, fmt.Errorf("%q is none of kwok, stages, olm", what)
	}
}

func olmCRDs() [][]byte {
	names := olm.AssetNames()
	sort.Strings(names)
	var documents [][]byte
	for _, name := range names {
		if strings.HasSuffix(name, ".yaml") {
			documents = append(documents, olm.MustAsset(name))
		}
	}
	return documents
}
