"""Subresource integrity: the strings that pin a package to its bytes. Does not fetch or hash packages.

What RHDH's installers accept is narrower than the standard and lives with the simulator
(`installer.plugins.checks`); this module is about the strings themselves, as npm publishes them.
"""

import base64
import binascii
from functools import lru_cache

from installer.model.dataclass import dataclass

# Strongest first; the only three that RHDH and npm both know.
LENGTHS: dict[str, int] = {"sha512": 64, "sha384": 48, "sha256": 32}


@dataclass(frozen=True, slots=True)
class Digest:
    """One hash: the algorithm's name and its base64 text, without options."""

    algorithm: str
    text: str

    def __str__(self) -> str:
        return f"{self.algorithm}-{self.text}"

    @property
    def octets(self) -> bytes | None:
        """The hash itself; None where the text is not base64."""
        try:
            return base64.b64decode(self.text, validate=True)
        except (binascii.Error, ValueError):
            return None

    @property
    def sound(self) -> bool:
        """Whether some file can have this hash: known algorithm, canonical base64, right length."""
        octets = self.octets
        return (
            octets is not None
            and len(octets) == LENGTHS.get(self.algorithm)
            and base64.b64encode(octets).decode("ascii") == self.text
        )


def digests(sri: str) -> tuple[Digest, ...]:
    """Every hash of an SRI string, in its order; options (`?…`) cut off; words without a dash left out."""
    words = (word.partition("?")[0].partition("-") for word in sri.split())
    return tuple(Digest(algorithm, text) for algorithm, dash, text in words if dash)


@lru_cache(maxsize=1 << 8)
def strongest(sri: str) -> str | None:
    """The one hash of an SRI string that RHDH can use: the strongest sound one. None where there is none."""
    usable = {digest.algorithm: digest for digest in reversed(digests(sri)) if digest.sound}
    return next((str(usable[name]) for name in LENGTHS if name in usable), None)


def rhdh_accepts(sri: object) -> bool:
    """Whether every release of RHDH reads this as a hash that can match: one sound hash, nothing around it."""
    if not isinstance(sri, str) or sri.count("-") != 1:
        return False
    algorithm, _, text = sri.partition("-")
    return Digest(algorithm, text).sound
