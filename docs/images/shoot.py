"""Take the screenshots of docs/screens.md: every page at three widths, light and dark.

It teaches, so it wants a server whose database is new:

    INKLING_DATABASE_URL=sqlite:////tmp/shoot.db make serve

and beside it: python docs/images/shoot.py [http://127.0.0.1:5000]
"""

import io
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).parent
MOST_BYTES = 150_000
SIZES = {360: 1180, 768: 1180, 1280: 960}
THREE = [(128, 112), (134, 100), (143, 90), (155, 81), (170, 74), (187, 69), (205, 67), (223, 68), (240, 72), (254, 79)]
THREE += [(265, 89), (272, 102), (275, 117), (273, 132), (267, 147), (257, 160), (243, 171), (226, 180), (206, 185)]
THREE += [(186, 186), (212, 187), (236, 192), (256, 201), (271, 214), (280, 231), (283, 250), (280, 269), (271, 287)]
THREE += [(257, 302), (239, 314), (218, 322), (195, 325), (173, 323), (153, 316), (136, 305), (124, 292), (116, 284)]
RING = [(200, 70), (160, 82), (131, 120), (117, 170), (115, 210), (122, 262), (142, 304), (170, 326), (200, 331)]
RING += [(232, 325), (260, 302), (278, 262), (286, 212), (283, 168), (270, 122), (242, 84), (204, 69)]
THETA = [RING, [(116, 202), (286, 198)]]
#: What is no character.
STAR = [(200, 70), (276, 305), (76, 160), (324, 160), (124, 305), (200, 70)]
#: What is taught for the gallery: symbol and strokes; the last is wrong and stands out.
TAUGHT = [("7", [[(110, 90), (290, 90), (180, 330)]]), ("tick", [[(110, 220), (180, 320), (300, 90)]])]
TAUGHT += [("θ", THETA), ("1", [[(200, 70), (200, 330)]]), ("0", [RING])]
#: Strokes of what is uploaded, in a square of 100.
PICTURES = {
    "meter-1.png": [[(22, 8), (78, 8), (44, 92)]],
    "meter-2.png": [[(52, 6), (24, 62), (80, 62)], [(62, 42), (62, 96)]],
    "meter-3.png": [[(50, 8), (50, 92)]],
    "smudged.png": [[(30, 14), (72, 10), (70, 40), (40, 52), (74, 60), (66, 92), (30, 90), (34, 62)]],
}


def main() -> int:
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:5000"
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        api = playwright.request.new_context()
        if api.get(f"{address}/api/v1/corrections").json()["total"]:
            raise SystemExit("That server was taught something. Start one with a new database.")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for scheme in ("light", "dark"):
            for width, height in SIZES.items():
                viewport = {"width": width, "height": height}
                context = browser.new_context(viewport=viewport, color_scheme=scheme, has_touch=width == 360)
                page = context.new_page()
                forget(page, address)
                for name, show in SHOWN.items():
                    if name == "corrections":
                        seed(page, address, random.Random(4))
                    show(page, address)
                    page.wait_for_timeout(600)  # the bars move
                    path = HERE / f"{name}-{width}-{scheme}.png"
                    page.screenshot(path=path)
                    if path.stat().st_size > MOST_BYTES:
                        raise SystemExit(f"{path.name} has more than {MOST_BYTES:,} bytes")
                forget(page, address)
                context.close()
        browser.close()
    return 0


def stroke(page: Page, points: list[tuple[float, float]]) -> None:
    """Draw a stroke with the mouse."""
    box = page.get_by_test_id("ink").bounding_box()
    places = [(box["x"] + x * box["width"] / 400, box["y"] + y * box["width"] / 400) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=2)
    page.mouse.up()


def draw(page: Page, address: str) -> None:
    """Draw a 3 and ask why."""
    page.goto(address)
    stroke(page, THREE)
    expect(page.get_by_test_id("answer")).to_have_text("3")
    page.get_by_test_id("why").click()
    expect(page.get_by_test_id("heat")).to_have_attribute("data-shown", "")
    page.mouse.move(2, 2)


def teach(page: Page, address: str) -> None:
    """Draw a theta, which no network of 62 symbols knows, and teach it."""
    page.goto(address)
    page.get_by_test_id("clear").click()
    for points in THETA:
        stroke(page, points)
    expect(page.get_by_test_id("answer")).not_to_be_empty()
    page.get_by_test_id("teach-symbol").fill("θ")
    page.get_by_test_id("teach").click()
    expect(page.get_by_test_id("answer")).to_have_text("θ")
    page.mouse.move(2, 2)


def stranger(page: Page, address: str) -> None:
    """Draw a star, which is no digit."""
    page.goto(address)
    page.get_by_test_id("clear").click()
    stroke(page, STAR)
    expect(page.get_by_test_id("answer-closest")).not_to_be_empty()
    page.mouse.move(2, 2)


def corrections(page: Page, address: str) -> None:
    """Look at what was taught, and select two."""
    page.goto(f"{address}/corrections")
    for index in (1, 3):
        page.get_by_test_id("cards").get_by_test_id("card-check").nth(index).check()


def correction(page: Page, address: str) -> None:
    """Open a theta."""
    page.goto(f"{address}/corrections")
    page.locator("#cards [data-symbol=θ] button").first.click()
    expect(page.get_by_test_id("one-now")).to_contain_text("%")


def seed(page: Page, address: str, chance: random.Random) -> None:
    """Teach what the gallery shows: by two hands, once wrongly."""
    for number in range(30):
        symbol, strokes = TAUGHT[number * 7 % len(TAUGHT)]
        moved = [[[x + chance.gauss(0, 9), y + chance.gauss(0, 9)] for x, y in points] for points in strokes]
        ink = {"strokes": moved, "pen_width": chance.choice([14, 20, 26])}
        profile = "Ada" if number % 4 == 1 else "everybody"
        said = {"symbol": "4" if number == 22 else symbol, "profile": profile, "alphabet": "digits"}
        expect(page.request.post(f"{address}/api/v1/corrections", data={**ink, **said})).to_be_ok()


def forget(page: Page, address: str) -> None:
    """Delete all that was taught."""
    ids = [one["id"] for one in page.request.get(f"{address}/api/v1/corrections?limit=500").json()["corrections"]]
    if ids:
        expect(page.request.post(f"{address}/api/v1/corrections/delete", data={"ids": ids})).to_be_ok()


def upload(page: Page, address: str) -> None:
    """Read four pictures and one that is none."""
    page.goto(f"{address}/upload")
    files = [{"name": name, "mimeType": "image/png", "buffer": content} for name, content in pictures()]
    page.get_by_test_id("upload-input").set_input_files(files)
    expect(page.locator("[data-state=waiting], [data-state=reading]")).to_have_count(0)
    expect(page.get_by_test_id("result-row")).to_have_count(len(files))


def pictures() -> Iterator[tuple[str, bytes]]:
    """Draw the pictures, thick and anti-aliased."""
    for name, strokes in PICTURES.items():
        image = Image.new("L", (480, 480), 250)
        pen = ImageDraw.Draw(image)
        for stroke in strokes:
            points = [(40 + 4 * x, 40 + 4 * y) for x, y in stroke]
            pen.line(points, fill=30, width=30, joint="curve")
            for x, y in points:
                pen.ellipse((x - 15, y - 15, x + 15, y + 15), fill=30)
        file = io.BytesIO()
        image.resize((120, 120), Image.Resampling.LANCZOS).save(file, "PNG")
        yield name, file.getvalue()
        if name == "meter-2.png":
            yield "cut-off.png", file.getvalue()[:80]


SHOWN = {"draw": draw, "upload": upload, "stranger": stranger, "teach": teach}
SHOWN |= {"corrections": corrections, "correction": correction}

if __name__ == "__main__":
    sys.exit(main())
