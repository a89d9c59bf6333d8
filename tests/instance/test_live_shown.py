"""Objects of a cluster as YAML: reading it gives the same data again, whatever characters its texts have."""

from random import Random

import pytest

from installer.instance.live import shown
from installer.yamltext.reading import compose
from installer.yamltext.values import Schema, construct

CHARACTERS = "ab ~0\n\t:-#'\"&*!|>%@`{}[],?\\é\u2028\x85\x07😀\ufeff"


@pytest.mark.parametrize("seed", range(20))
def test_reading_it_gives_the_same_again(seed: int) -> None:
    dice = Random(seed)  # noqa: S311
    for _ in range(100):
        text = "".join(dice.choices(CHARACTERS, k=dice.randrange(12)))
        value = {"a": text, "b": [text], text or "k": 1}
        assert construct(compose(shown(value))[0], Schema.KUBERNETES) == value


def test_as_people_write_it() -> None:
    value = {"b": "one\ntwo\n", "a": ["x", {"c": "é: #"}], "n": None}
    assert shown(value) == "b: |\n  one\n  two\na:\n- x\n- c: 'é: #'\nn: null\n"


def test_characters_beyond_the_first_plane_are_shown() -> None:
    assert shown({"a": "one 😀\ntwo\n", "b": "😀"}) == "a: |\n  one 😀\n  two\nb: 😀\n"
