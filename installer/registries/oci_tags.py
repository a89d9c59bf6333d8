"""The tags of a repository, page after page, within bounds. Prefers none of them."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from installer.model.late_pattern import late_pattern
from installer.registries.oci_cached import CachedRegistry, Wanted
from installer.registries.oci_manifest import document_of, no_manifest
from installer.registries.oci_registry import judge
from installer.registries.transport import Answer
from installer.registries.urls import host_of, origin

PAGES, TAGS = 50, 50_000
_NEXT = late_pattern(r'<([^<>]*)>\s*;[^,]*\brel="?next"?')


def paged(registry: CachedRegistry, path: str) -> Iterator[str]:
    """In the registry's order. Raises InstallerError: TARGET, INVALID, and what `ImageRegistry.ask` raises."""
    what, where, count = "tags/list?n=1000", f"{registry.name}/{path}", 0

    def read(answer: Answer) -> tuple[list[str], str | None]:
        judge(answer, where, f"no repository {path}")
        following = _NEXT.search(answer.headers.get("link", ""))
        return _tags(answer, where), following and _next_page(answer.url, following[1], f"/v2/{path}/", where)

    for _ in range(PAGES):
        page, following = registry.read(Wanted(path, what, "application/json"), read)
        count += len(page)
        if count > TAGS:
            break
        yield from page
        if following is None:
            return
        what = following
    raise no_manifest(where, f"it lists tags without end, more than {PAGES} pages or {TAGS:,} of them")


def _next_page(url: str, link: str, folder: str, where: str) -> str:
    target = urljoin(url, link)
    parts = urlsplit(target)
    if host_of(target) is None or origin(target) != origin(url) or not parts.path.startswith(folder):
        raise no_manifest(where, "the next page of its tags lies elsewhere")
    return f"{parts.path.removeprefix(folder)}?{parts.query}"


def _tags(answer: Answer, where: str) -> list[str]:
    try:
        listed = document_of(answer.body).get("tags", ())
    except ValueError as error:
        raise no_manifest(where, str(error)) from None
    # A repository of which everything was deleted has null.
    found = [] if listed is None else listed
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise no_manifest(where, "it holds no list of tags")
    return found
