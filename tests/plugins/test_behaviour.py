import dataclasses

import pytest

from installer.knowledge.location import data_folder
from installer.model.errors import ExitCode, InstallerError
from installer.plugins.behaviour import Behaviour, behaviour, behaviours


def test_families_are_in_the_order_of_releases() -> None:
    assert behaviours() == (
        "A", "B", "B-lock", "C", "C-include-warning", "D", "E1", "E2", "E3", "E4", "F",
    )  # fmt: skip


def test_a_family_inherits_what_it_does_not_change() -> None:
    assert dataclasses.replace(behaviour("E4"), name="E3", entry_size=20_000_000) == behaviour("E3")
    assert dataclasses.replace(behaviour("B-lock"), name="B") == behaviour("B")


def test_an_unknown_family_names_the_known() -> None:
    with pytest.raises(InstallerError) as caught:
        behaviour("G")
    assert caught.value.exit is ExitCode.TARGET
    assert "E4, F" in caught.value.problems[0].message


def test_every_flag_is_explained_in_the_data() -> None:
    text = (data_folder("configmaps") / "shared" / "installers.yaml").read_text(encoding="utf-8")
    for field in dataclasses.fields(Behaviour):
        assert field.name == "name" or f"#   {field.name.replace('_', '-')} " in text
