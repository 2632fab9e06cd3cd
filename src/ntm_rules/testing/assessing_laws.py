"""Laws about one ruleset and changing facts: better facts, more facts, facts and rules in another order."""

from collections.abc import Iterator, Mapping

from attrs import evolve

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.conditions import Condition, SumOf
from ntm_rules.model.facts import Direction, FactType
from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import FactValue, IndicatorResult
from ntm_rules.model.rewrite import Criteria, members, with_members
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import facts_of_derived, with_prerequisites
from ntm_rules.testing.bench import Bench, bench_of
from ntm_rules.testing.communes import Commune, number
from ntm_rules.testing.subject import Subject, named, place_of
from ntm_rules.verdict.verdict import Verdict, assess

_STEPS = 12
_RANK = (0, 2, 1, 2)


# -- monotonicity ---------------------------------------------------------------------------------


def monotonicity(subject: Subject, commune: Commune, every: int, first: int) -> None:
    """Check that improving a fact in its declared direction worsens no outcome, as long as the same is asked.

    Args:
        every, first: which of the commune's facts improve together: one in *every*, from *first* on.

    Raises:
        LawBroken: with the two communes, between which one fact improves.
    """
    bench = bench_of(subject.ruleset)
    ways = dict(_ways(bench, commune))
    selecting = set(bench.selecting())
    together = [name for name in ways if name not in selecting][first % every :: every]
    alone = [[name] for name in ways if name in selecting][first % every :: every]
    for names in [together, *alone]:
        before, codes = None, b""
        for step in range(_STEPS + 1):
            chosen = {name: ways[name][step * (len(ways[name]) - 1) // _STEPS] for name in names}
            after = bench.commune({**commune, **chosen}, commune)
            reached = bench.codes(after)
            if before is not None and _worse(codes, reached):
                _judge_steps(subject, before, after)
            before, codes = after, reached


def _ways(bench: Bench, commune: Commune) -> Iterator[tuple[str, list[FactValue]]]:
    """Yield the facts that can improve, each with its values from the worst to the best.

    A share given as part and whole improves by its part; a whole has no better way of its own, nor has what is
    undecided: with less of it more is decided, either way. Nor has what enters a sum of which nothing is better, such
    as the figure of the year before in a fall.
    """
    choices = bench.choices
    still = choices.undecided.union(ratio.whole for _, ratio in choices.ratios)
    still |= set(_of_no_direction(bench.ruleset))
    still |= {ratio.part for fact, ratio in choices.ratios if fact.id in still}
    directions = {name: fact.direction for name, fact in choices.inputs.items()}
    for fact, ratio in choices.ratios:
        if ratio.part in commune and ratio.whole in commune:
            directions[ratio.part] = fact.direction
    for name in commune:
        direction, fact = directions[name], choices.inputs[name]
        if direction is Direction.NEITHER or fact.type is FactType.CATEGORY or name in still:
            continue
        values = list(choices.values(name))
        if fact.type is FactType.BOOLEAN:
            values.sort()
        elif fact.type.numeric:
            values.sort(key=number)
        yield name, values if direction is Direction.MORE else values[::-1]


def _of_no_direction(ruleset: Ruleset) -> Iterator[str]:
    """Yield the facts that are added up to something of which neither more nor less is better."""
    for asked in with_prerequisites(ruleset):
        for derived in asked.derived:
            if isinstance(derived.rule, SumOf) and derived.fact.direction is Direction.NEITHER:
                yield from facts_of_derived(derived)


def _worse(before: bytes, after: bytes) -> list[int]:
    """Return the places at which an outcome became worse: not met < undetermined < met, not applicable."""
    return [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if _RANK[b] < _RANK[a]]


def _judge_steps(subject: Subject, before: Commune, after: Commune) -> None:
    """Improve one fact after the other, and judge each step that makes something worse, the plainest commune first."""
    bench, now = bench_of(subject.ruleset), before
    for name in [n for n in after if after[n] != before.get(n)]:
        then = bench.commune({**now, name: after[name]}, before)
        if _worse(bench.codes(now), bench.codes(then)):
            usual = {**now.usual, **{n: v for n, v in now.items() if n in bench.selecting()}}
            plain = [bench.commune({**usual, name: facts[name]}, before) for facts in (now, then)]
            _judge(subject, name, *plain)
            _judge(subject, name, now, then)
        now = then


def _judge(subject: Subject, name: str, before: Commune, after: Commune) -> None:
    """Raise if an outcome is worse after than before, and the same was asked."""
    ruleset, bench = subject.ruleset, bench_of(subject.ruleset)
    worse = _worse(bench.codes(before), bench.codes(after))
    mine, theirs = assess(ruleset, before), assess(ruleset, after)
    asked = {no: _asked(i) == _asked(theirs.indicators[no]) for no, i in mine.indicators.items()}
    numbers = [n for n in worse if n >= bench.first]
    for n in numbers or worse:
        place = place_of(ruleset, n)
        if not asked.get(place, all(asked.values())):
            continue
        found = Message(
            "law.worse",
            place=named(place),
            before=Outcome(mine.codes[n]).code,
            after=Outcome(theirs.codes[n]).code,
            fact=name,
            old=before.get(name),
            new=after.get(name),
        )
        subject.broken("monotonicity", place, found, before, after)


def _asked(result: IndicatorResult) -> tuple[object, ...]:
    """Return what was asked of the unit: the columns used, whether the indicator applies, prerequisites included."""
    trees = [result.tree] if result.applies is None else [result.applies, result.tree]
    found: list[object] = [None if result.applies is None else result.applies.outcome]
    for tree in trees:
        for leaf in tree.leaves():
            found.append((leaf.address, leaf.columns, leaf.cell))
            if leaf.prerequisite is not None:
                found += [_asked(inner) for inner in leaf.prerequisite.indicators.values()]
    return tuple(found)


# -- knowing more ---------------------------------------------------------------------------------


def knowing_more(subject: Subject, commune: Commune, blocks: int) -> None:
    """Check that filling in a missing fact changes nothing that was decided; it may decide what was undetermined.

    What is undecided is known from the beginning: where it is not given, nothing is.

    Args:
        blocks: in how many steps the facts become known.

    Raises:
        LawBroken: with the two communes, between which one fact became known.
    """
    bench = bench_of(subject.ruleset)
    undecided = {name: commune[name] for name in commune if name in bench.choices.undecided}
    names = [name for name in commune if name not in undecided]
    before, codes = None, b""
    for block in range(blocks + 1):
        known = {n: commune[n] for place, n in enumerate(names) if place % blocks < block}
        after = bench.commune({**undecided, **known}, commune)
        reached = bench.codes(after)
        if before is not None and _contradicts(codes, reached):
            _find_contradiction(subject, before, after)
        before, codes = after, reached


def _contradicts(before: bytes, after: bytes) -> list[int]:
    return [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a not in (b, Outcome.UNDETERMINED)]


def _find_contradiction(subject: Subject, before: Commune, after: Commune) -> None:
    bench, now = bench_of(subject.ruleset), before
    for name in [n for n in after if n not in before]:
        then = bench.commune({**now, name: after[name]}, before)
        mine, theirs = bench.codes(now), bench.codes(then)
        for n in _contradicts(mine, theirs):
            place = place_of(subject.ruleset, n)
            was, is_ = Outcome(mine[n]).code, Outcome(theirs[n]).code
            found = Message("law.known", place=named(place), before=was, after=is_, fact=name, value=after[name])
            subject.broken("knowing-more", place, found, now, then)
        now = then


# -- order ----------------------------------------------------------------------------------------


def order_independence(subject: Subject, commune: Commune) -> None:
    """Check that the order of facts, and of members, indicators and criteria, changes no outcome.

    Raises:
        LawBroken: with the facts.
    """
    ruleset = subject.ruleset
    verdict = assess(ruleset, commune)
    if assess(ruleset, dict(reversed(commune.items()))).codes != verdict.codes:
        subject.broken("order", "", Message("law.facts_order"), commune)
    turned = assess(turned_around(ruleset), commune)
    mine, theirs = _outcomes(verdict), _outcomes(turned)
    for place, outcome in mine.items():
        if theirs[place] is not outcome:
            found = Message("law.order", place=named(place), one=outcome.code, other=theirs[place].code)
            subject.broken("order", place, found, commune)


def _outcomes(verdict: Verdict) -> Mapping[str, Outcome]:
    numbers = range(len(verdict.codes))
    return {place_of(verdict.ruleset, n): Outcome(verdict.codes[n]) for n in numbers}


@kept
def turned_around(ruleset: Ruleset) -> Ruleset:
    """Return the same set with members, indicators and criteria in reverse order."""
    turned = evolve(ruleset, criteria=_turned(ruleset.criteria))
    bench_of(turned)
    return turned


def _turned(criteria: Criteria) -> Criteria:
    return tuple(
        evolve(
            criterion,
            indicators=tuple(evolve(i, require=_reversed(i.require)) for i in reversed(criterion.indicators)),
        )
        for criterion in reversed(criteria)
    )


def _reversed(condition: Condition) -> Condition:
    return with_members(condition, [_reversed(member) for member in reversed(members(condition))])
