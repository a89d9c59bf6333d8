"""Whether a hash is the one that a registry publishes. Asks none."""

from installer.integrity import Digest, digests
from installer.registries.npm_packument import Published


def compare(planned: str, published: Published) -> str | None:
    """None where some hash is in both; else what the registry publishes, in SRI.

    Raises LookupError, with the reason, where there is no algorithm that both have.
    """
    ours, theirs = digests(planned), digests(published.integrity or "")
    known = {one.algorithm for one in ours} & {one.algorithm for one in theirs}
    if not known:
        raise LookupError(_incomparable(ours, theirs, published))
    if {_value(one) for one in ours} & {_value(one) for one in theirs if one.algorithm in known}:
        return None
    return " ".join(str(one) for one in theirs if one.algorithm in known)


def _value(digest: Digest) -> tuple[str, bytes | str]:
    """Equal for equal hashes: base64 has several texts for one where its last bits are not used."""
    return digest.algorithm, digest.octets or digest.text


def _incomparable(ours: tuple[Digest, ...], theirs: tuple[Digest, ...], published: Published) -> str:
    names = sorted({one.algorithm for one in theirs}) or (["sha1"] if published.shasum else [])
    has = f"the registry publishes only {' and '.join(names)}" if names else "the registry publishes no hash"
    wanted = " and ".join(sorted({one.algorithm for one in ours})) or "what stands here"
    return f"{has}, which cannot be compared with {wanted}" if names else has
