"""Places in files: where a value stands, for people. Does not read files."""

from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file (relative to the directory that was read), and line and column counted from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
