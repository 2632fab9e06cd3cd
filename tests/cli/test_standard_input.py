"""``assess -``: a table from standard input is read as a file is."""

import csv
import tempfile
from pathlib import Path

import pytest
from click.testing import Result

from cli.test_commands import LAW
from command_line import invoke

TABLES = {
    "csv": b'\xef\xbb\xbfX\xc3\xa3,income_per_capita\nA,"43,2"\nB,50\n',
    "json": b'[{"unit": "A", "income_per_capita": "43,2"}, {"unit": "B", "income_per_capita": 50}]',
    "jsonl": b'{"unit": "A", "income_per_capita": 43.2}\n{"unit": "B", "income_per_capita": 50}\n',
}


def assess(form: str | None, data: bytes, *options: object) -> Result:
    given = () if form is None else ("--input-format", form)
    return invoke("assess", "-", *LAW, *given, "--lang", "vi", *options, data=data)


@pytest.mark.parametrize("form", TABLES)
def test_it_is_read_as_a_file_is(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"u.{form}"
    path.write_bytes(TABLES[form])
    for options in (["--format", "csv"], ["--format", "jsonl"], ["--format", "csv", "--no-reasons"]):
        done = assess(form, TABLES[form], *options)
        assert done.exit_code == 0
        assert done.stdout == invoke("assess", path, *LAW, "--lang", "vi", *options).stdout
        assert "A" in done.stdout


def test_nothing_is_left_behind_and_no_other_name_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = assess("csv", "unit,lạ\nA,1\n".encode(), "--errors", tmp_path / "errors.csv")
    assert done.exit_code == 2
    assert done.stderr.startswith("-:1:1: lỗi[table.column]")
    noted = assess("csv", "unit,income_per_capita\nA,1\nTổng,1\n".encode())
    assert "-:3:1: ghi chú[table.total]" in noted.stderr
    (row,) = csv.DictReader((tmp_path / "errors.csv").read_text(encoding="utf-8-sig").splitlines())
    assert (row["file"], row["line"]) == ("'-", "1")  # as every cell that begins like a formula
    assert [path.name for path in tmp_path.iterdir()] == ["errors.csv"]


def test_what_it_holds_has_to_be_said(tmp_path: Path) -> None:
    done = assess(None, TABLES["csv"])
    assert (done.exit_code, "--input-format" in done.stderr) == (2, True)
    path = tmp_path / "u.csv"
    path.write_bytes(TABLES["csv"])
    done = invoke("assess", path, *LAW, "--input-format", "csv", "--lang", "vi")
    assert done.exit_code == 2
    assert "chỉ dùng khi tệp là `-`" in done.stderr


def test_what_is_written_over_does_not_matter(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("x")
    assert assess("csv", TABLES["csv"], "--out", out).exit_code == 0
    assert len(out.read_text().splitlines()) == 2
    assert assess("csv", b"").exit_code == 2
