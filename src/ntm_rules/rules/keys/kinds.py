"""What a table of keys is made of: the keys of a mapping, and what may be under a key."""

from collections.abc import Iterable
from enum import Enum
from typing import assert_never

from attrs import frozen

SCALAR = ("string", "number", "boolean")
WHOLE_NUMBER = ("string", "integer")


@frozen
class Plain:
    """A single text.

    Scalars stay text, but an editor reads what is not in quotes as a number or a boolean.

    Attributes:
        name: what the text is, for the reference page.
        types: the types of JSON that it may have in an editor.
        pattern: what it looks like where it is read as a text.
        least: where it is read as a number.
    """

    name: str
    types: tuple[str, ...] = SCALAR
    pattern: str = ""
    least: int | None = None


@frozen
class Choice:
    """One of a few words."""

    words: tuple[str, ...]


@frozen
class ListOf:
    """A list that is not empty."""

    item: "Kind"


@frozen
class ByKey:
    """A mapping whose keys are free.

    Attributes:
        key: what the keys are, for the reference page.
    """

    key: str
    value: "Kind"


@frozen
class OneOf:
    """One of several kinds.

    Attributes:
        name: as in ``Keys``; empty where the choice is not worth a name.
        vi, en: what it is.
    """

    kinds: tuple["Kind", ...]
    name: str = ""
    vi: str = ""
    en: str = ""


@frozen
class Again:
    """A kind that is just being described, by its name: conditions hold conditions."""

    name: str


@frozen
class Key:
    """One key of a mapping.

    Attributes:
        vi, en: what it means.
        required: it has to be there; with *beside*, where that key is.
        beside: the key without which it means nothing.
        since: the version of ntm-rules that read it first.
    """

    name: str
    kind: "Kind"
    vi: str
    en: str
    required: bool = False
    beside: str = ""
    since: str = "0.1"


@frozen
class Keys:
    """The keys of one mapping of the format.

    Attributes:
        name: of the mapping, in schemas and as an anchor of the reference page.
        vi, en: what it is.
        exactly_one: groups of keys, of each of which exactly one has to be there.
    """

    name: str
    vi: str
    en: str
    keys: tuple[Key, ...]
    exactly_one: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys."""
        return tuple(key.name for key in self.keys)

    def names_with(self, chosen: str) -> tuple[str, ...]:
        """Return the names without those of which *chosen* takes the place."""
        others = {name for group in self.exactly_one if chosen in group for name in group if name != chosen}
        return tuple(name for name in self.names if name not in others)


Kind = Plain | Choice | ListOf | ByKey | OneOf | Again | Keys

TEXT = Plain("text")
FACT = Plain("id of a fact")
RULESET = Plain("id of a ruleset")
PROVINCE = Plain("id of a province")
NUMBERED = Plain("number of an indicator or a part")
CODE = Plain("code of a commune", ("string",), "^[0-9]{5}$")
ADDRESS = Plain("web address", ("string",))
NUMBER = Plain("number", ("string", "number"), r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$")
WHOLE = Plain("whole number from 1", WHOLE_NUMBER, "^0*[1-9][0-9]*$", 1)
YEAR = Plain("year", WHOLE_NUMBER, "^[0-9]{4}$")
DATE = Plain("date", WHOLE_NUMBER, "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")
FLAG = Choice(("true", "false"))
TEXTS = OneOf((TEXT, ListOf(TEXT)))


def values_of(members: type[Enum]) -> Choice:
    """Return the values of an enumeration as words."""
    return Choice(tuple(str(member.value) for member in members))


def named(kinds: Iterable[Kind]) -> dict[str, Keys | OneOf]:
    """Return the kinds with a name among *kinds* and in them, in the order in which they are met.

    Raises:
        ValueError: two of them have one name.
    """
    found: dict[str, Keys | OneOf] = {}
    for kind in kinds:
        _put(kind, found)
    return found


def _put(kind: Kind, found: dict[str, Keys | OneOf]) -> None:
    if isinstance(kind, Keys | OneOf) and kind.name:
        if kind.name in found:
            if found[kind.name] != kind:
                raise ValueError(f"two kinds are named `{kind.name}`")
            return
        found[kind.name] = kind
    for inner in _inside(kind):
        _put(inner, found)


def _inside(kind: Kind) -> tuple[Kind, ...]:
    match kind:
        case ListOf():
            return (kind.item,)
        case ByKey():
            return (kind.value,)
        case OneOf():
            return kind.kinds
        case Keys():
            return tuple(key.kind for key in kind.keys)
        case Plain() | Choice() | Again():
            return ()
        case _:
            assert_never(kind)
