"""Generated dynamic-plugins and app-config texts, as people write them: styles, comments, anchors, odd but valid."""

import json

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


styles = st.sampled_from(("plain", "plain", "single", "double"))
words = st.builds(quoted, st.sampled_from(WORDS), styles)
trails = st.sampled_from(TRAILS)
names = st.sampled_from(("one", "two", "three", "four", "key with blanks", "dotted.key"))


@st.composite
def comments(draw, indent=0):
    """Comment and blank lines between others."""
    lines = draw(st.lists(st.sampled_from(("", "   ", *COMMENTS)), max_size=2))
    return [" " * indent + line if line.startswith("#") else line for line in lines]


flows = st.recursive(
    words,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(names, inner, max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        ),
    ),
    max_leaves=4,
)


@st.composite
def mappings(draw, indent, depth=2, keys=names):
    """The lines of a block mapping."""
    step = draw(st.sampled_from((2, 2, 4, 3)))
    lines = []
    for key in draw(st.lists(keys, unique=True, min_size=1, max_size=3)):
        lines += draw(comments(indent))
        head = f"{' ' * indent}{key}:"
        match draw(st.sampled_from(("flow", "block", "list", "literal", "empty") if depth else ("flow", "empty"))):
            case "flow":
                lines.append(f"{head} {draw(flows)}{draw(trails)}")
            case "empty":
                lines.append(f"{head}{draw(trails)}")
            case "block":
                lines += [head + draw(trails), *draw(mappings(indent + step, depth - 1))]
            case "list":
                at = indent + draw(st.sampled_from((0, step)))
                items = draw(st.lists(flows, min_size=1, max_size=3))
                lines += [head + draw(trails), *(f"{' ' * at}- {item}{draw(trails)}" for item in items)]
            case _:
                mark = draw(st.sampled_from(("|", "|-", ">", "|+")))
                inner = draw(
                    st.lists(st.sampled_from(("text", "  more", "# no comment", "", "k: v")), min_size=1, max_size=3)
                )
                body = ["text", *inner]
                lines += [f"{head} {mark}", *(" " * (indent + step) + line if line else "" for line in body)]
    return lines


@st.composite
def entries(draw, indent, release, package):
    """The lines of one entry of `plugins`."""
    switch, off = ("enabled", "false") if release.startswith("2.") else ("disabled", "true")
    on = "true" if off == "false" else "false"
    style = draw(styles) if package.startswith(".") else draw(st.sampled_from(("single", "double")))
    fields = [[f"package: {quoted(package, style)}{draw(trails)}"]]
    state = draw(st.sampled_from((None, on, on, off)))
    if state is not None:
        fields.append([f"{switch}: {state}{draw(trails)}"])
    if draw(st.booleans()):
        inner = draw(mappings(4, keys=st.sampled_from((f"x{package.encode()[-1]}", f"y{len(package)}"))))
        fields.append(["pluginConfig:" + draw(trails), *inner])
    if draw(st.booleans()):
        fields.reverse()
    flat = [(number, line) for number, field in enumerate(fields) for line in field]
    pad = " " * draw(st.sampled_from((1, 1, 3)))
    lines, first = draw(comments(indent)), True
    for _, line in flat:
        lead = f"{' ' * indent}-{pad}" if first else f"{' ' * indent} {' ' * len(pad)}"
        lines.append(lead + line if line.strip() else line)
        first = False
    return lines


@st.composite
def plugins_texts(draw, release):
    """A dynamic-plugins.yaml of a release, and the lines of each entry in it that an installation leaves alone."""
    known = [*PACKAGES, *ORCHESTRATOR[release]]
    chosen = draw(st.lists(st.sampled_from(known), unique=True, max_size=4))
    indent = draw(st.sampled_from((0, 2, 2, 4)))
    includes = draw(
        st.sampled_from(
            (
                ["includes:", "  - dynamic-plugins.default.yaml"],
                ["includes: [dynamic-plugins.default.yaml]"],
                ["includes:", "- 'dynamic-plugins.default.yaml'  # theirs"],
                ["&includes includes: [dynamic-plugins.default.yaml]"],
            )
        )
    )
    if chosen:
        blocks = {package: draw(entries(indent, release, package)) for package in chosen}
        listed = ["plugins:" + draw(trails), *(line for lines in blocks.values() for line in lines)]
        foreign = ["\n".join(lines).rstrip() for package, lines in blocks.items() if package in FOREIGN]
    else:
        foreign = []
        listed = [draw(st.sampled_from(("plugins: []", "plugins:", "plugins: [ ]  # none", "plugins: null", "")))]
    blocks = [includes, listed]
    if draw(st.booleans()):
        blocks.reverse()
    head = draw(st.sampled_from(([], [], ["---"], ["# our plugins", ""], ["%YAML 1.1", "---"])))
    lines = [*head, *draw(comments()), *blocks[0], *draw(comments()), *blocks[1], *draw(comments())]
    return "\n".join(lines) + draw(st.sampled_from(("\n", "\n", "", "\n\n"))), foreign


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
    lines = list(draw(st.sampled_from(([], ["---"], ["# configuration"]))))
    for section in chosen:
        lines += [*draw(comments()), *section]
    if draw(st.booleans()):
        extra = draw(mappings(0, keys=st.sampled_from(("extra", "more", "techdocs"))))
        lines += extra
    lines += draw(comments())
    return "\n".join(lines) + draw(st.sampled_from(("\n", "\n", "")))


ends = st.sampled_from(("\n", "\n", "\r\n"))
