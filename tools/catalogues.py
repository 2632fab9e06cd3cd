"""Make the catalogues that the package reads (`.mo`) of those that people write (`.po`), each beside the other.

Run by the hook that builds the wheel, by `nox -s messages`, and before the tests.
"""

import datetime as dt
import io
import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "src" / "ntm_rules" / "messages" / "locale"


def main() -> None:
    """Build the catalogue of every language; one that is up to date is left alone."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        language = source.parent.parent.name
        with source.open("rb") as file:
            catalogue = read_po(file, locale=language, abort_invalid=True)
        catalogue.creation_date = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the same words make the same file
        built = io.BytesIO()
        write_mo(built, catalogue)
        replace(source.with_suffix(".mo"), built.getvalue())


def replace(target: Path, content: bytes) -> None:
    """Put *content* in a file at one stroke: the workers of a test run may do so at the same time."""
    if target.exists() and target.read_bytes() == content:
        return
    draft = target.with_suffix(f".{os.getpid()}.mo")
    draft.write_bytes(content)
    draft.replace(target)


if __name__ == "__main__":
    main()
