"""What an image registry can do wrong, and what is said of it; nothing of it reaches a credential or a result."""

import base64
import json
import time

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.registries.oci import resolve
from installer.registries.oci_manifest import ANNOTATION, IMAGES, INDEXES
from installer.registries.oci_reference import parse
from installer.registries.oci_tags import TAGS
from tests.registries.fake import cut, drip, drip_headers, endless, silent, status
from tests.registries.images import Images, image, index, served
from tests.registries.test_oci import BASIC, QUICK, ask, asking, authfile, entry, no_helper, refused

DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture
def images():
    with served(Images()) as running:
        yield running


@pytest.fixture
def others():
    with served(Images()) as running:
        yield running


@pytest.mark.parametrize(
    ("behave", "exit_code", "most"),
    [
        (status(404), ExitCode.TARGET, 2),
        (status(401), ExitCode.DENIED, 2),
        (status(403), ExitCode.DENIED, 1),
        (status(500), ExitCode.UNREACHABLE, 3),
        (status(429, Retry_After="3600"), ExitCode.UNREACHABLE, 1),
        (status(418), ExitCode.INVALID, 2),
        (status(302, Location="file:///etc/passwd"), ExitCode.INVALID, 1),
        (status(302, Location="http://registry.invalid/v2/"), ExitCode.INVALID, 1),
        (status(200, Docker_Content_Digest="sha256:../../x"), ExitCode.INVALID, 1),
        (status(200, Docker_Content_Digest=DIGEST), ExitCode.INTEGRITY, 2),
        (silent, ExitCode.UNREACHABLE, 1),
        (cut, ExitCode.UNREACHABLE, 4),
        (drip, ExitCode.UNREACHABLE, 2),
        (endless, ExitCode.INVALID, 2),
    ],
)
def test_a_registry_that_misbehaves(behave, exit_code, most, images):
    images.behave = behave
    began = time.monotonic()
    found = refused(f"oci://{images.host}/acme/plugins:1.0")
    assert found.exit is exit_code, found.message
    assert time.monotonic() - began < 20
    assert len(images.questions()) <= most


@pytest.mark.parametrize(
    ("body", "kind", "exit_code"),
    [
        (b"<html>", IMAGES[0], ExitCode.INVALID),
        (b"\xff\xfe", IMAGES[0], ExitCode.INVALID),
        (b"[" * 100_000, IMAGES[0], ExitCode.INVALID),
        (b"[]", IMAGES[0], ExitCode.INVALID),
        (b"{}", IMAGES[0], ExitCode.INVALID),
        (b'{"schemaVersion": 1, "fsLayers": []}', "application/json", ExitCode.FINDINGS),
        (b'{"schemaVersion": 2, "layers": [], "layers": []}', IMAGES[0], ExitCode.INVALID),
        (b'{"schemaVersion": 2, "layers": []}', "text/html", ExitCode.INVALID),
        (b'{"schemaVersion": 2, "layers": [7]}', IMAGES[0], ExitCode.INVALID),
        (b'{"schemaVersion": 2, "layers": {}}', IMAGES[0], ExitCode.INVALID),
        (b'{"schemaVersion": 2, "layers": [{"digest": "sha256:x", "size": 1}]}', IMAGES[0], ExitCode.INVALID),
        (json.dumps(image()).encode(), INDEXES[0], ExitCode.INVALID),
        (json.dumps({**image(), "manifests": []}).encode(), IMAGES[0], ExitCode.INVALID),
        (json.dumps(image(annotations={"a": 7})).encode(), IMAGES[0], ExitCode.INVALID),  # type: ignore[dict-item]
        (json.dumps(image(annotations={ANNOTATION: "no base64"})).encode(), IMAGES[0], ExitCode.INVALID),
        (
            json.dumps(image(annotations={ANNOTATION: base64.b64encode(b'[{"a": {}, "a": {}}]').decode()})).encode(),
            IMAGES[0],
            ExitCode.INVALID,
        ),
        (
            json.dumps(image(annotations={ANNOTATION: base64.b64encode(b'{"a": {}}').decode()})).encode(),
            IMAGES[0],
            ExitCode.INVALID,
        ),
        (json.dumps(image()).encode(), IMAGES[0], None),
        (json.dumps(image()).encode(), "application/json", None),
    ],
)
def test_documents(body, kind, exit_code, images):
    images.push("acme/plugins", "1.0", body, kind)
    text = f"oci://{images.host}/acme/plugins:1.0"
    if exit_code is None:
        assert ask(text).packages == ()
    else:
        assert refused(text).exit is exit_code


def test_another_document_under_a_digest(images):
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    images.documents[f"acme/plugins@{digest}"] = (IMAGES[0], json.dumps(image("flint")).encode())
    for text in (f"acme/plugins@{digest}", "acme/plugins:1.0"):
        found = refused(f"oci://{images.host}/{text}")
        assert (found.exit, found.code) == (ExitCode.INTEGRITY, "digest-mismatch")
        assert digest in found.message


@pytest.mark.parametrize("wrong", ["document", "size", "nested"])
def test_an_index_that_lies(wrong, images):
    inner = image() if wrong != "nested" else index()
    digest = images.push("acme/plugins", "part", inner, IMAGES[0] if wrong != "nested" else INDEXES[0])
    size = len(json.dumps(inner)) + (wrong == "size")
    if wrong == "document":
        images.documents[f"acme/plugins@{digest}"] = (IMAGES[0], json.dumps(image("flint")).encode())
    images.push("acme/plugins", "1.0", index((digest, "linux/amd64", size)), INDEXES[0])
    expected = ExitCode.INTEGRITY if wrong == "document" else ExitCode.INVALID
    assert refused(f"oci://{images.host}/acme/plugins:1.0").exit is expected


def test_a_redirect_elsewhere_carries_no_credential(images, others, tmp_path):
    digest = others.push("acme/plugins", "1.0", image())

    def behave(handler, _):
        if handler.headers.get("authorization") != BASIC:
            handler.answer(401, WWW_Authenticate='Basic realm="here"')
        else:
            handler.answer(307, Location=f"http://{others.host}{handler.path}")

    images.behave = behave
    file = authfile(tmp_path, {images.host: entry(), others.host: entry("other", "n0t-this")})
    assert ask(f"oci://{images.host}/acme/plugins:1.0", file).digest == digest
    assert [one.authorization for one in others.asked] == [None, None]


def test_a_place_that_we_are_led_to_cannot_ask_who_we_are(images, others, tmp_path):
    images.behave = lambda handler, _: handler.answer(307, Location=f"http://{others.host}{handler.path}")
    others.demand = (f'Bearer realm="http://{others.host}/token"', "Bearer t0k3n")
    file = authfile(tmp_path, {images.host: entry(), others.host: entry()})
    assert refused(f"oci://{images.host}/acme/plugins:1.0", file).exit is ExitCode.DENIED
    assert others.questions("/token") == []


@pytest.mark.parametrize(
    "token", [{}, {"token": ""}, {"token": 7}, {"token": "a\r\nX-Evil: b"}, {"token": "a b"}, {"token": None}]
)
def test_a_realm_without_a_token(token, images):
    images.demand, images.token = (f'Bearer realm="http://{images.host}/token"', "Bearer t"), token
    assert refused(f"oci://{images.host}/acme/plugins:1.0").code == "no-registry-token"


def test_a_realm_that_leads_elsewhere_takes_no_credential_along(images, others, tmp_path):
    images.demand = (f'Bearer realm="http://{images.host}/leads"', "Bearer t0k3n")

    def behave(handler, _):
        if handler.path.startswith("/leads"):
            handler.answer(307, Location=f"http://{others.host}/token")
        else:
            images.serve(handler)

    images.behave = behave
    images.push("acme/plugins", "1.0", image())
    ask(f"oci://{images.host}/acme/plugins:1.0", authfile(tmp_path, {images.host: entry()}))
    assert [one.authorization for one in images.questions("/leads")] == [BASIC]
    assert [one.authorization for one in others.asked] == [None]


@pytest.mark.parametrize(
    ("body", "link"),
    [
        (b'{"tags": [7]}', None),
        (b'{"tags": {}}', None),
        (b"{}", None),
        (b'{"tags": [], "tags": []}', None),
        (b'{"tags": ["1"]}', '</v2/acme/plugins/tags/list?last=1>; rel="next"'),
        (b'{"tags": ["1"]}', '<https://registry.invalid/v2/acme/plugins/tags/list>; rel="next"'),
        (b'{"tags": ["1"]}', '</v2/other/tags/list>; rel="next"'),
        (json.dumps({"tags": ["a"] * (TAGS + 1)}).encode(), None),
    ],
)
def test_tags_that_are_none_or_never_end(body, link, images):
    images.behave = lambda handler, _: handler.answer(200, body, **({"Link": link} if link else {}))
    registries = asking()
    with pytest.raises(InstallerError) as caught:
        registries.tags(parse(f"oci://{images.host}/acme/plugins:1"))
    registries.close()
    assert caught.value.exit is ExitCode.INVALID


def test_headers_that_never_end_are_not_waited_for(images, tmp_path):
    images.behave = drip_headers
    began = time.monotonic()
    environment = {"HOME": str(tmp_path), "CONTAINERS_REGISTRIES_CONF": "/dev/null"}
    with pytest.raises(InstallerError) as caught:
        resolve(parse(f"oci://{images.host}/acme/plugins:1.0"), environment=environment, helper=no_helper, limits=QUICK)
    assert caught.value.exit is ExitCode.UNREACHABLE
    assert time.monotonic() - began < 8
    images.behave = None
    digest = images.push("acme/plugins", "1.0", image())
    found = resolve(parse(f"oci://{images.host}/acme/plugins:1.0"), environment=environment, helper=no_helper)
    assert found.digest == digest


def test_a_storm_of_429_at_the_realm(images, others):
    images.demand = (f'Bearer realm="http://{others.host}/leads"', "Bearer t0k3n")
    others.behave = status(429, Retry_After="86400")
    assert refused(f"oci://{images.host}/acme/plugins:1.0").exit is ExitCode.UNREACHABLE
    assert len(others.asked) == 1
