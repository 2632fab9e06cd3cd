"""Fill in a workbook in LibreOffice, for the Python that has its bridge: ``libreoffice_fill.py soffice FILE``.

The cells are JSON on standard input: for each sheet the values by cell. A text goes in as a text, a number as a number.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uno

PATIENCE = 120


def main(soffice: str, path: str) -> None:
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"ntm-{Path(profile).name}"
        options = ("--headless", "--norestore", "--nodefault", "--nologo", f"--accept=pipe,name={pipe};urp;")
        office = subprocess.Popen([soffice, f"-env:UserInstallation={Path(profile).as_uri()}", *options])
        try:
            desktop = connected(pipe)
            fill(desktop, Path(path).as_uri(), json.load(sys.stdin))
            desktop.terminate()
            office.wait(PATIENCE)
        finally:
            office.kill()


def connected(pipe: str) -> Any:
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    end = time.monotonic() + PATIENCE
    while True:
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        except Exception:  # NoConnectException, which exists only once a bridge does
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def fill(desktop: Any, url: str, sheets: dict[str, dict[str, str | float]]) -> None:
    book = desktop.loadComponentFromURL(url, "_blank", 0, (option("Hidden", True),))
    for name, cells in sheets.items():
        sheet = book.Sheets.getByName(name)
        for place, value in cells.items():
            cell = sheet.getCellRangeByName(place)
            if isinstance(value, str):
                cell.setString(value)
            else:
                cell.setValue(value)
    book.storeToURL(url, (option("FilterName", "Calc MS Excel 2007 XML"),))
    book.close(True)


def option(name: str, value: object) -> Any:
    found = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    found.Name, found.Value = name, value
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
