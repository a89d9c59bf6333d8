"""What an image registry is asked, who it learns we are, and what its answers mean."""

import base64
import json
from pathlib import Path

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.registries import oci_credentials, oci_mirrors
from installer.registries.limits import Limits
from installer.registries.oci import Oci
from installer.registries.oci_manifest import INDEXES, Package
from installer.registries.oci_reference import parse
from tests.registries.images import Images, image, index, served

QUICK = Limits(seconds=3.0, connect=1.0, silence=0.7, body=1024 * 1024)
BASIC = "Basic " + base64.b64encode(b"anna:s3cret-word").decode()


def no_helper(name, server):
    raise AssertionError(f"docker-credential-{name} was asked for {server}")


def authfile(folder: Path, auths: dict, **more) -> Path:
    file = folder / "auth.json"
    file.write_text(json.dumps({"auths": auths, **more}))
    return file


def entry(user="anna", password="s3cret-word"):  # noqa: S107
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def asking(file=None, *, rules=(), helper=no_helper, limits=QUICK, **environment):
    return Oci(oci_credentials.read(file, environment, helper), rules, environment, limits)


def ask(text, file=None, *, defaults=(), fallback=False, **more):
    registries = asking(file, **more)
    try:
        return registries.resolve(parse(text), defaults=map(parse, defaults), fallback=fallback)
    finally:
        registries.close()


def refused(text, file=None, **more):
    with pytest.raises(InstallerError) as caught:
        ask(text, file, **more)
    (problem,) = caught.value.problems
    assert problem.fix
    assert "s3cret" not in repr(problem)
    return problem


@pytest.fixture
def images():
    with served(Images()) as running:
        yield running


@pytest.fixture
def others():
    with served(Images()) as running:
        yield running


def test_a_tag_becomes_a_digest_by_head_then_get(images):
    digest = images.push("acme/plugins", "1.0", image("cobalt", "flint"))
    found = ask(f"oci://{images.host}/acme/plugins:1.0!flint")
    assert found.digest == found.image == digest
    assert found.packages[1] == Package("flint", "@acme/flint", "1.2.3", "backend-plugin")
    assert str(found.pinned) == f"oci://{images.host}/acme/plugins@{digest}!flint"
    assert not found.lacks_subpath
    assert [(one.method, one.path) for one in images.questions()] == [
        ("HEAD", "/v2/acme/plugins/manifests/1.0"),
        ("GET", f"/v2/acme/plugins/manifests/{digest}"),
    ]


def test_a_digest_is_asked_for_once_and_a_missing_header_is_no_obstacle(images):
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    images.tell_digest = False
    assert ask(f"oci://{images.host}/acme/plugins@{digest}").digest == digest
    assert [one.method for one in images.questions()] == ["GET"]
    assert ask(f"oci://{images.host}/acme/plugins:1.0").digest == digest


def test_a_directory_that_the_image_does_not_list(images):
    images.push("acme/plugins", "1.0", image("cobalt"))
    images.push("acme/bare", "1.0", image())
    assert ask(f"oci://{images.host}/acme/plugins:1.0!flint").lacks_subpath
    bare = ask(f"oci://{images.host}/acme/bare:1.0!flint")
    assert (bare.packages, bare.lacks_subpath) == ((), False)


@pytest.mark.parametrize(
    ("platforms", "taken"),
    [
        (("linux/arm64", "linux/amd64", "unknown/unknown"), 1),
        (("linux/s390x", None), 1),
        (("linux/arm64",), 0),
        (("unknown/unknown", "linux/arm64"), 1),
        (("linux/arm64", "linux/s390x"), None),
        (("unknown/unknown",), None),
        ((), None),
    ],
)
def test_the_image_of_an_index(platforms, taken, images):
    documents = [image(f"plugin{number}") for number in range(len(platforms))]
    digests = [images.push("acme/plugins", f"part{number}", one) for number, one in enumerate(documents)]
    sizes = [len(json.dumps(one)) for one in documents]
    top = images.push("acme/plugins", "1.0", index(*zip(digests, platforms, sizes, strict=True)), INDEXES[0])
    if taken is None:
        assert refused(f"oci://{images.host}/acme/plugins:1.0").code == "image-without-platform"
        return
    found = ask(f"oci://{images.host}/acme/plugins:1.0")
    assert (found.digest, found.image, found.media_type) == (top, digests[taken], INDEXES[0])
    assert [one.path for one in found.packages] == [f"plugin{taken}"]


def test_inherit_is_resolved_against_the_defaults(images):
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    base = f"oci://{images.host}/acme/plugins@{digest}!cobalt"
    found = ask(f"oci://{images.host}/acme/plugins:{{{{inherit}}}}", defaults=[base])
    assert (str(found.reference), found.digest) == (base, digest)
    assert refused(f"oci://{images.host}/acme/other:{{{{inherit}}}}", defaults=[base]).exit is ExitCode.TARGET


def test_tags_over_pages(images):
    for number in range(5):
        images.push("acme/plugins", f"1.{number}", image())
    registries = asking()
    assert registries.tags(parse(f"oci://{images.host}/acme/plugins:1.0")) == ("1.0", "1.1", "1.2", "1.3", "1.4")
    with pytest.raises(InstallerError) as caught:
        registries.tags(parse(f"oci://{images.host}/acme/nothing:1.0"))
    assert caught.value.exit is ExitCode.TARGET
    registries.close()


def test_several_at_once_share_a_registry_and_each_gets_its_answer(images):
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    right, missing, wrong = f"oci://{images.host}/acme/plugins:1.0", f"oci://{images.host}/acme/no:1", "oci://acme"
    registries = asking()
    found = registries.resolve_all([right, missing, wrong])
    registries.close()
    assert found[right].digest == digest
    assert [found[one].exit for one in (missing, wrong)] == [ExitCode.TARGET, ExitCode.INVALID]
    assert [one.path for one in images.asked].count("/v2/") == 1


class TestCredentials:
    """Who gets which."""

    def test_basic_only_when_demanded_and_only_of_the_repository(self, images, tmp_path):
        images.demand = ('Basic realm="here"', BASIC)
        images.push("acme/plugins", "1.0", image())
        auths = {images.host: entry("other", "n0t-this"), f"{images.host}/acme": entry()}
        ask(f"oci://{images.host}/acme/plugins:1.0", authfile(tmp_path, auths))
        assert [one.authorization for one in images.questions()] == [None, BASIC, BASIC]

    def test_a_token_from_a_realm_elsewhere(self, images, others, tmp_path):
        images.demand = (
            f'Bearer realm="http://{others.host}/token",service="acme",scope="repository:a:pull"',
            "Bearer t",
        )
        others.token, others.known = {"access_token": "t"}, BASIC
        images.push("acme/plugins", "1.0", image())
        auths = {images.host: entry(), others.host: entry("realm", "n0t-this")}
        ask(f"oci://{images.host}/acme/plugins:1.0", authfile(tmp_path, auths))
        (realm,) = others.asked
        assert realm.path == "/token?service=acme&scope=repository%3Aa%3Apull"
        # The password went to the realm alone, the token to the registry alone.
        assert realm.authorization == BASIC
        assert [one.authorization for one in images.questions()] == [None, "Bearer t", "Bearer t"]

    def test_a_token_without_a_credential_and_a_scope_of_our_own(self, images):
        images.demand = (f'Bearer realm="http://{images.host}/token",scope="registry:catalog:*"', "Bearer t0k3n")
        images.push("acme/plugins", "1.0", image())
        ask(f"oci://{images.host}/acme/plugins:1.0")
        (realm,) = images.questions("/token")
        assert (realm.path, realm.authorization) == ("/token?scope=repository%3Aacme%2Fplugins%3Apull", None)

    def test_an_identity_token_is_posted(self, images, tmp_path):
        images.demand = (f'Bearer realm="http://{images.host}/token",service="acme"', "Bearer t0k3n")
        images.known = "s3cret-identity"
        images.push("acme/plugins", "1.0", image())
        file = authfile(tmp_path, {images.host: {"identitytoken": "s3cret-identity"}})
        ask(f"oci://{images.host}/acme/plugins:1.0", file)
        (realm,) = images.questions("/token")
        assert (realm.method, realm.authorization) == ("POST", None)
        assert b"grant_type=refresh_token" in realm.body

    def test_a_helper_is_asked_for_its_registry(self, images, tmp_path):
        images.demand = ('Basic realm="here"', BASIC)
        images.push("acme/plugins", "1.0", image())
        asked = []

        def helper(name, server):
            asked.append((name, server))
            return "anna", "s3cret-word"

        file = authfile(tmp_path, {}, credHelpers={images.host: "acme"})
        ask(f"oci://{images.host}/acme/plugins:1.0", file, helper=helper)
        assert asked == [("acme", images.host)]

    @pytest.mark.parametrize(
        "demand",
        [
            'Basic realm="here"',
            'Bearer realm="http://{host}/token"',
            'Negotiate, Digest realm="x"',
            "",
        ],
    )
    def test_a_credential_that_is_not_taken(self, demand, images, tmp_path):
        images.demand, images.known = (demand.format(host=images.host), "another"), "another"
        file = authfile(tmp_path, {images.host: entry()})
        assert refused(f"oci://{images.host}/acme/plugins:1.0", file).exit is ExitCode.DENIED
        assert refused(f"oci://{images.host}/acme/plugins:1.0").exit is ExitCode.DENIED

    def test_a_realm_without_tls_that_is_not_here(self, images, tmp_path):
        images.demand = ('Bearer realm="http://registry.invalid/token"', "Bearer t")
        file = authfile(tmp_path, {images.host: entry()})
        assert refused(f"oci://{images.host}/acme/plugins:1.0", file).code == "registry-plain-http"


class TestElsewhere:
    """Mirrors, and RHDH's own second registry."""

    def rule(self, images, others, **more):
        mirror = oci_mirrors.Mirror(f"{others.host}/mirror", insecure=False, pulls="all")
        given = {"location": "", "insecure": False, "blocked": False, "mirrors": (mirror,), **more}
        return oci_mirrors.Rule(f"{images.host}/acme", **given)

    def test_a_mirror_comes_first(self, images, others, tmp_path):
        digest = others.push("mirror/plugins", "1.0", image())
        others.demand = ('Basic realm="here"', BASIC)
        file = authfile(tmp_path, {images.host: entry("origin", "n0t-this"), others.host: entry()})
        found = ask(f"oci://{images.host}/acme/plugins:1.0", file, rules=(self.rule(images, others),))
        assert (found.digest, found.source) == (digest, f"{others.host}/mirror/plugins")
        assert found.reference.host == images.host
        assert images.asked == []

    @pytest.mark.parametrize("status", [401, 404, 500])
    def test_a_mirror_that_does_not_do_is_passed_over(self, status, images, others):
        digest = images.push("acme/plugins", "1.0", image())
        others.behave = lambda handler, _: handler.answer(status)
        found = ask(f"oci://{images.host}/acme/plugins:1.0", rules=(self.rule(images, others),))
        assert (found.digest, found.source) == (digest, f"{images.host}/acme/plugins")

    def test_a_mirror_that_lies_is_told(self, images, others):
        digest = images.push("acme/plugins", "1.0", image())
        others.documents[f"mirror/plugins@{digest}"] = ("application/json", b"{}")
        found = refused(f"oci://{images.host}/acme/plugins@{digest}", rules=(self.rule(images, others),))
        assert found.exit is ExitCode.INTEGRITY
        assert images.asked == []

    def test_what_red_hats_registry_has_not_is_looked_for_on_quay(self, images, others):
        digest = others.push("rhdh/plugins", "1.0", image())
        nothing = oci_mirrors.Rule("registry.access.redhat.com", images.host, False, False, ())
        quay = oci_mirrors.Rule("quay.io", others.host, False, False, ())
        text = "oci://registry.access.redhat.com/rhdh/plugins:1.0"
        found = ask(text, rules=(nothing, quay), fallback=True)
        assert (found.digest, str(found.reference)) == (digest, text)
        assert refused(text, rules=(nothing, quay)).exit is ExitCode.TARGET
        outside = "oci://registry.access.redhat.com/other/plugins:1.0"
        assert refused(outside, rules=(nothing, quay), fallback=True).exit is ExitCode.TARGET
