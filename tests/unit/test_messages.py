"""The catalogues: every code in both languages and in use, the same places in a sentence; and what a sentence does."""

import ast
import pickle
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

import ntm_rules as ntm
from ntm_rules.difference.changes import Kind
from ntm_rules.difference.compare import NO_FACTS, NOT_REPLAYED
from ntm_rules.difference.trials import PARTS, POINTS, PREREQUISITE, TOO_MANY
from ntm_rules.levels.reconciliation import Agreement
from ntm_rules.messages.catalogue import LANGUAGES, Message, say
from ntm_rules.model.acts import ActKind
from ntm_rules.model.citations import Confidence, Evidence
from ntm_rules.model.conditions import By, Op
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.plans import Aim
from ntm_rules.model.thresholds import CellState
from ntm_rules.programme.rereview import Transition
from ntm_rules.rules.read.aggregates import LEVELS as UNIT_LEVELS
from ntm_rules.units.merger import WhyNot

SOURCE = Path(ntm.__file__).parent
CATALOGUES = {lang: SOURCE / "messages" / "locale" / lang / "LC_MESSAGES" / "ntm_rules.po" for lang in LANGUAGES}

OPS = tuple(op.value for op in Op)
KINDS = tuple(kind.value for kind in Kind)
LEVELS = ("official", "secondary", "recalled", "pending")
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "outcome.": tuple(outcome.code for outcome in Outcome),
    "why.": tuple(code.value for code in ReasonCode),
    "asked.": (*OPS, "yes", "no", "category"),
    "words.by.": ("self", "appraised"),
    "words.evidence.": ("secondary", "recalled"),
    "sheet.by.": tuple(by.value for by in By),
    "sheet.state.": tuple(state.value for state in CellState if state is not CellState.SET),
    "sheet.evidence.": tuple(evidence.value for evidence in Evidence),
    "sheet.confidence.": tuple(confidence.value for confidence in Confidence),
    "sheet.where.": OPS,
    "levels.level.": UNIT_LEVELS,
    "levels.named.": UNIT_LEVELS,
    "levels.act.": tuple(kind.value for kind in ActKind),
    "levels.agreement.": tuple(agreement.value for agreement in Agreement),
    "diff.level.": ("ruleset", "criterion", "indicator"),
    "diff.kind.": KINDS,
    "diff.count.": KINDS,
    "diff.not.": ("looser", "stricter"),
    "diff.why.": (PREREQUISITE, PARTS, POINTS, TOO_MANY, NOT_REPLAYED, NO_FACTS, "members"),
    "units.after.": ("undeclared", "weakest", "restart", "carry-on", "differs", "none"),
    "units.not_merged.": tuple(why.value for why in WhyNot),
    "report.aim.": tuple(aim.value for aim in Aim),
    "report.to.": tuple(transition.value for transition in Transition),
    "report.became.": ("gained", "lost", "recognised", "withdrawn", "added", "gone"),
    "report.level.": ("village", "commune", "district", "town", "special-district", "province"),
    "report.tier_of.": ("ntm", "nang-cao", "kieu-mau", "hien-dai", "special", "completed"),
    "cli.level.": LEVELS,
    "cli.todo.": ("pending", "recalled"),
    "cli.applies.": tuple(outcome.code for outcome in Outcome),
    "cli.node.": ("all", "any", "at_least_n", "not"),
}
"""The codes that the source puts together, as in ``f"units.after.{why}"``: their beginnings, and how they go on."""


def entries(lang: str) -> dict[str, Entry]:
    with CATALOGUES[lang].open("rb") as file:
        return {str(entry.id): entry for entry in read_po(file, locale=lang, abort_invalid=True) if entry.id}


VI, EN = entries("vi"), entries("en")


def strings() -> Iterator[str]:
    """Every text of the source that is no docstring, and the beginning of every f-string."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


STRINGS = frozenset(strings())


def fields(entry: Entry) -> list[tuple[str | None, str | None, str | None]]:
    return sorted((name, spec, how) for _, name, spec, how in string.Formatter().parse(str(entry.string)) if name)


def test_every_code_is_in_both_languages() -> None:
    assert VI.keys() == EN.keys()
    assert list(VI) == list(EN), "in another order"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_a_sentence_that_somebody_has_read(lang: str) -> None:
    assert [code for code, entry in entries(lang).items() if not str(entry.string).strip() or entry.fuzzy] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_code_stands_twice(lang: str) -> None:
    lines = CATALOGUES[lang].read_text(encoding="utf-8").splitlines()
    codes = [line for line in lines if line.startswith("msgid ")]
    assert len(codes) == len(set(codes))


def test_both_languages_have_the_same_places() -> None:
    assert {code: fields(entry) for code, entry in VI.items()} == {code: fields(entry) for code, entry in EN.items()}


def test_a_place_is_a_plain_name() -> None:
    """No attribute, no index, no way of writing: the value is put in as it is."""
    found = [(code, place) for code, entry in EN.items() for place in fields(entry)]
    assert [(code, place) for code, place in found if not str(place[0]).isidentifier() or any(place[1:])] == []


def test_every_code_is_in_use() -> None:
    made = {beginning + end for beginning, ends in FAMILIES.items() for end in ends}
    assert sorted(code for code in EN if code not in STRINGS and code not in made) == []


@pytest.mark.parametrize("beginning", FAMILIES)
def test_every_family_is_complete_and_in_use(beginning: str) -> None:
    assert beginning in STRINGS
    assert {code for code in EN if code.startswith(beginning)} == {beginning + end for end in FAMILIES[beginning]}


# -- a sentence --------------------------------------------------------------------------------


def test_a_message_is_said_in_both_languages() -> None:
    message = Message("units.not_merged.differs", fact="income", units=("An", "Bình"))
    assert str(message) == "`income` differs between `An`, `Bình`: it has to be found out for the new unit"
    assert message.text("vi") == "`income` khác nhau giữa `An`, `Bình`: cần xác định cho đơn vị mới"
    assert pickle.loads(pickle.dumps(message)) == message
    assert hash(message) == hash(Message("units.not_merged.differs", units=("An", "Bình"), fact="income"))


def test_a_message_within_a_message_is_said_in_the_same_language() -> None:
    none = Message("units.after.none")
    assert say("vi", "units.after.weakest", before=none).endswith("(chưa công nhận)")
    assert say("en", "units.after.weakest", before=(none, "x")).endswith("(not recognised, `x`)")


@pytest.mark.parametrize("text", ["{before}", "{0.__class__}", "{", "%s", "{before.__class__.__mro__}"])
def test_what_a_parameter_holds_is_never_filled_in_itself(text: str) -> None:
    assert say("en", "units.after.weakest", before=text) == f"as its weakest predecessor ({text})"


@pytest.mark.parametrize("lang", ["fr", "", "EN", "../en"])
def test_another_language_is_an_unknown_name(lang: str) -> None:
    with pytest.raises(ntm.UnknownName, match="unknown language"):
        say(lang, "units.after.none")


def test_a_code_without_a_sentence_is_a_mistake_of_the_program() -> None:
    with pytest.raises(LookupError, match=r"no sentence for the code `units.after.nothing`"):
        say("en", "units.after.nothing")


def test_a_place_that_nothing_fills_is_one_too() -> None:
    with pytest.raises(LookupError, match="before"):
        say("en", "units.after.weakest")


def test_catalogues_that_were_not_built_say_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from ntm_rules.messages import catalogue

    monkeypatch.setattr(catalogue, "_LOCALE", tmp_path)
    catalogue._catalogue.cache_clear()
    try:
        with pytest.raises(RuntimeError, match=r"ntm_rules\.mo` was not built: run `nox -s messages`"):
            say("vi", "units.after.none")
    finally:
        catalogue._catalogue.cache_clear()
