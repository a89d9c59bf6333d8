"""The kinds that rules read, by API group and without versions. Says nothing of how they are fetched."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of an API group; the group is empty for core. Objects of every version of the group are meant."""

    group: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.group})" if self.group else self.kind


CONFIG_MAP = Kind("", "ConfigMap")
SECRET = Kind("", "Secret")
POD = Kind("", "Pod")
EVENT = Kind("", "Event")
NAMESPACE = Kind("", "Namespace")
NODE = Kind("", "Node")
SERVICE = Kind("", "Service")
ENDPOINTS = Kind("", "Endpoints")
SERVICE_ACCOUNT = Kind("", "ServiceAccount")
VOLUME_CLAIM = Kind("", "PersistentVolumeClaim")
RESOURCE_QUOTA = Kind("", "ResourceQuota")
LIMIT_RANGE = Kind("", "LimitRange")
ENDPOINT_SLICE = Kind("discovery.k8s.io", "EndpointSlice")
NETWORK_POLICY = Kind("networking.k8s.io", "NetworkPolicy")
INGRESS = Kind("networking.k8s.io", "Ingress")
ROUTE = Kind("route.openshift.io", "Route")
DEPLOYMENT = Kind("apps", "Deployment")
STATEFUL_SET = Kind("apps", "StatefulSet")
REPLICA_SET = Kind("apps", "ReplicaSet")
JOB = Kind("batch", "Job")
CRON_JOB = Kind("batch", "CronJob")
AUTOSCALER = Kind("autoscaling", "HorizontalPodAutoscaler")
ROLE = Kind("rbac.authorization.k8s.io", "Role")
ROLE_BINDING = Kind("rbac.authorization.k8s.io", "RoleBinding")
CLUSTER_ROLE = Kind("rbac.authorization.k8s.io", "ClusterRole")
CLUSTER_ROLE_BINDING = Kind("rbac.authorization.k8s.io", "ClusterRoleBinding")
CRD = Kind("apiextensions.k8s.io", "CustomResourceDefinition")
VALIDATING_WEBHOOK = Kind("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")
MUTATING_WEBHOOK = Kind("admissionregistration.k8s.io", "MutatingWebhookConfiguration")
CLUSTER_VERSION = Kind("config.openshift.io", "ClusterVersion")
PROXY = Kind("config.openshift.io", "Proxy")
IMAGE_POLICY = Kind("config.openshift.io", "Image")
IMAGE_MIRROR = Kind("config.openshift.io", "ImageDigestMirrorSet")
IMAGE_TAG_MIRROR = Kind("config.openshift.io", "ImageTagMirrorSet")
BACKSTAGE = Kind("rhdh.redhat.com", "Backstage")
ORCHESTRATOR = Kind("rhdh.redhat.com", "Orchestrator")
SUBSCRIPTION = Kind("operators.coreos.com", "Subscription")
CSV = Kind("operators.coreos.com", "ClusterServiceVersion")
INSTALL_PLAN = Kind("operators.coreos.com", "InstallPlan")
CATALOG_SOURCE = Kind("operators.coreos.com", "CatalogSource")
OPERATOR_GROUP = Kind("operators.coreos.com", "OperatorGroup")
PACKAGE = Kind("packages.operators.coreos.com", "PackageManifest")
CLUSTER_EXTENSION = Kind("olm.operatorframework.io", "ClusterExtension")
SERVING = Kind("operator.knative.dev", "KnativeServing")
EVENTING = Kind("operator.knative.dev", "KnativeEventing")
KAFKA = Kind("operator.serverless.openshift.io", "KnativeKafka")
BROKER = Kind("eventing.knative.dev", "Broker")
TRIGGER = Kind("eventing.knative.dev", "Trigger")
PLATFORM = Kind("sonataflow.org", "SonataFlowPlatform")
CLUSTER_PLATFORM = Kind("sonataflow.org", "SonataFlowClusterPlatform")
WORKFLOW = Kind("sonataflow.org", "SonataFlow")
BUILD = Kind("sonataflow.org", "SonataFlowBuild")
APPLICATION = Kind("argoproj.io", "Application")
APP_PROJECT = Kind("argoproj.io", "AppProject")
ARGOCD = Kind("argoproj.io", "ArgoCD")
HELM_RELEASE = Kind("helm.toolkit.fluxcd.io", "HelmRelease")
EXTERNAL_SECRET = Kind("external-secrets.io", "ExternalSecret")
SEALED_SECRET = Kind("bitnami.com", "SealedSecret")
PIPELINE = Kind("tekton.dev", "Pipeline")
PIPELINE_RUN = Kind("tekton.dev", "PipelineRun")
TASK = Kind("tekton.dev", "Task")
TEKTON_CONFIG = Kind("operator.tekton.dev", "TektonConfig")
