"""Tests beside rules: the cases of ``*.tests.yaml`` files, read, assessed, and compared with what they expect."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from attrs import field, frozen

from ntm_rules.messages.catalogue import Message, Sentence, said, say
from ntm_rules.messages.errors import BadArgument, Diagnostic, FactError, NotInForce, RulesetError, UnknownName
from ntm_rules.model.citations import last_day
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.plain import figure
from ntm_rules.model.results import CriterionResult, FactValue, IndicatorResult
from ntm_rules.rules.folders import files_beside
from ntm_rules.rules.keys.beside import (
    CASE,
    COUNTS,
    EXPECT,
    EXPECTED_CRITERION,
    EXPECTED_INDICATOR,
    EXPECTED_SET,
    GIVEN,
    TESTS_FILE,
)
from ntm_rules.rules.keys.kinds import Keys
from ntm_rules.rules.library import Library
from ntm_rules.rules.read.reader import Reader
from ntm_rules.verdict.verdict import Verdict, assess
from ntm_rules.words.reason import Reason
from ntm_rules.yaml.nodes import Entry, Map, Node, Position, Scalar, problem, read_file

SUFFIX = ".tests.yaml"
NO_GRADE = "none"
_OUTCOMES = {outcome.code: outcome for outcome in Outcome}
_REASONS = {code.value: code for code in ReasonCode}


@frozen
class Expected:
    """What a case expects of the set, of a criterion or of an indicator; None where it expects nothing.

    Attributes:
        reason: the first reason code.
        margin: of a single comparison, as it is written.
        grade: id of the grade, or ``none`` where there is none for certain.
    """

    at: Position
    outcome: Outcome | None = None
    reason: ReasonCode | None = None
    margin: str | None = None
    provisional: bool | None = None
    grade: str | None = None


@frozen
class Count:
    """How many criteria a case expects to have an outcome."""

    at: Position
    number: Decimal


@frozen
class WrittenCase:
    """One case of a file.

    Attributes:
        facts: as they are written, each with its place.
        counts: of criteria: ``met``, ``not_met``, ``undetermined``, ``total``.
    """

    name: str
    at: Position
    ruleset: str
    on: dt.date
    year: int | None
    period: str | None
    province: str | None
    territory: str | None
    facts: Mapping[str, Entry] = field(repr=False)
    whole: Expected | None
    counts: Mapping[str, Count]
    criteria: Mapping[str, Expected]
    indicators: Mapping[str, Expected]


@frozen
class Failure:
    """Something that a case expects and the rules say otherwise; ``str()`` is what it says in English.

    Attributes:
        at: where the expectation is written.
        what: the set, a count, a criterion or an indicator.
        expected, actual: one for each thing that is expected of it, such as outcome and margin.
        about: numbers of the indicators that explain it.
    """

    case: WrittenCase
    at: Position
    what: Message
    expected: tuple[Sentence, ...]
    actual: tuple[Sentence, ...]
    verdict: Verdict = field(repr=False)
    about: tuple[str, ...] = ()

    def reasons(self, lang: str = "vi") -> list[str]:
        """Return the indicators that explain it, in words."""
        facts, verdict = self.verdict.ruleset.fact_by_id, self.verdict
        derived = frozenset(verdict.ruleset.derived_by_id)
        return [
            Reason(
                c.no,
                i.no,
                i.indicator.title,
                i.outcome,
                i.provisional,
                i.codes,
                i,
                facts,
                verdict.annotations,
                derived=derived,
            ).text(lang)
            for c in verdict.criteria.values()
            for i in c.indicators.values()
            if i.no in self.about
        ]

    def text(self, lang: str = "vi") -> str:
        """Return place, case, what was expected and what was found, and the reasons in words."""
        head = say(
            lang,
            "case.failure",
            place=f"{self.at.file}:{self.at.line}:{self.at.column}",
            case=self.case.name,
            what=self.what,
            expected=self.expected_in(lang),
            actual=self.actual_in(lang),
        )
        return "\n    ".join([head, *self.reasons(lang)])

    def expected_in(self, lang: str) -> str:
        """Return what was expected."""
        return ", ".join(said(lang, each) for each in self.expected)

    def actual_in(self, lang: str) -> str:
        """Return what was found."""
        return ", ".join(said(lang, each) for each in self.actual)

    def __str__(self) -> str:
        return self.text("en")


def find_files(path: Path) -> list[Path]:
    """Return the files of cases below a folder, in order; of a file only itself."""
    return files_beside(path, SUFFIX) if path.is_dir() else [path]


# -- running -----------------------------------------------------------------------------------


def run_case(library: Library, case: WrittenCase) -> tuple[Failure, ...]:
    """Return what the rules say otherwise than the case expects.

    Raises:
        RulesetError: names in the case that nothing has, or facts that cannot be used; all of them.
    """
    return failures(case, assess_case(library, case))


def assess_case(library: Library, case: WrittenCase) -> Verdict:
    """Return the verdict on the facts of a case.

    Raises:
        RulesetError: the set cannot be composed, or facts cannot be used; each with its place in the file.
    """
    try:
        ruleset = library.compose(
            case.ruleset,
            on=case.on,
            year=case.year,
            period=case.period,
            province=case.province,
            territory=case.territory,
        )
    except (UnknownName, NotInForce, BadArgument) as error:
        raise RulesetError([problem("value.unknown", case.at, *error.sentences)]) from error
    known = library.facts_for(ruleset)
    facts = {name: _value(known.get(name), entry) for name, entry in case.facts.items()}
    try:
        return assess(ruleset, facts, case.name)
    except FactError as error:
        raise RulesetError(tuple(_fact_problems(known, case, error))) from error


def _value(fact: Fact | None, entry: Entry) -> FactValue:
    """Return a fact as ``assess`` takes it: a text, or true and false."""
    text = entry.value.text if isinstance(entry.value, Scalar) else ""
    if fact is not None and fact.type is FactType.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    return text


def _fact_problems(known: Mapping[str, Fact], case: WrittenCase, error: FactError) -> Iterator[Diagnostic]:
    for bad in error.problems:
        entry = case.facts.get(bad.fact)
        at = case.at if entry is None else entry.key.at
        code = "value.unknown" if bad.fact in known else "fact.unknown"
        yield problem(code, at, *bad.sentences)


def failures(case: WrittenCase, verdict: Verdict) -> tuple[Failure, ...]:
    """Return what a verdict says otherwise than the case expects.

    Raises:
        RulesetError: criteria or indicators that the set does not have.
    """
    indicators = verdict.indicators
    reader = Reader()
    for kind, asked, known in (
        (Message("kind.criterion"), case.criteria, verdict.criteria),
        (Message("kind.indicator"), case.indicators, indicators),
    ):
        for no, expected in asked.items():
            if no not in known:
                reader.unknown("operation.target", expected.at, kind, no, known)
    grades = [NO_GRADE, *(grade.id for grade in verdict.ruleset.grades)]
    for expected in (*((case.whole,) if case.whole else ()), *case.criteria.values()):
        if expected.grade is not None and expected.grade not in grades:
            reader.unknown("value.unknown", expected.at, Message("case.kind.grade"), expected.grade, grades)
    reader.raise_errors()
    return tuple(_failures(case, verdict, indicators))


def _failures(case: WrittenCase, verdict: Verdict, indicators: Mapping[str, IndicatorResult]) -> Iterator[Failure]:
    if case.whole is not None:
        yield from _compared(case, Message("case.set"), case.whole, verdict, verdict, ())
    counts = (
        verdict.criteria_met,
        verdict.criteria_not_met,
        verdict.criteria_undetermined,
        verdict.criteria_total,
    )
    for name, found in zip(COUNTS.names, counts, strict=True):
        asked = case.counts.get(name)
        if asked is not None and asked.number != found:
            what = Message("case.counts", name=name)
            yield Failure(case, asked.at, what, (figure(asked.number),), (str(found),), verdict)
    for no, expected in case.criteria.items():
        criterion = verdict.criteria[no]
        open_ = [i.no for i in criterion.indicators.values() if not i.outcome.satisfied]
        what = Message("case.criterion", no=no)
        yield from _compared(case, what, expected, criterion, verdict, open_ or criterion.indicators)
    for no, expected in case.indicators.items():
        yield from _compared(case, Message("case.indicator", no=no), expected, indicators[no], verdict, (no,))


def _compared(
    case: WrittenCase,
    what: Message,
    expected: Expected,
    found: Verdict | CriterionResult | IndicatorResult,
    verdict: Verdict,
    about: Iterable[str],
) -> Iterator[Failure]:
    sides = list(_sides(expected, found))
    if any(not same for same, _, _ in sides):
        asked, got = tuple(a for _, a, _ in sides), tuple(g for _, _, g in sides)
        yield Failure(case, expected.at, what, asked, got, verdict, tuple(about))


def _sides(
    expected: Expected, found: Verdict | CriterionResult | IndicatorResult
) -> Iterator[tuple[bool, Sentence, Sentence]]:
    """Yield for each thing that is expected whether it is so, what is expected, and what is found."""
    if expected.outcome is not None:
        yield expected.outcome is found.outcome, expected.outcome.code, found.outcome.code
    if expected.reason is not None and not isinstance(found, Verdict):
        code = found.codes[0] if found.codes else None
        got = Message("case.no_reason") if code is None else Message("case.reason", reason=code.value)
        yield expected.reason is code, Message("case.reason", reason=expected.reason.value), got
    if expected.margin is not None and isinstance(found, IndicatorResult):
        margin = found.margin
        top, _, bottom = expected.margin.partition("/")
        same = margin is not None and Fraction(margin) * Fraction(Decimal(bottom or 1)) == Fraction(Decimal(top))
        got = Message("case.no_margin") if margin is None else Message("case.margin", margin=figure(margin))
        yield same, Message("case.margin", margin=expected.margin), got
    if expected.grade is not None and not isinstance(found, IndicatorResult):
        grade = found.grade.id if found.grade is not None else NO_GRADE
        wanted, got = (Message("case.grade", grade=name) for name in (expected.grade, grade))
        yield expected.grade == grade, wanted, got
    if expected.provisional is not None:
        words = {True: Message("case.provisional"), False: Message("case.not_provisional")}
        yield expected.provisional is found.provisional, words[expected.provisional], words[found.provisional]


# -- reading -----------------------------------------------------------------------------------


def load_cases(path: Path, shown: str | None = None) -> tuple[WrittenCase, ...]:
    """Read the cases of a file; *shown* is its name in messages.

    Raises:
        RulesetError: every problem of the file that can be told without the rules.
        OSError: it cannot be opened.
    """
    root = read_file(path, shown or str(path))
    reader = Reader()
    what = Message("case.what.file")
    top = reader.map(root, what, TESTS_FILE.names)
    given = reader.map(top.get("given"), "`given`", GIVEN.names)
    nodes = reader.items(reader.required(top, "cases", what), "`cases`")
    cases = [_case(reader, node, given) for node in nodes]
    reader.diagnostics = list(dict.fromkeys(reader.diagnostics))  # what is given is read with every case
    reader.raise_errors()
    return tuple(case for case in cases if case is not None)


def _case(reader: Reader, node: Node, given: Map) -> WrittenCase | None:
    what = Message("case.what.case")
    own = reader.map(node, what, CASE.names)
    law = Map({**given.entries, **own.entries}, own.at)
    name = reader.text(reader.required(own, "name", what), Message("case.what.name"))
    ruleset = reader.text(reader.required(law, "ruleset", what), Message("case.what.ruleset"))
    on = reader.date(reader.required(law, "on", what), "`on`")
    texts = {key: reader.text(law.get(key), f"`{key}`") or None for key in ("period", "province", "territory")}
    year = reader.integer(law.get("year"), "`year`")
    facts = _facts(reader, given, own)
    expect = reader.map(reader.required(own, "expect", what), "`expect`", EXPECT.names)
    set_node = expect.get("set")
    whole = None if set_node is None else _expected(reader, set_node, "`set`", EXPECTED_SET)
    counts = dict(_counts(reader, expect.get("counts")))
    criteria = _each(reader, expect.get("criteria"), "`criteria`", EXPECTED_CRITERION)
    indicators = _each(reader, expect.get("indicators"), "`indicators`", EXPECTED_INDICATOR)
    if not (name and ruleset and on):
        return None
    return WrittenCase(
        name, own.at, ruleset, last_day(on), year, **texts, facts=facts, whole=whole, counts=counts,
        criteria=criteria, indicators=indicators,
    )  # fmt: skip


def _facts(reader: Reader, given: Map, own: Map) -> Mapping[str, Entry]:
    """Return the facts of all cases, without those that the case takes away, and the case's own."""
    shared = dict(reader.map(given.get("facts"), "`facts`").entries)
    for node in reader.items(own.get("without"), "`without`"):
        name = reader.text(node, Message("case.what.fact"))
        if name and shared.pop(name, None) is None:
            reader.unknown("fact.unknown", node.at, Message("case.kind.given_fact"), name, shared)
    facts = shared | reader.map(own.get("facts"), "`facts`").entries
    for name, entry in facts.items():
        reader.text(entry.value, Message("case.what.the_fact", name=name))
    return facts


def _counts(reader: Reader, node: Node | None) -> Iterator[tuple[str, Count]]:
    what = Message("case.what.count")
    for name, entry in reader.map(node, "`counts`", COUNTS.names).entries.items():
        number = reader.number(entry.value, reader.text(entry.value, what), what)
        if number is not None:
            yield name, Count(entry.key.at, number)


def _each(reader: Reader, node: Node | None, what: str, keys: Keys) -> Mapping[str, Expected]:
    entries = reader.map(node, what).entries
    return {no: _expected(reader, entry.value, f"`{no}`", keys, entry.key.at) for no, entry in entries.items()}


def _expected(reader: Reader, node: Node, what: str, keys: Keys, at: Position | None = None) -> Expected:
    """Read an outcome, or a mapping; a reason alone means undetermined."""
    at = at or node.at
    outcomes = Message("case.kind.outcome")
    if isinstance(node, Scalar):
        return Expected(at, reader.choice(node, outcomes, _OUTCOMES))
    found = reader.map(node, what, keys.names)
    reason = reader.choice(found.get("reason"), Message("case.kind.reason"), _REASONS)
    outcome = reader.choice(found.get("outcome"), outcomes, _OUTCOMES)
    if outcome is None and reason is not None:
        outcome = Outcome.UNDETERMINED
    provisional = reader.choice(found.get("provisional"), "`provisional`", {"true": True, "false": False})
    grade = reader.text(found.get("grade"), Message("case.what.grade")) or None
    return Expected(at, outcome, reason, _margin(reader, found.get("margin")), provisional, grade)


def _margin(reader: Reader, node: Node | None) -> str | None:
    """Read a number, or a fraction such as ``-1/3``."""
    what = Message("case.what.margin")
    text = reader.text(node, what)
    if node is None or not text:
        return None
    top, _, bottom = text.partition("/")
    numbers = [reader.number(node, part, what) for part in (top, bottom or "1")]
    if numbers[1] == 0:
        reader.error("value.number/zero", node.at, text=text)
        return None
    return None if None in numbers else text
