"""The dataclass decorator of this program: the standard one, but for when its methods are made.

It must not differ from `dataclasses.dataclass` in what its classes do: `fields`, `replace` and `asdict` of the standard
library work on them. Python 3.11 compiles up to six methods as a class is defined, 1 ms each time a command starts;
here `__init__` alone is compiled, once a class has many objects, and the others are made when they are called.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, field
from dataclasses import dataclass as standard
from functools import cached_property
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any, Never

Fields = Mapping[str, Field[Any]]

_OPTIONS = frozenset({"frozen", "slots", "order", "eq"})
_FIELDS, _SPECIFICATION = "__dataclass_fields__", "__specification__"
_ORDERS = {"__lt__": lt, "__le__": le, "__gt__": gt, "__ge__": ge}


class _Specification:
    """What a class was declared with, and the fields that it has with those of its bases."""

    def __init__(self, plain: type, options: Mapping[str, bool]) -> None:
        content = vars(plain)
        self.own: dict[str, Any] = content.get("__annotations__", {})
        self.declared = {name: content[name] for name in self.own if name in content}
        self.above = [vars(one)[_SPECIFICATION] for one in reversed(plain.__mro__) if _SPECIFICATION in vars(one)]
        self.annotations = {name: kind for one in self.above for name, kind in one.annotations.items()} | self.own
        self.frozen, self.slots = options.get("frozen", False), options.get("slots", False)
        self.order, self.eq = options.get("order", False), options.get("eq", True)

    @cached_property
    def fields(self) -> Fields:
        """By name, in the order of `annotations`; half of all classes that are loaded have no object."""
        inherited = {name: one for above in self.above for name, one in above.fields.items()}
        return inherited | {name: _field(self.declared.get(name, MISSING)) for name in self.own}


class _LateFields:
    """`__dataclass_fields__`: as the standard decorator finds it on a class with the same declarations."""

    def __init__(self, specification: _Specification) -> None:
        self.specification = specification

    def __get__(self, _: Any, cls: type) -> Any:
        owner = next(one for one in cls.__mro__ if vars(one).get(_FIELDS) is self)
        content = {**self.specification.fields, "__annotations__": self.specification.annotations}
        plain: type = standard(init=False, repr=False, eq=False)(
            type(owner.__name__, (), {**content, "__module__": owner.__module__, "__doc__": owner.__name__})
        )
        found = getattr(plain, _FIELDS)
        setattr(owner, _FIELDS, found)
        return found


def _field(declared: Any) -> Field[Any]:
    if isinstance(declared, Field):
        return declared
    made: Field[Any] = field() if declared is MISSING else field(default=declared)
    return made


def _made(plain: type, **options: bool) -> type:
    if unknown := set(options) - _OPTIONS:
        raise TypeError(f"{plain.__name__}: {', '.join(sorted(unknown))} is left to dataclasses.dataclass")
    specification = _Specification(plain, options)
    own = vars(plain)
    added = {name: one for name, one in _firsts(specification) if name not in own}
    added |= {
        _FIELDS: _LateFields(specification),
        _SPECIFICATION: specification,
        "__match_args__": tuple(specification.annotations),
    }
    if specification.slots:
        return _slotted(plain, specification, added)
    for name, value in specification.declared.items():
        if isinstance(value, Field) and value.default is MISSING:
            delattr(plain, name)
        elif isinstance(value, Field):
            setattr(plain, name, value.default)
    for name, value in added.items():
        setattr(plain, name, value)
    return plain


def _slotted(plain: type, specification: _Specification, added: Mapping[str, Any]) -> type:
    above = {name for one in plain.__mro__[1:] for name in vars(one).get("__slots__", ())}
    left_out = {"__dict__", "__weakref__", *specification.declared}
    content = {name: value for name, value in vars(plain).items() if name not in left_out}
    content |= {
        "__qualname__": plain.__qualname__,
        "__slots__": tuple(one for one in specification.annotations if one not in above),
    }
    return type(plain)(plain.__name__, plain.__bases__, {**content, **added})


def _firsts(specification: _Specification) -> Iterator[tuple[str, Any]]:
    """The methods of a class as it is defined: those that depend on its fields make themselves when first called."""
    yield from ((name, _FIRST[name]) for name in ("__init__", "__repr__"))
    if specification.frozen:
        yield from (("__setattr__", _no_assignment), ("__delattr__", _no_deletion))
    if specification.frozen and specification.slots:
        yield from (("__getstate__", _state), ("__setstate__", _restore))
    if specification.eq:
        yield from (("__eq__", _FIRST["__eq__"]), ("__hash__", _FIRST["__hash__"] if specification.frozen else None))
    if specification.order:
        yield from ((name, _FIRST[name]) for name in _ORDERS)


def _first(name: str) -> Any:
    def first(self: Any, *given: Any, **named: Any) -> Any:
        # No owner: another thread was faster.
        owner = next((one for one in type(self).__mro__ if vars(one).get(name) is first), type(self))
        if vars(owner).get(name) is first:
            setattr(owner, name, _method(owner, name))
        return getattr(owner, name)(self, *given, **named)

    return first


_FIRST = {name: _first(name) for name in ("__init__", "__repr__", "__eq__", "__hash__", *_ORDERS)}


def _method(cls: type, name: str) -> Any:
    specification: _Specification = getattr(cls, _SPECIFICATION)
    known = specification.fields.items()
    match name:
        case "__init__":
            return _uncompiled(cls, specification)
        case "__repr__":
            return _repr([name for name, one in known if one.repr])
        case "__hash__":
            values = _values([name for name, one in known if (one.compare if one.hash is None else one.hash)])
            return lambda self: hash(values(self))
        case _:
            return _comparison(_values([name for name, one in known if one.compare]), name)


def _values(names: list[str]) -> Callable[[Any], Any]:
    """Reads the values of an object's fields, as one that can be compared and hashed."""
    return attrgetter(*names) if names else lambda _: ()


def _comparison(values: Callable[[Any], Any], name: str) -> Any:
    if name in _ORDERS:
        compare = _ORDERS[name]
        return lambda one, other: compare(values(one), values(other)) if _are_one(one, other) else NotImplemented
    return lambda one, other: values(one) == values(other) if _are_one(one, other) else NotImplemented


def _are_one(one: Any, other: Any) -> bool:
    return other.__class__ is one.__class__


def _repr(shown: list[str]) -> Any:
    def shown_as(self: Any) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({values})"

    return shown_as


def _no_assignment(_: Any, name: str, __: Any) -> Never:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _no_deletion(_: Any, name: str) -> Never:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in getattr(self, _SPECIFICATION).fields]


def _restore(self: Any, state: list[Any]) -> None:
    for name, value in zip(getattr(self, _SPECIFICATION).fields, state, strict=True):
        object.__setattr__(self, name, value)


def _uncompiled(cls: type, specification: _Specification) -> Any:
    """`__init__` for the first objects of a class: most have a few, and to compile it takes as long as making fifty.

    What does not fit is left to the compiled one, whose words for it are Python's own.
    """
    fields, put = specification.fields, _put if specification.frozen else setattr
    names = tuple(fields)
    defaults = {name: one.default for name, one in fields.items() if one.default is not MISSING}
    factories: dict[str, Any] = {name: one.default_factory for name, one in fields.items() if _has_factory(one)}
    needed = fields.keys() - defaults.keys() - factories.keys()
    left, is_finished = _FEW, hasattr(cls, "__post_init__")

    def assign(self: Any, *given: Any, **named: Any) -> None:
        nonlocal left
        left -= 1  # threads may count too little
        if left >= 0 and len(given) == len(names) and not named and not is_finished:
            for name, value in zip(names, given, strict=True):
                put(self, name, value)
            return
        by_place = dict(zip(names, given, strict=False))
        values = {**defaults, **by_place, **named}
        is_clear = len(by_place) == len(given) and named.keys() <= fields.keys() - by_place.keys()
        if left < 0 or not is_clear or not needed <= values.keys():
            compiled = _compiled(cls, specification)
            setattr(cls, "__init__", compiled)  # noqa: B010 - mypy knows no other way
            compiled(self, *given, **named)
            return
        for name in names:
            put(self, name, values[name] if name in values else factories[name]())
        if is_finished:
            self.__post_init__()

    return assign


_FEW = 50


def _compiled(cls: type, specification: _Specification) -> Any:
    """The `__init__` of a class; its text holds the names of fields alone, their defaults are given beside it."""
    fields = specification.fields
    given = {f"default_{name}": one.default for name, one in fields.items() if one.default is not MISSING}
    given |= {f"factory_{name}": one.default_factory for name, one in fields.items() if _has_factory(one)}
    head = ", ".join(["self", *(_parameter(name, one) for name, one in fields.items())])
    lines = [_assignment(name, one, frozen=specification.frozen) for name, one in fields.items()]
    last = "self.__post_init__()" if hasattr(cls, "__post_init__") else "pass"
    made: dict[str, Any] = {}
    exec("\n ".join([f"def __init__({head}):", *lines, last]), {**given, "__missing": MISSING, "__put": _put}, made)  # noqa: S102
    return made["__init__"]


_put = object.__setattr__


def _has_factory(one: Field[Any]) -> bool:
    return one.default_factory is not MISSING


def _parameter(name: str, one: Field[Any]) -> str:
    if one.default is not MISSING:
        return f"{name}=default_{name}"
    return f"{name}=__missing" if _has_factory(one) else name


def _assignment(name: str, one: Field[Any], *, frozen: bool) -> str:
    value = f"factory_{name}() if {name} is __missing else {name}" if _has_factory(one) else name
    return f"__put(self, {name!r}, {value})" if frozen else f"self.{name} = {value}"


if TYPE_CHECKING:
    # What a type checker sees is the standard decorator itself.
    from dataclasses import dataclass as dataclass  # noqa: PLC0414
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """`dataclasses.dataclass` with its options `frozen`, `slots`, `order` and `eq`; others are refused."""
        return _made(cls, **options) if cls is not None else lambda given: _made(given, **options)
