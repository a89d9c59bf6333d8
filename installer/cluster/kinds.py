"""The kinds that live commands look at and write. Says nothing of what is in them."""

from installer.cluster.resources import Kind
from installer.model.change import Ref

CONFIG_MAP = Kind("", "ConfigMap")
SECRET = Kind("", "Secret")
POD = Kind("", "Pod")
EVENT = Kind("", "Event")
NAMESPACE = Kind("", "Namespace")
SERVICE = Kind("", "Service")
ENDPOINT_SLICE = Kind("discovery.k8s.io", "EndpointSlice")
NETWORK_POLICY = Kind("networking.k8s.io", "NetworkPolicy")
LEASE = Kind("coordination.k8s.io", "Lease")
DEPLOYMENT = Kind("apps", "Deployment")
STATEFUL_SET = Kind("apps", "StatefulSet")
REPLICA_SET = Kind("apps", "ReplicaSet")
CRD = Kind("apiextensions.k8s.io", "CustomResourceDefinition")
ROUTE = Kind("route.openshift.io", "Route")
CRON_JOB = Kind("batch", "CronJob")
STORAGE_CLASS = Kind("storage.k8s.io", "StorageClass")
ACCESS_REVIEW = Kind("authorization.k8s.io", "SelfSubjectAccessReview")
RULES_REVIEW = Kind("authorization.k8s.io", "SelfSubjectRulesReview")
CLUSTER_VERSION = Kind("config.openshift.io", "ClusterVersion")
BACKSTAGE = Kind("rhdh.redhat.com", "Backstage")
ORCHESTRATOR = Kind("rhdh.redhat.com", "Orchestrator")
SUBSCRIPTION = Kind("operators.coreos.com", "Subscription")
CSV = Kind("operators.coreos.com", "ClusterServiceVersion")
INSTALL_PLAN = Kind("operators.coreos.com", "InstallPlan")
CATALOG_SOURCE = Kind("operators.coreos.com", "CatalogSource")
OPERATOR_GROUP = Kind("operators.coreos.com", "OperatorGroup")
PACKAGE = Kind("packages.operators.coreos.com", "PackageManifest")
SERVING = Kind("operator.knative.dev", "KnativeServing")
EVENTING = Kind("operator.knative.dev", "KnativeEventing")
PLATFORM = Kind("sonataflow.org", "SonataFlowPlatform")
APPLICATION = Kind("argoproj.io", "Application")
OPENSHIFT = "config.openshift.io"
# An AllNamespaces CSV is copied into every namespace; a copy is no install.
NO_COPIES = "!olm.copiedFrom"


def kind_of(ref: Ref) -> Kind:
    """How the API is asked about an object that was read before: in the version that it was read in."""
    group, _, version = ref.api_version.rpartition("/")
    return Kind(group, ref.kind, version)
