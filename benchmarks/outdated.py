"""Measures `plugins outdated` against a registry that is 50 ms away, beside what people run today. Judges nothing."""

import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from check_updates import program
from distant import distant
from measuring import Row, Shop, alone, processor, registry, resident, run, side_by_side

from installer.model.lock import LOCK_FILE, Locked, lock_of
from installer.plan import lock_text
from tests.registries.fake import Handler, Registry
from tests.registries.packages import sri

PACKAGES, VERSIONS = 40, 60
ROUND_TRIP = 0.05
SLOW_RUNS = 3
LARGE, LARGE_BYTES = 8, 10_000_000
SPARE = 0.1  # seconds
# As the blog has it (`upstream-blog.txt`), but for the names and the address.
JQ = (
    ".versions | keys_unsorted[-1] as $latest_version | .[$latest_version]"
    r' | "\(.name)\n\(.version)\n\(.dist.integrity)"'
)
SCRIPT = """\
PLUGINS=({names})

for PLUGIN_NAME in "${{PLUGINS[@]}}"
do
    echo "Processing plugin: $PLUGIN_NAME"
    curl -s -q "{url}${{PLUGIN_NAME}}" | \\
    jq -r '{jq}'
    echo
done
"""
NAMES = [f"@acme/backstage-plugin-{number}" for number in range(PACKAGES)]


def outdated(scratch: Path) -> Iterator[Row]:
    """Forty plugins, one release behind; then eight whose metadata are 10 MB each."""
    with registry(publish) as shop, distant(int(shop.url.rstrip("/").rpartition(":")[2]), ROUND_TRIP) as port:
        yield from _beside_others(scratch, shop, f"http://127.0.0.1:{port}/")
        yield from _again(scratch, shop, f"http://127.0.0.1:{port}/")
    with registry(publish_large) as shop:
        words = _words(scratch, shop.url, [f"@acme/large-{number}" for number in range(LARGE)])
        held = resident(words, alone(scratch))
        name = f"resident memory of plugins outdated, {LARGE} packuments of {LARGE_BYTES // 10**6} MB in flight, MiB"
        yield Row(name, held, most=160)


def _beside_others(scratch: Path, shop: Shop, url: str) -> Iterator[Row]:
    script, project = scratch / "upstream.sh", scratch / "project"
    script.write_text(SCRIPT.format(names=" ".join(NAMES), url=f"{url}kept/", jq=JQ))
    project.mkdir()
    (project / "package.json").write_text(json.dumps({"name": "p", "dependencies": dict.fromkeys(NAMES, "1.0.0")}))
    updates = [str(program()), "--registry", f"{url}kept/", "--cwd", str(project), "--loglevel", "error"]
    words = _words(scratch, f"{url}kept/", NAMES)
    cold = _cold(scratch, words)
    cold()
    shop.asked()
    cold()
    asked = shop.asked()
    ours, upstream, others = side_by_side(
        cold,
        lambda: run("bash", str(script), env=alone(scratch)),
        lambda: run(*updates, env=alone(scratch)),
        runs=SLOW_RUNS,
    )
    yield Row(f"curl | jq, {PACKAGES} times / plugins outdated, nothing cached", upstream / ours, least=5)
    yield Row("plugins outdated, nothing cached / npm-check-updates", ours / others, most=1)
    yield Row("requests for each package, nothing cached", asked / PACKAGES, most=1)


def _again(scratch: Path, shop: Shop, url: str) -> Iterator[Row]:
    kept, stale = (_words(scratch, f"{url}{age}/", NAMES) for age in ("kept", "stale"))
    environment = alone(scratch)
    _lock(scratch)
    _ours(kept, environment)()
    _ours(stale, environment)()
    requests = []
    for words in (kept, [*kept, "--frozen"], stale):
        shop.asked()
        _ours(words, environment)()
        requests.append(shop.asked())
    started, warm = processor(_ours(["--version"], environment), _ours(kept, environment))
    # What makes the cache cold is another folder, so that the other stays warm.
    asked, anew = side_by_side(_ours(stale, environment), _cold(scratch / "cold", stale))
    allowed = 1.4 * started + SPARE
    name = f"warm within max-age / (1.4 x --version + 0.1 s), processor time {warm:.2f} s / {allowed:.2f} s"
    yield Row(name, warm / allowed, most=1)
    yield Row("the same: requests", requests[0], most=0)
    yield Row("from the lock (--frozen): requests", requests[1], most=0)
    yield Row("revalidating / nothing cached", asked / anew, most=1)
    yield Row("the same: requests for each package", requests[2] / PACKAGES, most=1)


def _words(scratch: Path, url: str, names: list[str]) -> list[str]:
    path = scratch / f"plugins-{len(names)}.yaml"
    entries = [{"package": f"{name}@1.0.0", "disabled": False, "integrity": _hash(name, 0)} for name in names]
    path.write_text(json.dumps({"plugins": entries}))
    return ["plugins", "outdated", "--file", str(path), "--rhdh-version", "1.8", "--registry", url]


def _lock(scratch: Path) -> None:
    locked = [Locked(f"{n}@1.0.0", n, "npm", version="1.0.0", integrity=_hash(n, 0)) for n in NAMES]
    (scratch / LOCK_FILE).write_text(lock_text.written(lock_of(locked)))


def _ours(words: list[str], environment: dict[str, str]) -> Callable[[], None]:
    return lambda: run(sys.executable, "-m", "installer", *words, env=environment)


def _cold(scratch: Path, words: list[str]) -> Callable[[], None]:
    environment = alone(scratch)

    def ask() -> None:
        shutil.rmtree(environment["XDG_CACHE_HOME"], ignore_errors=True)
        _ours(words, environment)()

    return ask


# -- the registry


def publish(running: Registry) -> None:
    """The same packages below `/kept/`, which need not be asked for again, and below `/stale/`."""
    texts = {name: json.dumps(_packument(running.url, name)).encode() for name in NAMES}
    ages = {"kept": "public, max-age=300", "stale": "no-cache"}
    running.validators = True

    def behave(handler: Handler, path: str) -> None:
        age, _, name = path.partition("/")
        running.caching = {"Cache-Control": ages[age]}
        running.serve(handler, texts[name])

    running.behave = behave


def publish_large(running: Registry) -> None:
    """All of them are on their way at the same time: nobody gets one before everybody has asked."""
    everybody = threading.Barrier(LARGE)
    padding = "x" * 1500

    def behave(handler: Handler, name: str) -> None:
        everybody.wait(30)
        handler.answer(200, texts[name])

    texts = {}
    for number in range(LARGE):
        name = f"@acme/large-{number}"
        one = _version(running.url, name, 0)
        count = LARGE_BYTES // len(json.dumps({**one, "description": padding}))
        versions = {f"1.{n}.0": {**_version(running.url, name, n), "description": padding} for n in range(count)}
        tags = {"latest": f"1.{count - 1}.0"}
        texts[name] = json.dumps({"name": name, "dist-tags": tags, "versions": versions}).encode()
    running.behave = behave


def _packument(url: str, name: str) -> dict[str, object]:
    versions = {f"1.{number}.0": _version(url, name, number) for number in range(VERSIONS)}
    return {"name": name, "dist-tags": {"latest": f"1.{VERSIONS - 1}.0"}, "versions": versions}


def _version(url: str, name: str, number: int) -> dict[str, object]:
    """About as long as an abbreviated one of a Backstage plugin."""
    version = f"1.{number}.0"
    tarball = f"{url}{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    needs = {f"@backstage/plugin-{other}": "^1.2.3" for other in range(12)}
    dist = {"integrity": _hash(name, number), "tarball": tarball}
    return {"name": name, "version": version, "dependencies": needs, "dist": dist}


def _hash(name: str, number: int) -> str:
    return sri(f"{name}@1.{number}.0".encode())
