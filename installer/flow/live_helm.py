"""The RHDH of a cluster that Helm installed, from Helm's own record of its release. Asks no cluster."""

from typing import Literal

from installer.flow.live_instance import Running
from installer.instance import helm
from installer.instance.chart import Release, Values, recognise
from installer.instance.instance import Instance
from installer.instance.live import Live
from installer.instance.objects import Objects
from installer.instance.stored_release import StoredRelease
from installer.instance.version import of_chart
from installer.instance.view import view


def instance_of(objects: Objects, shown: Live, running: Running, stored: StoredRelease) -> Instance:
    """As `helm.read`, which says what it raises."""
    return helm.read(objects, _release(shown, running, stored))


def _release(shown: Live, running: Running, stored: StoredRelease) -> Release:
    """RHDH's release as its stored values tell it: the layout is that of its keys, else that of the chart's version."""
    document = shown.manifests.by_path[shown.values or ""][0]
    root = view(document)
    version = of_chart(stored.chart_version)
    layout: Literal[1, 2] = 2 if version is not None and version.number.startswith("2.") else 1
    values = recognise(root) or Values(root, root, layout)
    return Release(stored.name, stored.name, running.namespace, None, stored.chart_version, root, (values,), document)
