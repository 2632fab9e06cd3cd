"""Tests beside rules: the cases of ``*.tests.yaml`` files, read, assessed, and compared with what they expect."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from attrs import field, frozen

from ntm_rules.messages.errors import Diagnostic, FactError, NotInForce, RulesetError, UnknownName
from ntm_rules.model.citations import last_day
from ntm_rules.model.facts import FactType
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.plain import figure
from ntm_rules.model.results import CriterionResult, FactValue, IndicatorResult
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
class Case:
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
    """Something that a case expects and the rules say otherwise.

    Attributes:
        at: where the expectation stands.
        what: the set, a count, a criterion or an indicator.
        about: numbers of the indicators that explain it.
    """

    case: Case
    at: Position
    what: str
    expected: str
    actual: str
    verdict: Verdict = field(repr=False)
    about: tuple[str, ...] = ()

    def reasons(self, lang: str = "vi") -> list[str]:
        """The indicators that explain it, in words."""
        facts, verdict = self.verdict.ruleset.fact_by_id, self.verdict
        return [
            Reason(
                c.no, i.no, i.indicator.title, i.outcome, i.provisional, i.codes, i, facts, verdict.annotations
            ).text(lang)
            for c in verdict.criteria.values()
            for i in c.indicators.values()
            if i.no in self.about
        ]

    def text(self, lang: str = "vi") -> str:
        """Place, case, what was expected and what was found, and the reasons in words."""
        place = f"{self.at.file}:{self.at.line}:{self.at.column}"
        lines = [f"{place}: {self.case.name}: {self.what}: expected {self.expected}, got {self.actual}"]
        return "\n    ".join(lines + self.reasons(lang))


def find_files(path: Path) -> list[Path]:
    """The files of cases below a folder, in order; a file is itself."""
    return sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]


# -- running -----------------------------------------------------------------------------------


def run_case(library: Library, case: Case) -> tuple[Failure, ...]:
    """What the rules say otherwise than the case expects.

    Raises:
        RulesetError: names of the case that nothing bears, or facts that cannot be used; all of them.
    """
    return failures(case, assess_case(library, case))


def assess_case(library: Library, case: Case) -> Verdict:
    """The verdict on the facts of a case.

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
    except (UnknownName, NotInForce) as error:
        message, _, hint = str(error).partition("\n    help: ")
        raise RulesetError([problem("value.unknown", case.at, message, hint)]) from error
    facts = {name: _value(library, name, entry) for name, entry in case.facts.items()}
    try:
        return assess(ruleset, facts, case.name)
    except FactError as error:
        raise RulesetError(tuple(_fact_problems(library, case, error))) from error


def _value(library: Library, name: str, entry: Entry) -> FactValue:
    """A fact as ``assess`` takes it: a text, or true and false."""
    text = entry.value.text if isinstance(entry.value, Scalar) else ""
    fact = library.facts.get(name)
    if fact is not None and fact.type is FactType.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    return text


def _fact_problems(library: Library, case: Case, error: FactError) -> Iterator[Diagnostic]:
    for bad in error.problems:
        entry = case.facts.get(bad.fact)
        at = case.at if entry is None else entry.key.at
        code = "value.unknown" if bad.fact in library.facts else "fact.unknown"
        yield problem(code, at, f"fact `{bad.fact}`: got `{bad.value}`, expected {bad.expected}", bad.hint)


def failures(case: Case, verdict: Verdict) -> tuple[Failure, ...]:
    """What a verdict says otherwise than the case expects.

    Raises:
        RulesetError: criteria or indicators that the set does not have.
    """
    indicators = verdict.indicators
    reader = Reader()
    for kind, asked, known in (
        ("criterion", case.criteria, verdict.criteria),
        ("indicator", case.indicators, indicators),
    ):
        for no, expected in asked.items():
            if no not in known:
                reader.unknown("operation.target", expected.at, kind, no, known)
    grades = [NO_GRADE, *(grade.id for grade in verdict.ruleset.grades)]
    for expected in (*((case.whole,) if case.whole else ()), *case.criteria.values()):
        if expected.grade is not None and expected.grade not in grades:
            reader.unknown("value.unknown", expected.at, "grade", expected.grade, grades)
    reader.raise_errors()
    return tuple(_failures(case, verdict, indicators))


def _failures(case: Case, verdict: Verdict, indicators: Mapping[str, IndicatorResult]) -> Iterator[Failure]:
    if case.whole is not None:
        yield from _compared(case, "the set", case.whole, verdict, verdict, ())
    counts = (
        verdict.criteria_met,
        verdict.criteria_not_met,
        verdict.criteria_undetermined,
        verdict.criteria_total,
    )
    for name, found in zip(COUNTS.names, counts, strict=True):
        asked = case.counts.get(name)
        if asked is not None and asked.number != found:
            what = f"criteria, {name}"
            yield Failure(case, asked.at, what, figure(asked.number), str(found), verdict)
    for no, expected in case.criteria.items():
        criterion = verdict.criteria[no]
        open_ = [i.no for i in criterion.indicators.values() if not i.outcome.satisfied]
        yield from _compared(case, f"criterion `{no}`", expected, criterion, verdict, open_ or criterion.indicators)
    for no, expected in case.indicators.items():
        yield from _compared(case, f"indicator `{no}`", expected, indicators[no], verdict, (no,))


def _compared(
    case: Case,
    what: str,
    expected: Expected,
    found: Verdict | CriterionResult | IndicatorResult,
    verdict: Verdict,
    about: Iterable[str],
) -> Iterator[Failure]:
    sides = list(_sides(expected, found))
    if any(not same for same, _, _ in sides):
        asked, got = (", ".join(texts) for texts in zip(*((a, g) for _, a, g in sides), strict=True))
        yield Failure(case, expected.at, what, asked, got, verdict, tuple(about))


def _sides(expected: Expected, found: Verdict | CriterionResult | IndicatorResult) -> Iterator[tuple[bool, str, str]]:
    """For each thing that is expected: whether it is so, what is expected, what is found."""
    if expected.outcome is not None:
        yield expected.outcome is found.outcome, expected.outcome.code, found.outcome.code
    if expected.reason is not None and not isinstance(found, Verdict):
        code = found.codes[0] if found.codes else None
        yield expected.reason is code, f"reason {expected.reason.value}", f"reason {code.value if code else 'none'}"
    if expected.margin is not None and isinstance(found, IndicatorResult):
        margin = found.margin
        same = margin is not None and Fraction(margin) == Fraction(expected.margin)
        yield same, f"margin {expected.margin}", f"margin {'none' if margin is None else figure(margin)}"
    if expected.grade is not None and not isinstance(found, IndicatorResult):
        grade = found.grade.id if found.grade is not None else NO_GRADE
        yield expected.grade == grade, f"grade {expected.grade}", f"grade {grade}"
    if expected.provisional is not None:
        words = {True: "provisional", False: "not provisional"}
        yield expected.provisional is found.provisional, words[expected.provisional], words[found.provisional]


# -- reading -----------------------------------------------------------------------------------


def load_cases(path: Path, shown: str | None = None) -> tuple[Case, ...]:
    """The cases of a file; *shown* is its name in messages.

    Raises:
        RulesetError: every problem of the file that can be told without the rules.
        OSError: it cannot be opened.
    """
    root = read_file(path, shown or str(path))
    reader = Reader()
    top = reader.map(root, "a file of cases", TESTS_FILE.names)
    given = reader.map(top.get("given"), "`given`", GIVEN.names)
    nodes = reader.items(reader.required(top, "cases", "a file of cases"), "`cases`")
    cases = [_case(reader, node, given) for node in nodes]
    reader.diagnostics = list(dict.fromkeys(reader.diagnostics))  # what is given is read with every case
    reader.raise_errors()
    return tuple(case for case in cases if case is not None)


def _case(reader: Reader, node: Node, given: Map) -> Case | None:
    own = reader.map(node, "a case", CASE.names)
    law = Map({**given.entries, **own.entries}, own.at)
    name = reader.text(reader.required(own, "name", "a case"), "the name")
    ruleset = reader.text(reader.required(law, "ruleset", "a case"), "the ruleset")
    on = reader.date(reader.required(law, "on", "a case"), "`on`")
    texts = {key: reader.text(law.get(key), f"`{key}`") or None for key in ("period", "province", "territory")}
    year = reader.integer(law.get("year"), "`year`")
    facts = _facts(reader, given, own)
    expect = reader.map(reader.required(own, "expect", "a case"), "`expect`", EXPECT.names)
    set_node = expect.get("set")
    whole = None if set_node is None else _expected(reader, set_node, "`set`", EXPECTED_SET)
    counts = dict(_counts(reader, expect.get("counts")))
    criteria = _each(reader, expect.get("criteria"), "`criteria`", EXPECTED_CRITERION)
    indicators = _each(reader, expect.get("indicators"), "`indicators`", EXPECTED_INDICATOR)
    if not (name and ruleset and on):
        return None
    return Case(
        name, own.at, ruleset, last_day(on), year, **texts, facts=facts, whole=whole, counts=counts,
        criteria=criteria, indicators=indicators,
    )  # fmt: skip


def _facts(reader: Reader, given: Map, own: Map) -> Mapping[str, Entry]:
    """The facts of all cases, without those that the case takes away, and the case's own."""
    shared = dict(reader.map(given.get("facts"), "`facts`").entries)
    for node in reader.items(own.get("without"), "`without`"):
        name = reader.text(node, "a fact")
        if name and shared.pop(name, None) is None:
            reader.unknown("fact.unknown", node.at, "given fact", name, shared)
    facts = shared | reader.map(own.get("facts"), "`facts`").entries
    for name, entry in facts.items():
        reader.text(entry.value, f"the fact `{name}`")
    return facts


def _counts(reader: Reader, node: Node | None) -> Iterator[tuple[str, Count]]:
    for name, entry in reader.map(node, "`counts`", COUNTS.names).entries.items():
        number = reader.number(entry.value, reader.text(entry.value, "a count"), "a count")
        if number is not None:
            yield name, Count(entry.key.at, number)


def _each(reader: Reader, node: Node | None, what: str, keys: Keys) -> Mapping[str, Expected]:
    entries = reader.map(node, what).entries
    return {no: _expected(reader, entry.value, f"`{no}`", keys, entry.key.at) for no, entry in entries.items()}


def _expected(reader: Reader, node: Node, what: str, keys: Keys, at: Position | None = None) -> Expected:
    """An outcome, or a mapping; a reason alone means undetermined."""
    at = at or node.at
    if isinstance(node, Scalar):
        return Expected(at, reader.choice(node, "outcome", _OUTCOMES))
    found = reader.map(node, what, keys.names)
    reason = reader.choice(found.get("reason"), "reason", _REASONS)
    outcome = reader.choice(found.get("outcome"), "outcome", _OUTCOMES)
    if outcome is None and reason is not None:
        outcome = Outcome.UNDETERMINED
    provisional = reader.choice(found.get("provisional"), "`provisional`", {"true": True, "false": False})
    grade = reader.text(found.get("grade"), "the grade") or None
    return Expected(at, outcome, reason, _margin(reader, found.get("margin")), provisional, grade)


def _margin(reader: Reader, node: Node | None) -> str | None:
    """A number, or a fraction such as ``-1/3``."""
    text = reader.text(node, "the margin")
    if node is None or not text:
        return None
    top, _, bottom = text.partition("/")
    numbers = [reader.number(node, part, "the margin") for part in (top, bottom or "1")]
    if numbers[1] == 0:
        reader.error("value.number", node.at, f"the margin `{text}` divides by zero")
        return None
    return None if None in numbers else text
