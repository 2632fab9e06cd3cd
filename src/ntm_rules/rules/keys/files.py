"""The kinds of files, and which of them one JSON Schema describes."""

from attrs import frozen

from ntm_rules.rules.keys.beside import ALLOW_FILE, TESTS_FILE
from ntm_rules.rules.keys.kinds import Keys
from ntm_rules.rules.keys.mappings import MAPPING_FILE
from ntm_rules.rules.keys.registers import (
    FACTS_FILE,
    LIST_FILE,
    MEASURES_FILE,
    MERGERS_FILE,
    PLAUSIBLE_FILE,
    PROVINCES_FILE,
    TARGETS_FILE,
)
from ntm_rules.rules.keys.rulesets import AMENDMENT_FILE, OVERLAY_FILE, RULESET_FILE


@frozen
class Format:
    """Files that are told apart by a key of theirs and described together.

    Attributes:
        name: of the schema; the version counts changes that refuse what was accepted before.
        files: by the key that tells the kind of file, in the order in which they are looked for.
    """

    name: str
    version: int
    vi: str
    en: str
    files: dict[str, Keys]


RULES = Format(
    "rules",
    1,
    "Tệp quy định của ntm-rules.",
    "A rule file of ntm-rules.",
    {
        "measures": MEASURES_FILE,
        "facts": FACTS_FILE,
        "provinces": PROVINCES_FILE,
        "list": LIST_FILE,
        "ruleset": RULESET_FILE,
        "amends": AMENDMENT_FILE,
        "overlay": OVERLAY_FILE,
        "targets": TARGETS_FILE,
        "mergers": MERGERS_FILE,
        "plausible": PLAUSIBLE_FILE,
    },
)
TESTS = Format(
    "tests",
    1,
    "Tệp kiểm thử của ntm-rules (`*.tests.yaml`).",
    "A file of tests of ntm-rules (`*.tests.yaml`).",
    {"cases": TESTS_FILE},
)
ALLOW = Format(
    "allow",
    1,
    "Tệp các phát hiện được chấp nhận của ntm-rules (`*.allow.yaml`).",
    "A file of problems of ntm-rules that are right as they are (`*.allow.yaml`).",
    {"allow": ALLOW_FILE},
)
MAPPING = Format(
    "mapping",
    1,
    "Tệp ánh xạ của ntm-rules.",
    "A mapping file of ntm-rules.",
    {"mapping": MAPPING_FILE},
)
FORMATS = (RULES, TESTS, ALLOW, MAPPING)
