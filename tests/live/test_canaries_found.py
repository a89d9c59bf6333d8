"""What looks for canaries finds them, in base64 too."""

import base64

from tests.live.canaries import Canaries, app_config


def test_they_are_found():
    plant = Canaries()
    text = app_config(plant)
    assert len(plant.found(text)) == len(plant.planted) >= 19
    assert plant.found("nothing of it") == []


def test_base64_of_them_too():
    plant = Canaries()
    value = plant("somewhere")
    for before in ("", "a", "ab", "abc"):
        for after in ("", "x", "xy"):
            assert plant.found(base64.b64encode(f"{before}{value}{after}".encode())) == ["somewhere"]
