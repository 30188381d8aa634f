"""Types cells into a workbook with LibreOffice and saves it: soffice, profile, book, saved book, then address, text, …

Run by the system's Python, for which LibreOffice installs its library.
"""

import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def prop(name, value):
    told = PropertyValue()
    told.Name, told.Value = name, value
    return told


def connected(pipe):
    """The desktop of the office just started; it takes some seconds to answer."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
        except NoConnectException:
            time.sleep(0.25)
    raise SystemExit("LibreOffice does not answer")


def main(soffice, profile, book, saved, *told):
    pipe = f"antt{time.time_ns()}"
    office = subprocess.Popen(
        [
            soffice,
            "--headless",
            "--norestore",
            f"-env:UserInstallation={Path(profile).as_uri()}",
            f"--accept=pipe,name={pipe};urp;",
        ],
    )
    try:
        desktop = connected(pipe)
        opened = desktop.loadComponentFromURL(Path(book).as_uri(), "_blank", 0, (prop("Hidden", True),))
        sheet = opened.Sheets.getByIndex(0)
        for address, text in zip(told[::2], told[1::2], strict=True):
            sheet.getCellRangeByName(address).FormulaLocal = text  # as typed: 3/5 is a day where the cell is no text
        opened.storeToURL(Path(saved).as_uri(), (prop("FilterName", "Calc MS Excel 2007 XML"),))
        opened.close(True)
        desktop.terminate()
        office.wait(60)
    finally:
        office.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
