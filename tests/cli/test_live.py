"""`ntm-rules live` as another program uses it: lines in, lines out, one answer for each."""

import datetime as dt
import json
import os
import subprocess
import sys
import typing
from collections.abc import Iterable
from pathlib import Path

import pytest

from command_line import invoke, run
from ntm_rules import Library, assess
from vietnamese import english

ROOT = Path(__file__).parent.parent.parent
LAW = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son")
COMMAND = [sys.executable, "-m", "ntm_rules.cli", "live", *LAW]
Answer = dict[str, typing.Any]


def change(unit: str = "06196", **more: object) -> str:
    return json.dumps({"unit": unit, **more}, ensure_ascii=False)


def live(lines: Iterable[str | bytes], *options: object) -> list[Answer]:
    """The answers to the lines, the first of which says that it is ready."""
    data = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
    done = invoke("live", *LAW, *options, data=data)
    assert (done.exit_code, done.stderr) == (0, "")
    ready, *answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert ready["type"] == "ready"
    assert ready["ruleset"] == "commune/ntm"
    assert ready["content_hash"].startswith("ntm1:")
    return answers


def test_a_change_is_answered_by_its_events_and_done() -> None:
    *events, done = live([change(set={"income_per_capita": 43.2})], "--lang", "en")
    assert [(e["level"], e["no"], e["old"], e["new"]) for e in events] == [
        ("indicator", "10", "undetermined", "not_met"),
        ("criterion", "10", "undetermined", "not_met"),
        ("tier", "commune/ntm", "undetermined", "not_met"),
    ]
    assert events[0] == {
        "type": "event",
        "line": 1,
        "unit": "06196",
        "number": 1,
        "level": "indicator",
        "no": "10",
        "title": {"vi": "Thu nhập bình quân đầu người", "en": "Income per head"},
        "old": "undetermined",
        "new": "not_met",
        "provisional": True,
        "facts": ["income_per_capita"],
        "text": "10 Income per head: undetermined → not met (provisional); 43.2 million VND/person/year, at least 45 "
        "needed (short by 1.8); 318/QĐ-TTg, Annex I; the value 45 not checked against the official text; "
        "changed: Income per head",
    }
    assert done == {
        "type": "done",
        "line": 1,
        "events": 3,
        "unit": "06196",
        "outcome": "not_met",
        "provisional": True,
        "criteria_met": 0,
        "criteria_not_met": 1,
        "criteria_undetermined": 18,
        "criteria_total": 19,
    }


def test_set_and_clear_are_one_change_of_one_unit() -> None:
    lines = [
        change(set={"income_per_capita": 46, "poverty_rate": 3}),
        change(set={"poverty_rate": None, "irrigated_share": 10}, clear=["income_per_capita"]),
        change("06197", set={"income_per_capita": 46}),
        change(),
    ]
    answers = live(lines)
    done = [a for a in answers if a["type"] == "done"]
    assert [(d["line"], d["unit"], d["criteria_met"], d["criteria_not_met"]) for d in done] == [
        (1, "06196", 2, 0),
        (2, "06196", 0, 1),
        (3, "06197", 1, 0),
        (4, "06196", 0, 1),
    ]
    assert [a["new"] for a in answers if a["type"] == "event" and a["line"] == 2 and a["level"] == "criterion"] == [
        "not_met",
        "undetermined",
        "undetermined",
    ]


def test_the_whole_verdict_on_request(bundled: Library) -> None:
    answers = live([change(set={"income_per_capita": "46.0"}, verdict=True)])
    ruleset = bundled.compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")
    verdict = next(a["verdict"] for a in answers if a["type"] == "verdict")
    assert verdict == json.loads(assess(ruleset, {"income_per_capita": 46}, "06196").to_json())


BROKEN: list[tuple[str | bytes, str]] = [
    ("x", "not valid JSON: `expecting value` at character 1"),
    ('{"unit": "06196", "unit": "06197"}', "not valid JSON: duplicate key `unit`"),
    (change(set={"income_per_capita": float("nan")}), "not valid JSON: `NaN` is not a number"),
    ('{"unit": "\\ud83d"}', "the line has half a character"),
    ("[" * 100_000, "not valid JSON: nested too deeply"),
    ("[]", 'the line is not an object such as `{"unit": "06196", "set": {}}`'),
    ('{"set": {}}', "`unit` has to name the unit, as a text"),
    ('{"unit": 6196}', "`unit` has to name the unit, as a text"),
    (change(facts={}), "a change has `unit`, `set`, `clear`, `judge`, `verdict`, `id`, not `facts`"),
    (change(set=["income_per_capita"]), "`set` has to be an object of fact ids and values"),
    (change(clear="income_per_capita"), "`clear` has to be a list of fact ids"),
    (change(clear=["a"], set={"a": 1}), "`a` cannot be set and cleared at once"),
    (change(verdict="yes"), "`verdict` has to be true or false"),
    (b'{"unit": "\xff"}', "the line is not UTF-8, or has more than 1048576 bytes"),
    (b'"' + b"x" * 3 * 2**20, "the line is not UTF-8, or has more than 1048576 bytes"),
    (change(set={"incom_per_capita": 3}), "expected the id of a fact in the catalogue; did you mean"),
    (change(set={"income_per_capita": [3]}), "expected a number"),
    (change(set={"income_per_capita": 1e300, "irrigated_share": 101}), "expected a number from 0 to 100"),
]


def test_broken_lines_are_answered_and_change_nothing() -> None:
    first, *answers = live([change(set={"poverty_rate": 5}), *(line for line, _ in BROKEN), change()])[
        -len(BROKEN) - 2 :
    ]
    *errors, last = answers
    for number, ((_, words), error) in enumerate(zip(BROKEN, errors, strict=True), 2):
        assert error["type"] == "error"
        assert error["line"] == number
        assert words in error["message"]
    assert last == first | {"line": len(BROKEN) + 2, "events": 0}


def test_a_blank_line_has_one_answer_too() -> None:
    """A program that waits for one answer a line does not wait for ever."""
    answers = live(["", change(set={"income_per_capita": 43}), " \t", b"\xe3\x80\x80", change()])
    ends = [answer for answer in answers if answer["type"] != "event"]
    assert [(answer["type"], answer["line"]) for answer in ends] == [
        ("ignored", 1),
        ("done", 2),
        ("ignored", 3),
        ("ignored", 4),
        ("done", 5),
    ]
    assert ends[0] == {"type": "ignored", "line": 1}


@pytest.mark.parametrize("given", ["a-1", "", 7, 0, -1, "\x1b\u009b", 10**40])
def test_an_id_is_repeated_by_every_line_of_the_answer(given: str | int) -> None:
    lines = [
        change(id=given, set={"income_per_capita": 43}, verdict=True),
        change(id=given, set={"income_per_capita": "x"}),
        change(id=given, other=1),
        '{"id": ' + json.dumps(given) + "}",
        change(),
        change(id=None),
    ]
    answers = live(lines)
    assert {answer["type"] for answer in answers if answer["line"] == 1} == {"event", "verdict", "done"}
    assert all(answer["id"] == given for answer in answers if answer["line"] <= 4)
    assert not any("id" in answer for answer in answers if answer["line"] > 4)


@pytest.mark.parametrize("given", [True, 1.5, [], {}, ["a"]])
def test_an_id_is_a_text_or_a_whole_number(given: object) -> None:
    (error,) = live([change(id=given)])
    assert error["message"] == "`id` has to be a text or a whole number"
    assert "id" not in error


def test_broken_lines_are_answered_in_vietnamese_where_that_was_asked_for() -> None:
    answers = live([line for line, _ in BROKEN], "--lang", "vi")[-len(BROKEN) :]
    assert [english(answer["message"]) for answer in answers] == [[] for _ in BROKEN]
    assert "yêu cầu một số từ 0 đến 100" in answers[-1]["message"]
    assert answers[-1]["problems"][0]["expected"] == "một số từ 0 đến 100"


def test_every_problem_of_a_line_is_there_as_data() -> None:
    (error,) = live([change(set={"income_per_capita": "nhiều", "poverty_rate": 120})])
    assert [(p["fact"], p["expected"]) for p in error["problems"]] == [
        ("income_per_capita", "a number such as `43,2` or `43.2`"),
        ("poverty_rate", "a number from 0 to 100"),
    ]


def test_facts_are_named_and_written_as_in_files() -> None:
    title, plan = "Thu nhập bình quân đầu người", "QUY HOẠCH chung xã còn hiệu lực hoặc đã được rà soát theo quy định"
    sourced = {"value": "45,5", "source": "niên giám"}
    lines = [
        change(set={title: "45,5", "commune_plan_current": "Chưa đạt", "poverty_rate": 3}, verdict=True),
        change(set={"income_per_capita": "chưa có số liệu"}, clear=[plan], verdict=True),
        change(set={"income_per_capita": sourced}, clear=["poverty_rate"], verdict=True),
        change(set={title: None}, verdict=True),
    ]
    verdicts = [a["verdict"] for a in live(lines) if a["type"] == "verdict"]
    assert [v.get("facts", {}) for v in verdicts] == [
        {"income_per_capita": "45.5", "commune_plan_current": False, "poverty_rate": "3"},
        {"poverty_rate": "3"},
        {"income_per_capita": {"value": "45.5", "source": "niên giám"}},
        {},
    ]


def test_what_cannot_be_read_changes_nothing() -> None:
    title = "Thu nhập bình quân đầu người"
    lines = [
        change(set={title: "45,5"}),
        change(set={title: "~43", "poverty_rate": 3, "lạ": 1}),
        change(set={title: 43, "income_per_capita": 43}),
        change(set={title: "1.234"}),
        change(verdict=True),
    ]
    answers = live(lines, "--lang", "en")
    unit_named, twice, two_ways = [a for a in answers if a["type"] == "error"]
    assert [p["fact"] for p in unit_named["problems"]] == ["income_per_capita", "lạ"]
    assert "unit `06196`, fact `income_per_capita`: got `~43`" in unit_named["message"]
    assert f"the column `{title}` is there twice" in twice["message"] or "also as" in twice["message"]
    assert "read in one way only" in two_ways["message"]
    (verdict,) = [a["verdict"] for a in answers if a["type"] == "verdict"]
    assert verdict["facts"] == {"income_per_capita": "45.5"}
    (done,) = [a for a in live([lines[3]], "--decimal", "comma") if a["type"] == "done"]
    assert (done["criteria_met"], done["criteria_not_met"]) == (1, 0)  # 1234


def test_a_system_with_its_own_names_sends_them(tmp_path: Path) -> None:
    own = tmp_path / "m.yaml"
    own.write_text(
        "mapping: x\ncolumns: {t: {fact: income_per_capita, factor: 0.001}, q: {fact: commune_plan_current}}"
    )
    done = invoke("live", *LAW, "--mapping", own, data=change(set={"t": 45500}, verdict=True).encode())
    (verdict,) = [a["verdict"] for line in done.stdout.splitlines() if (a := json.loads(line))["type"] == "verdict"]
    assert verdict["facts"] == {"income_per_capita": "45.5"}


def test_units_begin_with_the_facts_of_a_file() -> None:
    path = ROOT / "examples" / "communes-lang-son.csv"
    lines = [change("Xã D", clear=["income_per_capita"])]
    answers = live(lines, path, "--keep", "ghi_chu")
    assert [(a["no"], a["old"], a["new"]) for a in answers if a["type"] == "event"] != []
    assert "the column `ghi_chu` is neither the unit nor a fact" in run("live", *LAW, path, code=2)


def test_each_answer_comes_at_once() -> None:
    """A program that waits for the answer before it writes the next line gets it."""
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, encoding="utf-8") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["units"] == 0
        for share in (10, 90, 10):
            process.stdin.write(change(set={"irrigated_share": share}) + "\n\n")
            process.stdin.flush()
            kinds: list[str] = []
            while not kinds or kinds[-1] != "done":
                kinds.append(json.loads(process.stdout.readline())["type"])
        process.stdin.close()
        assert process.wait(30) == 0


def test_who_stops_listening_ends_it_quietly() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(change(set={"irrigated_share": 10}) + "\n")
        process.stdin.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 141


def test_an_engine_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "durable_rules_engine.py").write_text("raise ImportError('undefined symbol: PyEval_CallObject')\n")
    done = subprocess.run(
        [*COMMAND, "--engine", "durable"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])},
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "the engine `durable` needs `durable_rules` (`undefined symbol: PyEval_CallObject`)\n"
        '    help: `pip install "ntm-rules[live]"` needs a C compiler and Python before 3.13\n'
    )
