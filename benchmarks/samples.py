"""Makes the inputs of the benchmarks. Measures nothing."""

import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "scripts" / "sample"


def dynamic_plugins(entries: int) -> str:
    """A hand-written dynamic-plugins.yaml with comments, of so many entries."""
    lines = ["includes:", "  - dynamic-plugins.default.yaml", "plugins:"]
    for number in range(entries):
        lines += [
            f"  # Plugin {number}: asked for by team {number % 7}.",
            f'  - package: "@example/backstage-plugin-number-{number}@1.{number}.0"  # pinned',
            "    disabled: false",
            f"    integrity: sha512-{number:086d}==",
            "    pluginConfig:",
            "      dynamicPlugins:",
            "        frontend:",
            f"          example.backstage-plugin-number-{number}:",
            "            dynamicRoutes:",
            f"              - path: /number-{number}",
            "                importName: NumberPage",
            "                menuItem: {icon: numberIcon, text: Number}",
        ]
    return "\n".join(lines) + "\n"


def directory(folder: Path, files: int) -> None:
    """The built-in sample among many manifests of other applications."""
    shutil.copytree(SAMPLE, folder)
    for number in range(files - len(list(SAMPLE.iterdir()))):
        path = folder / f"apps/{number % 20:02d}/application-{number}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_application(number), encoding="utf-8")


def _application(number: int) -> str:
    environment = "".join(f'        - name: VARIABLE_{n}\n          value: "{n}"\n' for n in range(12))
    return (
        f"# Application {number}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: application-{number}\n"
        f"  namespace: team-{number % 9}\n  labels:\n    app.kubernetes.io/name: application-{number}\nspec:\n"
        f"  replicas: 2\n  selector:\n    matchLabels:\n      app: application-{number}\n  template:\n    metadata:\n"
        f"      labels:\n        app: application-{number}\n    spec:\n      containers:\n      - name: main\n"
        f"        image: registry.example.com/team/application:{number}\n        env:\n{environment}"
        f"        resources:\n          requests: {{cpu: 100m, memory: 128Mi}}\n          limits: {{memory: 256Mi}}\n"
        f"---\napiVersion: v1\nkind: Service\nmetadata:\n"
        f"  name: application-{number}\n  namespace: team-{number % 9}\n"
        f"spec:\n  selector:\n    app: application-{number}\n  ports:\n  - port: 80\n    targetPort: 8080\n"
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
        f"  name: application-{number}\n  namespace: team-{number % 9}\n"
        f"data:\n  settings.yaml: |\n    server:\n      port: 8080\n    feature:\n      enabled: true\n"
    )
