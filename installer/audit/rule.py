"""One rule as a declaration, and the ways a judgement may end other than in findings. Judges nothing itself."""

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from installer.audit.finding import Found, Severity
from installer.audit.kinds import Kind
from installer.audit.profiles import GENERAL, Profile
from installer.model.dataclass import dataclass

if TYPE_CHECKING:
    from installer.audit.snapshot import Snapshot

Check = Callable[["Snapshot"], Iterator[Found]]
Group = Literal["instance", "plugins", "app_config", "operators", "workflows"]
GROUPS: tuple[Group, ...] = ("instance", "plugins", "app_config", "operators", "workflows")


class Skip(Exception):
    """What is needed for a judgement was not read; the reason is shown. A check may raise it at any time."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Rule:
    """One rule. `module` is the `__name__` of its file: folder and file name are its group and its slug.

    reads       kinds without which it says nothing: where one was not read, the rule is skipped
    also        kinds it looks at where they were read: where one was not, it judges without, and says so
    releases    the first and the last minor of RHDH it is about, both included; None is no bound
    wrong       when it speaks, in one sentence
    why         what happens to the portal then
    fix         what to do, in one sentence without flavour; `remedy` of a finding brings the exact words
    sources     where the facts can be read
    """

    module: str
    title: str
    severity: Severity
    wrong: str
    why: str
    fix: str
    sources: tuple[str, ...]
    check: Check = field(repr=False)
    reads: tuple[Kind, ...] = ()
    also: tuple[Kind, ...] = ()
    releases: tuple[str | None, str | None] = (None, None)
    profiles: frozenset[Profile] = GENERAL

    @property
    def slug(self) -> str:
        return self.module.rpartition(".")[2].replace("_", "-")

    @property
    def group(self) -> str:
        return self.module.split(".")[-2]

    @property
    def is_bound(self) -> bool:
        """Whether it is about some releases only."""
        return self.releases != (None, None)

    def is_about(self, number: tuple[int, int]) -> bool:
        """Whether it is about an RHDH of that minor."""
        first, last = self.releases
        return (first is None or _number(first) <= number) and (last is None or number <= _number(last))


def _number(minor: str) -> tuple[int, int]:
    major, _, rest = minor.partition(".")
    return int(major), int(rest)
