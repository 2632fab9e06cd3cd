"""The pytest plugin: ``pytest --ntm-rulesets FOLDER`` runs all laws on every ruleset of a folder, without Python.

Nothing of the package is imported, and nothing is collected, unless the option is given.
"""

import importlib.util
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

if typing.TYPE_CHECKING:
    from ntm_rules.check.compositions import Composition
    from ntm_rules.check.folder import Folder
    from ntm_rules.testing.laws import Law
    from ntm_rules.testing.subject import Subject

_CASES = "ntm_rules.testing.cases"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("ntm-rules", "laws of rulesets")
    group.addoption(
        "--ntm-rulesets",
        action="append",
        default=[],
        metavar="FOLDER",
        help="run all laws, and the *.tests.yaml files, on the rule files of a folder",
    )
    group.addoption(
        "--ntm-profile",
        choices=("quick", "full"),
        default="quick",
        help="quick tries the same few communes every time, full tries hundreds, every year and column",
    )
    group.addoption(
        "--ntm-alone",
        action="store_true",
        help="read the folders without the bundled rules, which they lie over otherwise",
    )
    parser.addini(
        "ntm_tiers",
        "declared tiers, a line each, e.g. `commune/nang-cao > commune/ntm`",
        type="linelist",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect the folders; beside them only what the command line names."""
    folders = [str(Path(folder).resolve()) for folder in config.getoption("ntm_rulesets")]
    if not folders:
        return
    for folder in folders:
        if not Path(folder).is_dir():
            raise pytest.UsageError(_said("plugin.no_folder", folder=folder))
    named = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
    config.args = [*named, *folders]


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a folder that the option names as rule files."""
    folders = {Path(folder).resolve() for folder in parent.config.getoption("ntm_rulesets")}
    return RulesetFolder.from_parent(parent, path=path) if path.resolve() in folders else None


def _said(code: str, **params: object) -> str:
    """Return a message in English, the language in which pytest reports."""
    from ntm_rules.messages.catalogue import say

    return say("en", code, **params)


def _in_words(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return what an error of ours says; empty for any other."""
    from ntm_rules.messages.errors import NtmRulesError

    return str(excinfo.value) if isinstance(excinfo.value, NtmRulesError) else ""


class RulesetFolder(pytest.Directory):
    """A folder of rule files; an error of a file fails its collection."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Yield a collector for each ruleset, one test that rewrites the files, and the cases beside the rules."""
        from ntm_rules.check.folder import Folder

        folder = Folder.read(self.path, alone=self.config.getoption("ntm_alone"))
        targets = tuple(folder.compositions())
        for target in targets:
            yield RulesetLaws.from_parent(self, name=str(target), folder=folder, target=target)
        if targets:
            yield RewritingItem.from_parent(self, name="rewriting", folder=folder, targets=targets)
        if importlib.util.find_spec(_CASES) is not None:
            for path in importlib.import_module(_CASES).find_files(self.path):
                name = path.relative_to(self.path).as_posix()
                yield CaseFile.from_parent(self, name=name, path=path, folder=folder)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: typing.Any = None) -> typing.Any:
        """Say what is wrong with the files, without a traceback."""
        return _in_words(excinfo) or super().repr_failure(excinfo)


class _Item(pytest.Item):
    """A test whose failure is told in words."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: typing.Any = None) -> typing.Any:
        """Return the message of an error of ours, else the traceback."""
        return _in_words(excinfo) or super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the folder and the name, for pytest's headings."""
        return self.path, None, self.name


class RulesetLaws(pytest.Collector):
    """One composed ruleset; composed when its first law is tried."""

    def __init__(self, *, folder: "Folder", target: "Composition", **kwargs: typing.Any) -> None:
        super().__init__(**kwargs)
        self.folder, self.target = folder, target
        self._subject: Subject | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each law."""
        from ntm_rules.testing.laws import LAWS

        for law in LAWS:
            yield LawItem.from_parent(self, name=law.name, law=law)

    @property
    def subject(self) -> "Subject":
        """What laws are asked of."""
        from ntm_rules.check.allowed import excused_by, read_allowed
        from ntm_rules.testing.subject import Subject

        if self._subject is None:
            thorough = self.config.getoption("ntm_profile") == "full"
            library = self.folder.library
            excused = excused_by(read_allowed(library), self.target)
            self._subject = Subject(self.target.compose(library), library, _tiers(self.config), excused, thorough)
        return self._subject


def _tiers(config: pytest.Config) -> tuple[tuple[str, str], ...]:
    pairs = [line.partition(">") for line in config.getini("ntm_tiers")]
    return tuple((upper.strip(), lower.strip()) for upper, _, lower in pairs)


class LawItem(_Item):
    """One law of one ruleset."""

    def __init__(self, *, law: "Law", **kwargs: typing.Any) -> None:
        super().__init__(**kwargs)
        self.law = law

    def runtest(self) -> None:
        """Try the law; skipped where it says nothing about the ruleset, or an allow file excuses it."""
        from ntm_rules.testing.laws import prove

        subject = typing.cast(RulesetLaws, self.parent).subject
        if not self.law.about(subject):
            pytest.skip(_said("plugin.says_nothing"))
        if (self.law.name, "") in subject.excused:
            pytest.skip(_said("plugin.excused"))
        prove(self.law, subject, self.config.getoption("ntm_profile"))
        left = tuple(place for law, place in subject.undecided if law == self.law.name)
        if left:
            self.add_report_section("call", "ntm-rules", _said("plugin.undecided", law=self.law.name, places=left))


class RewritingItem(_Item):
    """The law that the way in which files are written is not in the content hash."""

    def __init__(self, *, folder: "Folder", targets: "tuple[Composition, ...]", **kwargs: typing.Any) -> None:
        super().__init__(**kwargs)
        self.folder, self.targets = folder, targets

    def runtest(self) -> None:
        """Write the files in another way, compose, compare."""
        from ntm_rules.rules.folders import bundled_folder
        from ntm_rules.testing.composing_laws import rewritten

        home = bundled_folder().resolve()
        inside = self.folder.path != home and self.folder.path.is_relative_to(home)
        rulesets = [target.compose(self.folder.library) for target in self.targets]
        rewritten(home if inside else self.folder.path, rulesets, self.folder.bundled and not inside)


class CaseFile(pytest.File):
    """A file of cases beside the rules."""

    def __init__(self, *, folder: "Folder", **kwargs: typing.Any) -> None:
        super().__init__(**kwargs)
        self.folder = folder

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each case."""
        cases = importlib.import_module(_CASES)
        for number, case in enumerate(cases.load_cases(self.path), 1):
            name = str(getattr(case, "name", "") or number)
            yield CaseItem.from_parent(self, name=name, case=case)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: typing.Any = None) -> typing.Any:
        """Say what is wrong with the file, without a traceback."""
        return _in_words(excinfo) or super().repr_failure(excinfo)


class CaseItem(_Item):
    """One case."""

    def __init__(self, *, case: object, **kwargs: typing.Any) -> None:
        super().__init__(**kwargs)
        self.case = case

    def runtest(self) -> None:
        """Run the case; every difference is told."""
        cases = importlib.import_module(_CASES)
        failures = cases.run_case(typing.cast(CaseFile, self.parent).folder.library, self.case)
        if failures:
            pytest.fail("\n".join(map(str, failures)), pytrace=False)
