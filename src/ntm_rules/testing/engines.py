"""Every engine there is, and the law that they agree."""

import importlib.util
import math
import typing
import warnings
from collections.abc import Callable, Mapping, Sequence

from ntm_rules.frames.assessment import assess as assess_frame
from ntm_rules.frames.base.columns import MissingColumns, wide_names
from ntm_rules.live.session import Session
from ntm_rules.messages.catalogue import Message
from ntm_rules.model.canonical import from_canonical, to_canonical
from ntm_rules.model.kept import kept
from ntm_rules.model.numbers import MAX_DIGITS
from ntm_rules.model.outcomes import Outcome, all_of, at_least_of, guarded, joined, negation_of
from ntm_rules.model.results import Connective, Evaluated, FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.testing.communes import Commune, Facts, number
from ntm_rules.testing.subject import Subject, named, place_of
from ntm_rules.verdict.program import check_facts, outcome_codes
from ntm_rules.verdict.verdict import Verdict, assess

Engine = Callable[[Ruleset, Sequence[Facts]], Sequence[bytes]]
"""Ruleset and units to the codes of the set, its criteria and its indicators, one a unit, in printed order."""


def scalar(ruleset: Ruleset, units: Sequence[Facts]) -> Sequence[bytes]:
    """Work out the outcome codes alone, which all others are compared with."""
    return [outcome_codes(ruleset, check_facts(ruleset, facts)) for facts in units]


def verdict(ruleset: Ruleset, units: Sequence[Facts]) -> Sequence[bytes]:
    """Read off what a verdict says on each level."""
    return [_said(assess(ruleset, facts)) for facts in units]


def explained(ruleset: Ruleset, units: Sequence[Facts]) -> Sequence[bytes]:
    """Read off the explained tree of each indicator, worked up to the set again."""
    return [_worked_up(assess(ruleset, facts), lambda tree: tree.outcome) for facts in units]


def leaves(ruleset: Ruleset, units: Sequence[Facts]) -> Sequence[bytes]:
    """Read off the leaves of the explained trees, worked up to the set again."""
    return [_worked_up(assess(ruleset, facts), _code) for facts in units]


def texts(ruleset: Ruleset, units: Sequence[Facts]) -> Sequence[bytes]:
    """Run the scalar engine on facts written as texts."""
    inputs = ruleset.inputs()
    return scalar(ruleset, [{n: _text(v) if inputs[n].type.numeric else v for n, v in f.items()} for f in units])


def canonical(ruleset: Ruleset, units: Sequence[Facts]) -> Sequence[bytes]:
    """Run the scalar engine on the ruleset read back from its canonical JSON."""
    return scalar(_read_back(ruleset), units)


@kept
def _read_back(ruleset: Ruleset) -> Ruleset:
    return from_canonical(to_canonical(ruleset))


def live(ruleset: Ruleset, units: Sequence[Facts], engine: str | None = None) -> Sequence[bytes]:
    """Run a live session that takes the facts of one unit after another, one by one."""
    found: list[bytes] = []
    with Session(ruleset, engine=engine) as session:
        for facts in units:
            session.set_many(dict.fromkeys(session.facts))
            for name, value in facts.items():
                session.set(name, value)
            found.append(session.verdict.codes)
    return found


def frame(ruleset: Ruleset, units: Sequence[Facts]) -> Sequence[bytes]:
    """Assess all units at once, as columns in memory."""
    import numpy as np

    facts = ruleset.inputs()
    columns: dict[str, typing.Any] = {"_": np.arange(len(units))}
    for name in dict.fromkeys(name for unit in units for name in unit if name in facts):
        values = [unit.get(name) for unit in units]
        if facts[name].type.numeric:
            columns[name] = np.array([math.nan if value is None else float(value) for value in values])
        else:
            columns[name] = np.array(values, object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        found = assess_frame(ruleset, columns, keep=("_",))
    names = [name for name in wide_names(ruleset) if name == "outcome" or name.startswith(("criterion_", "indicator_"))]
    return [bytes(int(found[name][row]) for name in names) for row in range(len(units))]


ENGINES: dict[str, Engine] = {
    "scalar": scalar,
    "verdict": verdict,
    "explained": explained,
    "leaves": leaves,
    "texts": texts,
    "canonical": canonical,
    "live": live,
}
if all(map(importlib.util.find_spec, ("narwhals", "numpy", "polars", "pyarrow"))):
    ENGINES["frame"] = frame
"""By name; an engine that comes later is added here and joins the law."""


def agreement(subject: Subject, communes: Sequence[Commune], engines: Mapping[str, Engine] | None = None) -> None:
    """Check that every engine gives the same outcome on every level.

    Raises:
        LawBroken: with the facts.
    """
    ruleset = subject.ruleset
    engines = ENGINES if engines is None else engines
    expected = scalar(ruleset, communes)
    for name, engine in engines.items():
        for commune, mine, theirs in zip(communes, expected, engine(ruleset, communes), strict=True):
            for n, (a, b) in enumerate(zip(mine, theirs, strict=True)):
                if a != b:
                    place = place_of(ruleset, n)
                    one, other = Outcome(a).code, Outcome(b).code
                    found = Message("law.engine", place=named(place), one=one, other=other, engine=name)
                    subject.broken("agreement", place, found, commune)


def _said(verdict: Verdict) -> bytes:
    criteria = [c.outcome for c in verdict.criteria.values()]
    return bytes([verdict.outcome, *criteria, *(i.outcome for i in verdict.indicators.values())])


def _worked_up(verdict: Verdict, code_of: Callable[[Evaluated], int]) -> bytes:
    found: list[int] = []
    criteria: list[int] = []
    for criterion in verdict.criteria.values():
        own: list[int] = []
        for result in criterion.indicators.values():
            code = code_of(result.tree)
            own.append(code if result.applies is None else guarded(code_of(result.applies), code))
        criteria.append(joined(criterion.criterion.needed, own))
        found += own
    return bytes([joined(verdict.ruleset.needed, criteria), *criteria, *found])


def _code(node: Evaluated) -> int:
    if not isinstance(node, Connective):
        return node.outcome
    codes = [_code(member) for member in node.members]
    match node.kind:
        case "not":
            return negation_of(codes[0])
        case "all":
            return all_of(codes)
        case "any" | "at_least_n":
            return at_least_of((node.short or 0) + [m.outcome for m in node.members].count(Outcome.MET), codes)
        case _:
            typing.assert_never(node.kind)


def _text(value: FactValue) -> FactValue:
    """Return the value as a text of plain digits; a float that no text of a fact may say stays."""
    exact = number(value)
    short = len(exact.normalize().as_tuple().digits) <= MAX_DIGITS and abs(exact.adjusted()) < MAX_DIGITS
    return format(exact, "f") if short else value
