"""Every example of README and documentation is run.

A page is one test, in a folder of its own in which `examples/` is the project's. Python blocks run in one namespace a
page. Of a `console` block each line after `$ ` is run in a shell and has to print what follows it (`...` stands for any
text); of an `sh` block each line that begins with `ntm-rules` has to succeed. A block after a line that names a file in
backticks and ends with a colon is written to that file. YAML blocks have to be readable.
"""

import doctest
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from sybil import Document, Example, Region
from sybil.parsers.myst import PythonCodeBlockParser

from ntm_rules.yaml.nodes import read_text

ROOT = Path(__file__).resolve().parent.parent.parent
POSTGRESQL, SPARK = (ROOT / "docs" / "how-to" / f"frame-{server}.md" for server in ("postgresql", "spark"))
FOUND = [path for folder in ("", "docs/**/", "examples/") for path in sorted(ROOT.glob(f"{folder}*.md"))]
PROVING = ROOT / "docs" / "explanation" / "a-finding.md"
PAGES = [path for path in FOUND if path not in (PROVING, POSTGRESQL, SPARK)]
LONG = {
    f"docs/how-to/{name}.md"
    for name in (
        "assess-csv",
        "assess-parquet-excel",
        "forms",
        "programme-progress",
        "test-a-ruleset",
        "what-a-decision-changes",
    )
} | {"docs/reference/command-line.md", "examples/README.md"}
"""Pages with so many commands that they take seconds."""
BLOCK = re.compile(r"^```(?P<language>console|sh|yaml|csv|json|jsonl)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`(?P<name>[\w./-]+\.[a-z]+)`[^`\n]*:\n\n$")
COMMAND = re.compile(r"^\$ (?P<command>.*(?:\\\n.*)*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SHELL = os.environ | {
    "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
    "COLUMNS": "110",
    "NO_COLOR": "1",
    "TERM": "dumb",
    "PYTHONUTF8": "1",
}


def blocks(document: Document) -> Iterable[Region]:
    """Fenced blocks that are no Python."""
    for match in BLOCK.finditer(document.text):
        named = NAMED.search(document.text, 0, match.start())
        evaluate = {"console": run_console, "sh": run_lines}.get(match["language"], read_block)
        content = (match["language"], match["body"], named["name"] if named else None)
        yield Region(match.start(), match.end(), content, evaluate)


def run_console(example: Example) -> str | None:
    """Run the commands of a block; what is wrong with the first that prints something else."""
    _, body, _ = example.parsed
    assert body.startswith("$ "), "a console block begins with a command"
    for match in COMMAND.finditer(body):
        wanted = match["output"]
        done = shell(match["command"])
        got = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())
        if not doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS):
            return f"$ {match['command']}\nexpected:\n{wanted}\ngot (exit code {done.returncode}):\n{got}"
    return None


def run_lines(example: Example) -> str | None:
    """Run the lines of a block that begin with the command; each has to succeed. Set-up is left to the gate."""
    for line in example.parsed[1].splitlines():
        if line.startswith("ntm-rules "):
            done = shell(line)
            if done.returncode:
                return f"$ {line}\nexit code {done.returncode}:\n{done.stdout}"
    return None


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """A command run in a shell, its output and errors together."""
    arguments = ["bash", "-c", command]
    pipe, out = subprocess.PIPE, subprocess.STDOUT
    return subprocess.run(arguments, stdout=pipe, stderr=out, env=SHELL, encoding="utf-8", check=False)


def read_block(example: Example) -> str | None:
    """Write a named block to its file; a block without a name has to be readable."""
    language, body, name = example.parsed
    if name is not None:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    if language == "yaml":
        read_text(body, str(name))
    if language == "json":
        json.loads(body)
    return None


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs the examples of a page, for which some names are there."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)

    def examples_of(path: Path, **names: object) -> None:
        document = Document.parse(str(path), PythonCodeBlockParser(doctest_optionflags=FLAGS), blocks)
        document.namespace.update(names)
        for example in document.examples():
            example.evaluate()

    return examples_of


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=name, marks=[pytest.mark.slow] if name in LONG else [])
        for name, path in ((str(path.relative_to(ROOT)), path) for path in PAGES)
    ],
)
def test_examples(path: Path, run: Callable[..., None]) -> None:
    run(path)


@pytest.mark.slow
def test_examples_that_prove_every_bundled_set(run: Callable[..., None]) -> None:
    run(PROVING)


def test_examples_on_postgresql(postgres: str, run: Callable[..., None]) -> None:
    run(POSTGRESQL, url=postgres)


@pytest.mark.usefixtures("spark")
def test_examples_on_spark(run: Callable[..., None]) -> None:
    run(SPARK)
