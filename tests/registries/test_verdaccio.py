"""Against a real npm registry: what npm published and reads is what we compare with."""

from installer.model.errors import ExitCode
from installer.registries import npmrc
from installer.registries.npm import packuments
from installer.registries.tarball_archive import Rules
from installer.registries.tarball_checks import Subject
from installer.registries.tarball_verdict import Verifier
from installer.registries.verdicts import Confirmed, Mismatch, Missing, Planned, problem_of, verify
from tests.registries import verdaccio

WRONG = "sha512-" + "A" * 86 + "=="


def test_what_npm_publishes(folder):
    with verdaccio.running(folder) as url:
        for name, version in (("@acme/plugin", "1.2.3"), ("plain", "0.1.0"), ("@private/plugin", "2.0.0")):
            verdaccio.publish(url, folder, name, version)
        right = verdaccio.published(url, folder, "@acme/plugin@1.2.3")
        token = verdaccio.log_in(url, "somebody", "a-l0ng-passw0rd")
        environment = {"HOME": str(folder.parent / "home")}

        def ask(*packages):
            return verify(packages, url, folder=folder, environment=environment)

        found = ask(
            Planned("@acme/plugin@1.2.3", right),
            Planned("@acme/plugin@1.2.3", WRONG),
            Planned("@acme/plugin@1.2.4", right),
            Planned("plain@0.1.0", WRONG),
            Planned("@acme/nothing@1.0.0", right),
        )
        assert [type(one) for one in found] == [Confirmed, Mismatch, Missing, Mismatch, Missing]
        assert found[1].expected == right
        assert found[3].expected == verdaccio.published(url, folder, "plain@0.1.0")
        (refused,) = ask(Planned("@private/plugin@2.0.0", WRONG))
        assert problem_of(refused).exit == ExitCode.DENIED
        (folder / ".npmrc").write_text(f"//{url.removeprefix('http://')}:_authToken={token}\n")
        (seen,) = ask(Planned("@private/plugin@2.0.0", WRONG))
        assert isinstance(seen, Mismatch)
        _verified(npmrc.read(folder, environment, url), right)


def _verified(config, right):
    """What npm packs and publishes is as it should be, of a private package too."""
    verifier = Verifier(config, Rules(1_000_000))
    names = {"@acme/plugin": ("1.2.3", right), "@private/plugin": ("2.0.0", None)}
    asked = packuments(names, config)
    for name, (version, integrity) in names.items():
        found = verifier.published(Subject(f"{name}@{version}", name, version, integrity), asked[name])
        assert [one.state for one in found.checks] == ["ok"] * 4 + ["not checked"], found
        assert found.signature == "none offered"
    verifier.close()
