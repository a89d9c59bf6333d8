"""What `{{inherit}}` stands for in references to images, by a default file that somebody has. Asks no registry."""

from collections.abc import Iterable, Iterator

from installer.flow.observing import read_file
from installer.instance.instance import Region
from installer.model.errors import InstallerError
from installer.plan.draft import Draft
from installer.plan.entry import entries_of
from installer.plugins.identity import OCI
from installer.registries.oci_reference import OciReference, inherited, parse
from installer.yamltext.text import Text
from installer.yamltext.values import Schema


def meant(references: Iterable[str], defaults: str | None) -> dict[str, str | InstallerError]:
    """The reference to ask for in the place of each, or why there is none; without a default file each is itself.

    Raises InstallerError for a default file that cannot be read.
    """
    if defaults is None:
        return {text: text for text in references}
    known = tuple(_images(defaults))
    return {text: _meant(text, known) for text in references}


def _meant(text: str, known: tuple[OciReference, ...]) -> str | InstallerError:
    try:
        return str(inherited(parse(text), known))
    except InstallerError as error:
        return error


def _images(path: str) -> Iterator[OciReference]:
    """The images that a default file names; what is no reference is RHDH's to refuse."""
    entries = entries_of(Draft().value(Region(Text.of(read_file(path))), Schema.KUBERNETES))
    for package in (one.package for one in entries if one.package.startswith(OCI)):
        try:
            yield parse(package)
        except InstallerError:
            continue
