"""References to plugins in image registries: a table, and every reference there can be."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from installer.model.errors import ExitCode, InstallerError
from installer.plugins.identity import INHERIT
from installer.registries.oci_reference import OciReference, inherited, is_digest, parse
from tests.tables import table

TABLE = table(Path(__file__).with_name("oci_references.yaml"))
DIGEST = f"sha256:{'0a' * 32}"

segments = some.from_regex(r"[a-z0-9]{1,6}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}", fullmatch=True)
hosts = some.from_regex(
    r"[a-z0-9](?:[a-z0-9-]{0,4}[a-z0-9])?(?:\.[a-z0-9]{1,4}){0,2}(?::[1-9][0-9]{0,3})?", fullmatch=True
)
digests = some.builds(
    lambda size, value: f"{size[0]}:{value:0{size[1]}x}",
    some.sampled_from([("sha256", 64), ("sha512", 128)]),
    some.integers(0, 2**256 - 1),
)
tags = some.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", fullmatch=True)
subpaths = some.from_regex(r"[A-Za-z0-9@._/:{}-]{1,20}", fullmatch=True)
paths = some.lists(segments, min_size=1, max_size=4).map("/".join)
versions = some.one_of(some.tuples(some.none() | tags, some.none() | digests), some.just((INHERIT, None)))
references = some.builds(
    lambda host, path, version, subpath: OciReference(host, path, *version, subpath),
    hosts,
    paths,
    versions,
    some.none() | subpaths,
)


@pytest.mark.parametrize("row", TABLE["right"], ids=lambda row: row[0])
def test_the_parts(row):
    text, *parts = row
    assert parse(text) == OciReference(*parts)


@pytest.mark.parametrize("row", TABLE["wrong"], ids=lambda row: repr(row[0]))
def test_what_is_no_reference(row):
    text, why = row
    with pytest.raises(InstallerError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert (problem.exit, problem.code) == (ExitCode.INVALID, "no-oci-reference")
    assert why in problem.message.rpartition(": ")[2] or why in problem.message
    assert problem.fix


def test_a_digest_with_and_without_a_tag():
    assert parse(f"oci://h/a@{DIGEST}!x") == OciReference("h", "a", None, DIGEST, "x")
    both = parse(f"oci://h/a:1@{DIGEST}")
    assert (both.tag, both.version) == ("1", DIGEST)
    assert str(both.pinned(DIGEST)) == f"oci://h/a@{DIGEST}"
    with pytest.raises(InstallerError):
        parse(f"oci://h/a:{INHERIT}@{DIGEST}")
    assert not is_digest(DIGEST.upper())


@pytest.mark.parametrize("row", TABLE["inherit"], ids=lambda row: row[0])
def test_inherit(row):
    text, defaults, expected = row
    if expected is None:
        with pytest.raises(InstallerError) as caught:
            inherited(parse(text), map(parse, defaults))
        assert caught.value.exit is ExitCode.TARGET
    else:
        assert str(inherited(parse(text), map(parse, defaults))) == expected


@given(references)
def test_there_and_back(reference):
    text = str(reference)
    assert parse(text) == reference
    assert str(parse(text)) == text


@given(some.text(alphabet=string.printable + "é\u2028", max_size=40))
def test_any_text_is_a_reference_or_told_why_not(text):
    for given_text in (text, f"oci://{text}", f"oci://h/{text}"):
        try:
            found = parse(given_text)
        except InstallerError as error:
            assert error.exit is ExitCode.INVALID  # noqa: PT017 - either may come
        else:
            assert parse(str(found)) == found
            assert str(found).lower() == given_text.lower()
