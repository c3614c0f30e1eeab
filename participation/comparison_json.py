"""The JSON of a comparison, written and read; pure."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import orjson

from participation.comparison_result import SCHEMA, Snapshot

_T = TypeVar("_T")


def to_json(snapshot: Snapshot) -> bytes:
    """The snapshot as JSON; the same snapshot gives the same bytes."""
    return orjson.dumps(snapshot, option=orjson.OPT_SORT_KEYS)


def from_json(content: bytes) -> Snapshot:
    """The snapshot from its JSON; ValueError for anything that is not of this shape and version."""
    data = orjson.loads(content)
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ValueError(f"not a comparison of schema {SCHEMA}")
    try:
        snapshot: Snapshot = _reader(Snapshot)(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a comparison: {error}") from error
    return snapshot


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """How a value of this type is made from what JSON has."""
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    origin, inside = get_origin(kind), get_args(kind)
    if origin is UnionType:
        [read] = [_reader(part) for part in inside if part is not NoneType]
        return lambda value: None if value is None else read(value)
    if origin is tuple:
        each = _reader(inside[0])
        return lambda value: tuple(each(part) for part in value)
    if origin is Mapping:
        held = _reader(inside[1])
        return lambda value: {name: held(part) for name, part in value.items()}
    if kind is float:
        return float
    return _as_it_is


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    types = get_type_hints(kind)
    readers = [(field.name, _reader(types[field.name])) for field in fields(kind)]
    return lambda value: kind(**{name: read(value[name]) for name, read in readers})


def _as_it_is(value: _T) -> _T:
    return value
