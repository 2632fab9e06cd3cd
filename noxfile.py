"""What is checked before a change goes in; `.ci/run` calls the same sessions.

nox              lint, types, docs, wheel and the tests on every Python that is found
nox -s slow      what takes minutes or a server, and every property with more examples
nox -s laws      every property with 3,000 examples; takes hours
nox -s lint      one of them
nox -s mutants   whether a test notices when the core is wrong; takes an hour or two
nox -s fuzz      odd input at every door, for 20 minutes
nox --no-venv    in the environment that is active, without installing anything
nox -s sanitize  live sessions on a durable_rules that is watched for errors of memory; needs gcc
"""

import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "docs", "wheel", "tests"]

DURABLE = "durable-rules==2.0.28"


def need(session: nox.Session, extra: str) -> None:
    """Install the project with an extra, unless the session runs in an environment that is there already."""
    if session.venv_backend != "none":
        session.install("-e", f".[{extra}]")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, common mistakes, and the contract between the rooms."""
    need(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types, and a typed client of the public interface for the two type checkers that users have."""
    need(session, "lint")
    session.run("mypy")
    python = session.run("python", "-c", "import sys; print(sys.executable)", silent=True)
    session.run("pyright", "-p", "tests/typing", "--pythonpath", str(python).strip())


@nox.session
def messages(session: nox.Session) -> None:
    """The catalogues, after a change of a `.po`; installing the project and running the tests do it too."""
    if session.venv_backend != "none":
        session.install("Babel>=2.16")
    session.run("python", "tools/catalogues.py")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation; a warning or a broken reference fails. Its examples run with the tests."""
    need(session, "docs")
    session.run("sphinx-build", "-W", "-n", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html")


@nox.session
def wheel(session: nox.Session) -> None:
    """What ships: the wheel alone composes every bundled ruleset."""
    need(session, "build")
    session.run("python", "tools/check_wheel.py")


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """All tests but the slow ones, the examples of README and most pages among them."""
    need(session, "test")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """What takes minutes or a server, and every property with 200 examples instead of 15."""
    need(session, "slow")
    strong = {"HYPOTHESIS_PROFILE": "strong"}
    session.run("python", "-m", "pytest", "-m", "slow or hypothesis", *session.posargs, env=strong)


@nox.session
def laws(session: nox.Session) -> None:
    """Every property with 3,000 examples."""
    need(session, "test")
    session.run("python", "-m", "pytest", "-m", "hypothesis", *session.posargs, env={"HYPOTHESIS_PROFILE": "full"})


@nox.session(venv_backend="none")
def lowest(session: nox.Session) -> None:
    """Part of the tests on the lowest versions that pyproject.toml names, in an environment made for it."""
    folder = Path(".nox", "lowest")
    session.run(sys.executable, "-m", "venv", "--clear", str(folder))
    session.run(str(folder / "bin/pip"), "install", "-q", "uv")
    low = ("--python", str(folder), "--resolution", "lowest-direct")
    session.run(str(folder / "bin/uv"), "pip", "install", "-q", *low, "-e", ".[test]")
    part = ["tests/cli", "tests/conformance", "tests/property", "tests/unit"]
    session.run(str(folder / "bin/python"), "-m", "pytest", *(session.posargs or part))


@nox.session
def coverage(session: nox.Session) -> None:
    """How much of the package the tests run."""
    need(session, "coverage")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine", "-q")
    session.run("coverage", "report")


@nox.session
def faults(session: nox.Session) -> None:
    """Some hundreds of faults, seeded into the bundled rule files one by one; every kind has to be found."""
    need(session, "test")
    session.run("python", "tools/seed_faults.py", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Some hundreds of mutants of the core, one by one; takes an hour or two. Fails on a survivor without a reason."""
    need(session, "mutants")
    session.run("python", "tools/mutants.py", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Odd input at every door for 20 minutes; fails on a traceback, a hang, and memory above the bound."""
    need(session, "test")
    session.run("python", "tools/fuzz.py", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Speed on the made-up and the bundled sets; prints numbers, fails on none."""
    need(session, "bench")
    for path in sorted(Path("benchmarks").glob("*.py")):
        session.run("python", str(path), *session.posargs)


@nox.session
def sanitize(session: nox.Session) -> None:
    """The live sessions' tests on durable_rules built with AddressSanitizer, then with freed memory overwritten."""
    if session.venv_backend == "none":
        session.error("it builds durable_rules anew and needs an environment of its own")
    suite = ("python", "-m", "pytest", "-q", "-n0", "tests/live", *session.posargs)
    build = ("pip", "install", "-q", "--force-reinstall", "--no-deps", "--no-cache-dir", "--no-binary", ":all:")
    durable = {"NTM_LIVE_ENGINE": "durable"}
    session.install("-e", ".[test]")
    session.run(*build, DURABLE, env={"CC": "gcc -fsanitize=address -fno-omit-frame-pointer -g -O1"})
    library = session.run("gcc", "-print-file-name=libasan.so", external=True, silent=True)
    watched = {"LD_PRELOAD": str(library).strip(), "PYTHONMALLOC": "malloc", "ASAN_OPTIONS": "detect_leaks=0"}
    # What is freed is kept for a while to be watched: memory grows.
    session.run(*suite, "-k", "not memory_does_not_grow", env=durable | watched)
    session.run(*build, DURABLE)
    # Every block is overwritten when it is freed: with hundreds of MB that takes for ever.
    session.run(*suite, "-k", "not as_many_sessions", env=durable | {"MALLOC_PERTURB_": "165"})
