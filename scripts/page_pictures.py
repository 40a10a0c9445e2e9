"""Pictures of the page for the README, from a study that checks and one that explores, in Debian's Chromium.

python -m sweep +sweep=regimes engine=loop study.name=check
python -m sweep +sweep=explore engine=loop study.name=map
python scripts/page_pictures.py outputs/check outputs/map --into docs
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from sweep.report import page

WIDTH, HEIGHT = 1280, 1000
PICTURES = ("page.png", "page-curves.png", "page-map.png")
COLOURS = 128
"""Colours that a picture keeps: few enough to be a third of the size."""
SETTLED_MS = 500
"""Time for the charts to be drawn before a picture is taken."""


def main() -> None:
    """Write `page.png`, the head of the page; `page-curves.png`; and `page-map.png`, the map."""
    asked = _arguments()
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("page_pictures: needs Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        files = [_made(study, Path(folder)) for study in (asked.checked, asked.explored)]
        sheet = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        _open(sheet, files[0])
        sheet.screenshot(path=asked.into / PICTURES[0])
        sheet.set_viewport_size({"width": WIDTH, "height": 4 * HEIGHT})  # nothing scrolls, so that nothing sticks
        sheet.fill("#filter", "overfit")
        sheet.wait_for_timeout(SETTLED_MS)
        sheet.locator("#trials .run").first.click()
        sheet.locator("#curves").screenshot(path=asked.into / PICTURES[1])
        _open(sheet, files[1])
        sheet.locator("#map").screenshot(path=asked.into / PICTURES[2])
        browser.close()
    for name in PICTURES:
        file = asked.into / name
        Image.open(file).convert("RGB").quantize(COLOURS).save(file, optimize=True)


def _made(study: Path, folder: Path) -> Path:
    path = folder / f"{study.name}.html"
    page.write(page.page_of_folder(study), path)
    return path


def _open(sheet: Page, file: Path) -> None:
    sheet.goto(file.as_uri())
    sheet.wait_for_timeout(SETTLED_MS)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checked", type=Path, help="the folder of a study that expects verdicts")
    parser.add_argument("explored", type=Path, help="the folder of a study with a map")
    parser.add_argument("--into", type=Path, default=Path("docs"), help="where the pictures go (default: docs)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
