"""Laws between rulesets: an upper tier and a lower one, a province and the nation."""

from collections.abc import Iterator

from attrs import evolve

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.conditions import All, By, Condition, Meets
from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Indicator, LayerKind, Ruleset
from ntm_rules.model.selectors import Selectors
from ntm_rules.model.thresholds import CellState
from ntm_rules.model.walk import indicators
from ntm_rules.rules.compose.looser import compare_indicators
from ntm_rules.testing.bench import bench_of
from ntm_rules.testing.communes import Commune, Facts
from ntm_rules.testing.subject import Subject
from ntm_rules.verdict.deciding import deciding
from ntm_rules.verdict.verdict import Verdict, assess

_SWEEP = 12

# -- tiers ----------------------------------------------------------------------------------------


def has_tiers(subject: Subject) -> bool:
    """Return True if the set has a prerequisite that every unit has to meet, or a declared lower tier."""
    declared = any(upper == subject.ruleset.id for upper, _ in subject.tiers) and subject.library is not None
    return declared or any(_required(subject.ruleset))


def tier_ladder(subject: Subject, commune: Commune) -> None:
    """Check that who meets a tier meets each prerequisite, and what a declared lower tier asks of shared facts.

    Raises:
        LawBroken: with the facts.
    """
    verdict = assess(subject.ruleset, commune)
    for indicator, meets in _required(subject.ruleset):
        if verdict.indicators[indicator.no].outcome.satisfied and not _shown(meets, commune):
            found = Message("law.prerequisite", no=indicator.no, ruleset=meets.ruleset)
            subject.broken("tier-ladder", indicator.no, found, commune)
    if subject.library is None:
        return
    for upper, lower in subject.tiers:
        if upper == subject.ruleset.id:
            _compare(subject, verdict, _sibling(subject, lower), commune)


def _required(ruleset: Ruleset) -> Iterator[tuple[Indicator, Meets]]:
    """Yield the prerequisites without which an indicator cannot be met."""
    for _, indicator in indicators(ruleset):
        if indicator.applies_if is None:
            for meets in _within(indicator.require):
                if meets.cell.state is CellState.SET:
                    yield indicator, meets


def _within(condition: Condition) -> Iterator[Meets]:
    if isinstance(condition, Meets):
        yield condition
    elif isinstance(condition, All):
        for member in condition.members:
            yield from _within(member)


def _shown(meets: Meets, facts: Facts) -> bool:
    """Return True if the act is recorded or the other set is satisfied, whichever counts."""
    act = meets.recognised is not None and facts.get(meets.recognised) is True
    if not meets.by.finding or meets.resolved is None:
        return act
    found = assess(meets.resolved, _only(meets.resolved, facts)).outcome.satisfied
    return found or (act and meets.by is By.EITHER)


def _only(ruleset: Ruleset, facts: Facts) -> dict[str, FactValue]:
    inputs = ruleset.inputs()
    return {name: value for name, value in facts.items() if name in inputs}


def _sibling(subject: Subject, other: str) -> Ruleset:
    """Another tier for the same province, day and year."""
    ruleset, library = subject.ruleset, subject.library
    if library is None:
        raise ValueError(other)
    asked = {"province": ruleset.province, "territory": ruleset.territory}
    return library.compose(other, on=ruleset.on, year=ruleset.year, period=ruleset.period, **asked)


def _compare(subject: Subject, upper: Verdict, lower: Ruleset, commune: Commune) -> None:
    """Check that the lower tier finds nothing wanting that only satisfied indicators of the upper tier read."""
    bench = bench_of(upper.ruleset)
    satisfied: set[str] = set()
    other: set[str] = set()
    for result in upper.indicators.values():
        (satisfied if result.outcome.satisfied else other).update(bench.read_by(result.indicator))
    shared = satisfied - other
    verdict = assess(lower, _only(lower, commune))
    for no, result in verdict.indicators.items():
        facts = set(deciding(verdict, result))
        if result.outcome is Outcome.NOT_MET and facts and facts <= shared:
            names = tuple(sorted(facts))
            found = Message("law.tier", lower=lower.id, no=no, upper=upper.ruleset.id, facts=names)
            subject.broken("tier-ladder", no, found, commune)


# -- province and nation --------------------------------------------------------------------------


def has_overlay(subject: Subject) -> bool:
    """Return True if a province's or a caller's layer was applied."""
    own = (LayerKind.OVERLAY, LayerKind.CALLER)
    return subject.library is not None and any(layer.kind in own for layer in subject.ruleset.layers)


def province_implies_nation(subject: Subject, commune: Commune, start: int) -> None:
    """Check that who satisfies an indicator in the province does not fail it by the national set.

    Tried with the commune, and with all its facts at one value after another from the *start*-th on. Where the overlay
    is known to be looser (a warning of composing), or the cell is free, nothing is said.

    Raises:
        LawBroken: with the facts.
    """
    bench, nation = bench_of(subject.ruleset), nation_of(subject)
    theirs = bench_of(nation)
    places = {i.no: n for n, (_, i) in enumerate(indicators(subject.ruleset), bench.first)}
    asked = {i.no: n for n, (_, i) in enumerate(indicators(nation), theirs.first) if i.no in places}
    usual = theirs.passing()
    unread = {name: value for name, value in usual.items() if name not in bench.choices.inputs}
    for tried in (commune, *bench.sweep(commune, start, _SWEEP)):
        own = bench.codes(tried)
        national = theirs.commune({**_only(nation, tried), **unread})
        found = theirs.codes(national)
        for no, n in asked.items():
            if found[n] == Outcome.NOT_MET and Outcome(own[places[no]]).satisfied:
                _judge(subject, no, tried, national)


def _judge(subject: Subject, no: str, commune: Commune, national: Commune) -> None:
    """Raise, unless the overlay is known to be looser there or the cell is free."""
    leaves = assess(nation_of(subject), national).indicators[no].leaves
    if no not in _looser(subject) and not any(leaf.cell is not None and leaf.cell.free for leaf in leaves):
        subject.broken("province-implies-nation", no, Message("law.province", no=no), commune)


@kept
def nation_of(subject: Subject) -> Ruleset:
    """Return the national set of the same day and year for the province's region; the province's own if it has one."""
    ruleset, library = subject.ruleset, subject.library
    if library is None:
        raise ValueError(ruleset.id)
    own = ruleset.layers[0].kind is LayerKind.OWN
    whose = {"province": ruleset.province, "territory": ruleset.territory} if own else {}
    base = library.compose(ruleset.id, on=ruleset.on, year=ruleset.year, period=ruleset.period, **whose)
    return evolve(base, bindings=ruleset.bindings)


@kept
def _looser(subject: Subject) -> set[str]:
    """Return the indicators at which the overlay asks for less, as composing finds and warns."""
    ruleset, nation = subject.ruleset, nation_of(subject)
    facts = {**ruleset.fact_by_id, **nation.fact_by_id}
    derived = {**nation.derived_by_id, **ruleset.derived_by_id}
    selectors = Selectors(facts, derived, dict(ruleset.bindings))
    own = {i.no: i for _, i in indicators(ruleset)}
    pairs = ((i.no, compare_indicators(i, own.get(i.no), selectors)) for _, i in indicators(nation))
    return {no for no, looser in pairs if looser}
