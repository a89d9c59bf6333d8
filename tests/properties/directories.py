"""A directory around two texts: an operator's ConfigMaps in several spellings, bare files, Helm values."""

import json
import textwrap

from hypothesis import strategies as st

FOREIGN = {
    "service.yaml": b"apiVersion: v1\r\nkind: Service\r\nmetadata: {name: other}   \r\n",
    "notes.txt": b"\xff\xfe not ours\n",
    "templates/deployment.yaml": b"{{- if .Values.x }}\nkind: Deployment\n{{- end }}\n",
}
BACKSTAGE = """\
apiVersion: rhdh.redhat.com/v1alpha3
kind: Backstage
metadata:
  name: hub
  namespace: rhdh
spec:
  application:
    image: registry.redhat.io/rhdh/rhdh-hub-rhel9:{release}
    appConfig:
      configMaps:
      - name: settings   # ours
    dynamicPluginsConfigMapName: plugins
"""


HOWS = st.sampled_from(("literal", "literal", "double", "json"))


def config_map(name: str, key: str, text: str, how: str) -> str:
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: rhdh\n"
    match how:
        case "literal":
            tail = "" if text.endswith("\n") else "-"
            tail = "+" if text.endswith("\n\n") or not text.strip() else tail
            first = next((line for line in text.split("\n") if line.strip()), "")
            mark = "2" if first.startswith(" ") or text.startswith(("\n", " ", "\t")) else ""
            return f"{head}data:\n  {key}: |{mark}{tail}\n" + textwrap.indent(text, "    ", lambda _: True)
        case "double":
            return f"{head}data:\n  {key}: {json.dumps(text)}\n"
        case _:
            whole = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "rhdh"}}
            return json.dumps(whole | {"data": {key: text}}, indent=2) + "\n"


def operators(draw, release, plugins, settings):
    """The files of an operator's instance."""
    files = {"backstage.yaml": BACKSTAGE.format(release=release)}
    for name, key, text in (("plugins", "dynamic-plugins.yaml", plugins), ("settings", "app-config.yaml", settings)):
        how = draw(HOWS)
        files[f"{name}.{'json' if how == 'json' else 'yaml'}"] = config_map(name, key, text, how)
    if draw(st.booleans()) and {"plugins.yaml", "settings.yaml"} <= files.keys():
        both = [files.pop("plugins.yaml"), files.pop("settings.yaml"), files.pop("backstage.yaml")]
        files["all.yaml"] = "---\n".join(one if one.endswith("\n") else f"{one}\n" for one in both)
    return files


def bare(release: str, plugins: str, settings: str) -> dict[str, str]:
    """Files behind the generators of a kustomization."""
    generators = (
        "configMapGenerator:\n- name: plugins\n  files: [dynamic-plugins.yaml]\n"
        "- name: settings\n  files:\n  - app-config.yaml\n"
    )
    return {
        "backstage.yaml": BACKSTAGE.format(release=release),
        "kustomization.yaml": f"kind: Kustomization\nnamespace: rhdh\nresources: [backstage.yaml]\n{generators}",
        "dynamic-plugins.yaml": plugins,
        "app-config.yaml": settings,
    }
