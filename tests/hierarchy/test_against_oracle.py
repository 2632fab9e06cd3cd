"""Made-up hierarchies against a second implementation that counts in the plainest way."""

import datetime as dt
import typing
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import ntm_rules as ntm
from hierarchy.country import ON, Facts, Units, country

M, N, U, A = "met", "not_met", "undetermined", "not_applicable"
STATES: dict[str, dict[str, typing.Any]] = {
    M: {"planned": True, "income": 60},
    N: {"planned": True, "income": 30},
    U: {"planned": True},
}

Commune = tuple[str, bool | None, int | None]
"""What is found, whether it is recognised, its orchards."""

communes = st.tuples(st.sampled_from([M, N, U]), st.sampled_from([True, False, None]), st.none() | st.integers(0, 3))
districts = st.tuples(st.lists(communes, max_size=4), st.lists(st.sampled_from([True, False, None]), max_size=2))
provinces = st.lists(districts, min_size=1, max_size=4)


def share(states: list[str], percent: int, empty: str = U) -> str:
    """Share >= percent of those that are not decided otherwise, by the rows of the truth table."""
    met, undecided, whole = states.count(M), states.count(U), len(states)
    if whole == 0:
        return empty
    least = Fraction(percent, 100) * whole
    return M if met >= least else N if met + undecided < least else U


def both(states: typing.Iterable[str]) -> str:
    found = set(states)
    return N if N in found else U if U in found else M if M in found else A


def passes(commune: Commune, by: str, with_acts: bool) -> str:
    found, act, _ = commune
    recognised = {True: M, False: N, None: N if with_acts else U}[act]
    if by == "act":
        return recognised
    if by == "finding":
        return found
    return M if M in (found, recognised) else N if found == recognised == N else U


def district_outcome(
    inside: tuple[list[Commune], list[bool | None]], by: str, least: int, with_acts: bool, townships_listed: bool
) -> str:
    here, townships = inside
    if not here:
        orchards = U
    else:
        known = [o for _, _, o in here if o is not None]
        orchards = (M if sum(known) >= 3 else N) if len(known) == len(here) else U
    great = [both([passes(c, "either", with_acts), c[0]]) for c in here]
    count = M if M in great else U if U in great else N
    civil = [{True: M, False: N, None: U}[t] for t in townships]
    return both(
        [
            share([passes(c, by, with_acts) for c in here], least),
            count,
            share(civil, 100, A) if townships_listed else U,
            M if here else U,  # every commune has the satisfaction asked for
            orchards,
        ]
    )


LIBRARIES: dict[tuple[str, int], ntm.Library] = {}


@given(
    province=provinces,
    by=st.sampled_from(["act", "finding", "either"]),
    least=st.sampled_from([0, 33, 50, 100]),
    with_acts=st.booleans(),
)
def test_every_outcome_is_that_of_the_plain_count(
    tmp_path_factory: pytest.TempPathFactory,
    province: list[tuple[list[Commune], list[bool | None]]],
    by: str,
    least: int,
    with_acts: bool,
) -> None:
    assume(any(here for here, _ in province))  # a table without a single commune gives nothing to take
    if (by, least) not in LIBRARIES:
        LIBRARIES[by, least] = country(tmp_path_factory.mktemp("country"), share=str(least), by=by)
    units: Units = [{"unit": "bac", "level": "province"}]
    facts: Facts = {"bac": {"scheme": True}}
    acts = []
    for d, (here, townships) in enumerate(province):
        units.append({"unit": f"d{d}", "level": "district", "parent": "bac"})
        for c, (found, recognised, orchards) in enumerate(here):
            unit = f"d{d}c{c}"
            units.append({"unit": unit, "level": "commune", "parent": f"d{d}"})
            facts[unit] = STATES[found] | {"happy": 80} | ({} if orchards is None else {"orchards": orchards})
            if with_acts and recognised is not None:
                kind = ntm.law.ActKind.RECOGNISED if recognised else ntm.law.ActKind.WITHDRAWN
                acts.append(ntm.law.Act(kind, unit, "commune/one", None, dt.date(2023, 1, 1)))
            elif recognised is not None:
                facts[unit]["recognised_one"] = recognised
        for t, civil in enumerate(townships):
            units.append({"unit": f"d{d}t{t}", "level": "township", "parent": f"d{d}"})
            facts[f"d{d}t{t}"] = {} if civil is None else {"civil": civil}
    hierarchy = ntm.levels.assess(LIBRARIES[by, least], units, facts, on=ON, acts=acts if with_acts else None)
    listed = any(townships for _, townships in province)
    expected = [district_outcome(inside, by, least, with_acts, listed) for inside in province]
    assert [hierarchy.verdicts[f"d{d}"]["district/one"].outcome.code for d in range(len(province))] == expected
    top = hierarchy.verdicts["bac"]["province/one"]
    everyone = [c[0] for here, _ in province for c in here]
    assert {no: i.outcome.code for no, i in top.indicators.items()} == {
        "1": share(expected, 100),
        "2": share(everyone, 50),
        "3": M,
    }
