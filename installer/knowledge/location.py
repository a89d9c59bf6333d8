"""Says where the data folders lie, in a wheel and in a checkout. Does not read them."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


@cache
def data_folder(name: str) -> Path:
    """The folder "configmaps" or "charts": the wheel's own copy, else the one at the root of the checkout."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
