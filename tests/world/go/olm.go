package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	configclientset "github.com/openshift/client-go/config/clientset/versioned"
	operatorsv1alpha1 "github.com/operator-framework/api/pkg/operators/v1alpha1"
	"github.com/sirupsen/logrus"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	k8sscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	utilclock "k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/operator-framework/operator-lifecycle-manager/pkg/api/client/clientset/versioned"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/controller/operators"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/controller/operators/catalog"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/controller/operators/catalogtemplate"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/controller/operators/olm"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/controller/operators/validatingroundtripper"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/lib/operatorclient"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/lib/queueinformer"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/package-server/server"
)

// The resync periods and limits that OLM's own mains have as defaults.
const (
	olmResync           = 5 * time.Minute
	catalogResync       = 15 * time.Minute
	installPlanTimeout  = time.Minute
	bundleUnpackTimeout = 10 * time.Minute
	workloadUserUnset   = int64(-1)
	// Bundles travel inside the catalog's answers, so no image is ever pulled: an address that cannot exist shows it if one is.
	noImage = "image.invalid/none"
)

// olmOperators runs OLM's two operators in one process: the one that installs CSVs and the one that resolves Subscriptions.
func olmOperators() error {
	flags := flag.NewFlagSet("olm", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "how to reach the API")
	namespace := flags.String("namespace", "olm", "where the global catalogs are")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	ctx := untilSignal()
	ctrl.SetLogger(zap.New())
	logger := logrus.New()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	if err := startCatalogOperators(ctx, *kubeconfig, *namespace, logger); err != nil {
		return fmt.Errorf("catalog operator: %w", err)
	}
	manager, err := newManager(config)
	if err != nil {
		return fmt.Errorf("manager: %w", err)
	}
	if err := startOperator(ctx, config, manager.GetScheme(), logger); err != nil {
		return fmt.Errorf("olm operator: %w", err)
	}
	return manager.Start(ctx)
}

func untilSignal() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	return ctx
}

// newManager prepares the reconcilers of the Operator and OperatorCondition APIs. It serves no metrics: nothing may listen.
func newManager(config *rest.Config) (ctrl.Manager, error) {
	scheme := runtime.NewScheme()
	if err := metav1.AddMetaToScheme(scheme); err != nil {
		return nil, err
	}
	if err := operators.AddToScheme(scheme); err != nil {
		return nil, err
	}
	notCopied, err := labels.NewRequirement(operatorsv1alpha1.CopiedLabelKey, selection.DoesNotExist, nil)
	if err != nil {
		return nil, err
	}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Metrics: metricsserver.Options{BindAddress: "0"},
		Cache: cache.Options{ByObject: map[client.Object]cache.ByObject{
			&operatorsv1alpha1.ClusterServiceVersion{}: {Label: labels.NewSelector().Add(*notCopied)},
		}},
	})
	if err != nil {
		return nil, err
	}
	return manager, addReconcilers(manager)
}

func addReconcilers(manager ctrl.Manager) error {
	c, log, scheme := manager.GetClient(), ctrl.Log, manager.GetScheme()
	condition, err := operators.NewOperatorConditionReconciler(c, log, scheme)
	if err != nil {
		return err
	}
	generator, err := operators.NewOperatorConditionGeneratorReconciler(c, log, scheme)
	if err != nil {
		return err
	}
	operator, err := operators.NewOperatorReconciler(c, log, scheme)
	if err != nil {
		return err
	}
	adoption, err := operators.NewAdoptionReconciler(c, log, scheme)
	if err != nil {
		return err
	}
	for _, each := range []interface{ SetupWithManager(ctrl.Manager) error }{condition, generator, operator, adoption} {
		if err := each.SetupWithManager(manager); err != nil {
			return err
		}
	}
	return nil
}

// startOperator runs what brings CSVs to Succeeded.
func startOperator(ctx context.Context, config *rest.Config, scheme *runtime.Scheme, logger *logrus.Logger) error {
	// OLM refuses to make objects without its label; the wrapper is how its own main does it.
	validating := validatingroundtripper.Wrap(config, scheme)
	openshift, err := configclientset.NewForConfig(config)
	if err != nil {
		return err
	}
	operatorClient, err := operatorclient.NewClientFromRestConfig(validating)
	if err != nil {
		return err
	}
	external, err := versioned.NewForConfig(config)
	if err != nil {
		return err
	}
	metadataClient, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	operator, err := olm.NewOperator(
		ctx,
		olm.WithLogger(logger),
		olm.WithWatchedNamespaces(metav1.NamespaceAll),
		olm.WithResyncPeriod(queueinformer.ResyncWithJitter(olmResync, 0.2)),
		olm.WithExternalClient(external),
		olm.WithMetadataClient(metadataClient),
		olm.WithOperatorClient(operatorClient),
		olm.WithRestConfig(validating),
		olm.WithConfigClient(openshift),
		// OpenShift's own configuration is a stand-in without Proxy objects here: OLM must not wait for them.
		olm.WithOpenshiftConfigAPIExists(false),
	)
	if err != nil {
		return err
	}
	operator.Run(ctx)
	<-operator.Ready()
	return nil
}

// startCatalogOperators runs what turns Subscriptions into InstallPlans.
func startCatalogOperators(ctx context.Context, kubeconfig, namespace string, logger *logrus.Logger) error {
	scheme := k8sscheme.Scheme
	if err := apiextensionsv1.AddToScheme(scheme); err != nil {
		return err
	}
	if err := apiregistrationv1.AddToScheme(scheme); err != nil {
		return err
	}
	resolving, err := catalog.NewOperator(
		ctx, kubeconfig, utilclock.RealClock{}, logger, catalogResync, noImage, noImage, noImage, namespace,
		scheme, installPlanTimeout, bundleUnpackTimeout, workloadUserUnset,
	)
	if err != nil {
		return err
	}
	template, err := catalogtemplate.NewOperator(ctx, kubeconfig, logger, catalogResync, namespace)
	if err != nil {
		return err
	}
	resolving.Run(ctx)
	<-resolving.Ready()
	template.Run(ctx)
	<-template.Ready()
	return nil
}

// packageServer serves the packagemanifests API. Who may ask is decided by the kube-apiserver in front of it:
// its own delegated authorization insists on running inside a pod.
func packageServer() error {
	options := server.NewPackageServerOptions(os.Stdout, os.Stderr)
	options.DisableAuthForTesting = true
	return server.NewCommandStartPackageServer(untilSignal(), options).Execute()
}
