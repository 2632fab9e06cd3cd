"""The catalogues: every code in both languages and in use, the same places in a sentence; and what a sentence does."""

import ast
import datetime as dt
import json
import pickle
import string
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from ntm_rules.difference.changes import Kind
from ntm_rules.difference.compare import NO_FACTS, NOT_REPLAYED
from ntm_rules.difference.trials import PARTS, POINTS, PREREQUISITE, TOO_MANY
from ntm_rules.levels.reconciliation import Agreement
from ntm_rules.messages.catalogue import LANGUAGES, Message, say
from ntm_rules.messages.errors import Diagnostic, FactProblem, Severity
from ntm_rules.messages.printable import printable
from ntm_rules.model.acts import ActKind
from ntm_rules.model.aggregates import LEVELS as UNIT_LEVELS
from ntm_rules.model.citations import Confidence, Evidence
from ntm_rules.model.conditions import By, Op
from ntm_rules.model.facts import About
from ntm_rules.model.judgements import Basis, Body, Unused
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.plans import Aim
from ntm_rules.model.rulesets import MEANINGS
from ntm_rules.model.thresholds import CellState
from ntm_rules.programme.rereview import Transition
from ntm_rules.proofs import Kind as Proved
from ntm_rules.proofs import Status
from ntm_rules.rules.read.reader import Reader
from ntm_rules.testing.composing_laws import CELL_CHANGES
from ntm_rules.testing.coverage import Side
from ntm_rules.units.merger import WhyNot
from ntm_rules.yaml.nodes import Position, Scalar

SOURCE = Path(ntm.__file__).parent
CATALOGUES = {lang: SOURCE / "messages" / "locale" / lang / "LC_MESSAGES" / "ntm_rules.po" for lang in LANGUAGES}

OPS = tuple(op.value for op in Op)
KINDS = tuple(kind.value for kind in Kind)
LEVELS = ("official", "secondary", "recalled", "pending")
NAMED = ("met", "not_met", "met_share", "criteria", "became.gained", "became.lost")
"""What reports call otherwise where it is not good news to meet a tier."""
REPORT_TABS = (
    *("contents", "targets", "figures", "of_tier"),
    *("summary", "bands", "counts", "groups", "listed", "turned", "all_units"),
    *("at_stake_table", "each_unit", "hinges", "missing_each", "missing_facts", "not_satisfied", "transitions", "why"),
)
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "severity.": tuple(severity.value for severity in Severity),
    "outcome.": tuple(outcome.code for outcome in Outcome),
    "outcome_of.": tuple(f"{means}.{outcome.code}" for means in MEANINGS for outcome in Outcome),
    "report_of.": tuple(f"{means}.{what}" for means in MEANINGS for what in NAMED),
    "why.": tuple(code.value for code in ReasonCode),
    "asked.": (*OPS, "yes", "no", "category"),
    "words.by.": ("self", "appraised"),
    "words.figure.": tuple(body.value for body in Body),
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
    "diff.level.": ("ruleset", "criterion", "indicator", "grade"),
    "diff.kind.": KINDS,
    "diff.count.": KINDS,
    "diff.not.": ("looser", "stricter"),
    "diff.why.": (PREREQUISITE, PARTS, POINTS, TOO_MANY, NOT_REPLAYED, NO_FACTS, "members"),
    "cli.about.": tuple(about.value for about in About),
    "fact.told/": tuple(about.value for about in About),
    "units.after.": ("undeclared", "weakest", "restart", "carry-on", "differs", "none"),
    "units.not_merged.": tuple(why.value for why in WhyNot),
    "report.aim.": tuple(aim.value for aim in Aim),
    "report.to.": tuple(transition.value for transition in Transition),
    "report.became.": ("gained", "lost", "recognised", "withdrawn", "added", "gone", "merged", "unfollowed"),
    "report.level.": ("village", "commune", "district", "town", "special-district", "province"),
    "report.tier_short.": ("ntm", "nang-cao", "kieu-mau", "hien-dai", "special", "completed"),
    "report.tab.": REPORT_TABS,
    "system.": ("ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "ENOENT", "EISDIR"),
    "report.tier_of.": ("ntm", "nang-cao", "kieu-mau", "hien-dai", "special", "completed"),
    "proofs.kind.": tuple(kind.value for kind in Proved),
    "proofs.status.": tuple(status.value for status in Status),
    "proofs.data.": ("implied_by", "contradicting", "because", "selectors", "year"),
    "case.side.": tuple(side.value for side in Side),
    "law.what.": ("operator", "unit", *CELL_CHANGES),
    "change.key.": ("unit", "set", "clear", "judge", "verdict", "id"),
    "expected.number": ("", "_between", "_from", "_up_to"),
    "expected.count": ("", "_between", "_from", "_up_to"),
    "judgement.body.": tuple(body.value for body in Body),
    "judgement.by.": tuple(body.value for body in Body),
    "judgement.basis.": tuple(basis.code for basis in Basis),
    "judgement.unused.": tuple(why.value for why in Unused),
    "cli.level.": LEVELS,
    "cli.todo.": ("pending", "recalled", "secondary"),
    "cli.applies.": tuple(outcome.code for outcome in Outcome),
    "cli.node.": ("all", "any", "at_least_n", "not"),
}
"""The codes that the source puts together, as in ``f"units.after.{why}"``: their beginnings, and how they go on."""


def entries(lang: str) -> dict[str, Entry]:
    with CATALOGUES[lang].open("rb") as file:
        return {str(entry.id): entry for entry in read_po(file, locale=lang, abort_invalid=True) if entry.id}


VI, EN = entries("vi"), entries("en")


def nodes() -> Iterator[ast.AST]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


NODES = tuple(nodes())
STRINGS = frozenset(n.value for n in NODES if isinstance(n, ast.Constant) and isinstance(n.value, str))
"""Every text of the source, and the beginning of every f-string."""


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
    used = STRINGS | made
    assert sorted(code for code in EN if code.removesuffix(".hint") not in used) == []


SAYING = ("say", "Message", "error", "of", "problem")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_says_a_sentence_fills_its_places(lang: str) -> None:
    """Where code and parameters are in one call: none is missing there, for the sentence or its hint."""
    found = entries(lang)
    missing = []
    for node in NODES:
        if not isinstance(node, ast.Call) or any(given.arg is None for given in node.keywords):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        given = {keyword.arg for keyword in node.keywords}
        for argument in node.args if name in SAYING and len(node.args) <= 2 else ():  # a third is the sentence itself
            code = argument.value if isinstance(argument, ast.Constant) else None
            if not isinstance(code, str):
                continue
            for entry in (found.get(code), found.get(f"{code}.hint")):
                if entry is not None and not {place[0] for place in fields(entry)} <= given:
                    missing.append((code, node.lineno, given))
    assert missing == []


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


@pytest.mark.parametrize("text", ["\x1b[2J", "\x1b]0;T\x07", "a\ud800b", "\x9b2J", "\r", "\x00\x7f"])
def test_what_a_parameter_holds_is_never_obeyed_by_a_terminal(text: str) -> None:
    for value in (text, (text,), Path(text), ValueError(text)):
        said = say("en", "units.after.weakest", before=value)
        assert said == printable(said)
        assert said.encode().isascii()
    problem = FactProblem(text, text, text, Message("expected.number"))
    diagnostic = Diagnostic("x", text, file=text)
    for error in (ntm.FactError([problem]), ntm.TableError([diagnostic]), ntm.UnknownName(text, text, [text])):
        assert str(error) == printable(str(error))


@given(st.text(st.characters(), max_size=20))
def test_what_is_made_printable_is_the_same_json(text: str) -> None:
    shown = printable(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(shown) == {"a": text}
    shown.encode("utf-8")
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown.replace("\n", ""))
    assert printable(shown) == shown


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


# -- what went wrong ---------------------------------------------------------------------------

NUMBER = {"what": Message("kind.fact"), "text": "4,5"}


def test_a_diagnostic_in_both_languages() -> None:
    found = Diagnostic("value.number", Message("value.number", **NUMBER), file="a.yaml", line=2, column=3)
    assert found.message == "fact `4,5` is not a number"
    assert found.hint == "write digits and a decimal point"
    assert str(found) == (
        "a.yaml:2:3: error[value.number]: fact `4,5` is not a number\n    help: write digits and a decimal point"
    )
    assert found.text("vi") == (
        "a.yaml:2:3: lỗi[value.number]: số liệu `4,5` không phải là số\n"
        "    gợi ý: ghi bằng chữ số và dấu chấm thập phân"
    )
    assert (found.message_in("vi"), found.hint_in("vi")) == (
        "số liệu `4,5` không phải là số",
        "ghi bằng chữ số và dấu chấm thập phân",
    )


def test_a_variant_is_said_in_its_own_words_under_the_public_code() -> None:
    found = Diagnostic.of("value.number/finite", Severity.WARNING, **NUMBER)
    assert (found.code, found.severity, found.hint) == ("value.number", Severity.WARNING, "")
    assert found.message == "fact `4,5` is not a finite number"


def test_a_hint_of_the_moment_goes_before_that_of_the_catalogues() -> None:
    near = Message("hint.near", names=("4.5",))
    found = Diagnostic("value.number", Message("value.number", **NUMBER), hint=near)
    assert (found.hint, found.hint_in("vi")) == ("did you mean `4.5`?", "có phải là `4.5` không?")


def test_a_text_without_a_code_is_said_as_it_is() -> None:
    found = Diagnostic("a.code", "something {else}", hint="a hint")
    assert found.text("vi") == "lỗi[a.code]: something {else}\n    gợi ý: a hint"


def test_diagnostics_are_values() -> None:
    first, second = (Diagnostic.of("value.number", **NUMBER) for _ in range(2))
    assert first == second
    assert len({first, second}) == 1
    assert first != Diagnostic.of("value.number", **{**NUMBER, "text": "4.6"})
    assert pickle.loads(pickle.dumps(first)) == first


def test_the_reader_says_the_sentence_of_a_code_at_a_place() -> None:
    reader = Reader()
    assert reader.number(Scalar("inf", Position("a.yaml", 4, 5)), "inf", Message("kind.fact")) is None
    (found,) = reader.diagnostics
    assert found.text("vi") == "a.yaml:4:5: lỗi[value.number]: số liệu `inf` không phải là số hữu hạn"


def test_a_bad_fact_in_both_languages() -> None:
    found = FactProblem("An", "income", "{x}", Message("expected.one_act"), Message("hint.near", names=("y",)))
    assert found.code == "expected.one_act"
    assert str(found) == (
        "unit `An`, fact `income`: got `{x}`, expected the date of one act only, a recognition or a withdrawal; "
        "did you mean `y`?"
    )
    error = ntm.FactError([FactProblem(None, "income", 1, "a number")] * 102, complete=False)
    first, *_, last = error.text("vi").splitlines()
    assert first == "số liệu `income`: nhận được `1`, yêu cầu a number"
    assert last == "và ít nhất 2 lỗi khác"
    assert str(error).splitlines()[-1] == "and at least 2 more"


def errors() -> list[ntm.NtmRulesError]:
    diagnostic = Diagnostic.of("value.number", **NUMBER)
    unit = Message("kind.unit_on", date=dt.date(2025, 7, 1))
    return [
        ntm.RulesetError([diagnostic, diagnostic]),
        ntm.TableError([diagnostic]),
        ntm.FactError([FactProblem("An", "income", 1, Message("expected.one_act"))]),
        ntm.NotInForce(Message("value.number", **NUMBER)),
        ntm.UnknownName(unit, "Ann", ["Anh", "Bình"]),
        ntm.AmbiguousName(unit, "An", [f"An {number}" for number in range(20)]),
        ntm.EngineUnavailable(Message("value.number", **NUMBER), "install it"),
        ntm.NtmRulesError("a text"),
    ]


@pytest.mark.parametrize("error", errors(), ids=lambda error: type(error).__name__)
def test_an_error_in_both_languages_here_and_in_another_process(error: ntm.NtmRulesError) -> None:
    there = pickle.loads(pickle.dumps(error))
    assert type(there) is type(error)
    for one in (error, there):
        assert one.text() == one.text("en") == str(one)
        assert (one.text("vi") == str(one)) == (str(one) == "a text")
        with pytest.raises(ntm.UnknownName):
            one.text("fr")
    assert there.text("vi") == error.text("vi")
    assert there.hint == error.hint


def test_an_unknown_name_in_both_languages() -> None:
    error = ntm.UnknownName(Message("kind.unit_on", date=dt.date(2025, 7, 1)), "Ann", ["Anh", "Bình"])
    assert (error.kind, error.name, error.suggestions) == ("unit on 2025-07-01", "Ann", ("Anh",))
    assert str(error) == "unknown unit on 2025-07-01 `Ann`\n    help: did you mean `Anh`?"
    assert error.text("vi") == ("không nhận ra đơn vị vào ngày 01/07/2025 `Ann`\n    gợi ý: có phải là `Anh` không?")
