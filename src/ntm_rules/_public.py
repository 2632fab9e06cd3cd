"""Where a name is public: its path for those who import the package, and names that are imported when first used."""

import importlib
import typing
from collections.abc import Callable, Mapping

T = typing.TypeVar("T", bound=type)


def public(namespace: str = "") -> Callable[[T], T]:
    """Decorate a class with the namespace under which users import it; "" is the front door.

    Tracebacks, ``help`` and pickles show that path, so that the file where the class is written may move.
    """

    def named(cls: T) -> T:
        cls.__module__ = f"ntm_rules.{namespace}" if namespace else "ntm_rules"
        return cls

    return named


def lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Return a ``__getattr__`` for a package whose names cost something: each is imported when it is first used.

    Args:
        homes: the module of each name; the name itself where it is a module.
    """

    def found(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(homes[name])
        made = module if homes[name] == f"{package}.{name}" else getattr(module, name)
        vars(importlib.import_module(package))[name] = made
        return made

    return found
