"""What the tag of an image tells. Asks no registry."""

import re


def minor_of_tag(tag: str) -> tuple[int, int] | None:
    """The minor in a tag such as `1.36.0-8`, `v1.36`, `osl_1_36`; None where there is none."""
    found = re.search(r"(?<!\d)(\d+)[._](\d+)(?!\d)", tag)
    return (int(found[1]), int(found[2])) if found else None
