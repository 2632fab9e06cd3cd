"""Where results go: nothing that is read is lost, a file is whole or the old one, and exit codes mean one thing."""

import errno
import io
import itertools
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest

from cli.test_commands import LAW
from command_line import PLAIN, STRICT, invoke, run, without_notes
from ntm_rules.cli import assess as assess_command
from ntm_rules.cli.app import COMMANDS, commands
from ntm_rules.messages.printable import printable

TESTS = Path(__file__).parent.parent
ROWS = "unit,district,note,income_per_capita,recognised_ntm\n" + "".join(f"U{n},A,x,43,đạt\n" for n in range(3))
KEEP = ("--keep", "district,note,recognised_ntm")
PROGRESS = ("--tier", "commune/ntm", "--province", "lang-son", "--as-of", "2024-12-20", "--keep", "note")
REREVIEW = ("--from", "commune/ntm@2024-06-03", "--to", "commune/ntm@2024-07-02", "--province", "lang-son")
OWN = """\
overlay: commune/ntm
period: 2021-2025
province: thai-nguyen
instrument: {issuer: thai-nguyen, number: 1/QĐ-UBND, date: 2023-01-05}
in_force: {from: 2023-01-05}
operations:
  - {set: "3.1", at_least: "85", evidence: recalled, confidence: low}
"""
Words = tuple[object, ...]


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A file of units in a folder of its own."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "u.csv").write_text(ROWS)
    return folder / "u.csv"


def writing(units: Path) -> dict[str, Words]:
    """Every form that goes to a file, by name, but for where it goes."""
    found: dict[str, Words] = {
        form: ("assess", units, *LAW, *KEEP, "--format", form)
        for form in ("table", "json", "jsonl", "csv", "parquet", "xlsx")
    }
    found["csv without reasons"] = (*found["csv"], "--no-reasons")
    for form in ("table", "json", "xlsx", "html"):
        found[f"progress {form}"] = ("progress", units, *PROGRESS, "--by", "district", "--format", form)
    found["rereview xlsx"] = ("rereview", units, *REREVIEW, "--keep", "district,note", "--format", "xlsx")
    return found


FORMS = tuple(writing(Path("u.csv")))


# -- what is read is not written over ----------------------------------------------------------


def same(path: Path, out: Path) -> Path:
    return path


def dotted(path: Path, out: Path) -> Path:
    return path.parent / "." / ".." / path.parent.name / path.name


def symbolic(path: Path, out: Path) -> Path:
    out.symlink_to(path)
    return out


def hard(path: Path, out: Path) -> Path:
    out.hardlink_to(path)
    return out


PLAN = """targets: lang-son
year: 2030
title: {vi: Kế hoạch, en: Plan}
items: []
"""


@pytest.mark.parametrize("named", [same, dotted, symbolic, hard])
@pytest.mark.parametrize("what", ["assess", "progress", "before", "targets", "rereview", "rules"])
def test_an_output_never_replaces_what_the_command_reads(units: Path, tmp_path: Path, what: str, named: Any) -> None:
    other = tmp_path / "other.csv"
    plan = tmp_path / "plan.yaml"
    rules = tmp_path / "rules" / "own.yaml"
    rules.parent.mkdir()
    rules.write_text(OWN)
    shutil.copy(units, other)
    plan.write_text(PLAN)
    words, path = {
        "assess": (("assess", units, *LAW, *KEEP), units),
        "progress": (("progress", units, *PROGRESS), units),
        "before": (("progress", units, *PROGRESS, "--before", other), other),
        "targets": (("progress", units, *PROGRESS, "--targets", plan), plan),
        "rereview": (("rereview", units, *REREVIEW), units),
        "rules": (("assess", units, *LAW, *KEEP, "--rulesets", rules.parent), rules),
    }[what]
    before = path.read_bytes()
    out = named(path, tmp_path / "link")
    err = run(*words, "--format", "json", "--out", out, code=2)
    assert f"`{out}` is read by this command (`" in err
    assert path.read_bytes() == before


def test_every_file_of_a_command_that_writes_is_known_as_a_path() -> None:
    """What protects them looks for paths among the arguments."""
    written = ("out", "marked")
    for name in COMMANDS:
        command = commands.get_command(click.Context(commands), name)
        assert command is not None
        kinds = {name: param.type for param in command.params if (name := param.name) and name not in written}
        if any(param.name == "out" for param in command.params):
            assert all(kind.type is Path for kind in kinds.values() if isinstance(kind, click.Path))


# -- forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["o.doc", "o.xls", "o.csv.gz", "o.XLSM", "o.html", "số liệu.", "o.csv "])
def test_a_name_that_says_no_form_is_refused(units: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    known = name == "số liệu."  # ends in a dot, which says nothing
    err = run("assess", units, *LAW, *KEEP, "--out", out, code=0 if known else 2)
    assert known or f"the name of `{out}` does not say a form: it ends in none of `.json`, `.jsonl`, `.csv`" in err
    assert out.exists() is known
    run("assess", units, *LAW, *KEEP, "--out", out, "--format", "jsonl")
    assert json.loads(out.read_text().splitlines()[0])["unit"] == "U0"


def test_forms_of_reports_are_their_own(units: Path, tmp_path: Path) -> None:
    assert "ends in none of `.json`, `.xlsx`, `.html`" in run(
        "progress", units, *PROGRESS, "--out", tmp_path / "o.csv", code=2
    )


@pytest.mark.parametrize(("name", "begins"), [("o", "Bộ"), ("o.txt", "Bộ"), ("O.NDJSON", "{"), ("o.json", "[")])
def test_names_that_say_a_form_or_nothing(units: Path, tmp_path: Path, name: str, begins: str) -> None:
    run("assess", units, *LAW, *KEEP, "--out", tmp_path / name)
    assert (tmp_path / name).read_text().startswith(begins)


# -- what cannot be written --------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_is_one_sentence_that_names_the_file(units: Path, form: str) -> None:
    err = run(*writing(units)[form], "--out", "/dev/full", code=2)
    assert err == "`/dev/full` cannot be written: there is no space left on the disk\n"


@contextmanager
def files_of(size: int) -> Iterator[None]:
    """Let no file grow over a size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("form", FORMS)
def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    units: Path, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    out = tmp_path / "o"
    out.write_text("old")
    with files_of(500):
        err = run(*writing(units)[form], "--out", out, code=2)
    named = "a file" if "xlsx" in form else f"`{out}`"  # the parts of a workbook are temporary files
    assert err.startswith(f"{named} cannot be ")
    assert err.endswith("written: `File too large`\n")
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "o", "tmp", "u.csv"]


def test_no_room_for_temporary_files(units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ntm_rules.cli.wide.write_xlsx", full)
    err = run(*writing(units)["xlsx"], "--out", tmp_path / "o.xlsx", code=2)
    assert err == f"`{tempfile.gettempdir()}` cannot be used: there is no space left on the disk\n"


@pytest.mark.parametrize("form", ["json", "xlsx"])
def test_a_read_only_file_is_not_replaced(units: Path, tmp_path: Path, form: str) -> None:
    """Nor by an administrator, whom the system lets write everywhere."""
    out = tmp_path / "o"
    out.write_text("old")
    out.chmod(0o444)
    assert f"`{out}` is read-only\n    help: " in run(*writing(units)[form], "--out", out, code=2)
    assert out.read_text() == "old"


def test_names_that_a_hard_link_gives_are_said_to_keep_the_old_content(units: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "o.json", tmp_path / "other"
    out.write_text("old")
    other.hardlink_to(out)
    done = invoke("assess", units, *LAW, *KEEP, "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert (
        without_notes(done.stderr) == f"note: `{out}` had other names (hard links); they keep what was in it before\n"
    )
    assert other.read_text() == "old"
    assert json.loads(out.read_text())


def test_a_symbolic_link_stays_one_and_a_long_name_is_no_matter(units: Path, tmp_path: Path) -> None:
    target, link = tmp_path / ("đ" * 125 + ".json"), tmp_path / "o.json"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    run("assess", units, *LAW, *KEEP, "--out", link)
    assert link.is_symlink()
    assert json.loads(target.read_text())
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_who_is_stopped_leaves_the_old_file_and_no_other(
    units: Path, tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(file: Any, *_: object) -> None:
        file.write("half")
        assert len(list(tmp_path.iterdir())) == 3  # the draft is there
        os.kill(os.getpid(), number)
        time.sleep(10)

    monkeypatch.setattr(assess_command, "write_json", stopped)
    # a shell in the background takes away the one, nohup the other
    before = signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    (tmp_path / "o.json").write_text("old")
    done = invoke("assess", units, *LAW, *KEEP, "--out", tmp_path / "o.json")
    signal.signal(number, before)
    assert (done.exit_code, without_notes(done.output)) == (128 + number, "")
    assert (tmp_path / "o.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "o.json"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "csv", "parquet", "xlsx"])
def test_a_process_that_is_killed_leaves_nothing(tmp_path: Path, form: str) -> None:
    path, out = tmp_path / "u.csv", tmp_path / f"o.{form}"
    path.write_text("unit,income_per_capita\n" + "".join(f"U{n},43\n" for n in range(60_000)))
    out.write_text("old")
    (tmp_path / "tmp").mkdir()
    words = [sys.executable, "-m", "ntm_rules.cli", "assess", str(path), *LAW, "--out", str(out)]
    with subprocess.Popen(words, env=PLAIN | {"TMPDIR": str(tmp_path / "tmp")}) as process:
        while not (drafts := list(tmp_path.glob(".ntm-rules-*"))):
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(0.3)
        process.terminate()
        assert process.wait(60) == 143, drafts
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.rglob("*")) == [out.name, "tmp", "u.csv"]


# -- standard output ---------------------------------------------------------------------------

EACH = """
import json, os, sys
sys.path.insert(0, {tests!r})
from ntm_rules import Library
from command_line import STRICT, bundled, without_notes
from ntm_rules.cli.app import commands
from ntm_rules.cli.output import open_standard_streams
Library.bundled = bundled
codes = []
reading, gone = os.pipe()
os.close(reading)
for out in (os.open("/dev/full", os.O_WRONLY), gone):
    os.dup2(out, 1)
    for words in json.loads({words!r}):
        open_standard_streams()
        try:
            commands(words, prog_name="ntm-rules")
        except SystemExit as ended:
            codes.append(ended.code)
json.dump(codes, open({codes!r}, "w"))
"""


def printing(units: Path, folder: Path) -> list[list[str]]:
    """Every command in every form that goes to standard output."""
    folder.mkdir()
    (folder / "own.yaml").write_text(OWN)
    assess = ("assess", units, *LAW, *KEEP)
    diff = ("diff", *REREVIEW[1:4:2])
    found: list[Words] = [
        ("list",),
        ("show", "commune/ntm", "--on", "2024-07-02"),
        *((*assess, "--format", form) for form in ("table", "json", "jsonl", "csv")),
        (*assess, "--format", "csv", "--no-reasons"),
        (*assess, "--format", "json", "--fail-on", "not_met"),
        ("explain", units, "--unit", "U0", *LAW, *KEEP),
        ("live", *LAW),
        *(("progress", units, *PROGRESS, "--by", "district", "--format", form) for form in ("table", "html")),
        ("rereview", units, *REREVIEW, "--keep", "district,note", "--format", "json"),
        *((*diff, "--format", form) for form in ("table", "json")),
        ("evidence", "commune/ntm", "--on", "2024-07-02"),
        ("test", folder),
        ("test", folder, "--format", "json"),
        *(("check", folder, "--no-proofs", "--format", form) for form in ("text", "json", "sarif")),
        ("assess", "--help"),
    ]
    return [[str(word) for word in words] for words in found]


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_every_command_says_that_its_output_was_lost(units: Path, tmp_path: Path, every: bool) -> None:
    """A disk that is full says so; a reader who has gone (``| head -1``) is no error and no finding."""
    words, codes = printing(units, tmp_path / "rules"), tmp_path / "codes"
    words = words if every else [line for line in words if line[0] in ("assess", "explain", "live")]
    script = EACH.format(tests=str(TESTS), words=json.dumps(words), codes=str(codes))
    done = subprocess.run(
        [sys.executable, "-c", script], env=PLAIN, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(codes.read_text()) == [2] * len(words) + [141] * len(words)
    sentence = "`standard output` cannot be written: there is no space left on the disk\n"
    assert without_notes(done.stderr.decode()) == sentence * len(words)


@pytest.mark.slow
def test_a_standard_output_that_was_closed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" -m ntm_rules.cli --version >&-', sys.executable], env=PLAIN, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == b"`standard output` cannot be written: `Bad file descriptor`\n"


def test_a_fault_of_the_program_has_a_code_of_its_own() -> None:
    script = (
        "from ntm_rules.cli import app, main\n"
        "def fault(*_, **__): raise RuntimeError('\\x1b[2J\\ud800')\n"
        "app.commands.main = fault\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", script], env=PLAIN, capture_output=True, check=False)
    assert done.returncode == 70
    assert done.stderr.decode().endswith("RuntimeError: \\u001b[2J\\ud800\n")


def test_the_help_of_every_command_says_the_codes() -> None:
    for name in ("", *COMMANDS):
        words = " ".join(run(*([name] if name else []), "--help").split())
        assert re.search(r"Exit codes: 0 .*; 2 bad input or usage, or output that cannot be written; 70 ", words)
        assert "130 or 143 stopped from outside; 141 nobody reads the output any more." in words


# -- columns to keep ---------------------------------------------------------------------------

ODD = ("%", "Địa chỉ, số điện thoại", 'nói "x"', "Ghi chú", "Ghi chu", "-y", "=1+1", "a\tb")
ODD_ROWS = """unit,%,"Địa chỉ, số điện thoại","nói ""x""\",Ghi chú,Ghi chu,-y,=1+1,"a\tb",income_per_capita
A,0,1,2,3,4,5,6,7,43
"""


@pytest.mark.parametrize(
    "options",
    [
        [word for name in ODD for word in ("--keep", name)],
        ["--keep", '%,"Địa chỉ, số điện thoại","nói ""x""",Ghi chú', "--keep", "Ghi chu,-y,=1+1,a b"],
        ["--keep-rest"],
        ["--keep", "%", "--keep-rest", "--keep", "Địa chỉ, số điện thoại"],
    ],
)
@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx"])
def test_every_name_can_be_kept(tmp_path: Path, options: list[str], kind: str) -> None:
    path = tmp_path / f"u.{kind}"
    names = [name.replace("\t", " ") for name in ODD]
    if kind == "csv":
        path.write_text(ODD_ROWS)
    elif kind == "jsonl":
        path.write_text(json.dumps({"unit": "A", **{n: str(i) for i, n in enumerate(names)}, "income_per_capita": 43}))
    else:
        book = openpyxl.Workbook()
        for place, (name, value) in enumerate(
            zip(("unit", *names, "income_per_capita"), ("A", *range(8), 43), strict=True)
        ):
            sheet = book.active
            assert sheet is not None
            sheet.cell(1, place + 1, name).data_type = "s"
            sheet.cell(2, place + 1, value)
        book.save(path)
    verdict = json.loads(run("assess", path, *LAW, "--format", "jsonl", *options))
    assert verdict["kept"] == {name: str(place) for place, name in enumerate(names)}
    assert verdict["facts"] == {"income_per_capita": "43"}


@pytest.mark.parametrize(
    "words",
    [
        ("assess", "PATH", *LAW),
        ("explain", "PATH", *LAW, "--unit", "A"),
        ("progress", "PATH", *PROGRESS[:-2]),
        ("rereview", "PATH", *REREVIEW),
        ("diff", *REREVIEW[1:4:2], "--data", "PATH"),
        ("live", "PATH", *LAW),
    ],
)
def test_every_command_takes_columns_to_keep_alike(tmp_path: Path, words: Words) -> None:
    path = tmp_path / "u.csv"
    path.write_text('unit,"Địa chỉ, số điện thoại",b,income_per_capita\nA,0,1,43\n')
    words = tuple(path if word == "PATH" else word for word in words)
    value = " Địa chỉ,  số điện thoại "
    if words[0] != "explain":  # which reads no further than its unit
        assert "the column `b` is neither the unit nor a fact" in run(*words, "--keep", value, code=2)
    run(*words, "--keep", value, "--keep", "b")
    run(*words, "--keep-rest")


def test_a_title_of_several_facts_and_a_column_without_a_name_are_not_kept_for_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,,income_per_capita\nA,1,43\n")
    assert "column 2 has no name" in run("assess", path, *LAW, "--keep-rest", code=2)


def test_of_two_names_alike_only_the_one_that_was_named_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,Ghi chu,Ghi chú,income_per_capita\nA,0,1,43\n")
    assert "the column `Ghi chu` is neither" in run("assess", path, *LAW, "--keep", "Ghi chú", code=2)
    for form in ("csv", "json"):
        assert "is there twice" in run("assess", path, *LAW, "--keep", "ghi chu", "--format", form, code=2)


@pytest.mark.parametrize(
    ("kept", "form"),
    [
        *((kept, "csv") for kept in ("outcome", "unit", "reasons", "criterion_1", "indicator_4.1", "provisional")),
        *(("outcome", form) for form in ("csv without reasons", "parquet", "xlsx")),
    ],
)
def test_a_kept_column_is_never_taken_for_a_result(tmp_path: Path, kept: str, form: str) -> None:
    path = tmp_path / "u.csv"
    path.write_text(f"mã,{kept},income_per_capita\nA,?,43\n")
    bare = ("--no-reasons",) if form.endswith("reasons") else ()
    words = ("assess", path, *LAW, "--unit", "mã", "--keep", kept)
    err = run(*words, "--format", form.split()[0], *bare, "--out", tmp_path / "o", code=2)
    assert f"the result has columns of its own called `{kept}`\n    help: keep them under other names" in err
    assert json.loads(run(*words, "--format", "json"))[0]["kept"] == {kept: "?"}  # apart from results there


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("Kết quả", ("assess", "PATH", *LAW, "--keep", "Kết quả")),
        ("Theo bộ mới", ("rereview", "PATH", *REREVIEW, "--keep", "Theo bộ mới")),
        ("Số đơn vị", ("progress", "PATH", *PROGRESS[:-2], "--by", "Số đơn vị")),
    ],
)
def test_a_kept_column_is_never_taken_for_one_of_a_table(tmp_path: Path, column: str, words: Words) -> None:
    path = tmp_path / "u.csv"
    path.write_text(f"unit,{column},income_per_capita\nA,?,43\n")
    words = tuple(path if word == "PATH" else word for word in words)
    assert f"the result has columns of its own called `{column}`" in run(*words, code=2)
    run(*words, "--lang", "en")


def test_the_number_of_kept_columns_costs_linear_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ntm_rules.messages.errors import folded
    from ntm_rules.tables import units as reading

    calls = itertools.count()

    def counted(text: str) -> str:
        next(calls)
        return folded(text)

    monkeypatch.setattr(reading, "folded", counted)
    needed = []
    for count in (100, 300):
        names = [f"c{n}" for n in range(count)]
        path = tmp_path / "u.csv"
        path.write_text(f"unit,{','.join(names)}\nA{',1' * count}\n")
        before = next(calls)
        run("assess", path, *LAW, "--keep", ",".join(names), "--format", "csv")
        needed.append(next(calls) - before)
    assert needed[1] < 4 * needed[0]


def test_a_sheet_with_too_many_columns_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntm_rules.reports.workbook.MAX_COLUMNS", 200)
    path = tmp_path / "u.csv"
    path.write_text(f"unit,{','.join(f'c{n}' for n in range(200))}\nA{',1' * 200}\n")
    err = run("assess", path, *LAW, "--keep-rest", "--out", tmp_path / "o.xlsx", code=2)
    assert "a sheet of Excel has room for 200 columns, the table has " in err


# -- what a terminal obeys ---------------------------------------------------------------------

NASTY = "\x1b]0;T\x07\x9b2J\x7f\ud800\ufffe\r"


def is_clean(text: str) -> bool:
    return printable(text) == text


@pytest.mark.parametrize("form", FORMS)
def test_control_characters_and_halves_of_characters_come_out_of_no_door(tmp_path: Path, form: str) -> None:
    """Whether they are refused or shown, they reach no terminal and no file, and nothing fails on them."""
    path, out = tmp_path / "u.json", tmp_path / "o"
    row = {"unit": f"A{NASTY}", "district": NASTY, "note": NASTY, "income_per_capita": 43, "recognised_ntm": True}
    path.write_text(json.dumps([row]))
    done = invoke(*writing(path)[form], "--out", out)
    assert done.exit_code in (0, 2)
    assert is_clean(done.output)
    if out.exists() and "xlsx" in form:
        book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        assert all(is_clean(cell) for cell in cells if isinstance(cell, str))
    elif out.exists() and form != "parquet":
        assert is_clean(out.read_text())


@pytest.mark.parametrize("column", ["unit", "income_per_capita", NASTY.replace("\r", "")])
def test_errors_show_what_a_file_holds_and_do_not_obey_it(tmp_path: Path, column: str) -> None:
    path = tmp_path / "u\x1b[2J.json"
    path.write_text(json.dumps([{"unit": "A", "income_per_capita": 1, column: NASTY}]))
    for words in (("assess", path, *LAW), ("progress", path, *PROGRESS[:-2])):
        done = invoke(*words)
        assert is_clean(done.stderr)
        assert is_clean(done.stdout)


def test_a_name_that_is_not_utf_8_is_said(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\x1b.csv")
    path.write_text("unit,income_per_capita\nA,?\n")
    err = run("assess", path, *LAW, *STRICT, "--lang", "vi", code=2)
    assert is_clean(err)
