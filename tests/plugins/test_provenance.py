from typing import Any

from installer.plugins.behaviour import behaviour
from installer.plugins.outcome import Origin
from installer.plugins.simulate import ABSENT, simulate

MAIN = """\
# a comment
includes:
  - defaults.yaml
plugins:
  # another
  - disabled: false
    package: ./a
  - {package: ./b, integrity: x}
"""
DEFAULTS = """\
plugins:
- package: ./a
  disabled: true
  pluginConfig:
    k: 1
"""


def read(name: str) -> Any:
    return DEFAULTS if name == "defaults.yaml" else ABSENT


def test_the_last_entry_is_the_origin_and_hides_the_others() -> None:
    for family in ("A", "D", "E1", "E4", "F"):
        first, second = simulate(MAIN, read, behaviour(family)).plugins
        assert first.origin == Origin("dynamic-plugins.yaml", 6, 5)
        assert first.overrides == (Origin("defaults.yaml", 2, 3),)
        assert first.level == 1
        assert second.origin == Origin("dynamic-plugins.yaml", 8, 5)
        assert second.overrides == ()


def test_every_field_knows_its_entry() -> None:
    for family in ("A", "E4", "F"):
        first = simulate(MAIN, read, behaviour(family)).plugins[0]
        assert first.fields["disabled"] == Origin("dynamic-plugins.yaml", 6, 5)
        assert first.fields["pluginConfig"] == Origin("defaults.yaml", 2, 3)
        assert first.entry == {"package": "./a", "disabled": False, "pluginConfig": {"k": 1}}
        assert (first.name, first.key, first.plugin_config, first.integrity) == ("a", "./a", {"k": 1}, None)


def test_a_bumped_package_is_the_main_file_s() -> None:
    main = "includes: [d.yaml]\nplugins:\n  - package: oci://h/i:2!p\n"
    plugin = simulate(main, lambda _: "plugins:\n  - package: oci://h/i:1!p\n", behaviour("E4")).plugins[0]
    assert plugin.package == "oci://h/i:2!p"
    assert plugin.key == "oci://h/i:!p"
    assert plugin.fields["package"] == Origin("dynamic-plugins.yaml", 3, 5)


def test_the_list_is_filled_as_far_as_it_went() -> None:
    outcome = simulate("plugins:\n  - package: ./a\n  - package: 5\n", read, behaviour("D"))
    assert [plugin.package for plugin in outcome.plugins] == ["./a"]
    assert outcome.app_config is None


def test_texts_that_cost_too_much_are_refused_not_read() -> None:
    deep = "plugins: " + "[" * 10_000 + "]" * 10_000
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )
    circle = "plugins:\n  - &x {package: ./a, self: *x}\n"
    for text in (deep, bomb, circle, "plugins: \0"):
        for family in ("A", "E4", "F"):
            failure = simulate(text, read, behaviour(family)).failure
            assert failure is not None, (text[:40], family)
