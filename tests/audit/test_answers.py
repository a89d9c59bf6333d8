"""What rules are told of registries: one of npm and one of images on loopback."""

from installer.flow.audit_answers import answers
from tests.audit.cases import Case
from tests.registries.fake import Registry, served, status
from tests.registries.images import Images, image

RIGHT = "sha512-Qvab3B/O6ZuJbTdq4TDlTKIw5cw4Fty+NgkoxDrx8Fs/2oe53VioBMetJ1cMxkGF8+mYVK5y85B8ssvasrSJrA=="
NAME, BACKEND = "@redhat/backstage-plugin-orchestrator", "@redhat/backstage-plugin-orchestrator-backend-dynamic"
PLUGINS = (
    "global: {{dynamic: {{includes: [], plugins: [{entries}]}}}}\nupstream: {{backstage: {{image: {{tag: '1.8'}}}}}}\n"
)


def world(*entries):
    text = PLUGINS.format(entries=", ".join(entries))
    return Case("x", "pass", "x/pass.yaml", {"base": "helm", "files": {"values.yaml": text}}, ()).source.world


def entry(package, integrity=RIGHT):
    return f"{{package: '{package}', disabled: false, integrity: {integrity}}}"


def test_hashes(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    other = RIGHT.replace("Qvab", "QQQQ")
    with served(Registry()) as registry:
        registry.publish(NAME, "1.8.12", integrity=RIGHT)
        registry.publish(BACKEND, "1.8.12", integrity=other)
        entries = entry(f"{NAME}@1.8.12"), entry(f"{BACKEND}@1.8.12"), entry(f"{NAME}-form-widgets@1.8.12")
        told, problems = answers(world(*entries), registry.url, None)
    assert told.npm == {
        f"{NAME}@1.8.12": RIGHT,
        f"{BACKEND}@1.8.12": other,
        f"{NAME}-form-widgets@1.8.12": None,
    }
    assert problems == ()


def test_a_registry_that_does_not_answer_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with served(Registry(behave=status(403))) as registry:
        told, problems = answers(world(entry(f"{NAME}@1.8.12")), registry.url, None)
    assert told.npm == {}
    assert len(problems) == 1


def test_digests(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with served(Images()) as images:
        digest = images.push("acme/plugin", "1.0", image("plugin"))
        there, gone = f"{images.host}/acme/plugin:1.0", f"{images.host}/acme/gone:1.0"
        entries = [f"{{package: 'oci://{one}!plugin', disabled: false}}" for one in (there, gone)]
        told, problems = answers(world(*entries), "http://127.0.0.1:9", None)
    assert told.images == {there: digest, gone: None}
    assert problems == ()
