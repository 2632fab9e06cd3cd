"""What a form asks, in the order of the decision: for each criterion and indicator the facts that it rests on."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from attrs import frozen

from ntm_rules.messages.catalogue import say
from ntm_rules.model.facts import Direction, Fact, FactType
from ntm_rules.model.input_schema import about
from ntm_rules.model.rulesets import Criterion, Indicator, Ruleset
from ntm_rules.model.stated import evaluated_beside, may_be_given
from ntm_rules.model.text import Text
from ntm_rules.model.walk import facts_of, facts_of_derived, indicators
from ntm_rules.tables.amounts import BadCell
from ntm_rules.tables.cells import reader_of
from ntm_rules.tables.naming import Names
from ntm_rules.words.reason import words_in
from ntm_rules.words.sheet import rows

LANG = "vi"
"""Forms are in the language in which the names of columns are read."""


@frozen
class Question:
    """A fact that a form asks for.

    Attributes:
        name: what its column or row is called, by which ``tables.read`` knows it again.
        answers: the words that may be the answer; none for a figure.
        note: when it may be left out, and what is known about it, as its definition and who reports it; a line each.
        inner: it is the part or whole of a share that is asked beside it.
    """

    fact: Fact
    name: str
    answers: tuple[str, ...]
    note: str
    inner: bool

    @property
    def title(self) -> str:
        """What is asked for, without its unit."""
        return _text(self.fact.title) or self.fact.id

    @property
    def unit(self) -> str:
        """What a figure is in; empty where it has no unit."""
        return _text(self.fact.unit.title) if self.fact.unit else ""


@frozen
class Part:
    """A criterion or indicator of a form, or a heading, with the facts that are asked there.

    Attributes:
        no: the printed number, of which a judgement may be given; empty for a heading and in a set beside.
        asked: what has to hold, in words, a line each.
        heads: the parts below belong to it.
    """

    no: str
    title: str
    asked: str = ""
    heads: bool = False
    questions: tuple[Question, ...] = ()


def parts_of(ruleset: Ruleset) -> tuple[Part, ...]:
    """Return what a form of a set asks: every fact that may be given, once, where it is needed first.

    Facts on which several indicators rest without comparing them, such as the region, come before all criteria; what
    only sets beside this one read, such as its prerequisites, comes behind them.
    """
    asker = _Asker(ruleset)
    found = list(asker.heading(say(LANG, "template.general"), _general(ruleset)))
    found += asker.criteria(ruleset, own=True)
    for other in _beside(ruleset):
        new = list(asker.criteria(other, own=False))
        found += [Part("", _text(other.title) or other.id, heads=True), *new] if new else []
    found += asker.heading(say(LANG, "template.rest"), tuple(asker.left))
    return tuple(found)


class _Asker:
    """Asks for each fact once.

    Attributes:
        left: the facts that were not asked for yet.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.derived = may_be_given(ruleset)
        self.left = {**ruleset.inputs(), **self.derived}
        known = {**{fact.id: fact for fact in (*ruleset.facts, *ruleset.unread)}, **self.derived}
        self.known, self.names = known, Names(known)
        self.words = words_in(LANG, known, met_means=ruleset.met_means)

    def heading(self, title: str, names: Iterable[str]) -> Iterator[Part]:
        """Yield a part for facts that belong to no single indicator; none where there are none."""
        questions = self.questions(names)
        if questions:
            yield Part("", title, heads=True)
            yield Part("", "", questions=questions)

    def criteria(self, ruleset: Ruleset, own: bool) -> Iterator[Part]:
        """Yield the criteria and indicators of a set; of one beside it only those that ask something new."""
        asked = _asked(ruleset)
        for criterion in ruleset.criteria:
            below = [self.indicator(ruleset, criterion, one, asked, own) for one in criterion.indicators]
            below = [part for part in below if own or part.questions]
            if below and not all(part.no == criterion.no for part in below):
                taken = any(part.no == criterion.no for part in below)  # then the number means the indicator
                title = _text(criterion.title) if own else f"{criterion.no}. {_text(criterion.title)}"
                yield Part(criterion.no if own and not taken else "", title, heads=True)
            yield from below

    def indicator(
        self, ruleset: Ruleset, criterion: Criterion, indicator: Indicator, asked: Mapping[str, str], own: bool
    ) -> Part:
        """Return the part of an indicator; of one that is a criterion alone with the title of that too."""
        titles = [_text(indicator.title)] if indicator.title else []
        if criterion.title and (not titles or indicator.no == criterion.no):
            titles.insert(0, _text(criterion.title))
        title = ": ".join(dict.fromkeys(titles))
        names = chain.from_iterable(_given_for(ruleset, name) for name in _read_by(indicator))
        no, title = (indicator.no, title) if own else ("", f"{indicator.no}. {title}")
        return Part(no, title, asked.get(indicator.no, ""), questions=self.questions(names))

    def questions(self, names: Iterable[str]) -> tuple[Question, ...]:
        """Return the questions for those facts that were not asked for yet."""
        new = [self.left.pop(name) for name in dict.fromkeys(names) if name in self.left]
        inner = {name for fact in new if fact.ratio is not None for name in (fact.ratio.part, fact.ratio.whole)}
        return tuple(
            Question(fact, self.name(fact), self.answers(fact), "\n".join(self.notes(fact)), fact.id in inner)
            for fact in new
        )

    def name(self, fact: Fact) -> str:
        """Return the title with its unit, the title, or the id: the first by which the reader knows the fact."""
        title, unit = _text(fact.title), _text(fact.unit.title) if fact.unit else ""
        wanted = ([f"{title} ({unit})"] if unit else []) + ([title] if title else [])
        found = ((name, self.names.fact(name, self.reads)) for name in wanted)
        return next((name for name, named in found if named and (named.fact, named.power) == (fact.id, 0)), fact.id)

    def reads(self, fact: str, text: str) -> object:
        """Return a text as a cell of a fact."""
        return reader_of(self.known[fact])(text)

    def answers(self, fact: Fact) -> tuple[str, ...]:
        """Return the answers there may be, as the reader reads them back."""
        values: tuple[bool | str, ...] = (True, False) if fact.type is FactType.BOOLEAN else fact.values
        found = (self.answer(fact, value) for value in values)
        return tuple(sorted(found) if fact.id in self.derived else found)  # whose order is that of its cases

    def answer(self, fact: Fact, value: bool | str) -> str:
        """Return an answer in words; the value itself where these could be another one."""
        text = self.words.value(fact, value)
        if isinstance(value, bool) and fact.direction is Direction.NEITHER:
            text = say(LANG, "sheet.is_true" if value else "sheet.is_false")
        text = text[:1].upper() + text[1:]
        try:
            return text if reader_of(fact)(text) == value else str(value)
        except BadCell:
            return str(value)

    def notes(self, fact: Fact) -> Iterator[str]:
        """Yield what helps to fill in a fact."""
        if fact.id in self.derived:
            yield say(LANG, "template.derived")
        if fact.ratio is not None and {fact.ratio.part, fact.ratio.whole} <= self.known.keys():
            part, whole = (self.words.fact_title(name) for name in (fact.ratio.part, fact.ratio.whole))
            yield say(LANG, "template.ratio", part=part, whole=whole)
        yield from about(fact, LANG)


def _text(text: Text | None) -> str:
    return "" if text is None else text.text(LANG)


def _asked(ruleset: Ruleset) -> Mapping[str, str]:
    """Return what each indicator asks, in words: a line a row of the printed table."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for row in rows(ruleset, LANG):
        if row.kind == "grade":
            break
        if row.kind == "indicator":
            lines = found.setdefault(row.no, [])
        if row.kind in ("indicator", "part"):
            words = (row.no, row.title) if row.kind == "part" else ()
            lines.append(": ".join(filter(None, (" ".join(filter(None, words)), row.asked))))
    return {no: "\n".join(filter(None, lines)) for no, lines in found.items()}


def _read_by(indicator: Indicator) -> Iterator[str]:
    """Yield the facts that an indicator reads, those first that it compares or looks a number up by."""
    if indicator.applies_if is not None:
        yield from facts_of(indicator.applies_if)
    yield from facts_of(indicator.require)


def _given_for(ruleset: Ruleset, name: str) -> Iterator[str]:
    """Yield what is given for a fact: itself, with its part and whole; of a derived one also what it rests on."""
    yield name
    if name in ruleset.derived_by_id:
        for inner in facts_of_derived(ruleset.derived_by_id[name]):
            yield from _given_for(ruleset, inner)
    elif name in ruleset.fact_by_id:
        fact = ruleset.fact_by_id[name]
        yield from () if fact.ratio is None else (fact.ratio.part, fact.ratio.whole)
        yield from () if fact.undecided is None else (fact.undecided,)


def _general(ruleset: Ruleset) -> tuple[str, ...]:
    """Return the facts on which several indicators rest without comparing them, parts and wholes left out."""
    ratios = [fact.ratio for fact in ruleset.facts if fact.ratio is not None]
    figures = {*ruleset.numbers_by_fact, *(name for ratio in ratios for name in (ratio.part, ratio.whole))}
    resting = [{n for read in _read_by(i) for n in _given_for(ruleset, read)} for _, i in indicators(ruleset)]
    times = Counter(chain.from_iterable(resting))
    order = {**ruleset.inputs(), **may_be_given(ruleset)}
    return tuple(name for name in order if times[name] > 1 and name not in figures)


def _beside(ruleset: Ruleset) -> Iterator[Ruleset]:
    """Yield the sets that are evaluated beside a set, however deep."""
    for other in evaluated_beside(ruleset):
        yield other
        yield from _beside(other)
