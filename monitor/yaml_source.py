"""A YAML file that knows where each of its keys stands, so that an error can name file, line and key."""

import difflib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import yaml

_T = TypeVar("_T")
_KEYS: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_ANY: Final = "..."
_UNKNOWN: Final = re.compile(r"unknown field `(.*)`")


class ConfigError(ValueError):
    """The operator's fault. The message names file, line and key, and what was expected."""


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: its values, and the nodes that they came from."""

    path: Path
    root: yaml.Node | None
    values: Any

    @classmethod
    def read(cls, path: Path) -> "Source":
        """Parse a file whose top is a mapping, or empty. Raises `ConfigError`."""
        try:
            text = path.read_text(encoding="utf-8")
            root = yaml.compose(text, yaml.SafeLoader)
            _check_keys(path, root)
            values = yaml.safe_load(text)
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}: not UTF-8 text: {error}") from None
        except yaml.MarkedYAMLError as error:
            line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
            raise ConfigError(f"{path}{line}: {error.problem}") from None
        except yaml.YAMLError as error:
            raise ConfigError(f"{path}: {error}") from None
        return cls(path, root, {} if values is None else values)

    def convert(self, kind: type[_T], known: Mapping[str, Any]) -> _T:
        """The values as a `kind`; `known` are its defaults, whose keys are suggested where one is misspelt."""
        try:
            return msgspec.convert(self.values, kind)
        except msgspec.ValidationError as error:
            text, _, where = str(error).partition(" - at `")
            keys = self._named(kind, tuple(name or index for name, index in _KEYS.findall(where.rstrip("`"))))
            unknown = _UNKNOWN.search(text)
            if unknown:
                text = "no such key" + _suggestion(unknown[1], known, keys)
                keys = (*keys, unknown[1])
            raise self.error(keys, text[:1].lower() + text[1:]) from None

    @contextmanager
    def blame(self, *keys: str) -> Iterator[None]:
        """Turn a `ValueError` inside into a `ConfigError` about these keys."""
        try:
            yield
        except ValueError as error:
            raise self.error(keys, str(error)) from None

    def error(self, keys: tuple[str, ...], text: str) -> ConfigError:
        """The error of a key, or of the key above it that the file has."""
        line = self._line(keys)
        place = f"{self.path}:{line}" if line else f"{self.path}"
        return ConfigError(": ".join(filter(None, (place, ".".join(keys), text))))

    def _named(self, kind: type[_T], keys: tuple[str, ...]) -> tuple[str, ...]:
        """`keys` with the name where msgspec, in a mapping of free keys, says only `...`."""
        if _ANY not in keys:
            return keys
        above, below = keys[: keys.index(_ANY)], keys[keys.index(_ANY) + 1 :]
        for name in _at(self.values, above):
            try:
                msgspec.convert(_only(self.values, (*above, name)), kind)
            except msgspec.ValidationError:
                return (*above, str(name), *below)
        return keys

    def _line(self, keys: tuple[str, ...]) -> int | None:
        node, line = self.root, None
        for key in keys:
            found = _child(node, key)
            if found is None:
                break
            line, node = found
        return line


def _at(values: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        values = values[key]
    return values


def _only(values: Any, keys: tuple[str, ...]) -> Any:
    """Of nested mappings the one path that `keys` name."""
    return {keys[0]: _only(values[keys[0]], keys[1:])} if keys else values


def _child(node: yaml.Node | None, key: str) -> tuple[int, yaml.Node] | None:
    """Line and value of a key, or of an item of a list."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return name.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and key.isdigit() and int(key) < len(node.value):
        value = node.value[int(key)]
        return value.start_mark.line + 1, value
    return None


def _check_keys(path: Path, node: yaml.Node | None) -> None:
    """A key that is there twice would silently win over the first."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for name, value in node.value:
        if name.value in seen:
            raise ConfigError(f"{path}:{name.start_mark.line + 1}: {name.value}: is there twice")
        seen.add(name.value)
        _check_keys(path, value)


def _suggestion(key: str, known: Any, keys: tuple[str, ...]) -> str:
    for step in keys:
        known = known.get(step, {}) if isinstance(known, Mapping) else {}
    close = difflib.get_close_matches(key, [str(name) for name in known], n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; there are {', '.join(known)}" if known else ""
