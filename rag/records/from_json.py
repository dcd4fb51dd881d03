"""From JSON: plain values become the dataclasses that they were made from.

The other way round is `dataclasses.asdict`. What a later version added is ignored, and what an
earlier one did not have takes its default. Knows nothing of what the dataclasses mean.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def revived(kind: type[T], value: Any) -> T:  # noqa: ANN401 - any plain JSON value
    """Return an instance of a dataclass from what `asdict` made of it.

    Raises:
        TypeError, ValueError, KeyError: it is something else.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{kind.__name__} is made of an object, not of {type(value).__name__}")
    fields = _fields(kind)  # type: ignore[arg-type] # every class can be hashed
    given = {name: _read(of, value[name]) for name, of in fields.items() if name in value}
    return kind(**given)


@functools.cache
def _fields(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind) if field.init}


def _read(kind: Any, value: Any) -> Any:  # noqa: ANN401 - a type, and a value of it
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return revived(kind, value)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return _read_one_of(arguments, value)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise TypeError(f"a list was expected, not {type(value).__name__}")
        of = [arguments[0]] * len(value) if arguments[1:] == (...,) else arguments
        return tuple(_read(one, item) for one, item in zip(of, value, strict=True))
    return value


def _read_one_of(kinds: tuple[Any, ...], value: Any) -> Any:  # noqa: ANN401 - as above
    if value is None:
        return None
    for kind in kinds:
        if kind is types.NoneType:
            continue
        try:
            return _read(kind, value)
        except (TypeError, ValueError, KeyError):
            continue
    raise TypeError(f"nothing fits {type(value).__name__}")
