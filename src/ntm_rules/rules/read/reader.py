"""Taking nodes apart: every problem is noted, none stops the reading of the rest."""

import typing
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Diagnostic, RulesetError, Severity, near
from ntm_rules.model.citations import Instrument, last_day
from ntm_rules.model.numbers import MAX_DIGITS, Unfit, decimal_of, unfit
from ntm_rules.model.text import Text
from ntm_rules.rules.keys.kinds import Keys
from ntm_rules.rules.keys.shared import INSTRUMENT, TITLE
from ntm_rules.yaml.nodes import Items, Map, Node, Position, Scalar, problem

LEAST, MOST = Decimal("1e-30"), Decimal("1e30")
"""Between these a constant of a rule file lies in size, unless it is 0."""
_NOT_FINITE = ("nan", "inf", "infinity")
_LONG = 10
_SHOWN = 12
_TITLE = Message("what.title")
T = typing.TypeVar("T")


class Reader:
    """Collects the diagnostics of one file."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def error(
        self, code: str, at: Position, /, message: Sentence | None = None, hint: Sentence = "", **params: object
    ) -> None:
        """Note an error at a place: the sentence of the code, which *params* fill, or another one."""
        self.diagnostics.append(problem(code, at, message, hint, **params))

    def unknown(self, code: str, at: Position, kind: Sentence, name: str, known: Iterable[str]) -> None:
        """Note a name that nothing has, with near matches; *kind* is what was looked for, `kind.fact`."""
        names = list(known)
        found = near(name, names)
        hint: Sentence = Message("hint.near", names=found) if found else ""
        if names and not found:
            hint = Message("hint.one_of", names=tuple(sorted(names)[:_SHOWN]))
        self.diagnostics.append(problem(code, at, Message("error.unknown", kind=kind, name=name), hint))

    def raise_errors(self) -> None:
        """Raise what was noted.

        Raises:
            RulesetError: at least one error was noted.
        """
        if any(d.severity is Severity.ERROR for d in self.diagnostics):
            raise RulesetError(self.diagnostics)

    def map(self, node: Node | None, what: Sentence, allowed: Iterable[str] | None = None) -> Map:
        """*node* as a mapping whose keys are among *allowed*; an empty one where it is none."""
        if not isinstance(node, Map):
            if node is not None:
                self.error("shape.mapping", node.at, what=what)
            return Map()
        if not node.entries:
            self.error("shape.empty", node.at, what=what)
        if allowed is not None:
            names = list(allowed)
            for key, entry in node.entries.items():
                if key not in names:
                    self.unknown("key.unknown", entry.key.at, Message("kind.key_in", what=what), key, names)
        return node

    def items(self, node: Node | None, what: Sentence) -> list[Node]:
        """*node* as a list that is not empty."""
        if not isinstance(node, Items):
            if node is not None:
                self.error("shape.list", node.at, what=what)
            return []
        if not node.items:
            self.error("shape.empty/list", node.at, what=what)
        return node.items

    def text(self, node: Node | None, what: Sentence, default: str = "") -> str:
        """*node* as a text that is not empty."""
        if node is None:
            return default
        if not isinstance(node, Scalar):
            self.error("shape.text", node.at, what=what)
            return default
        if not node.text.strip():
            self.error("shape.text/empty", node.at, what=what)
            return default
        return node.text

    def required(self, parent: Map, key: str, what: Sentence) -> Node | None:
        """Return the value of *key*; its absence is noted."""
        node = parent.get(key)
        if node is None and parent.at.file:
            self.error("key.missing", parent.at, what=what, key=key)
        return node

    def texts(self, node: Node | None, what: Sentence, each: Sentence) -> list[str]:
        """*node* as a list of texts, each of them once."""
        found: list[str] = []
        for item in self.items(node, what):
            text = self.text(item, each)
            if text and text in found:
                self.error("value.twice", item.at, what=what, text=text)
            found.append(text)
        return found

    def choice(self, node: Node | None, what: Sentence, choices: dict[str, T]) -> T | None:
        """Return the member of *choices* that the text names."""
        if node is None:
            return None
        name = self.text(node, what)
        if name and name not in choices:
            self.unknown("value.unknown", node.at, what, name, choices)
        return choices.get(name)

    def flag(self, node: Node | None, what: Sentence, default: bool = False) -> bool:
        """*node* as ``true`` or ``false``; the default where it is absent."""
        found = self.choice(node, what, {"true": True, "false": False})
        return default if found is None else found

    def number(self, node: Node, text: str, what: Sentence) -> Decimal | None:
        """*text* as an exact number of at most 15 significant digits, between ``LEAST`` and ``MOST`` in size."""
        number = decimal_of(text)
        if number is None:
            code = "value.number/finite" if text.lstrip("+-").lower() in _NOT_FINITE else "value.number"
            self.error(code, node.at, what=what, text=text)
            return None
        match unfit(number, LEAST, MOST):
            case Unfit.LARGE:
                self.error("value.digits/large", node.at, what=what, text=text, most="1e30")
            case Unfit.SMALL:
                self.error("value.digits/small", node.at, what=what, text=text, least="1e-30")
            case Unfit.DIGITS:
                self.error("value.digits", node.at, what=what, text=text, digits=MAX_DIGITS)
            case None:
                return number
        return None

    def integer(self, node: Node | None, what: Sentence) -> int | None:
        """*node* as a whole number from 1."""
        if node is None:
            return None
        text = self.text(node, what)
        digits = text.lstrip("0")
        if digits.isascii() and digits.isdigit() and len(digits) < _LONG:
            return int(digits)
        self.error("value.integer", node.at, what=what, text=text)
        return None

    def title(self, node: Node | None) -> Text | None:
        """*node* as a text; without an English one the Vietnamese stands for both."""
        if node is None:
            return None
        found = self.map(node, _TITLE, TITLE.names)
        vi = self.text(self.required(found, "vi", _TITLE), _TITLE)
        return Text(vi, self.text(found.get("en"), _TITLE, vi))

    def date(self, node: Node | None, what: Sentence) -> str | None:
        """*node* as a date known to the day, the month or the year."""
        if node is None:
            return None
        text = self.text(node, what)
        try:
            last_day(text)
        except ValueError:
            self.error("value.date", node.at, what=what, text=text)
            return None
        return text

    def instrument(self, node: Node | None, keys: Keys = INSTRUMENT) -> Instrument | None:
        """*node* as an instrument: issuer, number and date."""
        what = Message("what.instrument")
        found = self.map(node, what, keys.names)
        issuer = self.text(self.required(found, "issuer", what), Message("what.issuer"))
        number = self.text(self.required(found, "number", what), Message("what.instrument_number"))
        date = self.date(self.required(found, "date", what), Message("what.date"))
        if not (issuer and number and date):
            return None
        return Instrument(issuer, number, date, self.title(found.get("title")))

    def each(self, node: Node | None, what: Sentence, read: Callable[[str, Node], T | None]) -> Iterator[T]:
        """*read* applied to the entries of a mapping; what it could not read is left out."""
        for key, entry in self.map(node, what).entries.items() if node is not None else ():
            found = read(key, entry.value)
            if found is not None:
                yield found
