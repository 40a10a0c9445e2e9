"""The page in a real Chromium, from disk: what a reader does with mouse, keyboard, phone, paper and in the dark."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers import page_studies
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sweep.curves import Curves
from sweep.report import page as pages
from sweep.report.page.merging import merged
from sweep.report.page.study_folder import page_of_folder

CHROMIUM = shutil.which("chromium")
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("these tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens a page's file; afterwards there was no request but for the file, and not one line on the console."""
    heard: list[str] = []
    contexts = []

    def open_page(content: pages.Page, **options: object) -> Page:
        path = tmp_path / "page.html"
        pages.write(content, path)
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        expect(page.locator("#loss-words")).not_to_be_empty()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [line for line in heard if not line.startswith("blob:")]


@pytest.fixture
def checked(tmp_path: Path) -> pages.Page:
    command = "python -m sweep +sweep=regimes"
    return page_of_folder(page_studies.write(tmp_path / "check", page_studies.checked(), command=command))


@pytest.fixture
def explored(tmp_path: Path) -> pages.Page:
    recommended = {"learning_rate": 10.0**-3, "batch_size": 4, "epochs": 14}
    more = {"recommended": recommended, "advice": "learning rate 0.001: the best"}
    return page_of_folder(page_studies.write(tmp_path / "explore", page_studies.explored(), **more))


def pixels(page: Page, chart: str = "loss") -> str:
    return str(page.evaluate(f"document.querySelector('#{chart}-chart canvas').toDataURL()"))


def rows(page: Page) -> list[str]:
    return page.locator("#trials tbody tr .run").all_inner_texts()


def test_the_matrix_lists_its_runs_and_names_the_disagreement(opened, checked):
    page = opened(checked)
    assert "11 of 12 diagnosed as expected" in page.inner_text("header")
    assert "python -m sweep +sweep=regimes" in page.inner_text("header")
    assert "trial 011 (erratic, read as overfit)" in page.inner_text("#matrix")
    assert page.locator("#matrix .agree .run").all_inner_texts() == [f"{n:03d}" for n in range(11)]
    page.click("#matrix .differ .count")
    assert page.locator("#run h3").inner_text().startswith("Trial 011: overfit")
    assert "but erratic was expected" in page.inner_text("#run h3")


def test_a_filter_narrows_the_table_and_the_charts(opened, checked):
    page = opened(checked)
    assert len(rows(page)) == 12
    before = pixels(page)
    page.fill("#filter", "verdict=overfit seed=1")
    assert rows(page) == ["004"]
    expect(page.locator("#legend [data-run]")).to_have_count(1)
    assert pixels(page) != before
    page.fill("#filter", "epochs>14")
    assert page.inner_text("#shown") == "0 of 12 trials"
    expect(page.get_by_text("No run passes the filter").first).to_be_visible()
    page.click("#clear")
    assert len(rows(page)) == 12


def test_a_verdict_is_chosen_by_its_button(opened, checked):
    page = opened(checked)
    page.get_by_role("button", name="underfit", exact=True).click()
    assert rows(page) == ["006", "007", "008"]
    assert page.get_by_role("button", name="underfit", exact=True).get_attribute("aria-pressed") == "true"


def test_the_slider_smooths_the_batch_losses(opened, checked):
    page = opened(checked)
    page.click("#trials [data-run='0'] .run")
    before = pixels(page)
    page.locator("#smooth").fill("100")
    assert page.inner_text("#smooth-value") == "over 20 % of a run"
    smooth = pixels(page)
    assert smooth != before
    page.locator("#smooth").fill("0")
    assert page.inner_text("#smooth-value") == "off"
    assert pixels(page) not in (before, smooth)


@pytest.mark.parametrize("choice", ["[name=x][value=epoch]", "[name=y][value=log]", "[name=line][value=train]"])
def test_axes_and_lines_change_the_chart(choice, opened, checked):
    page = opened(checked)
    before = pixels(page)
    page.click(choice)
    assert pixels(page) != before


def test_runs_are_laid_over_each_other_and_luck_is_named(opened, checked):
    page = opened(checked)
    for number in (0, 1, 3):
        page.check(f"[data-tick='{number}']")
    assert page.locator("#legend [data-run]").all_inner_texts() == ["trial 000", "trial 001", "trial 003"]
    assert "by luck alone" in page.inner_text("#luck") or "than luck explains" in page.inner_text("#luck")
    assert "standard deviation" in page.inner_text("#luck")
    page.click("[data-drop='3']")
    assert page.locator("#legend [data-run]").count() == 2


def test_a_run_is_told_in_words_with_what_to_try_and_how(opened, checked):
    page = opened(checked)
    page.click("#trials [data-run='3'] .run")
    told = page.inner_text("#run")
    for text in ("a finding of overfit", "the answer to trend", "train.learning_rate=0.002", "+remedy=dropout"):
        assert text in told
    assert told.index("learning rate") < told.index("batch size") < told.index("epochs") < told.index("seed")
    assert told.index("+remedy=lower_rate") < told.index("+remedy=dropout")  # a knob first
    assert page.locator("#found li").all_inner_texts() == ["step 100: a finding of overfit"]


def test_what_spoke_for_and_against_a_verdict_is_drawn_where_the_diagnosis_says_it(opened, tmp_path):
    folder = page_studies.write(tmp_path / "why", [page_studies.run(0, "overfit")])
    why = [
        {"term": "gap", "log_odds": 2.1, "text": "a wide gap"},
        {"term": "n", "log_odds": -0.4, "text": "few points"},
    ]
    shares = {"healthy": 0.1, "overfit": 0.8, "underfit": 0.06, "erratic": 0.04}
    told = page_studies.diagnosis("overfit", probabilities=shares, why=why)
    page_studies.trial(folder, 0, page_studies.curves("overfit"), told)
    page = opened(page_of_folder(folder))
    weights = page.locator("#run .weights").all_inner_texts()
    assert weights[0].split() == ["overfit", "80", "%", "healthy", "10", "%", "underfit", "6", "%", "erratic", "4", "%"]
    assert "a wide gap" in weights[1]
    assert "against: few points" in " ".join(page.locator("#run .weights").nth(1).all_text_contents())


def test_a_click_on_the_map_shows_the_trial(opened, explored):
    page = opened(explored)
    page.click("#map a.trial[data-run='2']")
    assert page.locator("#run h3").inner_text().startswith("Trial 002: underfit")
    assert page.locator("#map a.trial.on").get_attribute("data-run") == "2"
    assert page.locator("#map .panel .region").count() == 3
    assert "Healthy from" in page.inner_text("#map")
    page.fill("#filter", "healthy")
    expect(page.locator("#map a.off")).to_have_count(12)


def test_the_whole_page_by_keyboard(opened, explored):
    page = opened(explored)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#map a.trial[data-run='4']")
    page.keyboard.press("Enter")
    assert page.locator("#run h3").inner_text().startswith("Trial 004")
    page.focus("#loss-chart")
    page.keyboard.press("ArrowRight")
    first = page.inner_text("#readout")
    page.keyboard.press("Shift+ArrowRight")
    assert page.inner_text("#readout") not in ("", first)
    page.focus("[data-sort='best loss']")
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort='ascending']").inner_text().startswith("best loss")
    assert page.evaluate("document.activeElement.dataset.sort") == "best loss"
    page.focus("[data-tick='7']")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.dataset.tick") == "7"
    assert page.is_checked("[data-tick='7']")


def test_everything_that_can_be_clicked_can_be_reached(opened, explored):
    page = opened(explored)
    script = "[...document.querySelectorAll('[data-run],[data-copy],[data-sort]')].filter(n => !n.closest('[hidden]'))"
    unreachable = page.evaluate(
        f"{script}.filter(n => n.tabIndex < 0 && !n.querySelector('button') && !n.closest('.parallel')).length"
    )
    assert unreachable == 0  # the lines of the parallel coordinates are in the table too


def test_every_picture_has_words(opened, explored):
    page = opened(explored)
    silent = page.evaluate(
        """[...document.querySelectorAll('svg')].filter(node => !node.closest('[aria-hidden=true]')
             && node.getAttribute('aria-hidden') !== 'true' && !node.getAttribute('aria-label')).length"""
    )
    assert silent == 0
    assert "trial 009, healthy: best" in page.text_content("#loss-words")
    assert page.locator("img:not([alt])").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_contrast(theme, opened, explored):
    page = opened(explored, color_scheme=theme)
    page.click("#trials [data-run='3'] .run")
    assert page.evaluate(CONTRAST) == []
    page.evaluate("document.querySelector('h1').style.color = '#777'")
    assert [text for text, _ in page.evaluate(CONTRAST)] == ["explore"]


def test_the_theme_can_be_chosen(opened, explored):
    page = opened(explored, color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    before, light = pixels(page), page.evaluate(paper)
    page.click("#theme")
    assert page.evaluate(paper) != light
    assert pixels(page) != before
    assert page.inner_text("#theme") == "Light"


@pytest.mark.parametrize("width", [360, 768])
def test_nothing_sticks_out_on_a_phone(width, opened, explored):
    page = opened(explored, viewport={"width": width, "height": 740}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#trials [data-run='3'] .run").tap()
    assert page.locator("#run h3").is_visible()
    assert page.evaluate("document.querySelector('#loss-chart canvas').clientWidth") <= width


def test_paper_shows_all_trials_in_light_colours_without_tools(opened, tmp_path):
    many = [page_studies.run(n, "healthy") for n in range(130)]
    page = opened(page_of_folder(page_studies.write(tmp_path / "many", many)), color_scheme="dark")
    assert len(rows(page)) == 100
    assert "100 trials of 130 shown" in page.inner_text("#more")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(rows(page)) == 130
    assert not page.is_visible("#filter")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(page.pdf(format="A4")) > 10_000


def test_a_table_of_what_is_shown(opened, tmp_path):
    names = ["=1+1", 'a "quoted", name', "plain"]
    listed = [page_studies.run(n, "healthy", params={"note": name}) for n, name in enumerate(names)]
    page = opened(page_of_folder(page_studies.write(tmp_path / "names", listed)))
    page.fill("#filter", "trial<2")
    page.fill("#filter", "note!=plain")
    with page.expect_download() as download:
        page.click("#csv")
    head, *lines = Path(download.value.path()).read_text().strip().split("\n")
    assert head.startswith("trial,verdict,sure")
    assert len(lines) == 2
    assert "'=1+1" in lines[0]
    assert '"a ""quoted"", name"' in lines[1]
    with page.expect_download() as download:
        page.click("#curves-csv")
    assert Path(download.value.path()).read_text().startswith("trial,series,step,value\n000,")


ODD = {
    "no validation": Curves({"batch_loss": page_studies.curves("healthy")["batch_loss"]}),
    "NaN": Curves.of(train_loss=[2.0, float("nan"), float("nan")], val_loss=[2.0, float("inf"), float("nan")]),
    "one point": Curves.of(train_loss=[2.0], val_loss=[2.5]),
    "nothing": Curves({}),
    "negative": Curves.of(train_loss=[0.5, -1.0, -2.0], val_loss=[0.6, -0.8, -1.5]),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_curves_open_without_an_error(name, opened, tmp_path):
    folder = page_studies.write(tmp_path / "odd", [page_studies.run(0, "erratic")])
    page_studies.trial(folder, 0, ODD[name], page_studies.diagnosis("erratic"))
    page = opened(page_of_folder(folder))
    page.click("[name=y][value=log]")
    assert page.locator("#run h3").inner_text().startswith("Trial 000")
    if name == "NaN":
        assert "step 1: a loss is NaN or infinite from here on" in page.inner_text("#found")


def test_an_empty_study_opens(opened, tmp_path):
    page = opened(page_of_folder(page_studies.write(tmp_path / "empty", [])))
    assert "There is no run to show" in page.inner_text("main")


def test_hostile_names_show_as_text(opened, tmp_path):
    name = "<b>bold</b><img src=x onerror=alert(1)>\u202egnihton"
    listed = [page_studies.run(n, "healthy", recipe=name, params={"+note": name + str(n)}) for n in range(3)]
    folder = page_studies.write(tmp_path / "hostile", listed, study=name)
    told = page_studies.diagnosis("healthy", findings=[{"name": "f", "step": 3, "text": name}])
    page_studies.trial(folder, 0, page_studies.curves("healthy"), told)
    page = opened(page_of_folder(folder))
    page.click("#trials [data-run='0'] .run")
    assert page.inner_text("h1") == name
    assert name in page.inner_text("#found")
    assert page.locator("main img, main b").count() == 0


def test_two_studies_of_unlike_recipes_are_not_compared_by_loss(opened, checked, tmp_path):
    other = page_of_folder(page_studies.write(tmp_path / "other", [page_studies.run(0, "healthy", recipe="pairs")]))
    page = opened(merged([checked, other]))
    page.check("[data-tick='0']")
    page.check("[data-tick='12']")
    assert "different recipes" in page.inner_text("#luck")
    page.fill("#filter", "study=other")
    assert rows(page) == ["other/000"]
