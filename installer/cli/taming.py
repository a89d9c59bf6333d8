"""Makes text harmless for a terminal: a name must not write to somebody's screen. Masks no secret."""


def tame(text: str) -> str:
    """The text with control characters spelled out; line ends stay."""
    return "".join(char if char.isprintable() or char == "\n" else _spell(char) for char in text)


def tame_line(text: str) -> str:
    """As `tame`, on one line."""
    return tame(" ".join(text.split("\n")))


def _spell(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
