"""Our dataclass decorator beside the standard one: the same classes, the same answers."""

import copy
import dataclasses
import pickle
import subprocess
import sys
from dataclasses import field

import pytest

from installer.model.dataclass import dataclass

OPTIONS = (
    {},
    {"frozen": True},
    {"slots": True},
    {"frozen": True, "slots": True},
    {"eq": False},
    {"slots": True, "eq": False},
    {"frozen": True, "slots": True, "order": True},
    {"frozen": True, "slots": True, "eq": False},
)
ORDERS = (lambda a, b: a < b, lambda a, b: a <= b, lambda a, b: a > b, lambda a, b: a >= b)


def classes(decorator, options):
    """One class with every kind of field, and one below it."""

    @decorator(**options)
    class Above:
        name: str
        number: int = 7
        hidden: str = field(default="h", repr=False)
        apart: dict = field(default_factory=dict, hash=False, compare=False)

    @decorator(**options)
    class Below(Above):
        more: tuple = ()
        missing: str = field(default="x", compare=False)

        def __post_init__(self):
            object.__setattr__(self, "missing", self.missing + "!")

    return Above, Below


def outcome(do):
    try:
        return do()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is to be the same
        return type(error), str(error).rsplit(".", 1)[-1]


def answers(cls):
    """What is seen of a class from outside."""
    one, same, other = cls("a"), cls("a"), cls("b", 8, "g", {"k": 1})
    yield from map(repr, (one, other))
    yield from (one == same, one == other, one != same, one == "a", cls.__match_args__)
    yield outcome(lambda: hash(one) == hash(same))
    yield outcome(lambda: setattr(same, "name", "c"))
    yield same.name
    yield from (hasattr(one, "__dict__"), getattr(cls, "__slots__", None), one.apart is same.apart)
    for arguments in ((), ("a", 1, 2, 3, 4, 5, 6)):
        yield outcome(lambda given=arguments: cls(*given))
    for named in ({"unknown": 1}, {"name": "b"}):
        yield outcome(lambda given=named: cls("a", **given))
    yield from (outcome(lambda ordered=ordered: ordered(one, other)) for ordered in ORDERS)
    # Python 3.11 itself trips over this one where a class is frozen and has slots.
    if hasattr(one, "__dict__"):
        yield outcome(lambda: setattr(other, "strange", 1))
    yield [(each.name, each.default, each.repr, each.hash, each.compare) for each in dataclasses.fields(cls)]
    yield from (dataclasses.asdict(other), dataclasses.is_dataclass(one))
    yield from map(repr, (dataclasses.replace(other, name="z"), copy.copy(other), copy.deepcopy(other)))
    yield outcome(lambda: delattr(same, "number"))
    if not hasattr(cls, "__slots__"):
        yield from (cls.number, cls.hidden, hasattr(cls, "apart"))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_same_as_the_standard_one(options):
    for ours, standard in zip(classes(dataclass, options), classes(dataclasses.dataclass, options), strict=True):
        assert list(answers(ours)) == list(answers(standard))
        assert list(answers(ours)) == list(answers(standard)), "with what is compiled by now"


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_first_objects_and_the_many(options):
    """What is compiled after a while makes the same objects."""
    _, ours = classes(dataclass, options)
    _, standard = classes(dataclasses.dataclass, options)
    ways = [
        (("a",), {}),
        (("a", 1, "h", {"k": 2}, (3,), "y"), {}),
        ((), {"missing": "z", "name": "b"}),
        (("c", 4), {"more": (5,)}),
    ]
    began = ours.__init__
    for _ in range(30):
        for given, named in ways:
            made = ours(*given, **named)
            assert dataclasses.asdict(made) == dataclasses.asdict(standard(*given, **named))
            assert made.apart is not ours("a").apart
    assert ours.__init__ is not began
    assert ours.__init__.__code__.co_filename == "<string>"


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), (("a",), {"name": "b"}), (("a",), {"other": 1}), (("a", 1, "h", {}, (), "x", "one more"), {})],
)
def test_what_does_not_fit_is_said_as_python_says_it(given, named):
    """Also of the very first object."""
    _, ours = classes(dataclass, {})
    _, standard = classes(dataclasses.dataclass, {})
    assert outcome(lambda: ours(*given, **named)) == outcome(lambda: standard(*given, **named))
    assert outcome(lambda: ours(*given, **named))[0] is TypeError


def test_what_a_class_says_itself_stays():
    @dataclass(frozen=True)
    class Said:
        name: str

        def __repr__(self):
            return f"<{self.name}>"

        def __eq__(self, other):
            return True

        def __hash__(self):
            return 5

    assert (repr(Said("a")), Said("a") == Said("b"), hash(Said("a"))) == ("<a>", True, 5)


@dataclass(frozen=True, slots=True)
class Kept:
    name: str
    numbers: tuple = ()


def test_it_can_be_pickled():
    assert pickle.loads(pickle.dumps(Kept("a", (1, 2)))) == Kept("a", (1, 2))  # noqa: S301


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="kw_only is left to dataclasses"):
        dataclass(kw_only=True)(type("Any", (), {}))


THREADS = """
import sys, threading
from installer.model.dataclass import dataclass
sys.setswitchinterval(1e-6)
for _ in range(200):
    @dataclass(frozen=True, slots=True)
    class One:
        a: int
        b: int = 2
    made, start = [], threading.Barrier(8)
    def run():
        start.wait()
        made.append(One(1))
    threads = [threading.Thread(target=run) for _ in range(8)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert made == [One(1)] * 8, made
"""


def test_many_threads_may_make_the_first_object():
    subprocess.run([sys.executable, "-c", THREADS], check=True, timeout=120)
