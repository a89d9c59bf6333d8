"""Whom an image registry with TLS learns that we are: the certificates of containers-certs.d(5)."""

import ssl

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.registries import oci_credentials
from installer.registries.cache import Cache
from installer.registries.oci import Oci, resolve
from installer.registries.oci_reference import parse
from tests.registries.certificates import authority
from tests.registries.images import Images, image, served
from tests.registries.test_oci import QUICK, no_helper


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    return authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def images(ours):
    """A registry that lets nobody in without a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ours.issue("server"))
    context.load_verify_locations(ours.file)
    context.verify_mode = ssl.CERT_REQUIRED
    with served(Images(), context) as running:
        running.push("team/p", "1.0", image("p"))
        yield running


@pytest.fixture
def certificates(images, ours, folder):
    """certs.d with the CA of that registry."""
    (folder / images.host).mkdir()
    (folder / images.host / "ca.crt").write_bytes(ours.file.read_bytes())
    return folder


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    return authority(tmp_path_factory.mktemp("strangers"), "strangers")


def ask(images, folder, *more):
    folders = folder if isinstance(folder, tuple) else (folder,)
    registries = Oci(oci_credentials.read(None, {}, no_helper), (), {}, QUICK, folders, *more)
    try:
        return registries.resolve(parse(f"oci://{images.host}/team/p:1.0!p")).digest
    finally:
        registries.close()


def show(images, issuer, folder, name="anna"):
    certificate, key = issuer.issue(name)
    (folder / images.host / f"{name}.cert").write_bytes(certificate.read_bytes())
    (folder / images.host / f"{name}.key").write_bytes(key.read_bytes())


def test_our_certificate_is_shown(images, ours, certificates):
    with pytest.raises(InstallerError) as caught:
        ask(images, certificates)
    assert caught.value.exit == ExitCode.UNREACHABLE
    show(images, ours, certificates)
    assert ask(images, certificates).startswith("sha256:")


def test_a_certificate_without_its_key(images, ours, certificates):
    show(images, ours, certificates)
    (certificates / images.host / "anna.key").unlink()
    with pytest.raises(InstallerError) as caught:
        ask(images, certificates)
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.TARGET, "client-key-missing")
    assert str(certificates / images.host / "anna.key") in (caught.value.problems[0].fix or "")


def test_a_key_without_its_certificate(images, ours, certificates):
    show(images, ours, certificates)
    (certificates / images.host / "anna.cert").unlink()
    with pytest.raises(InstallerError) as caught:
        ask(images, certificates)
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.TARGET, "client-certificate-missing")


@pytest.mark.parametrize("mine", ["a", "n", "z"])
def test_of_several_certificates_the_one_that_the_registry_takes(images, ours, strangers, certificates, mine):
    for name in {"a", "n", "z"} - {mine}:
        show(images, strangers, certificates, name)
    with pytest.raises(InstallerError) as caught:
        ask(images, certificates)
    assert caught.value.exit == ExitCode.UNREACHABLE
    show(images, ours, certificates, mine)
    assert ask(images, certificates).startswith("sha256:")


def test_every_ca_of_the_folder_is_trusted(images, ours, strangers, certificates):
    show(images, ours, certificates)
    here = certificates / images.host
    (here / "ca.crt").rename(here / "z.crt")
    (here / "ca.crt").write_bytes(strangers.file.read_bytes())
    (here / "b.crt").write_bytes(b"no certificate")
    assert ask(images, certificates).startswith("sha256:")
    (here / "z.crt").unlink()
    with pytest.raises(InstallerError, match="no TLS"):
        ask(images, certificates)


def test_the_first_folder_alone_counts(images, ours, certificates, tmp_path):
    show(images, ours, certificates)
    (tmp_path / "home").mkdir(exist_ok=True)
    assert ask(images, (tmp_path / "home", certificates)).startswith("sha256:")
    (tmp_path / "home" / images.host).mkdir()
    with pytest.raises(InstallerError, match="no TLS"):
        ask(images, (tmp_path / "home", certificates))


def test_the_users_folder_is_before_those_of_the_machine(images, ours, certificates, tmp_path):
    show(images, ours, certificates)
    home = tmp_path / "somebody"
    (home / ".config/containers").mkdir(parents=True)
    certificates.rename(home / ".config/containers/certs.d")
    reference = parse(f"oci://{images.host}/team/p:1.0!p")
    assert resolve(reference, environment={"HOME": str(home)}, helper=no_helper, limits=QUICK).digest
    with pytest.raises(InstallerError, match="no TLS"):
        resolve(reference, environment={}, helper=no_helper, limits=QUICK)


def test_the_answer_to_a_certificate_is_kept_for_it_alone(images, ours, certificates, tmp_path):
    kept = Cache(tmp_path / "kept")
    offline = Cache(tmp_path / "kept", "offline")
    show(images, ours, certificates)
    digest = ask(images, certificates, kept)
    assert ask(images, certificates, offline) == digest
    for half in ("anna.cert", "anna.key"):
        (certificates / images.host / half).unlink()
    with pytest.raises(InstallerError) as caught:
        ask(images, certificates, offline)
    assert caught.value.problems[0].code == "not-in-cache"
