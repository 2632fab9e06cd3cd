"""The laws that hold for every ruleset, and how to ask for them.

    from ntm_rules.testing.laws import LAWS, Subject, prove

    for law in LAWS:
        prove(law, Subject(ruleset, library))

Each law is also a plain function that raises ``LawBroken`` for concrete facts, to be called in tests of one's own.
"""

from collections.abc import Callable, Mapping

from attrs import frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from ntm_rules._public import public
from ntm_rules.testing.assessing_laws import knowing_more, monotonicity, order_independence
from ntm_rules.testing.composing_laws import CELL_CHANGES, composing, has_library, hashing, rewritten
from ntm_rules.testing.engines import ENGINES, agreement
from ntm_rules.testing.explaining_laws import explanation, turning
from ntm_rules.testing.strategies import changes, facts, overlays, passing_facts
from ntm_rules.testing.subject import LawBroken, Subject
from ntm_rules.testing.threshold_laws import boundaries
from ntm_rules.testing.tier_laws import has_overlay, has_tiers, province_implies_nation, tier_ladder

__all__ = [
    "ENGINES",
    "LAWS",
    "PROFILES",
    "Law",
    "LawBroken",
    "Subject",
    "agreement",
    "boundaries",
    "composing",
    "explanation",
    "hashing",
    "knowing_more",
    "monotonicity",
    "order_independence",
    "prove",
    "province_implies_nation",
    "rewritten",
    "tier_ladder",
    "turning",
]

Strategies = tuple[st.SearchStrategy[object], ...]


@public("testing")
@frozen
class Law:
    """A law with what it takes to try it.

    Attributes:
        name: as the plugin and allow files write it.
        check: raises ``LawBroken``; takes the subject and what was drawn.
        draws: the strategies of what is drawn; none where the law goes through everything by itself.
        about: whether the law says anything about a subject.
    """

    name: str
    check: Callable[..., None]
    draws: Callable[[Subject], Strategies] = lambda _: ()
    about: Callable[[Subject], bool] = lambda _: True


def _every() -> st.SearchStrategy[int]:
    return st.integers(1, 5)


_WHATS = ("value", "operator", "unit", *(what for what in CELL_CHANGES if what != "value"))

LAWS: tuple[Law, ...] = (
    Law("monotonicity", monotonicity, lambda s: (facts(s.ruleset), _every(), st.integers(0, 4))),
    Law("knowing-more", knowing_more, lambda s: (facts(s.ruleset), _every())),
    Law("order", order_independence, lambda s: (facts(s.ruleset),)),
    Law("explanation", explanation, lambda s: (facts(s.ruleset), changes(s.ruleset))),
    Law("turning", turning),
    Law("boundaries", boundaries),
    Law("agreement", agreement, lambda s: (st.lists(facts(s.ruleset), min_size=1, max_size=2),)),
    Law("tier-ladder", tier_ladder, lambda s: (passing_facts(s.ruleset) | facts(s.ruleset),), has_tiers),
    Law(
        "province-implies-nation",
        province_implies_nation,
        lambda s: (facts(s.ruleset), st.integers(0, 99)),
        has_overlay,
    ),
    Law("composing", composing, lambda s: (overlays(s.ruleset),), has_library),
    Law("hashing", hashing, lambda _: (st.integers(0, 99), st.sampled_from(_WHATS))),
)
"""Every law that is asked of a single ruleset."""

_COMMON = settings(
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

PROFILES: Mapping[str, settings] = {
    "quick": settings(_COMMON, max_examples=6, derandomize=True),
    "full": settings(_COMMON, max_examples=300),
}
"""``quick`` tries the same every time, in a second or so a ruleset; ``full`` tries more, and not the same each time."""


def prove(law: Law, subject: Subject, profile: str = "quick") -> None:
    """Try a law on a ruleset; what fails is shrunk.

    Raises:
        LawBroken: with the smallest facts found.
    """
    if not law.about(subject):
        return
    drawn = law.draws(subject)
    if not drawn:
        law.check(subject)
        return

    @PROFILES[profile]
    @given(st.tuples(*drawn))
    def check(case: tuple[object, ...]) -> None:
        law.check(subject, *case)

    try:
        check()
    except HypothesisException as error:
        raise RuntimeError(f"{law.name} could not be tried on {subject!r}: {error}") from error
