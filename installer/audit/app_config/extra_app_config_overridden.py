"""extraAppConfig overridden by chart appConfig."""

from collections.abc import Iterator

from installer.audit.about_app_config import leaves
from installer.audit.effective import Layered
from installer.audit.finding import Found
from installer.audit.object import dig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

NOTHING = object()


def check(snapshot: Snapshot) -> Iterator[Found]:
    if snapshot.flavour != "helm":
        return
    files = snapshot.app_configs
    for index, file in enumerate(files):
        if not _is_of_values(file):
            for values in filter(_is_of_values, files[index + 1 :]):
                yield from _hidden(file, values)


def _is_of_values(file: Layered) -> bool:
    """Whether it is rendered from the chart's own appConfig."""
    return bool(file.layer.region.path)


def _hidden(file: Layered, values: Layered) -> Iterator[Found]:
    for path, value in leaves(file.data):
        over = dig(values.data, *path) if path else None
        if over is not None and over != value:
            words = ".".join(path)
            yield Found(
                file.at(*path), f"{words} of {file.name} is hidden by the chart's appConfig", "one place", key=words
            )


RULE = Rule(
    module=__name__,
    title="extraAppConfig overridden by chart appConfig",
    severity="medium",
    wrong="A setting of an extra app-config stands in the values' appConfig too, which is read later.",
    why="What the extra file says has no effect, whatever is changed there.",
    fix="Change it in appConfig of the values, or take it out there.",
    sources=("https://github.com/redhat-developer/rhdh-chart/blob/main/charts/backstage/README.md",),
    check=check,
)
