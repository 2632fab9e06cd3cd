"""Strategies of hypothesis: communes for a ruleset, rulesets, overlays.

Communes begin with one that passes, and are changed from there, so that a failing example shrinks to what matters
and prints so: ``everything met but income_per_capita 44.9``.
"""

from hypothesis import assume
from hypothesis import strategies as st

from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import indicators
from ntm_rules.testing.bench import Bench, bench_of
from ntm_rules.testing.communes import Commune, Setting, changed_by
from ntm_rules.testing.generated import overlays, rulesets

__all__ = ["changes", "facts", "nearly_passing", "overlays", "passing_facts", "rulesets"]

_MANY = 30


def changes(ruleset: Ruleset) -> st.SearchStrategy[list[Setting]]:
    """Draw a few changes of single facts, now and then many."""
    every = bench_of(ruleset).choices.every
    if not every:
        return st.just([])
    one = st.sampled_from(every)
    return st.one_of(st.lists(one, max_size=6), st.lists(one, min_size=_MANY, max_size=4 * _MANY))


def facts(ruleset: Ruleset) -> st.SearchStrategy[Commune]:
    """Draw valid facts, missing ones among them.

    Beside every threshold of every column: just below, at, just above; as figures and as part and whole; every level,
    value, yes and no; every column of every table.
    """
    return _facts(bench_of(ruleset))


@st.composite
def _facts(draw: st.DrawFn, bench: Bench) -> Commune:
    passing = bench.passing(draw(st.sampled_from(bench.columns())))
    return bench.commune(changed_by(passing, draw(changes(bench.ruleset))), passing)


def passing_facts(ruleset: Ruleset) -> st.SearchStrategy[Commune]:
    """Facts with which every indicator that can be met is met, in any column, with changes that leave it so.

    What pending and delegated cells leave open stays open.
    """
    return _passing_facts(bench_of(ruleset))


@st.composite
def _passing_facts(draw: st.DrawFn, bench: Bench) -> Commune:
    passing = bench.passing(draw(st.sampled_from(bench.columns())))
    if not passing.met:
        passing = bench.passing()
    return _kept(bench, passing, draw(changes(bench.ruleset)))


def _kept(bench: Bench, passing: Commune, changed: list[Setting]) -> Commune:
    """Return the commune with those changes that change no outcome."""
    found, codes = passing, bench.codes(passing)
    for setting in changed:
        tried = bench.commune(setting.on(found), passing)
        if bench.codes(tried) == codes:
            found = tried
    return found


def nearly_passing(ruleset: Ruleset, k: int = 1) -> st.SearchStrategy[Commune]:
    """Facts that pass but for *k* indicators, each missed by as little as possible.

    An indicator that one fact alone cannot fail (two of three, either of two) is not among them.

    Raises:
        ValueError: the set has fewer than *k* indicators that can be missed.
    """
    bench = bench_of(ruleset)
    numbers = [i.no for _, i in indicators(ruleset)]
    codes = bench.codes(bench.passing())[bench.first :]
    candidates = [no for no, code in zip(numbers, codes, strict=True) if code == Outcome.MET]
    if len(candidates) < k:
        raise ValueError(f"only {len(candidates)} indicators of `{ruleset.id}` can be missed, not {k}")
    return _nearly_passing(bench, candidates, k)


@st.composite
def _nearly_passing(draw: st.DrawFn, bench: Bench, candidates: list[str], k: int) -> Commune:
    missed = draw(st.lists(st.sampled_from(candidates), min_size=k, max_size=k, unique=True))
    settings = [setting for no in missed if (setting := bench.failing(no)) is not None]
    found = bench.commune(changed_by(bench.passing(), settings))
    assume(bench.codes(found)[bench.first :].count(Outcome.NOT_MET) == k)
    return found
