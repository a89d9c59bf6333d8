"""How long registries are waited for, how much is taken of them, what is said of one beyond that. Asks none."""

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` for everything together, `silence` between two bytes, `body` in bytes after decompression."""

    seconds: float = 15.0
    connect: float = 5.0
    silence: float = 8.0
    body: int = 24 * 1024 * 1024
    attempts: int = 3


def unreachable(why: str) -> InstallerError:
    fix = "ask another registry with --registry URL, or leave --registry out to install without asking"
    return fail(ExitCode.UNREACHABLE, "registry-unreachable", f"the registry is out of reach: {why}", fix=fix)
