"""Against a real image registry: what was pushed there is what we find, with TLS and a password too."""

import json
import shutil

from installer.model.errors import ExitCode, InstallerError
from installer.registries import oci_credentials
from installer.registries.oci import Oci
from installer.registries.oci_manifest import INDEXES, digest_of
from installer.registries.oci_mirrors import Rule
from installer.registries.oci_reference import parse
from tests.registries import docker_registry
from tests.registries.images import image, index
from tests.registries.test_oci import BASIC, authfile, entry, no_helper

LAYER, CONFIG = b"a layer", b"{}"


def pushed(registry):
    """Digests of an index and of the image in it."""
    manifest = image("cobalt")
    manifest["layers"][0] |= {"digest": digest_of(LAYER), "size": len(LAYER)}
    kind = "application/vnd.oci.image.config.v1+json"
    manifest["config"] = {"mediaType": kind, "digest": digest_of(CONFIG), "size": len(CONFIG)}
    inner = registry.push("acme/plugins", "1.0-amd64", manifest, [LAYER, CONFIG])
    several = index((inner, "linux/amd64", len(json.dumps(manifest))))
    return registry.push("acme/plugins", "1.0", several, []), inner


def opened(file, folders=(), rules=()):
    return Oci(oci_credentials.read(file, {}, no_helper), rules, {}, certificates=folders)


def exit_of(registries, text):
    try:
        registries.resolve(parse(text))
    except InstallerError as error:
        return error.exit
    return ExitCode.OK


def test_plain_on_loopback(tmp_path):
    with docker_registry.running(tmp_path) as registry:
        top, inner = pushed(registry)
        registries = opened(authfile(tmp_path, {}))
        found = registries.resolve(parse(f"oci://{registry.host}/acme/plugins:1.0!cobalt"))
        assert (found.digest, found.image, found.media_type) == (top, inner, INDEXES[0])
        assert [(one.path, one.version) for one in found.packages] == [("cobalt", "1.2.3")]
        assert registries.resolve(found.pinned).digest == top
        assert set(registries.tags(found.reference)) == {"1.0", "1.0-amd64"}
        assert exit_of(registries, f"oci://{registry.host}/acme/plugins:2.0") == ExitCode.TARGET
        assert exit_of(registries, f"oci://{registry.host}/acme/nothing:1.0") == ExitCode.TARGET
        registries.close()


def test_tls_and_a_password(tmp_path):
    with docker_registry.running(tmp_path, tls=True, authorization=BASIC) as registry:
        top, _ = pushed(registry)
        trusted = tmp_path / "certs.d" / registry.host
        trusted.mkdir(parents=True)
        shutil.copy(registry.certificate, trusted / "ca.crt")
        right = authfile(tmp_path, {registry.host: entry()})
        text = f"oci://{registry.host}/acme/plugins:1.0"
        registries = opened(right, (tmp_path / "certs.d",))
        assert registries.resolve(parse(text)).digest == top
        assert exit_of(opened(right), text) == ExitCode.UNREACHABLE
        insecure = Rule(registry.host, "", insecure=True, blocked=False, mirrors=())
        assert exit_of(opened(right, rules=(insecure,)), text) == ExitCode.OK
        wrong = authfile(tmp_path, {registry.host: entry("anna", "another")})
        assert exit_of(opened(wrong, (tmp_path / "certs.d",)), text) == ExitCode.DENIED
