"""Directories as people have them before they install: one for each release, and for each way to make an RHDH.

Each is in order by itself, with nothing of the Orchestrator in it. Installs nothing, and judges nothing.
"""

from collections.abc import Callable
from pathlib import Path
from textwrap import indent

from installer.knowledge.releases import minors, release

URL = "https://portal.example.com"
PLUGINS = """includes:
  - dynamic-plugins.default.yaml
plugins:
  - package: ./dynamic-plugins/dist/backstage-plugin-techdocs
    disabled: false
"""
APP_CONFIG = f"""app:
  title: Portal
  baseUrl: {URL}
backend:
  baseUrl: {URL}
  database:
    client: pg
    connection:
      host: database
      user: rhdh
      password: ${{POSTGRES_PASSWORD}}
"""
INIT = "install-dynamic-plugins"
Files = dict[str, str]


def config_map(name: str, key: str, text: str) -> str:
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: portal}}\ndata:\n  {key}: |\n"
    return head + indent(text, "    ")


def operator(minor: str) -> Files:
    resource = f"""apiVersion: {release(minor).backstage_api_version}
kind: Backstage
metadata: {{name: hub, namespace: portal}}
spec:
  application:
    image: registry.redhat.io/rhdh/rhdh-hub-rhel9:{minor}
    replicas: 2
    appConfig: {{configMaps: [{{name: app-config-rhdh}}]}}
    dynamicPluginsConfigMapName: dynamic-plugins-rhdh
    extraEnvs: {{secrets: [{{name: rhdh-secrets}}]}}
"""
    beside = """apiVersion: v1
kind: Secret
metadata: {name: rhdh-secrets, namespace: portal}
stringData: {POSTGRES_PASSWORD: <put in by the pipeline>}
"""
    return {
        "hub.yaml": resource,
        "secrets.yaml": beside,
        "plugins.yaml": config_map("dynamic-plugins-rhdh", "dynamic-plugins.yaml", PLUGINS),
        "app-config.yaml": config_map("app-config-rhdh", "app-config.yaml", APP_CONFIG),
    }


def kustomize(minor: str) -> Files:
    files = operator(minor)
    listed = "".join(f"  - {name}\n" for name in files)
    overlay = "resources: [../base]\nnamespace: portal\n"
    base = {f"base/{name}": text for name, text in files.items()}
    return {**base, "base/kustomization.yaml": f"resources:\n{listed}", "prod/kustomization.yaml": overlay}


def values(minor: str) -> str:
    """Up to 1.10 below `upstream`; where the chart does not bring MAX_ENTRY_SIZE, with its list of init containers."""
    if release(minor).number >= (2, 0):
        text = f'image: {{tag: "{minor}"}}\nhost: portal.example.com\ndynamicPlugins:\n{indent(PLUGINS, "  ")}'
        return f"{text}appConfig:\n{indent(APP_CONFIG, '  ')}extraEnvVarsSecrets: [rhdh-secrets]\n"
    init = "".join(
        f"    {line}\n"
        for line in (
            "initContainers:",
            f"  - name: {INIT}",
            "    image: '{{ include \"backstage.image\" . }}'",
            "    env:",
            "      - name: NPM_CONFIG_USERCONFIG",
            "        value: /opt/app-root/src/.npmrc.dynamic-plugins",
        )
    )
    return (
        f"global:\n  host: portal.example.com\n  dynamic:\n{indent(PLUGINS, '    ')}"
        f'upstream:\n  backstage:\n    image: {{tag: "{minor}"}}\n    extraEnvVarsSecrets: [rhdh-secrets]\n'
        f"    appConfig:\n{indent(APP_CONFIG, '      ')}{init if release(minor).max_entry_size else ''}"
    )


def helm(minor: str) -> Files:
    return {"values.yaml": values(minor)}


def argo_cd(minor: str) -> Files:
    application = f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: hub, namespace: argocd}}
spec:
  project: portal
  destination: {{namespace: portal, server: "https://kubernetes.default.svc"}}
  source:
    repoURL: https://charts.openshift.io
    chart: redhat-developer-hub
    targetRevision: {chart_version(minor)}
    helm:
      valuesObject:
"""
    return {"application.yaml": application + indent(values(minor), " " * 8)}


def flux(minor: str) -> Files:
    resource = f"""apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: hub, namespace: flux-system}}
spec:
  targetNamespace: portal
  releaseName: hub
  chart:
    spec:
      chart: redhat-developer-hub
      version: {chart_version(minor)}
      sourceRef: {{kind: HelmRepository, name: openshift}}
  values:
"""
    return {"release.yaml": resource + indent(values(minor), " " * 4)}


def chart_version(minor: str) -> str:
    """Up to 1.4 charts had the number of their RHDH."""
    return release(minor).charts.get("redhat-developer-hub", f"{minor}.0")


def plain(minor: str) -> Files:
    index = release(minor).catalog_index_image
    npmrc = bool(release(minor).npm_scopes)
    env = f"          env: [{{name: CATALOG_INDEX_IMAGE, value: {index}}}]\n" if index else ""
    mount = "            - {name: npmrc, mountPath: /opt/app-root/src/.npmrc.dynamic-plugins, subPath: .npmrc}\n"
    volume = "        - {name: npmrc, secret: {secretName: dynamic-plugins-npmrc}}\n"
    image = f"registry.redhat.io/rhdh/rhdh-hub-rhel9:{minor}"
    workload = f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: hub, namespace: portal}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: hub}}}}
  template:
    metadata: {{labels: {{app: hub}}}}
    spec:
      initContainers:
        - name: {INIT}
          image: {image}
          command: [./install-dynamic-plugins.sh, /dynamic-plugins-root]
{env}          volumeMounts:
            - {{name: dynamic-plugins-root, mountPath: /dynamic-plugins-root}}
            - {{name: dp, mountPath: /opt/app-root/src/dynamic-plugins.yaml, subPath: dynamic-plugins.yaml}}
{mount if npmrc else ""}      containers:
        - name: backstage-backend
          image: {image}
          args: [--config, dynamic-plugins-root/app-config.dynamic-plugins.yaml, --config, /config/app-config.yaml]
          env:
            - {{name: POSTGRES_PASSWORD, valueFrom: {{secretKeyRef: {{name: rhdh-secrets, key: POSTGRES_PASSWORD}}}}}}
          volumeMounts:
            - {{name: ac, mountPath: /config}}
            - {{name: dynamic-plugins-root, mountPath: /opt/app-root/src/dynamic-plugins-root}}
      volumes:
        - {{name: dynamic-plugins-root, emptyDir: {{}}}}
        - {{name: dp, configMap: {{name: dp}}}}
        - {{name: ac, configMap: {{name: ac}}}}
{volume if npmrc else ""}"""
    files = {
        "hub.yaml": workload,
        "plugins.yaml": config_map("dp", "dynamic-plugins.yaml", PLUGINS),
        "app-config.yaml": config_map("ac", "app-config.yaml", APP_CONFIG),
    }
    beside = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: dynamic-plugins-npmrc, namespace: portal}\n"
        "stringData:\n  .npmrc: |\n    registry=https://npm.example.com\n"
    )
    return files | ({"npmrc.yaml": beside} if npmrc else {})


WAYS: dict[str, Callable[[str], Files]] = {
    "operator": operator,
    "kustomize": kustomize,
    "helm": helm,
    "argo-cd": argo_cd,
    "flux": flux,
    "plain": plain,
}
EVERY = [(minor, way) for minor in minors() for way in WAYS]


def lay_out(folder: Path, minor: str, way: str) -> None:
    for name, text in WAYS[way](minor).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
