"""A case of the set: directory in, expected answer out; how it is laid out on disk and read off a report.

Does not judge: `test_cases.py` does.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from installer.flow import install
from installer.model.errors import InstallerError, Problem, first_of
from installer.model.report import Report
from installer.model.request import InstallRequest
from tests.tables import table

MARK = "\nexpect:"
CRLF = "\r\n"


@dataclass(frozen=True)
class Case:
    """`given` are the files of the directory, `beside` those outside of it that options name (`--defaults`)."""

    path: Path
    given: dict[str, Any]
    beside: dict[str, Any]
    options: dict[str, Any]
    expect: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> "Case":
        data = table(path)
        return cls(path, data["given"], data.get("beside", {}), data.get("options", {}), data.get("expect", {}))

    def request(self, folder: Path, **more: Any) -> InstallRequest:
        """The directory of the request is `folder`/given, and `defaults` names a file of `folder`/beside."""
        known = {one.name for one in fields(InstallRequest)}
        assert set(self.options) <= known, sorted(set(self.options) - known)
        options = {key: frozenset(value) if isinstance(value, list) else value for key, value in self.options.items()}
        if "defaults" in options:
            options["defaults"] = str(folder / "beside" / options["defaults"])
        return InstallRequest(directory=str(folder / "given"), **{**options, **more})

    def lay_out(self, folder: Path) -> None:
        for place, files in (("given", self.given), ("beside", self.beside)):
            (folder / place).mkdir()
            for name, text in files.items():
                target = folder / place / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(as_bytes(text))


def as_bytes(text: str | dict[str, Any]) -> bytes:
    """A text as it is, or {text, crlf, bom, final_newline}: what a block scalar cannot show."""
    if isinstance(text, str):
        return text.encode()
    characters: str = text["text"]
    if not text.get("final_newline", True):
        characters = characters.removesuffix("\n")
    if text.get("crlf"):
        characters = characters.replace("\n", CRLF)
    return (b"\xef\xbb\xbf" if text.get("bom") else b"") + characters.encode()


def answer(request: InstallRequest) -> Report:
    """What the boundary would report; nobody is there to be asked."""
    try:
        return install(request, confirm=lambda _question, _diff: None, progress=lambda _line: None)
    except InstallerError as error:
        return Report(errors=error.problems)


def seen(report: Report, folder: Path) -> dict[str, Any]:
    """What a case says about a report: nothing that is empty."""
    diffs = dict.fromkeys((change.path, change.diff) for change in report.changes)
    found = {
        "exit": first_of([*(one.exit for one in report.errors), report.gate]).name,
        "errors": [_said(one, folder) for one in report.errors],
        "warnings": [_said(one, folder) for one in report.warnings],
        "notes": [note for note in (report.result or {}).get("notes", []) if "are not rendered" not in note],
        "changed": sorted({change.path for change in report.changes if change.path}),
        "summaries": [f"{one.owner}: {one.action} {one.ref or one.path}: {one.summary}" for one in report.changes],
        "diff": "".join(diff for _, diff in diffs),
    }
    return {key: value for key, value in found.items() if value not in ([], "")}


def _said(problem: Problem, folder: Path) -> str:
    where = f"{problem.where}: " if problem.where else ""
    fix = f" -> {problem.fix}" if problem.fix else ""
    return f"{problem.code}: {where}{problem.message}{fix}".replace(f"{folder}/", "")


def refresh(case: Case, found: dict[str, Any]) -> None:
    """Writes the answer of today into the case."""
    head = case.path.read_text(encoding="utf-8").split(MARK)[0].rstrip("\n")
    lines = []
    for key, value in found.items():
        if isinstance(value, list):
            lines += [f"  {key}:", *(f"    - {json.dumps(one, ensure_ascii=False)}" for one in value)]
        elif key == "diff":
            lines += _block(value)
        else:
            lines.append(f"  {key}: {value}")
    case.path.write_text(f"{head}{MARK}\n" + "\n".join(lines) + "\n", encoding="utf-8")


def _block(diff: str) -> list[str]:
    """A block scalar, or quoted where it cannot say the same."""
    block = ["  diff: |", *(f"    {line}" for line in diff.removesuffix("\n").split("\n"))]
    if yaml.safe_load("\n".join(block) + "\n") == {"diff": diff}:
        return block
    return [f"  diff: {json.dumps(diff)}"]
