"""The readable head of one run in its journal: who, what, how far. Holds no value of anybody's configuration."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Literal

from installer.model.dataclass import dataclass
from installer.model.run import Run, RunState, State, Verify, name_of

VERSION = 1
# Which way a run goes when it is taken up again; `over` also where its state is `failed`, and nothing was written.
Phase = Literal["forward", "restoring", "undoing", "over"]
FINISHED: tuple[RunState, ...] = ("done", "restored", "undone")


@dataclass(frozen=True, slots=True)
class Mark:
    """One step by its name, and its state."""

    name: str
    state: State


@dataclass(frozen=True, slots=True)
class Part:
    """A Secret that holds some of the run's bytes."""

    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Header:
    """How far a run has come. `begun` is the number of the last step that was begun, -1 of none.

    `since` is what the rollout after putting back is counted from; None where none follows.
    `digest` is the SHA-256 of the bytes in `parts`.
    """

    run: str
    command: str
    started: str
    instance: str
    tool: str
    steps: tuple[Mark, ...]
    parts: tuple[Part, ...]
    digest: str
    state: RunState = "running"
    phase: Phase = "forward"
    begun: int = -1
    since: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is something to take up again."""
        return self.phase != "over" and self.state not in FINISHED

    @property
    def has_only_to_look(self) -> bool:
        """Whether all is written and rolled out, and only the last look is left."""
        *before, last = self.steps or (Mark("", "pending"),)
        return (
            self.phase == "forward"
            and last.name == name_of(Verify((), ""))
            and all(one.state in ("done", "skipped") for one in before)
        )

    def marked(self, number: int, state: State) -> "Header":
        steps = tuple(replace(one, state=state) if at == number else one for at, one in enumerate(self.steps))
        return replace(self, steps=steps)


def header_of(run: Run, tool: str, parts: tuple[Part, ...], digest: str) -> Header:
    """The head of a run that has not begun; `tool` is our version."""
    steps = tuple(Mark(name_of(step), "pending") for step in run.steps)
    return Header(run.id, run.command, run.started, run.target.address, tool, steps, parts, digest)


def to_text(header: Header) -> str:
    return json.dumps({"version": VERSION, **asdict(header)}, indent=1)


def from_text(text: str) -> Header:
    """Raises ValueError, KeyError or TypeError for what `to_text` did not write."""
    data: Mapping[str, Any] = json.loads(text)
    if data["version"] != VERSION:
        raise ValueError(data["version"])
    given = {key: value for key, value in data.items() if key != "version"}
    given["steps"] = tuple(Mark(**one) for one in given["steps"])
    given["parts"] = tuple(Part(**one) for one in given["parts"])
    return Header(**given)
