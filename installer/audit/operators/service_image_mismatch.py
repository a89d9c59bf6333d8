"""Service image minor ≠ operator minor."""

from collections.abc import Iterator

from installer.audit.about_operators import installed
from installer.audit.about_platform import PlatformService, nested, services
from installer.audit.finding import Found
from installer.audit.images import minor_of_tag
from installer.audit.kinds import CSV, DEPLOYMENT, PLATFORM
from installer.audit.object import every, text
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.spot import Spot
from installer.audit.versions import minor
from installer.knowledge.packages import csv_package, csv_version, ours
from installer.model.image import image

OVERRIDE = ("podTemplate", "container", "image")
POD_SPEC = ("spec", "template", "spec")
# Red Hat's images are numbered as the operator is; those of Apache are not.
OF_VENDOR = ("openshift-serverless-1/", "logic-data-index", "logic-jobs-service")


def check(snapshot: Snapshot) -> Iterator[Found]:
    csvs = [one for one in installed(snapshot, "logic") if csv_package(one.name) in ours("logic")]
    minors = {minor(csv_version(one.name)) for one in csvs} - {None}
    for platform in snapshot.of(PLATFORM) if minors else ():
        for service in services(platform):
            for spot, reference in _images(snapshot, service):
                runs = _minor(reference)
                if runs is not None and runs not in minors:
                    names = ", ".join(one.name for one in csvs)
                    expected = " or ".join(sorted(f"{one[0]}.{one[1]}" for one in minors if one is not None))
                    yield Found(spot, f"{reference} beside {names}", expected, _without(service), service.key)


def _minor(reference: str) -> tuple[int, int] | None:
    found = image(reference)
    return minor_of_tag(found.tag) if any(part in found.repository for part in OF_VENDOR) else None


def _images(snapshot: Snapshot, service: PlatformService) -> Iterator[tuple[Spot, str]]:
    """What the platform asks for, else what the operator has put into the Deployment."""
    platform, path = service.platform, (*service.path, *OVERRIDE)
    if platform.text(*path):
        yield platform.at(*path), platform.text(*path)
        return
    one = snapshot.named(DEPLOYMENT, service.name, platform.namespace) if snapshot.is_read(DEPLOYMENT) else None
    if one is not None:
        for index, container in every(one.get(*POD_SPEC), "containers"):
            yield one.at(*POD_SPEC, "containers", index, "image"), text(container.get("image"))


def _without(service: PlatformService) -> PatchObject | None:
    """The operator takes the image of its own version where the platform names none."""
    path = (*service.path, *OVERRIDE)
    return PatchObject(service.platform.ref, nested(path, None)) if service.platform.text(*path) else None


RULE = Rule(
    module=__name__,
    title="Service image minor ≠ operator minor",
    severity="high",
    reads=(PLATFORM, CSV),
    also=(DEPLOYMENT,),
    wrong="The image of a platform's data index or jobs service is not of the operator's minor.",
    why="Operator and service agree on properties and tables of one version only: the service fails, or loses events.",
    fix="Leave the image to the operator, or name that of its own minor (a mirror needs the new one, too).",
    sources=(
        "https://sonataflow.org/serverlessworkflow/latest/cloud/operator/supporting-services.html",
        "https://github.com/apache/incubator-kie-kogito-serverless-operator/issues/342",
    ),
    check=check,
)
