"""Build the sdist and from it the wheel; look into the wheel, install it alone, and compose every bundled ruleset.

The second half is `inside_wheel.py`, run by the Python of an empty environment, in another directory, isolated
(`-I`), and with every opening of a file of the source tree forbidden.
"""

import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Build and check; raises SystemExit with what is wrong."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        run(sys.executable, "-m", "build", "--outdir", str(work), str(ROOT), quiet=True)
        (sdist,) = work.glob("*.tar.gz")
        (wheel,) = work.glob("*.whl")
        problems = contents(wheel)
        if problems:
            raise SystemExit("\n".join(problems))
        print(f"{sdist.name} and {wheel.name} are built, {wheel.name} holds what it should", flush=True)
        venv.create(work / "empty", with_pip=True)
        python = work / "empty" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        run(str(python), "-m", "pip", "install", "-q", str(wheel), cwd=work)
        inside = shutil.copy(ROOT / "tools" / "inside_wheel.py", work)
        run(str(python), "-I", str(inside), str(ROOT), cwd=work)


def contents(wheel: Path) -> list[str]:
    """Return what the wheel lacks, and what it should not hold."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {"ntm_rules/py.typed"}
    for path in ROOT.joinpath("rulesets").rglob("*"):
        if path.is_file():
            wanted.add(f"ntm_rules/{path.relative_to(ROOT).as_posix()}")
    for path in ROOT.joinpath("src/ntm_rules").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            wanted.add(path.relative_to(ROOT / "src").as_posix())
    wanted |= {name.removesuffix(".po") + ".mo" for name in wanted if name.endswith(".po")}
    problems = [f"{wheel.name} lacks {name}" for name in sorted(wanted - names)]
    if not any(name.endswith(".dist-info/licenses/LICENSE") for name in names):
        problems.append(f"{wheel.name} lacks the licence")
    for name in sorted(names):
        top = name.split("/")[0]
        if (top != "ntm_rules" and not top.endswith(".dist-info")) or "fiction" in name or "/test_" in name:
            problems.append(f"{wheel.name} should not hold {name}")
    return problems


def run(*command: str, cwd: Path | None = None, quiet: bool = False) -> None:
    """Run a command; its output is shown where it fails, or unless *quiet*."""
    pipe = subprocess.PIPE if quiet else None
    done = subprocess.run(
        command, cwd=cwd, text=True, stdout=pipe, stderr=subprocess.STDOUT if quiet else None, check=False
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout or ''}\nfailed: {' '.join(command)}")


if __name__ == "__main__":
    main()
