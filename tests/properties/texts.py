"""Generated dynamic-plugins and app-config texts, as people write them: styles, comments, anchors, odd but valid."""

import json
from random import Random

from hypothesis import strategies as st

# -- a text is built line by line, so that a comment may stand wherever one may

COMMENTS = ("# ours", "#", "# TODO: ask the platform team", "# ünïcödé ✓", "#!not a shebang", "# package: ./no")
# RHDH up to 1.8 refuses a tab before a comment, so there are few.
TRAILS = (*[""] * 12, *["   # why not", " #", "  "] * 4, "\t# tab before")
PACKAGES = (
    "./dynamic-plugins/dist/backstage-plugin-techdocs",
    "./dynamic-plugins/dist/backstage-plugin-notifications",
    "./local/one",
    "./local/two",
    "@example/plugin@1.2.3",
    "https://example.com/x/-/x-1.0.0.tgz",
)
FOREIGN = [package for package in PACKAGES if "notifications" not in package]
ORCHESTRATOR = {
    "1.6": (
        "@redhat/backstage-plugin-orchestrator@1.5.1",
        "@redhat/backstage-plugin-orchestrator-backend-dynamic@1.6.1",
        "@redhat/backstage-plugin-scaffolder-backend-module-orchestrator-dynamic@1.6.0",
        "@janus-idp/backstage-plugin-orchestrator@1.10.6",
    ),
    "1.8": (
        "@redhat/backstage-plugin-orchestrator@1.8.10",
        "@redhat/backstage-plugin-orchestrator-backend-dynamic@1.8.2",
        "@redhat/backstage-plugin-orchestrator-form-widgets@1.8.2",
    ),
    "1.9": (
        "@redhat/backstage-plugin-orchestrator@1.8.2",
        "oci://registry.access.redhat.com/rhdh/red-hat-developer-hub-backstage-plugin-orchestrator:{{inherit}}",
        "oci://quay.io/rhdh/red-hat-developer-hub-backstage-plugin-orchestrator-backend:bs_1.45.3__8.0.0!orchestrator",
    ),
    "2.0": ("oci://registry.access.redhat.com/rhdh/red-hat-developer-hub-backstage-plugin-orchestrator:{{inherit}}",),
}
WORDS = (
    "a",
    "b c",
    "ä",
    "1",
    "true",
    "null",
    "~",
    "yes",
    "0x1f",
    "1.0",
    "- a",
    "a: b",
    "#",
    "'",
    '"',
    "\\n",
    "",
    "${X}",
)


def quoted(word: str, style: str) -> str:
    match style:
        case "double":
            return json.dumps(word, ensure_ascii=False)
        case "single":
            return "'" + word.replace("'", "''") + "'"
        case _:
            plain = word.replace(" ", "").isalnum() and word.strip() and word == word.strip()
            return word if plain or (word.startswith(("./", "http")) and " " not in word) else quoted(word, "double")


STYLES = ("plain", "plain", "single", "double")
NAMES = ("one", "two", "three", "four", "key with blanks", "dotted.key")


class Writer:
    """Writes one piece of a text, throwing dice at every choice.

    Hypothesis chooses which entries and sections there are, and the dice: a choice of its own for each of some hundred
    tokens would cost as much time as what is tested. A piece has dice of its own, so that it stays when others go.
    """

    def __init__(self, seed: int, piece: str) -> None:
        self.dice = Random(f"{seed} {piece}")  # noqa: S311
        self.pick = self.dice.choice

    def some(self, options, least, most):
        """So many of them, each once."""
        return self.dice.sample(options, min(self.dice.randint(least, most), len(options)))

    def chance(self):
        return self.dice.random() < 0.5

    def trail(self):
        return self.pick(TRAILS)

    def comments(self, indent=0):
        """Comment and blank lines between others."""
        lines = [self.pick(("", "   ", *COMMENTS)) for _ in range(self.dice.randrange(3))]
        return [" " * indent + line if line.startswith("#") else line for line in lines]

    def flow(self, depth=2):
        match self.dice.randrange(6 if depth else 3):
            case 3:
                return f"[{', '.join(self.flow(depth - 1) for _ in range(self.dice.randrange(4)))}]"
            case 4 | 5:
                pairs = [f"{key}: {self.flow(depth - 1)}" for key in self.some(NAMES, 0, 3)]
                return "{" + ", ".join(pairs) + "}"
            case _:
                return quoted(self.pick(WORDS), self.pick(STYLES))

    def mapping(self, indent, depth=2, keys=NAMES):
        """The lines of a block mapping."""
        step = self.pick((2, 2, 4, 3))
        lines = []
        for key in self.some(keys, 1, 3):
            lines += self.comments(indent)
            head = f"{' ' * indent}{key}:"
            match self.pick(("flow", "block", "list", "literal", "empty") if depth else ("flow", "empty")):
                case "flow":
                    lines.append(f"{head} {self.flow()}{self.trail()}")
                case "empty":
                    lines.append(f"{head}{self.trail()}")
                case "block":
                    lines += [head + self.trail(), *self.mapping(indent + step, depth - 1)]
                case "list":
                    at = indent + self.pick((0, step))
                    items = [f"{' ' * at}- {self.flow()}{self.trail()}" for _ in range(self.dice.randint(1, 3))]
                    lines += [head + self.trail(), *items]
                case _:
                    lines += self.block_scalar(head, indent + step)
        return lines

    def block_scalar(self, head, indent):
        inner = [self.pick(("text", "  more", "# no comment", "", "k: v")) for _ in range(self.dice.randint(1, 3))]
        body = [" " * indent + line if line else "" for line in ("text", *inner)]
        return [f"{head} {self.pick(('|', '|-', '>', '|+'))}", *body]

    def entry(self, indent, release, package):
        """The lines of one entry of `plugins`."""
        switch, off = ("enabled", "false") if release.startswith("2.") else ("disabled", "true")
        on = "true" if off == "false" else "false"
        style = self.pick(STYLES) if package.startswith(".") else self.pick(("single", "double"))
        fields = [[f"package: {quoted(package, style)}{self.trail()}"]]
        state = self.pick((None, on, on, off))
        if state is not None:
            fields.append([f"{switch}: {state}{self.trail()}"])
        if self.chance():
            inner = self.mapping(4, keys=(f"x{package.encode()[-1]}", f"y{len(package)}"))
            fields.append(["pluginConfig:" + self.trail(), *inner])
        if self.chance():
            fields.reverse()
        pad = " " * self.pick((1, 1, 3))
        first, *rest = [line for field in fields for line in field]
        lead = f"{' ' * indent} {' ' * len(pad)}"
        return [
            *self.comments(indent),
            f"{' ' * indent}-{pad}{first}",
            *(lead + line if line.strip() else line for line in rest),
        ]


SEEDS = st.integers(0, 2**32)
INCLUDES = (
    ["includes:", "  - dynamic-plugins.default.yaml"],
    ["includes: [dynamic-plugins.default.yaml]"],
    ["includes:", "- 'dynamic-plugins.default.yaml'  # theirs"],
    ["&includes includes: [dynamic-plugins.default.yaml]"],
)
NO_PLUGINS = ("plugins: []", "plugins:", "plugins: [ ]  # none", "plugins: null", "")
HEADS = ([], [], ["---"], ["# our plugins", ""], ["%YAML 1.1", "---"])


@st.composite
def plugins_texts(draw, release):
    """A dynamic-plugins.yaml of a release, and the lines of each entry in it that an installation leaves alone."""
    chosen = draw(st.lists(st.sampled_from([*PACKAGES, *ORCHESTRATOR[release]]), unique=True, max_size=4))
    seed = draw(SEEDS)
    frame = Writer(seed, "frame")
    indent = frame.pick((0, 2, 2, 4))
    entries = {package: Writer(seed, package).entry(indent, release, package) for package in chosen}
    foreign = ["\n".join(lines).rstrip() for package, lines in entries.items() if package in FOREIGN]
    listed = [frame.pick(NO_PLUGINS)]
    if chosen:
        listed = ["plugins:" + frame.trail(), *(line for lines in entries.values() for line in lines)]
    blocks = [frame.pick(INCLUDES), listed]
    if frame.chance():
        blocks.reverse()
    lines = [*frame.pick(HEADS), *frame.comments(), *blocks[0], *frame.comments(), *blocks[1], *frame.comments()]
    return "\n".join(lines) + frame.pick(("\n", "\n", "", "\n\n")), foreign


SECTIONS = (
    ["app:", "  title: Ours  # ours", "  baseUrl: https://rhdh.example.com"],
    ["app: {title: Ours, baseUrl: 'https://rhdh.example.com'}"],
    ["backend:", "  cors:", "    origin: https://rhdh.example.com"],
    ["backend:", "    csp:", "        script-src:", "        - \"'self'\"", "        # more", "        - 'https:'"],
    ["backend: {csp: {connect-src: [\"'self'\", 'http:']}}"],
    [
        "catalog:",
        "  locations:",
        "  - type: url",
        "    target: https://example.com/a.yaml",
        "    # rules",
        "  rules: []",
    ],
    ["catalog:", "  locations: []"],
    ["permission:", "  enabled: true", "  rbac:", "    pluginsWithPermission: [catalog]"],
    ["permission: {enabled: true}"],
    ["orchestrator:", "  dataIndexService:", "    url: http://sonataflow-platform-data-index-service.sonataflow-infra"],
    ["auth: &auth", "  environment: development", "other: *auth"],
    ["x: &x {a: 1}", "y:", "  <<: *x"],
    ["integrations:", "  github:", "  - host: github.com", "    token: ${TOKEN}"],
)


@st.composite
def settings_texts(draw):
    """An app-config."""
    chosen = draw(st.lists(st.sampled_from(SECTIONS), max_size=4, unique_by=lambda lines: lines[0].split(":")[0]))
    seed = draw(SEEDS)
    frame = Writer(seed, "frame")
    lines = list(frame.pick(([], ["---"], ["# configuration"])))
    for section in chosen:
        lines += [*Writer(seed, section[0]).comments(), *section]
    if frame.chance():
        lines += frame.mapping(0, keys=("extra", "more", "techdocs"))
    lines += frame.comments()
    return "\n".join(lines) + frame.pick(("\n", "\n", ""))


ends = st.sampled_from(("\n", "\n", "\r\n"))
