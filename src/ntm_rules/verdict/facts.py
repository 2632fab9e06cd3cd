"""Facts as a caller gives them, checked and put into slots; nothing is guessed, nothing dropped.

A slot holds None (missing), a float, a pair of integers (numerator and denominator of an exact ratio in the
fact's unit), a boolean, or the text of a level or category. The float is that of a decimal of at most 15 significant
digits: a caller's float is rounded to one here, once, so that nothing behind the slots has to.
"""

import datetime as dt
import functools
import typing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction

from attrs import define, evolve, field, fields, frozen

from ntm_rules.messages.catalogue import Message, Sentence, shown
from ntm_rules.messages.errors import BadArgument, FactError, FactProblem, displayed, folded, meant
from ntm_rules.model.citations import Evidence
from ntm_rules.model.consistency import How, Relation, relations
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.names import one_form
from ntm_rules.model.numbers import MAX_DIGITS, MOST, SMALLEST, Unfit, ends, rounded, unfit, written
from ntm_rules.model.owned import owner_of, short_id
from ntm_rules.model.results import Annotation, FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.scoring import stepped_in
from ntm_rules.model.stated import given_facts, may_be_given, read_for
from ntm_rules.model.walk import given_for, with_prerequisites
from ntm_rules.verdict.given import PLAIN, plain_of, what_to_give

_SAID = tuple(each.name for each in fields(Annotation))
_ANNOTATED = ("value", *_SAID)
_TEXTS = ("source", "as_of", "by")
_BY = ("self", "appraised")

_MANY = 10**MAX_DIGITS
_NOWHERE = 1.0, 0.0
"""Bounds between which no number lies."""

Slot = float | bool | str | tuple[int, int] | None
Check = Callable[[object], Slot]
_Ratio = tuple[Fact, Fact, Fact]


class BadValue(Exception):  # noqa: N818 - never leaves this module
    """A value that a fact cannot have: what was expected."""

    def __init__(self, expected: Message, hint: Sentence = "") -> None:
        self.expected, self.hint = expected, hint


@frozen
class CheckedFacts:
    """The facts of one unit, checked.

    Attributes:
        given: as the caller gave them, missing ones left out.
        unread: facts that were given and that the ruleset does not read, checked like the others.
        values: one for each of ``model.stated.given_slots``.
        bad: what is wrong with others, of which nothing is known.
    """

    unit: str | None
    given: Mapping[str, FactValue]
    annotations: Mapping[str, Annotation]
    values: list[Slot]
    unread: Mapping[str, FactValue] = field(factory=dict)
    bad: tuple[FactProblem, ...] = ()


class Unchecked(str):
    """A class that only an unchecked list says: where official cells alone count, it is not known.

    Equal to its text; a fact that was given is never one, also where a list says the same.
    """

    __slots__ = ()


@frozen
class Contradicted:
    """A derived fact that was given as another value than it has.

    Attributes:
        value: what is worked out.
        ruleset: the set that works it out.
    """

    fact: str
    value: typing.Any
    ruleset: Ruleset


class Checker:
    """Checks facts against what a ruleset reads; made once a ruleset.

    Args:
        contradicted: the derived facts that are worked out as other values than were given, from the values of slots.
    """

    def __init__(
        self, ruleset: Ruleset, contradicted: Callable[[list[Slot]], Iterable[Contradicted]] = lambda _: ()
    ) -> None:
        self.ruleset, self.contradicted = ruleset, contradicted
        self.stated = may_be_given(ruleset)
        given = given_facts(ruleset)
        self.places = {fact.id: place for place, fact in enumerate(given)}
        self.owner = owner_of(ruleset)
        # what is named with the set's own province is read by its short id, not left aside
        long = [name for name in ruleset.catalogue if name.startswith(f"{self.owner}.")]
        self.catalogue = ruleset.catalogue.union(self.stated).difference(long)
        self.stepped = frozenset(_stepped_of(ruleset))
        self.checks = {f.id: self._check_of(f) for f in given}
        self.size = len(given)
        self.bound = {name: value for name, value in ruleset.bindings if name in self.places}
        self.province = ruleset.territory or ruleset.province
        floor = ruleset.minimum_evidence
        known = [each for each in ruleset.lists if each.units and each.settles(floor)]
        self.lists = {each.fact: (each, dict(each.units)) for each in known}
        facts = {fact.id: fact for fact in ruleset.facts}
        self.derived = [
            (fact, facts[rule.part], facts[rule.whole]) for fact, rule in dict.fromkeys(_derived_ratios(ruleset))
        ]
        self.ratios = [
            (fact, facts[fact.ratio.part], facts[fact.ratio.whole]) for fact in ruleset.facts if fact.ratio is not None
        ]
        found = relations(ruleset.facts)
        self.counts = tuple(relation for relation in found if not relation.of_shares)
        self.shares = tuple(relation for relation in found if relation.of_shares)
        self.ratios_with, self.derived_with = _numbers_by_fact(self.ratios), _numbers_by_fact(self.derived)

    def _check_of(self, fact: Fact) -> tuple[int, float, float, Check]:
        """Return the slot of a fact, the bounds between which a float needs no further check, and the check."""
        stepped = fact.id in self.stepped
        return self.places[fact.id], *(_NOWHERE if stepped else _float_bounds(fact)), check_of(fact, stepped)

    def check(
        self,
        facts: Mapping[str, object],
        unit: str | None,
        lacking: frozenset[str] = frozenset(),
        code: str | None = None,
    ) -> CheckedFacts:
        """Return the facts in slots.

        Args:
            lacking: what is known to be bad and left out: what follows for it from others contradicts nothing.
            code: by which lists have the unit, where that is not what it is called.

        Raises:
            FactError: every bad fact of the unit.
        """
        facts = self._named(facts)
        draft = _Draft(unit, [None] * self.size, dict(facts), lacking=lacking)
        self._read(facts, draft)
        bound = self.bound | self.listed(unit if code is None else code) if self.lists else self.bound
        return self._finished(draft, bound, self.ratios, self.derived)

    def listed(self, unit: str | None) -> dict[str, str]:
        """Return the facts that lists decide for a unit, by its code."""
        code = one_form(unit or "")
        found = {name: (each, classes.get(code)) for name, (each, classes) in self.lists.items()}
        return {
            name: value if each.settles(Evidence.OFFICIAL) else Unchecked(value)
            for name, (each, value) in found.items()
            if value is not None
        }

    def mark(
        self,
        facts: Mapping[str, object],
        unit: str | None,
        bad: Sequence[FactProblem] = (),
        code: str | None = None,
    ) -> CheckedFacts:
        """Return the facts in slots; of bad ones, and of what would be read from them, nothing.

        Args:
            bad: what is wrong with facts that are not among these, since they could not be read.
            code: as for ``check``.
        """
        facts, problems = self._named(facts), list(bad)
        try:
            checked = self.check(facts, unit, self.lacking({problem.fact for problem in bad}), code)
        except FactError as error:
            problems += error.problems
        if not problems:
            return checked
        lacking = self.lacking({problem.fact for problem in problems})
        sound = {name: value for name, value in facts.items() if str(name) not in lacking}
        checked = self.check(sound, unit, lacking, code)
        for name in lacking & self.places.keys():  # also what province and year fix
            checked.values[self.places[name]] = None
        return evolve(checked, bad=tuple(problems))

    def amend(self, before: CheckedFacts, changes: Mapping[str, object]) -> CheckedFacts:
        """Change some checked facts, with the result of ``check`` on all of them; None takes a fact away.

        Raises:
            FactError: every bad fact among the changes, and every ratio they leave in disagreement.
        """
        changes = self._named(changes)
        draft = _Draft(before.unit, list(before.values), {**before.given, **changes}, dict(before.annotations))
        draft.unread = dict(before.unread)
        ratios = _touched(self.ratios, self.ratios_with, changes)
        derived = _touched(self.derived, self.derived_with, changes)
        again = {f.id: before.given[f.id] for f, _, _ in ratios if f.id in before.given and f.id not in changes}
        for name in changes:
            draft.annotations.pop(name, None)
        for name in (*changes, *(fact.id for fact, _, _ in ratios)):
            if name in self.places:
                draft.values[self.places[name]] = None
        self._read({**again, **changes}, draft)
        bound = self.bound | self.listed(before.unit)
        return self._finished(draft, {n: b for n, b in bound.items() if n in changes}, ratios, derived)

    def _named(self, facts: Mapping[str, object]) -> Mapping[str, object]:
        """Return the facts by their ids in one form; of several spellings of one id none is taken."""
        if facts.keys() <= self.catalogue:
            return facts
        forms = {name: one_form(str(name)) for name in facts}
        named = {name: short_id(form, self.owner, self.catalogue) for name, form in forms.items()}
        spellings = Counter(named.values())
        return {named[name] if spellings[named[name]] == 1 else name: value for name, value in facts.items()}

    def _read(self, facts: Mapping[str, object], draft: "_Draft") -> None:
        """Put facts in their slots, each by itself."""
        values, given, checks = draft.values, draft.given, self.checks
        for name, value in facts.items():
            found = checks.get(name)
            if found is None:
                del given[name]
                if name in self.catalogue:
                    draft.aside(name, value)
                else:
                    self._unknown(name, value, draft)
                continue
            place, low, high, check = found
            if type(value) is float and low <= value <= high:  # most facts; a NaN is in no bounds
                values[place] = rounded(value)
                continue
            if type(value) not in PLAIN:
                if isinstance(value, Mapping):
                    value = draft.annotated(name, value)
                given[name] = plain_of(value)
            if value is None:
                del given[name]
                continue
            try:
                values[place] = check(given[name])
            except BadValue as bad:
                draft.bad(name, value, bad.expected, bad.hint)

    def _finished(
        self, draft: "_Draft", bound: Mapping[str, str], ratios: Sequence[_Ratio], derived: Sequence[_Ratio]
    ) -> CheckedFacts:
        """Return the facts of a draft, when what is bound and what has to agree is settled."""
        for name, value in bound.items():
            self._bind(name, value, draft)
        self._fit_counts(draft)
        for fact, part, whole in ratios:
            pair = self._pair(fact, part, whole, draft)
            if pair is not None:
                self._put(fact, part, whole, pair, draft)
        for fact, part, whole in derived:
            self._pair(fact, part, whole, draft)
        self._fit_shares(draft)
        if any(draft.values[self.places[name]] is not None for name in self.stated):
            self._agree(draft)
        if draft.unread:
            draft.problems += self._wrong_with_all(draft)
        if draft.problems:
            raise FactError(draft.problems)
        return CheckedFacts(draft.unit, draft.given, draft.annotations, draft.values, draft.unread)

    def _fit_counts(self, draft: "_Draft") -> None:
        """Note counts that contradict each other, and take them out: nothing says which of them is wrong."""
        bad: dict[str, None] = {}
        for relation in self.counts:
            parts = [fact for fact in relation.parts if draft.values[self.places[fact.id]] is not None]
            whole = typing.cast(float | None, draft.values[self.places[relation.whole.id]])
            numbers = [typing.cast(float, draft.values[self.places[fact.id]]) for fact in parts]
            if whole is not None and parts and relation.contradicted(numbers, whole):
                told = {fact.id: _plain(number) for fact, number in zip(parts, numbers, strict=True)}
                draft.contradicting(relation, told, _plain(whole), [*told, relation.whole.id])
                bad |= dict.fromkeys([*told, relation.whole.id])
        for name in bad:
            draft.values[self.places[name]] = None

    def _fit_shares(self, draft: "_Draft") -> None:
        """Note shares that contradict each other: those that do not follow from their parts."""
        lacking = self._lacking_in(draft) if self.shares else ()
        for relation in self.shares:
            given = [fact.id for fact in relation.facts if fact.id not in lacking]
            slots = {name: draft.values[self.places[name]] for name in given}
            numbers = [_percentage(slot) for slot in slots.values()]
            loose = [name for name, slot in slots.items() if type(slot) is float]
            if len(given) == len(relation.facts) and loose and None not in numbers:
                *parts, whole = typing.cast(list[float], numbers)
                if relation.contradicted(parts, whole):
                    told = [_plain(rounded(number)) for number in (*parts, whole)]
                    draft.contradicting(relation, dict(zip(given[:-1], told, strict=False)), told[-1], loose)

    def lacking(self, bad: Set[str]) -> frozenset[str]:
        """Return the facts of which nothing is known where some are bad: these, and what would be read from them."""
        ratios = {fact.id for fact, part, whole in self.ratios if part.id in bad or whole.id in bad}
        return frozenset({*bad, *ratios, *(fact.id for fact in self.ruleset.facts if fact.undecided in bad)})

    def _lacking_in(self, draft: "_Draft") -> frozenset[str]:
        return self.lacking({problem.fact for problem in draft.problems}) | draft.lacking

    def _agree(self, draft: "_Draft") -> None:
        """Note the derived facts that were given otherwise than they are worked out from what is not bad."""
        values = list(draft.values)
        for name in self._lacking_in(draft) & self.places.keys():
            values[self.places[name]] = None
        for found in {found.fact: found for found in self.contradicted(values)}.values():
            fixed = self.bound | {name: values[self.places[name]] for name in self.lists}
            read = {name: draft.given.get(name, fixed.get(name)) for name in read_for(found.ruleset, found.fact)}
            told = tuple(f"{name} = {shown(displayed(value))}" for name, value in read.items() if value is not None)
            code = "expected.derived" if told else "expected.derived/fixed"
            expected = Message(code, value=found.value, facts=told, name=found.fact)
            draft.bad(found.fact, draft.given[found.fact], expected)

    def _wrong_with_all(self, draft: "_Draft") -> list[FactProblem]:
        """Return what is wrong with what was given, those facts included that the set does not read.

        Facts of other provinces are none of its business.
        """
        given = {name: value for name, value in draft.given.items() if name not in self.stated}
        unread = {name: value for name, value in draft.unread.items() if name in self.of_all.places}
        try:
            self.of_all.check({**given, **unread}, draft.unit, draft.lacking)
        except FactError as error:
            return [problem for problem in error.problems if problem not in draft.problems]
        return []

    @functools.cached_property
    def of_all(self) -> "Checker":
        """The check of every fact of the library."""
        facts = (*self.ruleset.facts, *self.ruleset.unread)
        return Checker(Ruleset("", "", dt.date.min, 1, (), facts, (), catalogue=self.catalogue))

    def _unknown(self, name: str, value: object, draft: "_Draft") -> None:
        hint = self._instead(str(name)) or meant(str(name), self.catalogue or self.checks)
        draft.bad(str(name), value, Message("expected.fact"), hint)

    def _instead(self, name: str) -> Sentence:
        """Return what to give in place of what is not an id: the fact of that title, the inputs of a derived one."""
        ruleset = self.ruleset
        if name in ruleset.derived_by_id:
            return Message("hint.derived", name=name, names=given_for(ruleset, name))
        titled = [f.id for f in (*ruleset.facts, *ruleset.unread) if f.title and folded(name) == folded(f.title.vi)]
        return Message("hint.near", names=tuple(titled[:3])) if titled else ""

    def _bind(self, name: str, bound: str, draft: "_Draft") -> None:
        """Put what province, year or a list fixes in its slot; another value is an error."""
        place = self.places[name]
        given = draft.values[place]
        if given not in (None, bound):
            draft.bad(name, given, self._fixed(name, bound))
        if given is None or name in self.bound:
            draft.values[place] = bound

    def _fixed(self, name: str, value: str) -> Message:
        """Return what a fact has to be that province, year or a list fixes."""
        if name in self.bound:
            return Message("expected.bound", value=value, name=name, province=self.province)
        by, _ = self.lists[name]
        return Message("expected.listed", value=str(value), name=name, instrument=by.instrument.number)

    def _pair(self, fact: Fact, part: Fact, whole: Fact, draft: "_Draft") -> tuple[int, int] | None:
        """Return the exact ratio where part and whole are given and fit together; None otherwise."""
        top, bottom = draft.values[self.places[part.id]], draft.values[self.places[whole.id]]
        if top is None or bottom is None:
            return None
        try:
            pair = ratio_of(fact, part, typing.cast(float, top), whole, typing.cast(float, bottom))
        except BadValue as bad:
            draft.bad(part.id, draft.given[part.id], bad.expected, bad.hint)
            return None
        if fact.undecided is not None:
            self._undecided(fact, fact.undecided, part, whole, pair, draft)
        return pair

    def _undecided(
        self, fact: Fact, name: str, part: Fact, whole: Fact, pair: tuple[int, int], draft: "_Draft"
    ) -> None:
        """Return what is undecided of a share has room in the whole beside the part."""
        count = draft.values[self.places[name]]
        if fact.type is FactType.PERCENT and count and pair[0] + 100 * int(typing.cast(float, count)) > 100 * pair[1]:
            rest = (100 * pair[1] - pair[0]) // 100
            draft.bad(name, draft.given[name], Message("expected.rest", whole=whole.id, part=part.id, rest=rest))

    def _put(self, fact: Fact, part: Fact, whole: Fact, pair: tuple[int, int], draft: "_Draft") -> None:
        """Put the exact ratio in the fact's slot; a given one has to agree to the digits in which it is written."""
        place, given = self.places[fact.id], draft.given
        if draft.values[place] is not None and pair[1] != 0 and not _agrees(given[fact.id], Fraction(*pair)):
            top, bottom = given[part.id], given[whole.id]
            expected = Message("expected.ratio", part=part.id, whole=whole.id, top=str(top), bottom=str(bottom))
            draft.bad(fact.id, given[fact.id], expected)
        draft.values[place] = pair


@define
class _Draft:
    """One unit while its facts are checked."""

    unit: str | None
    values: list[Slot]
    given: dict[str, typing.Any]
    annotations: dict[str, Annotation] = field(factory=dict)
    problems: list[FactProblem] = field(factory=list)
    unread: dict[str, typing.Any] = field(factory=dict)
    lacking: frozenset[str] = frozenset()

    def aside(self, name: str, value: object) -> None:
        """Keep a fact that the set does not read; None takes it away."""
        self.unread.pop(name, None)
        if isinstance(value, Mapping):
            value = self.annotated(name, value)
        if value is not None:
            self.unread[name] = value

    def bad(self, fact: str, value: object, expected: Message, hint: Sentence = "") -> None:
        """Note a bad fact."""
        self.problems.append(FactProblem(self.unit, fact, value, expected, hint))

    def contradicting(self, relation: Relation, parts: Mapping[str, str], whole: str, names: Iterable[str]) -> None:
        """Note facts that contradict each other, each with all of them and their values."""
        code = "expected.no_more" if len(parts) == 1 else "expected.no_more/together"
        if relation.adds_up and len(parts) == len(relation.parts):
            code = "expected.sum"
        if relation.how is How.MEAN:
            code = "expected.mean"
        told = tuple(f"{name} = {value}" for name, value in parts.items())
        expected = Message(code, parts=told, whole=relation.whole.id, value=whole)
        for name in names:
            self.bad(name, self.given[name], expected)

    def annotated(self, name: str, value: Mapping[object, object]) -> object:
        """Return the value of a fact given with an annotation; None where that is not what it is."""
        extra = [str(key) for key in value if key not in _ANNOTATED]
        if extra or "value" not in value:
            hint = Message("hint.unknown_keys", keys=tuple(extra)) if extra else ""
            self.bad(name, dict(value), Message("expected.annotated", keys=_ANNOTATED), hint)
            return None
        said: dict[str, typing.Any] = {key: value.get(key) for key in _SAID}
        if isinstance(said["as_of"], dt.date):
            said["as_of"] = said["as_of"].isoformat()
        if said["by"] not in (None, *_BY) or not all(isinstance(said[key], str | None) for key in _TEXTS):
            self.bad(name, dict(value), Message("expected.annotation"))
            return None
        try:
            self.annotations[name] = Annotation(**said)
        except BadArgument as error:
            self.bad(name, dict(value), Message("expected.annotation/said", problem=error.sentences[0]))
            return None
        return value["value"]


def _derived_ratios(ruleset: Ruleset) -> Iterator[tuple[Fact, RatioOf]]:
    """Yield the ratios that the set and its prerequisites work out."""
    for asked in with_prerequisites(ruleset):
        for derived in asked.derived:
            if isinstance(derived.rule, RatioOf):
                yield derived.fact, derived.rule


def _stepped_of(ruleset: Ruleset) -> Iterator[str]:
    """Yield the facts of the set and its prerequisites that have no more digits than the catalogue says."""
    for asked in with_prerequisites(ruleset):
        yield from stepped_in(asked.derived)


def _numbers_by_fact(ratios: Sequence[_Ratio]) -> Mapping[str, Sequence[int]]:
    """For each fact the numbers of the ratios it has a part in, or by which they may grow."""
    found: dict[str, list[int]] = {}
    for number, ratio in enumerate(ratios):
        undecided = ratio[0].undecided
        for name in (*(fact.id for fact in ratio), *([] if undecided is None else [undecided])):
            found.setdefault(name, []).append(number)
    return found


def _touched(ratios: Sequence[_Ratio], by_fact: Mapping[str, Sequence[int]], names: Iterable[str]) -> list[_Ratio]:
    """Return the ratios that one of the facts has a part in, in order."""
    return [ratios[number] for number in sorted({n for name in names for n in by_fact.get(name, ())})]


def ratio_of(fact: Fact, part_fact: Fact, part: float, whole_fact: Fact, whole: float) -> tuple[int, int]:
    """Numerator and denominator of part over whole in the unit of *fact*; denominator 0 where the whole is."""
    top, bottom = scaled(part, part_fact), scaled(whole, whole_fact)
    if top < 0 or bottom < 0:
        raise BadValue(Message("expected.parts"))
    numerator = top * fact.scale * 10**whole_fact.decimals
    denominator = bottom * 10**part_fact.decimals
    if fact.type is FactType.PERCENT and numerator > 100 * denominator:
        raise BadValue(Message("expected.within_whole", whole=whole_fact.id, most=_plain(whole)))
    return numerator, denominator


def scaled(value: float, fact: Fact) -> int:
    """*value* as a whole number of steps of the fact's last digit."""
    exact = Decimal(repr(value)).scaleb(fact.decimals)
    if exact != exact.to_integral_value():
        raise BadValue(Message("expected.decimals", decimals=fact.decimals))
    return int(exact)


def _agrees(given: FactValue, exact: Fraction) -> bool:
    """Return whether a ratio as written is the exact one, rounded either way to the digits in which it is written."""
    text = typing.cast(Decimal, written(given))
    step = Fraction(10) ** min(int(text.as_tuple().exponent), 0)
    return abs(Fraction(text) - exact) <= step / 2


def _percentage(slot: Slot) -> float | None:
    """Return a share as a number; None where it is not known, or a share of nothing."""
    if isinstance(slot, tuple):
        return slot[0] / slot[1] if slot[1] else None
    return typing.cast(float | None, slot)


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)


# -- one value -------------------------------------------------------------------------------


def check_of(fact: Fact, stepped: bool = False) -> Check:
    """Return the check of one fact: from a caller's value to the slot's, or ``BadValue``.

    Args:
        stepped: the number has no more digits after the point than the catalogue says.
    """
    if fact.type is FactType.BOOLEAN:
        check: Check = _boolean
    elif fact.type.numeric:
        check = _stepped(fact, _number_check(fact)) if stepped else _number_check(fact)
    else:
        check = _choice_check(fact)

    def checked(value: object) -> Slot:
        try:
            return check(value if type(value) in PLAIN else plain_of(value))
        except BadValue as bad:
            bad.hint = what_to_give(value) or bad.hint
            raise

    return checked


def _stepped(fact: Fact, number: Check) -> Check:
    def check(value: object) -> Slot:
        found = number(value)
        scaled(typing.cast(float, found), fact)
        return found

    return check


def _boolean(value: object) -> Slot:
    if value is True or value is False:
        return value
    raise BadValue(Message("expected.boolean"), Message("hint.no_text") if isinstance(value, str) else "")


def _choice_check(fact: Fact) -> Check:
    allowed = frozenset(fact.values)

    def check(value: object) -> Slot:
        text = displayed(value)
        if text in allowed and (type(value) is str or (type(value) is int and fact.type is FactType.ORDINAL)):
            return text
        raise BadValue(Message("expected.one_of", names=fact.values), meant(text, fact.values))

    return check


def bounds(fact: Fact) -> tuple[float, float]:
    """Return the least and the greatest float64 that a numeric fact may be, in 15 digits."""
    low, high = (-MOST if fact.minimum is None else fact.minimum), (MOST if fact.maximum is None else fact.maximum)
    return ends(low)[0], ends(high)[1]


def _float_bounds(fact: Fact) -> tuple[float, float]:
    """Between these a float needs no further check; an empty span where it does."""
    if fact.type not in (FactType.PERCENT, FactType.NUMBER):
        return _NOWHERE
    low, high = bounds(fact)
    return max(low, SMALLEST), high


def _number_check(fact: Fact) -> Check:
    low, high = bounds(fact)
    whole = fact.type is FactType.COUNT

    def check(value: object) -> Slot:
        number = _float_of(value)
        if number is None or not low <= number <= high:
            raise BadValue(expected_number(fact))
        if whole and not number.is_integer():
            raise BadValue(expected_number(fact, whole=True))
        return number

    return check


def expected_number(fact: Fact, whole: bool = False) -> Message:
    """Return what a figure of a fact has to be, by its bounds.

    Args:
        whole: say also that it has no decimals.
    """
    code = f"expected.count{_bounds(fact)}" if whole else f"expected.number{_bounds(fact)}"
    return Message(code, minimum=fact.minimum, maximum=fact.maximum)


_MODERATE = 200
"""An exponent of 15 digits below it is within the sizes that a number may have."""


def _float_of(value: object) -> float | None:
    """Return the float64 of a number of at most 15 significant digits; None where the value is not a number."""
    if type(value) is float and (value == 0 or SMALLEST <= abs(value) < _MANY):
        return rounded(value)
    if type(value) is int and abs(value) < _MANY:
        return float(value)
    if type(value) is Decimal:  # of moderate size, as nearly all are: no more has to be asked
        _, digits, exponent = value.as_tuple()
        if len(digits) <= MAX_DIGITS and isinstance(exponent, int) and abs(exponent) < _MODERATE:
            return float(value) + 0.0
    number = written(value)
    if number is None:
        if type(value) is str:
            raise BadValue(Message("expected.number"), Message("hint.decimal_point"))
        return None
    match unfit(number):
        case Unfit.LARGE:
            raise BadValue(Message("expected.large", most="1e300"))
        case Unfit.SMALL:
            raise BadValue(Message("expected.small", least="1e-300"))
        case Unfit.DIGITS:
            raise BadValue(Message("expected.digits", digits=MAX_DIGITS))
        case None:
            return float(number)


def _bounds(fact: Fact) -> str:
    """How the code of what was expected goes on, by the bounds that the fact has."""
    if fact.minimum is not None and fact.maximum is not None:
        return "_between"
    if fact.minimum is not None:
        return "_from"
    return "_up_to" if fact.maximum is not None else ""
