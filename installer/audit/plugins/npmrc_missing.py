"""npmrc absent for scoped npm package."""

from collections.abc import Iterator

from installer.audit.about_plugins import npmrc, npmrc_files
from installer.audit.finding import Found
from installer.audit.kinds import SECRET
from installer.audit.remedy import CreateObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

BROUGHT = (1, 7)  # from here on RHDH's operator brings an .npmrc with the scope
REGISTRY = "NPM_CONFIG_REGISTRY"


def check(snapshot: Snapshot) -> Iterator[Found]:
    found = npmrc(snapshot)
    given = snapshot.init_variables
    brought = snapshot.flavour == "operator" and snapshot.release.number >= BROUGHT
    if brought or given.open or REGISTRY in {*given.values, *given.unknown}:
        return
    mapped = {scope for _, _, facts in npmrc_files(snapshot) for scope in facts.registries}  # "" is every other
    for scope, url in snapshot.release.npm_scopes.items():
        used = [one for one in snapshot.plugins if one.enabled and one.package.startswith(f"{scope}/")]
        name = snapshot.instance.npmrc_name
        # What a kustomization generates is there, and its text is not at hand.
        generated = found is None and bool(name) and snapshot.exists(SECRET, name or "", snapshot.namespace)
        if used and name and not generated and not mapped & {scope, ""}:
            observed = f"{len(used)} plugins of {scope}, and no registry for it in Secret {name}"
            yield Found(used[0].spot, observed, f"{scope}:registry={url}", _secret(snapshot, name, scope, url), scope)


def _secret(snapshot: Snapshot, name: str, scope: str, url: str) -> CreateObject:
    metadata = {"name": name, "namespace": snapshot.namespace}
    text = {".npmrc": f"{scope}:registry={url}\n"}
    return CreateObject({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": text})


RULE = Rule(
    module=__name__,
    title="npmrc absent for scoped npm package",
    severity="critical",
    reads=(SECRET,),
    wrong="Plugins of the vendor's scope are on, and RHDH's installer is not told in which registry that scope is.",
    why="It asks the public registry, which answers 404: the init container stops, RHDH does not start.",
    fix="Give it an .npmrc that maps the scope to the vendor's registry.",
    sources=("https://docs.npmjs.com/cli/using-npm/scope#associating-a-scope-with-a-registry",),
    check=check,
)
