"""Figures that contradict each other by what they mean: read from the catalogue, refused naming all of them."""

from pathlib import Path

import polars as pl
import pytest

import ntm_rules as ntm
from oracle import bad_facts
from unit.small import BASE, FACTS, changed, load, problems

PEOPLE = """\
  poor_share: {title: {vi: Nghèo, en: Poor}, type: percent, consistency: {at_most: [needy_share]}}
  needy_share: {title: {vi: Khó, en: Needy}, type: percent, ratio: {part: needy, whole: households}}
  poor: {title: {vi: Hộ nghèo, en: Poor}, type: count, unit: million, consistency: {part_of: [needy]}}
  needy: {title: {vi: Hộ khó, en: Needy}, type: count, unit: million}
  men: {title: {vi: Nam, en: Men}, type: count, unit: million}
  women: {title: {vi: Nữ, en: Women}, type: count, unit: million}
  people: {title: {vi: Dân, en: People}, type: count, unit: million, consistency: {sum_of: [men, women]}}
"""
NAMES = ("poor_share", "needy_share", "poor", "needy", "men", "women", "people")
READ = BASE + "".join(
    f"  - {{no: '{n}', title: {{vi: a, en: b}}, indicators: [{{no: '{n}', title: {{vi: a, en: b}}, "
    f"require: {{fact: {name}, at_least: '10', evidence: official}}}}]}}\n"
    for n, name in enumerate(NAMES, 11)
)

CASES: dict[str, tuple[dict[str, object], set[str]]] = {
    "a part of": ({"poor": 9, "needy": 9}, set()),
    "more than it is part of": ({"poor": 10, "needy": 9}, {"poor", "needy"}),
    "shares that differ by rounding": ({"poor_share": 50, "needy_share": 49}, set()),
    "shares that differ by more": ({"poor_share": "50.00001", "needy_share": 49}, {"poor_share", "needy_share"}),
    "beside a share by its parts": ({"poor_share": 50, "needy": 48, "households": 100}, {"poor_share"}),
    "beside a share by its parts that is near": ({"poor_share": 50, "needy": 98, "households": 200}, set()),
    "beside a share of nothing": ({"poor_share": 50, "needy": 0, "households": 0}, set()),
    "beside a share given with its parts": (
        {"poor_share": 50, "needy_share": 48, "needy": 48, "households": 100},
        {"poor_share"},
    ),
    "beside a share whose part is bad": (
        {"poor_share": 50, "needy_share": 20, "needy": 200, "households": 100},
        {"needy"},
    ),
    "a share whose part contradicts another": (
        {"poor": 10, "needy": 9, "households": 100, "needy_share": 50},
        {"poor", "needy"},
    ),
    "a sum": ({"men": 40, "women": 60, "people": 100}, set()),
    "less than a sum": ({"men": 40, "women": 60, "people": 99}, {"men", "women", "people"}),
    "more than a sum": ({"men": 40, "women": 60, "people": 101}, {"men", "women", "people"}),
    "one part alone": ({"women": 60, "people": 60}, set()),
    "one part alone, above the whole": ({"women": 61, "people": 60}, {"women", "people"}),
    "without the whole": ({"men": 40, "women": 60}, set()),
    "in two ways": (
        {"poor": 10, "needy": 9, "men": 2, "women": 1, "people": 9},
        {"poor", "needy", "men", "women", "people"},
    ),
    "bad by itself": ({"poor": 10, "needy": -1}, {"needy"}),
    "its whole contradicts another": ({"poor": 10, "needy": 9, "households": 5}, {"poor", "needy"}),
}


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> ntm.Ruleset:
    folder = tmp_path_factory.mktemp("consistency") / "rules"
    return load(folder, facts_yaml=FACTS + PEOPLE, ntm_yaml=READ).compose(
        "commune/ntm", on="2024-07-02", province="bac"
    )


@pytest.mark.parametrize(("facts", "bad"), CASES.values(), ids=CASES.keys())
def test_what_contradicts_is_named(ruleset: ntm.Ruleset, facts: dict[str, object], bad: set[str]) -> None:
    assert bad_facts(ruleset, facts) == bad
    found: set[str] = set()
    try:
        ntm.assess(ruleset, facts)
    except ntm.FactError as error:
        found = {problem.fact for problem in error.problems}
    assert found == bad


@pytest.mark.filterwarnings("ignore::ntm_rules.frames.MissingColumns")
@pytest.mark.parametrize(("facts", "bad"), CASES.values(), ids=CASES.keys())
def test_nothing_is_known_of_it_in_a_frame(ruleset: ntm.Ruleset, facts: dict[str, object], bad: set[str]) -> None:
    """In memory each row is looked at again; a lazy frame is asked alone."""
    columns = {name: [None if facts.get(name) is None else float(str(facts[name]))] for name in (*NAMES, "households")}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Float64))
    outcomes = [f"indicator_{no}" for no in range(11, 18)]
    for given in (frame, frame.lazy()):
        found = ntm.frames.assess(ruleset, given, on_bad="mark")
        row = (found.collect() if isinstance(found, pl.LazyFrame) else found).row(0, named=True)
        verdict = ntm.assess(ruleset, facts, on_bad="mark")
        assert row["bad_facts"] == len(bad)
        assert [row[name] for name in outcomes] == [verdict.indicators[name[10:]].outcome for name in outcomes]


def test_all_are_said_with_their_values(ruleset: ntm.Ruleset) -> None:
    with pytest.raises(ntm.FactError) as raised:
        ntm.assess(ruleset, {"men": 40, "women": 60, "people": 99}, unit="A")
    assert raised.value.problems[0].text("en") == (
        "unit `A`, fact `men`: got `40`, expected `men = 40`, `women = 60` together to be `people = 99`; "
        "correct the one that is wrong, or leave it out"
    )
    assert "`men = 40`, `women = 60` cộng lại bằng `people = 99`" in raised.value.problems[2].text("vi")


def test_what_a_set_does_not_read_is_compared_too(tmp_path: Path) -> None:
    unread = load(tmp_path / "rules", facts_yaml=FACTS + PEOPLE).compose("commune/ntm", on="2024-07-02", province="bac")
    with pytest.raises(ntm.FactError) as raised:
        ntm.assess(unread, {"poor": 10, "needy": 9})
    assert {problem.fact for problem in raised.value.problems} == {"poor", "needy"}


def test_a_live_session_refuses_what_contradicts_what_it_holds(ruleset: ntm.Ruleset) -> None:
    session = ntm.live.Session(ruleset)
    session.set_many({"needy": 9, "women": 60})
    with pytest.raises(ntm.FactError, match="`poor = 10`"):
        session.set_many({"poor": 10})
    session.set_many({"poor": 9, "people": 60})
    with pytest.raises(ntm.FactError, match="together"):
        session.set_many({"men": 1})
    assert session.facts == {"needy": 9, "women": 60, "poor": 9, "people": 60}


def test_it_is_in_no_hash(ruleset: ntm.Ruleset, tmp_path: Path) -> None:
    plain = FACTS + PEOPLE.replace("consistency: {part_of: [needy]}", "direction: neither")
    other = load(tmp_path / "rules", facts_yaml=plain, ntm_yaml=READ)
    assert other.compose("commune/ntm", on="2024-07-02", province="bac").content_hash == ruleset.content_hash


def test_it_is_public(ruleset: ntm.Ruleset) -> None:
    assert ruleset.inputs()["people"].consistency == ntm.law.Consistency(sum_of=("men", "women"))
    assert ruleset.inputs()["men"].consistency is None


def test_what_to_ask_next_knows_what_can_still_be(ruleset: ntm.Ruleset) -> None:
    """Of 8 that are needy at most 8 can be poor: 10 of them would be needed."""
    asked = ntm.relevant_facts(ntm.assess(ruleset, {"needy": 8}), "13").facts
    assert asked == ("poor",)  # that it is missing leaves the outcome open
    whole = ntm.relevant_facts(ntm.assess(ruleset, {"men": 4, "people": 9}), "16")
    assert whole.facts == ("women",)


NEEDY = "{title: {vi: Hộ khó, en: Needy}, type: count, unit: million"
CIRCLE = f"{NEEDY}, consistency: {{part_of: [poor]}}}}"
PARTS, UNKNOWN = "ratio: {part: men, whole: households}", "fact.unknown"
KIND = "fact.consistency"
WRONG = [
    ("an unknown fact", "part_of: [needy]", "part_of: [nedy]", UNKNOWN, "`needy`"),
    ("a percentage as a part", "part_of: [needy]", "part_of: [needy_share]", KIND, "cannot be compared"),
    ("a count and a number", "part_of: [needy]", "at_most: [income]", KIND, "cannot be compared"),
    ("counts of two units", "Men}, type: count, unit: million", "Men}, type: count, unit: percent", KIND, "`men`"),
    ("a count below 0", "en: Men}, type: count", "en: Men}, minimum: '-1', type: count", KIND, "`men`"),
    ("a sum of one", "sum_of: [men, women]", "sum_of: [men]", KIND, "two other facts"),
    ("a mean of itself", "sum_of: [men, women]", "mean_of: [people, women]", KIND, "percentages"),
    ("a mean of one", "part_of: [needy]", "mean_of: [needy]", KIND, "two other facts"),
    ("a sum of one twice", "sum_of: [men, women]", "sum_of: [men, men]", "value.twice", "`men`"),
    ("shares by other parts", "percent, consistency", f"percent, {PARTS}, consistency", KIND, "compared too"),
    ("a circle", f"{NEEDY}}}", CIRCLE, KIND, "`poor` is at most itself"),
    ("a key that is none", "part_of: [needy]", "partof: [needy]", "key.unknown", "`part_of`"),
]


@pytest.mark.parametrize(("old", "new", "code", "said"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_catalogue_is_told_of(tmp_path: Path, old: str, new: str, code: str, said: str) -> None:
    found = problems(tmp_path / "rules", facts_yaml=FACTS + changed(PEOPLE, old, new))
    assert any(each.code == code and said in f"{each.message} {each.hint}" for each in found), found


def test_what_follows_for_a_bad_share_contradicts_nothing(ruleset: ntm.Ruleset) -> None:
    """A share that cannot be read is not put in the place of what its parts say: nothing is known of it."""
    given = {"poor_share": 50, "needy_share": "x", "needy": 10, "households": 100}
    row = ntm.tables.read_facts(given, ruleset, on_bad="mark")
    verdict = ntm.assess(ruleset, row.facts, bad=row.bad, on_bad="mark")
    assert [problem.fact for problem in verdict.bad] == ["needy_share"]
    assert verdict.indicators["11"].outcome is ntm.Outcome.MET
    assert verdict.indicators["12"].outcome is ntm.Outcome.UNDETERMINED
