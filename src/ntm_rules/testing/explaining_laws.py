"""Laws about reasons: the facts that decide an outcome are named, they suffice, and they matter."""

import itertools
from collections.abc import Iterator, Sequence

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import CriterionResult, IndicatorResult, LeafResult, RulesetResult
from ntm_rules.model.thresholds import CellState
from ntm_rules.testing.bench import Bench, bench_of
from ntm_rules.testing.communes import Commune, Repertoire, Setting, changed_by
from ntm_rules.testing.subject import Subject, named, place_of
from ntm_rules.verdict.deciding import deciding
from ntm_rules.verdict.verdict import assess

_MAX_TRIES = 400


def explanation(subject: Subject, commune: Commune, changes: Sequence[Setting]) -> None:
    """Check that the facts that decide an outcome keep it, whatever the others become.

    The changes are made one by one, then all together, then whatever picks a column is changed, one thing at a time;
    an outcome that changes has to have lost a deciding fact.

    Raises:
        LawBroken: with the two communes.
    """
    bench, ruleset = bench_of(subject.ruleset), subject.ruleset
    verdict = assess(ruleset, commune)
    levels: list[CriterionResult | IndicatorResult | None] = [None, *verdict.criteria.values()]
    levels += verdict.indicators.values()
    named_by: dict[int, set[str]] = {}
    columns = [Setting(column) for column in bench.columns()]
    for some in [*([change] for change in changes), changes, *([column] for column in columns)]:
        after = bench.commune(changed_by(commune, some), commune)
        touched = _touched(bench.choices, commune, after)
        for n, (was, is_) in enumerate(zip(verdict.codes, bench.codes(after), strict=True)):
            if is_ == was or was == Outcome.UNDETERMINED:
                continue
            if n not in named_by:
                named_by[n] = set(deciding(verdict, levels[n]))
            if not named_by[n] & touched:
                place = place_of(ruleset, n)
                found = Message(
                    "law.unnamed",
                    place=named(place),
                    before=Outcome(was).code,
                    after=Outcome(is_).code,
                    facts=tuple(sorted(touched)),
                )
                subject.broken("explanation", place, found, commune, after)


def _touched(choices: Repertoire, before: Commune, after: Commune) -> set[str]:
    """Return the facts that changed; a share that was given as a figure and now follows from its parts is one."""
    found = {name for name in (*before, *after) if before.get(name) != after.get(name)}
    for fact, ratio in choices.ratios:
        parts = [ratio.part in given and ratio.whole in given for given in (before, after)]
        if parts[0] != parts[1] and fact.id in (*before, *after):
            found.add(fact.id)
    return found


# -- what is named matters ------------------------------------------------------------------------


def turning(subject: Subject) -> None:
    """Check that some change of the facts that decide an indicator turns it, where no cell is missing on the way.

    Searched, not proved: one fact, all of them together, then two. Nothing is said of what the province fixes. Where
    more could have been tried, the indicator is noted in ``subject.undecided``.

    Raises:
        LawBroken: an indicator that nothing turned.
    """
    bench = bench_of(subject.ruleset)
    usual, bound = bench.passing(), dict(subject.ruleset.bindings)
    verdict = assess(subject.ruleset, usual)
    for n, result in enumerate(verdict.indicators.values(), bench.first):
        settled = any(leaf.fact is not None and leaf.fact.id in bound for leaf in result.leaves)
        if result.outcome is Outcome.UNDETERMINED or settled or not _whole(result):
            continue
        facts = deciding(verdict, result)
        tries = _tries(bench, facts)
        same = (result.outcome, Outcome.UNDETERMINED)
        some = itertools.islice(tries, _MAX_TRIES)
        if any(bench.codes(bench.commune(setting.on(usual)))[n] not in same for setting in some):
            continue
        if next(tries, None) is not None:
            subject.undecided.append(("turning", result.no))
        else:
            code = "law.unturned" if facts else "law.unturned/any"
            found = Message(code, facts=tuple(facts), no=result.no, outcome=result.outcome.code)
            subject.broken("turning", result.no, found, usual)


def _whole(result: IndicatorResult) -> bool:
    """Return True if every comparison has a set cell (prerequisites included)."""
    trees = [result.tree] if result.applies is None else [result.applies, result.tree]
    return all(_set(leaf) for tree in trees for leaf in tree.leaves())


def _set(leaf: LeafResult) -> bool:
    if leaf.prerequisite is not None and not _all_set(leaf.prerequisite):
        return False
    return leaf.cell is not None and leaf.cell.state is CellState.SET


def _all_set(verdict: RulesetResult) -> bool:
    return all(_whole(result) for result in verdict.indicators.values())


def _tries(bench: Bench, facts: Sequence[str]) -> Iterator[Setting]:
    """Yield changes of the facts: each one alone, the far ends first; all together; two at a time."""
    alone = {name: _from_both_ends(bench.choices.by_fact[name]) for name in facts}
    longest = max(map(len, alone.values()), default=0)
    for place in range(longest):
        yield from (settings[place] for settings in alone.values() if place < len(settings))
    for place in range(longest):
        for turn in (place, -1 - place):
            yield Setting(tuple(pair for settings in alone.values() for pair in settings[turn % len(settings)].facts))
    for one, other in itertools.combinations([s for settings in alone.values() for s in settings], 2):
        yield Setting((*one.facts, *other.facts))


def _from_both_ends(settings: Sequence[Setting]) -> list[Setting]:
    """Return the settings that give values; last, first, last but one ..."""
    found = [s for s in settings if s.facts[0][1] is not None]
    return [found[n // 2 if n % 2 else -1 - n // 2] for n in range(len(found))]
