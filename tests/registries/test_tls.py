"""Whom a registry with TLS has to be known by, and who it learns we are; what npm itself asks of one that listens."""

import json
import os
import shutil
import ssl
import subprocess

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.registries import npmrc
from installer.registries.cache import Cache
from installer.registries.limits import Limits
from installer.registries.npm import Npm
from tests.registries import fake
from tests.registries.certificates import authority
from tests.registries.fake import Registry, served

NAME = "@acme/p"
QUICK = Limits(seconds=20.0, connect=5.0, silence=5.0)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    return authority(folder), authority(folder, "another")


def secure(ours, *, clients=None):
    """A server's context; with `clients` it wants a certificate of that CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ours.issue("server"))
    if clients is not None:
        context.load_verify_locations(clients.file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.fixture
def running(authorities):
    registry = Registry()
    registry.publish(NAME, "1.0.0", integrity="sha512-" + "A" * 86 + "==")
    with served(registry, secure(authorities[0])) as one:
        yield one


def versions(folder, registry, settings="", cache=None, **environment):
    """Versions of the package as a machine sees them that is set up so; the code of what went wrong."""
    (folder / ".npmrc").write_text(f"registry={registry.url}\n{settings}\n")
    npm = Npm(npmrc.read(folder, {"HOME": str(folder), **environment}), QUICK, *([cache] if cache else []))
    try:
        return list(npm.packument(NAME).versions)
    except InstallerError as error:
        return error.problems[0].exit, error.problems[0].message
    finally:
        npm.close()


def test_a_registry_that_nobody_vouches_for(folder, running):
    code, message = versions(folder, running)
    assert code == ExitCode.UNREACHABLE
    assert "no TLS" in message
    assert running.asked == []


@pytest.mark.parametrize("way", ["cafile", "cafile here", "ca", "ca in the environment", "node", "strict-ssl"])
def test_a_registry_that_is_vouched_for(way, folder, running, authorities):
    file = authorities[0].file
    text = file.read_text()
    (folder / "here.pem").write_text(text)
    settings, environment = {
        "cafile": (f"cafile={file}", {}),
        "cafile here": ("cafile=here.pem", {}),
        "ca": (f"ca={json.dumps(text)}", {}),
        "ca in the environment": ("", {"npm_config_ca": text}),
        "node": ("", {"NODE_EXTRA_CA_CERTS": str(file)}),
        "strict-ssl": ("strict-ssl=false", {}),
    }[way]
    assert versions(folder, running, settings, **environment) == ["1.0.0"]


@pytest.mark.parametrize("settings", ["cafile={file}", "cafile={file}.none", "cafile={folder}"])
def test_another_ca_and_none(settings, folder, running, authorities):
    told = settings.format(file=authorities[1].file, folder=folder)
    code, _ = versions(
        folder, running, told, NODE_EXTRA_CA_CERTS=str(authorities[0].file) if "none" not in told else ""
    )
    assert code == ExitCode.UNREACHABLE


def test_what_was_read_without_a_check_does_not_serve_with_one(folder, running, tmp_path):
    running.caching = {"Cache_Control": "max-age=300"}
    cache = Cache(tmp_path / "kept")
    assert versions(folder, running, "strict-ssl=false", cache) == ["1.0.0"]
    assert versions(folder, running, "", cache)[0] == ExitCode.UNREACHABLE


def test_a_certificate_for_those_who_want_one(folder, authorities):
    ca, other = authorities
    registry, led_to = Registry(), Registry()
    registry.publish(NAME, "1.0.0", integrity="")
    with served(registry, secure(ca, clients=ca)), served(led_to, secure(ca, clients=ca)):
        own, foreign = ca.issue("client"), other.issue("client-of-another")

        def as_one(files, of):
            said = f"cafile={ca.file}\n//{of.host}/:certfile={files[0]}\n//{of.host}/:keyfile={files[1]}"
            return versions(folder, registry, said)

        assert as_one(own, registry) == ["1.0.0"]
        assert as_one(foreign, registry)[0] == ExitCode.UNREACHABLE
        assert as_one(own, led_to)[0] == ExitCode.UNREACHABLE
        # The certificate is for the first, and not shown where that one leads to.
        registry.behave = fake.status(302, Location=f"{led_to.url}@acme%2fp")
        assert as_one(own, registry)[0] == ExitCode.UNREACHABLE
        assert led_to.asked == []


def test_nothing_goes_from_tls_to_plain_http(folder, running, other, authorities):
    running.behave = fake.status(302, Location=f"{other.url}@acme%2fp")
    assert versions(folder, running, f"cafile={authorities[0].file}")[0] == ExitCode.INVALID
    assert other.asked == []


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ("//{host}/:_authToken=${{TOKEN}}", {"TOKEN": "t0ken"}),
        ("//{host}/:username=anna\n//{host}/:_password=czNjcmV0", {}),
        ("@acme:registry={url}sub/\n//{host}/:_authToken=above\n//{host}/sub/:_authToken=in", {}),
    ],
)
def test_npm_itself_asks_the_same(settings, environment, folder, registry):
    """`npm view` and `npm config get` in the same folder, with the same environment."""
    program = shutil.which("npm")
    if program is None:
        pytest.skip("npm is missing: nothing was compared with it")
    registry.publish(NAME, "1.0.0", integrity="", tarball="https://r.example/x.tgz")
    registry.packages[f"sub/{NAME}"] = registry.packages[NAME]
    told = settings.format(host=registry.host, url=registry.url)
    assert versions(folder, registry, told, **environment) == ["1.0.0"]
    (ours,) = registry.asked
    registry.asked.clear()
    surroundings = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "npm_config_cache": str(folder / "c"),
        **environment,
    }

    def npm(*words):
        told = {"env": surroundings, "cwd": folder, "capture_output": True, "text": True, "timeout": 60}
        return subprocess.run([program, "--loglevel=error", *words], check=True, **told).stdout.strip()

    assert npm("view", NAME, "version") == "1.0.0"
    # It also asks whether there is a newer npm.
    theirs = next(one for one in registry.asked if "acme" in one[0])
    assert (ours[0].lower(), ours[1]["authorization"]) == (theirs[0].lower(), theirs[1]["authorization"])
    config = npmrc.read(folder, surroundings)
    assert npm("config", "get", "registry").rstrip("/") == config.registry_of("x").rstrip("/")
