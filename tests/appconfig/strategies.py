"""What the property tests feed to the simulator and to the oracle: YAML texts, files and environments."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

PIECES = (
    "a", "b", "key", "a: ", "b: ", "c:", "? ", ": ", ":", "- ", "-", "[", "]", "{", "}", ",", ", ", "\n",
    "\n", "\n", "\n", "\n  ", "\n  ", "\n    ", "\n ", "\r\n", "\r\n  ", " ", "  ", "\t", "\n\t", "#",
    "# c", " # c", "&x ", "*x", "*x ", "!t ", "!!str ", "!!int ", "!!float ", "!!bool ", "!!null ",
    "!!map ", "!!seq ", "!!set ", "!!omap ", "!!pairs ", "!!binary ", "!!timestamp ", "!", "!<", "!<!x> ",
    "'", '"', "'q'", '"d"', "|", "> ", "|\n", "|-\n  ", ">+\n  ", "|2\n", "|1-", "---", "\n---\n",
    "\n...\n", "--- ", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "%TAG !x! tag:y,\n", "%FOO\n", "<<: ", "<<",
    "1", "0x1F", "0o17", "017", "1e3", "-.5", ".inf", "~", "null", "yes", "12:30", "2025-03-14", "\\n",
    "\\", "\\x4", "\\u00e9", "@", "`", "%", "é", "😀", "\ufeff", "::", "a:b", "'a\n b'", '"a\n\n b\\\n  c"',
    '"x\\ty"', "?", "- - ", "- a: ", "[a, b]", "{a: 1}", "{a, b}", "[a: b]", "\n- ", "\n  - ", "\na: ",
    "\nb:\n", "  c: d", "\n\n", "\x85", "\u2028", "\r", "x\r", "${A}", "{{ x }}", "-1", "\\ud83d\\ude00",
    "! a", "&", "*", "\x00", "\x07",
)  # fmt: skip

CONFIGS = tuple(file.read_text() for file in sorted((Path(__file__).parent / "configs").glob("*.yaml")))

soups = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A configuration as people write it, with a few slips of the hand."""
    text = draw(st.sampled_from(CONFIGS))
    if draw(st.booleans()):
        lines = text.splitlines(keepends=True)
        start = draw(st.integers(0, len(lines) - 1))
        text = "".join(lines[start : start + draw(st.integers(2, 12))])
    if draw(st.integers(0, 4)) == 0:
        text = text.replace("\n", "\r\n")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 3))
        piece = draw(st.sampled_from(("", *PIECES)))
        text = text[:at] + piece + text[at + cut :]
    return text


KEYS = (
    "a",
    "b",
    "c",
    "d-e",
    "f:g",
    "8080",
    "10",
    "x.y",
    "'q k'",
    '"e\\tf"',
    "true",
    "~",
    "1.0",
    "toString",
    "constructor",
)
SCALARS = (
    "1", "-7", "0", "007", "0644", "08", "0o17", "0x1F", "1_000", "1e3", "2e-1", "1.0", ".5", "12:30:45",
    "2025-03-14", "9007199254740993", "123456789012345678901234567890", "true", "False", "TRUE", "yes",
    "no", "off", "null", "~", "", "text", "two words", "'single ''quoted'''",
    '"double \\"quoted\\" \\u00e9\\n"', "''", '""', "a:b", "a#b", "a # c", "https://x.example:8080/p?q=1#f",
    "'${A}'", "${A}", "${ A }", "${B}", "${EMPTY}", "${BLANK}", "${MISSING}", "x-${A}-y",
    "${MISSING:-fallback}", "${MISSING:-}", "${EMPTY:-e}", "${BLANK:- b }", "${A:-no}", "${A}${MISSING}",
    "$${A}", "$$${A}", "$A", "'${'", "'${A'", "'%{A}'", "'${{ parameters.x }} ${A}'", "'${MISSING:-${A}}'",
    "'${}'", "'${:-d}'", "${a.b}", "${M:-a:-b}", "${M-d}", "'${NUM}'", "'${JSON}'", "${REF}", "!vault x",
    "!!str 12", "!!int '3'", "&anchor v", "=", "<<", "é 😀", "'a\n\n  b'", '"fold\n  ed"', "@x", "`x",
    "%x", "*unknown", "- x", "a: b", "[", "{", "}", "|", ">",
)  # fmt: skip
PLACEHOLDERS = (
    "{$env: A}", "{$env: MISSING}", "{$env: '${REFNAME}'}", "{$env: EMPTY}", "{$env: 1}",
    "{$env: '${MISSING}'}", "{$env: A, other: 1}", "{$env: A, $file: x}", "{$file: secret.txt}",
    "{$file: sub/deep.txt}", "{$file: missing.txt}", "{$file: ./sub/../secret.txt}", "{$include: inc.yaml}",
    "{$include: 'inc.yaml#x'}", "{$include: 'inc.yaml#x.y'}", "{$include: 'inc.yaml#nope'}",
    "{$include: 'inc.yaml#nope.more'}", "{$include: 'inc.yaml#n'}", "{$include: 'inc.yaml#x.y.z'}",
    "{$include: 'inc.yaml#t'}", "{$include: 'inc.yaml#e'}", "{$include: inc.json}",
    "{$include: 'inc.json#k.0'}", "{$include: 'inc.json#list'}", "{$include: inc.yml}",
    "{$include: inc.txt}", "{$include: missing.yaml}", "{$include: sub/other.yaml}",
    "{$include: 'bad.yaml'}", "{$include: 'inc.yaml#'}", "{$include: empty.yaml}", "{$include: .yaml}",
    "{$include: 'INC.YAML'}", "{$data: x}", "{$ref: '#/x'}", "{$patch: 1}",
)  # fmt: skip
_REFUSED = ("@", "`", "%x", "*unknown", "- x", "a: b", "[", "{", "}", "|", ">", "'single ")
_FAILING = (
    "{$env: 1}", "{$env: '${MISSING}'}", "{$env: A, other: 1}", "{$env: A, $file: x}",
    "{$file: missing.txt}", "{$include: 'inc.yaml#nope.more'}", "{$include: 'inc.yaml#x.y.z'}",
    "{$include: 'inc.json#k.0'}", "{$include: inc.txt}", "{$include: missing.yaml}",
    "{$include: 'bad.yaml'}", "{$include: .yaml}", "{$include: 'INC.YAML'}",
)  # fmt: skip
TAME_LEAVES = (
    *(scalar for scalar in SCALARS if not scalar.startswith(_REFUSED)),
    *(placeholder for placeholder in PLACEHOLDERS if placeholder not in _FAILING),
)
FILES = {
    "secret.txt": " s3cret ${A}\n\n",
    "sub/deep.txt": "deep\r\n\u00a0",
    "inc.yaml": (
        "x: {y: 1, z: '${A}', m: '${MISSING}'}\nt: 'root ${A}'\nu: '${MISSING}'\n"
        "n: null\ne: {$env: A}\nl: [{$env: A}, 2]\n"
    ),
    "inc.yml": "only: {$file: secret.txt}\n",
    "inc.json": '{"k": ["a"], "list": [1, null, {"k": null}], "dup": 1, "dup": 2, "10": 1, "9": 2}',
    "sub/other.yaml": "here: {$file: deep.txt}\nup: {$file: ../secret.txt}\nback: {$include: '../inc.yaml#x'}\n",
    "bad.yaml": "a: 1\na: 2\n",
    "empty.yaml": "",
}
VALUES = {
    "A": ("v", " padded ", "", "${B}", "7007", "\u00a0nbsp\u2003"),
    "B": ("b", "true"),
    "EMPTY": ("",),
    "BLANK": ("  ",),
    "NUM": ("7007",),
    "JSON": ('{"x": 1}',),
    "REF": ("${A}",),
    "REFNAME": ("A",),
    "a.b": ("dotted",),
}
CONFIG_NAMES = (
    "a", "b", "a_b", "a_c", "a_b_c", "b_a", "d-e", "f:g", "c_f:g", "a__b", "_a", "8080", "a_1", "toString",
    "a_constructor", "constructor_a", "x.y", "A",
)  # fmt: skip
CONFIG_VALUES = (
    "text", "1", " 2 ", "1.50", "1e3", "true", "True", "null", '"quoted"', "{}", '{"b": 1}',
    '{"b": null, "c": {"d": 2}}', "[]", "[1, null]", '[{"k": null, "__proto__": 1}]',
    '{"__proto__": {"q": 1}}', "{bad", "NaN", "Infinity", "01", ".5", "[1,]", "${A}", "", " ",
    "9007199254740993", '{"x": 1, "x": 2}', '{"10": 1, "9": 2, "b": 3}', "{'a': 1}", "-0", "1E400",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Files and their order on the command line, and an environment."""

    tree: dict[str, str]
    files: tuple[str, ...]
    env: dict[str, str]


Tree = Any
"""A raw YAML scalar or placeholder, a list of trees, or a tuple of pairs."""


WILD_LEAVES = (*SCALARS, *PLACEHOLDERS)
USUAL_KEYS = (*KEYS[:6], *KEYS[:6], *KEYS)
SEEDS = st.integers(0, 2**32)


def tree(dice: Random, depth: int, *, tame: bool) -> Tree:
    """Hypothesis chooses the dice: a choice of its own for each node would cost more than what is compared."""
    kind = dice.randrange(5) if depth else 0
    if kind < 2:
        return dice.choice(TAME_LEAVES if tame else WILD_LEAVES)
    if kind == 2:
        return [tree(dice, depth - 1, tame=tame) for _ in range(dice.randrange(4))]
    pairs = [(dice.choice(USUAL_KEYS), tree(dice, depth - 1, tame=tame)) for _ in range(dice.randrange(5))]
    return tuple(dict(pairs).items()) if tame else tuple(pairs)


@st.composite
def roots(draw: st.DrawFn, *, tame: bool) -> tuple[tuple[str, Tree], ...]:
    """Pairs of a key and a tree; each has dice of its own, so that it stays when others go."""
    keys = draw(st.lists(st.sampled_from(USUAL_KEYS), max_size=4))
    seed = draw(SEEDS)
    pairs = [(key, tree(Random(f"{seed} {place}"), 3, tame=tame)) for place, key in enumerate(keys)]  # noqa: S311
    return tuple(dict(pairs).items()) if tame else tuple(pairs)


@dataclass(frozen=True)
class Style:
    indent: int
    flow_from: int
    comment: str
    compact_lists: bool


styles = st.builds(
    Style, st.sampled_from((1, 2, 2, 4)), st.integers(0, 4), st.sampled_from(("", "", " # note")), st.booleans()
)


def write(tree: Any, style: Style, level: int = 0) -> str:
    """The tree as YAML: what follows the colon or dash, with the line end."""
    if isinstance(tree, str):
        return f" {tree}{style.comment}\n" if tree else "\n"
    if not tree or level >= style.flow_from:
        return f" {write_flow(tree)}\n"
    lines = "\n"
    if isinstance(tree, tuple):
        pad = " " * (style.indent * level)
        for key, value in tree:
            lines += f"{pad}{key}:{write(value, style, level + 1)}"
    else:
        pad = " " * (style.indent * max(0, level - style.compact_lists))
        for value in tree:
            lines += f"{pad}-{write(value, style, level + 1)}"
    return lines


def write_flow(tree: Any) -> str:
    if isinstance(tree, str):
        return tree or "''"
    if isinstance(tree, tuple):
        return "{" + ", ".join(f"{key}: {write_flow(value)}" for key, value in tree) + "}"
    return "[" + ", ".join(map(write_flow, tree)) + "]"


@st.composite
def layer_texts(draw: st.DrawFn) -> str:
    root = draw(st.integers(0, 40))
    if root == 0:
        return draw(
            st.sampled_from(
                (
                    "",
                    "# only\n",
                    "null\n",
                    "~",
                    "{}\n",
                    "- a\n",
                    "text\n",
                    "'${A}'",
                    "{$include: inc.yaml}\n",
                    "---\n",
                    "...\n",
                )
            )
        )
    if root == 1:
        return draw(damaged())
    tame = draw(st.integers(0, 6)) > 0
    text = write(draw(roots(tame=tame)), draw(styles)).removeprefix("\n").removeprefix(" ")
    if draw(st.integers(0, 7)) == 0:
        text = text.replace("\n", "\r\n")
    if draw(st.integers(0, 9)) == 0:
        text = draw(st.sampled_from(("\ufeff", "---\n", "# head\n", "%YAML 1.1\n---\n", "\n\n"))) + text
    return text


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to three layers, the files they may include, and an environment."""
    count = draw(st.sampled_from((1, 1, 2, 2, 2, 3)))
    names = [f"app-config.{index}.yaml" for index in range(count)]
    files = {**FILES, **{name: draw(layer_texts()) for name in names}}
    order = [*names, *draw(st.sampled_from((*[()] * 16, ("app-config.0.yaml",), ("missing.yaml",))))]
    dice = Random(draw(SEEDS))  # noqa: S311
    env = {name: dice.choice(values) for name, values in VALUES.items() if dice.randrange(5)}
    if draw(st.integers(0, 2)) == 0:
        names = [dice.choice((*CONFIG_NAMES[:8] * 6, *CONFIG_NAMES)) for _ in range(dice.randrange(4))]
        env |= {f"APP_CONFIG_{name}": dice.choice(CONFIG_VALUES) for name in names}
    return Case(files, tuple(order), env)
