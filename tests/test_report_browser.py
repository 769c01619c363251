"""The page in a real browser: it works, asks nobody for anything, and runs no text of the data.

A small project is made from hostile records and run; then Chromium, found by its name on the path,
opens its report at two widths, in both colour schemes and languages.
"""

import json
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from toy_project import at_home, dvc, make

from pipeline import cli

pytestmark = pytest.mark.slow
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# As root, in a container, Chromium has no sandbox of its own; the page under test is ours.
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
PAGE = Path("data/report/index.html")
RUN = "window.pwned=(window.pwned||0)+1"
ATTACKS = (
    f"<script>{RUN};alert(1)</script>",
    f'"><img src="https://example.org/x.png" onerror="{RUN}">',
    f"'-alert(1)-' onmouseover={RUN} autofocus onfocus={RUN} x='",
    f"</script><script>{RUN}</script>",
    f"<!--<script>{RUN}//--></textarea></title></style><svg/onload={RUN}>",
    f'<a href="javascript:{RUN}">x</a><iframe src="javascript:parent.{RUN}"></iframe>',
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} @page.light $text datum.x",
)
FILE = f"<img src=x onerror={RUN}>.jsonl"
ADDRESS = "javascript:alert(1)"
WORDS = "một hai ba bốn"
WIDTHS = (1280, 390)


def answer(right):
    """The reference with only its first words right, so that ROUGE-L is right / 4."""
    return " ".join(word if i < right else "sai" for i, word in enumerate(WORDS.split()))


# line → (task, words right of the base, of the tuned model, how the tuned answer ended)
TOLD = {
    1: ("hỏi đáp", 1, 4, "stop"),
    2: ("hỏi đáp", 2, 1, "stop"),
    3: ("tóm tắt", 0, 0, "length"),
    4: ("tóm tắt", 4, 2, "stop"),
    5: ("hỏi đáp", 0, 3, "stop"),
}
COPIED = "c0ffee" + 58 * "0"  # a training row
FILLED = range(6, 31)  # rows that score 0 for the base and 1/2 for the tuned model
HOSTILE = range(31, 31 + len(ATTACKS))


def predictions(model):
    """37 lines: five told apart, 25 alike, and one for each attack."""
    for line in (*TOLD, *FILLED, *HOSTILE):
        row = {
            "row_id": f"{line:064x}", "task": "khác", "source": "b.jsonl", "line": line,
            "prompt": f"Câu hỏi số {line}", "reference": WORDS, "finish_reason": "stop",
        }  # fmt: skip
        if line in TOLD:
            task, base, tuned, finish = TOLD[line]
            row |= {"task": task, "source": "a.jsonl", "finish_reason": finish}
            output = answer(base if model == "base" else tuned)
        elif line in FILLED:
            output = answer(0 if model == "base" else 2)
        else:
            text = ATTACKS[line - HOSTILE.start]
            row |= {"prompt": text, "reference": f"{text} {WORDS}", "task": text}
            row |= {"source": ADDRESS if line == HOSTILE.start else FILE, "row_id": text}
            output = text
        yield json.dumps(row | {"output": output}, ensure_ascii=False) + "\n"


def edit(path, **figures):
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    path.write_text(json.dumps(found | figures), encoding="utf-8")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The report of a project with hostile records, file names, tasks, reasons and figures."""
    folder = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as monkeypatch:
        at_home(monkeypatch, folder)
        make()
        records = [{"text": text} for text in ATTACKS for _ in range(2)]  # half are duplicates
        lines = [json.dumps(r, ensure_ascii=False) for r in records] + [ATTACKS[0]]
        (Path("data/raw") / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
        dvc("repro", "-q")
        for model in ("base", "tuned"):
            path = Path(f"data/predictions/{model}.jsonl")
            path.write_text("".join(predictions(model)), encoding="utf-8")
        scores = [{"row_id": f"{line:064x}", "tuned": {"copied": 0.25, "copied_from": [COPIED]}}
                  for line in (2, 5)]  # fmt: skip
        Path("data/predictions/scores.jsonl").write_text("\n".join(map(json.dumps, scores)))
        task = {"rows": 37, "base_rougeL": 0.05, "tuned_rougeL": 0.8}
        edit(Path("metrics/evaluate.json"), signature=ATTACKS[0],
             by_task={text: task for text in ATTACKS})  # fmt: skip
        edit(Path("metrics/clean.json"), changed_by_rule={text: 1 for text in ATTACKS})
        edit(Path("metrics/tokenize.json"), **{ATTACKS[1]: ATTACKS[3]})
        check = {"expectation": ATTACKS[0], "column": ATTACKS[1], "severity": ATTACKS[2],
                 "success": False, "observed": ATTACKS[3], "limits": {ATTACKS[4]: ATTACKS[5]},
                 "unexpected_count": 1}  # fmt: skip
        edit(
            Path("metrics/validate.json"),
            success=True,
            expectations=1,
            checks=[check, check | {"observed": 0.5}],
        )
        assert cli.run(["report"]) == 0
    return (folder / PAGE).as_uri()


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.fail(f"no browser: none of {', '.join(CHROMIUM)} is on the path; install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield found
        found.close()


class Watched:
    """A tab that keeps what a page must not do: complain, ask for more than itself, or for an
    answer."""

    def __init__(self, context, address=""):
        self.seen = []
        self.address = address
        self.tab = context.new_page()
        self.tab.on("console", lambda m: self.seen.append(f"console {m.type}: {m.text}"))
        self.tab.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        self.tab.on("dialog", self._dismiss)
        self.tab.on("request", self._asked)

    def _dismiss(self, dialog):
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, request):
        if request.url != self.address:
            self.seen.append(f"request: {request.url}")


@pytest.fixture
def opened(browser, address, request):
    """The page, drawn; at the end of the test it has done nothing that it must not do."""
    width, scheme = getattr(request, "param", (1280, "light"))
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, permissions=[]
    )
    watched = Watched(context, address)
    tab = watched.tab
    tab.goto(address)
    drawn(tab, "en")
    yield tab
    drawn(tab, tab.evaluate("document.documentElement.lang"))
    assert tab.evaluate("window.pwned") is None
    assert watched.seen == []
    context.close()


def drawn(tab, language):
    """Wait until every plot is drawn with the words of ``language``."""
    count = tab.locator("[data-plot]").count()
    assert count > 5
    tab.wait_for_function(
        f"document.querySelectorAll('[data-drawn={language}]').length === {count}"
    )


def places(tab):
    """The rows that the table shows, as ``file:line``."""
    return tab.locator("#predictions-table tbody .place").all_inner_texts()


def of(source, lines):
    return [f"{source}:{line}" for line in lines]


def serious(tab):
    """What axe calls serious or critical: rule and place."""
    found = Axe().run(tab).response["violations"]
    return [
        (v["id"], node["target"], node["failureSummary"])
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]


def test_the_watch_sees_what_it_watches_for(browser):
    context = browser.new_context(offline=True)
    watched = Watched(context)
    watched.tab.set_content("".join(ATTACKS))
    watched.tab.wait_for_function("window.pwned > 1")
    kinds = {line.split(":")[0].split()[0] for line in watched.seen}
    assert kinds == {"console", "dialog", "request"}
    context.close()


@pytest.mark.parametrize(
    "opened", [(w, s) for w in WIDTHS for s in ("light", "dark")], indirect=True, ids=str
)
def test_the_page_is_accessible_and_fits_at_every_width_colour_and_language(opened):
    width = opened.viewport_size["width"]
    for details in opened.locator("details").all():
        details.evaluate("element => { element.open = true }")
    for language in ("en", "vi"):
        opened.locator(f"[data-language={language}]").click()
        drawn(opened, language)
        assert opened.evaluate("document.documentElement.scrollWidth") == width
        assert serious(opened) == []


def test_both_languages_say_everything_and_write_numbers_their_way(opened):
    said = opened.locator(".said").inner_text
    assert said().startswith("ROUGE-L F1 0.050 → 0.800 over ")
    english = opened.title()
    opened.locator("[data-language=vi]").click()
    assert said().startswith("ROUGE-L F1 0,050 → 0,800 trên ")
    assert opened.title() == english.replace("Training report", "Báo cáo huấn luyện")
    assert opened.locator("h1").inner_text() == "Mô hình tinh chỉnh tốt hơn mô hình gốc."
    assert opened.locator("#predictions-found").inner_text() == "tìm thấy 37 mẫu"
    opened.reload()
    assert opened.locator("h1").inner_text() == "Mô hình tinh chỉnh tốt hơn mô hình gốc."


def test_the_theme_can_be_chosen(opened):
    back = "getComputedStyle(document.body).backgroundColor"
    light = opened.evaluate(back)
    opened.locator("[data-theme=dark]").click()
    assert opened.evaluate(back) != light
    opened.locator("[data-theme=light]").click()
    assert opened.evaluate(back) == light


@pytest.mark.parametrize("opened", [(w, "light") for w in WIDTHS], indirect=True, ids=str)
@pytest.mark.parametrize(("sought", "lines"), [
    ("CÂU HỎI SỐ 4", [4]), ("cau hoi so 4", [4]), ("a.jsonl:2", [2]), (f"{5:064x}", [5]),
    ("cầu hỏi số 4", []),
])  # fmt: skip
def test_search_finds_exactly(opened, sought, lines):
    opened.fill("#predictions-search", sought)
    assert places(opened) == of("a.jsonl", lines)
    assert opened.locator("#predictions-nothing").is_visible() == (not lines)


def test_hostile_text_is_found_as_text(opened):
    opened.fill("#predictions-search", ATTACKS[0])
    prompt = opened.locator("#predictions-table tbody .prompt .clamp")
    assert prompt.all_inner_texts() == [ATTACKS[0]]
    link = opened.locator("#predictions-table tbody a.place")
    assert link.get_attribute("href") == "../raw/javascript%3Aalert%281%29"
    assert opened.locator("#predictions-table tbody button.quiet").count() == 0


@pytest.mark.parametrize("opened", [(w, "light") for w in WIDTHS], indirect=True, ids=str)
def test_filters_show_exactly_the_rows_that_fit_and_can_be_cleared(opened):
    choose = opened.select_option
    choose("#predictions-task", label="hỏi đáp")
    assert places(opened) == of("a.jsonl", [1, 2, 5])
    choose("#predictions-outcome", "worse")
    assert places(opened) == of("a.jsonl", [2])
    choose("#predictions-task", label="tóm tắt")
    assert places(opened) == of("a.jsonl", [4])
    choose("#predictions-outcome", "cut")
    assert places(opened) == of("a.jsonl", [3])
    opened.click("#predictions-clear")
    assert len(places(opened)) == 20
    choose("#predictions-source", label="a.jsonl")
    assert places(opened) == of("a.jsonl", TOLD)
    choose("#predictions-outcome", "right")
    assert places(opened) == of("a.jsonl", [1])


@pytest.mark.parametrize(("order", "lines"), [
    ("place", [1, 2, 3, 4, 5]), ("worst", [3, 2, 4, 5, 1]), ("best", [1, 5, 4, 2, 3]),
    ("base_worst", [3, 5, 1, 2, 4]), ("base_best", [4, 2, 1, 3, 5]),
    ("loss", [4, 2, 3, 1, 5]), ("gain", [1, 5, 3, 2, 4]),
])  # fmt: skip
def test_rows_are_sorted_and_ties_stand_as_in_the_split(opened, order, lines):
    opened.select_option("#predictions-source", label="a.jsonl")
    opened.select_option("#predictions-sort", order)
    assert places(opened) == of("a.jsonl", lines)


def test_pages_hold_twenty_rows(opened):
    assert opened.locator("#predictions-found").inner_text() == "37 rows found"
    first = places(opened)
    opened.click("#predictions-next")
    assert [*first, *places(opened)][:30] == [*of("a.jsonl", TOLD), *of("b.jsonl", FILLED)]
    assert len(places(opened)) == 17
    assert opened.locator("#predictions-next").is_disabled()
    opened.click("#predictions-previous")
    assert places(opened) == first


def test_differences_between_reference_and_output_are_marked(opened):
    opened.fill("#predictions-search", "a.jsonl:5")
    row = opened.locator("#predictions-table tbody tr")
    assert row.locator(".tuned mark").all_inner_texts() == ["sai"]
    assert row.locator(".reference mark").all_inner_texts() == ["bốn"]


def test_a_copied_answer_names_the_training_row(opened):
    opened.select_option("#predictions-outcome", "copied")
    assert places(opened) == of("a.jsonl", [2, 5])
    notes = opened.locator("#predictions-table .copied")
    assert notes.first.inner_text().split("\n")[0].startswith("25.0% stands in training rows")
    assert notes.first.locator("button").get_attribute("data-copy") == (
        f"tinh audit row --id {COPIED}"
    )


def tab_to(tab, selector):
    """Press Tab until ``selector`` has the focus."""
    for _ in range(150):
        tab.keyboard.press("Tab")
        if tab.evaluate(f"document.activeElement.matches({json.dumps(selector)})"):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


@pytest.mark.parametrize("opened", [(w, "light") for w in WIDTHS], indirect=True, ids=str)
def test_the_keyboard_reaches_and_works_everything(opened):
    press = opened.keyboard.press
    press("Tab")
    assert opened.evaluate("document.activeElement.className") == "skip"
    tab_to(opened, "[data-language=vi]")
    press("Enter")
    assert opened.evaluate("document.documentElement.lang") == "vi"
    tab_to(opened, "[data-theme=dark]")
    press("Space")
    assert opened.evaluate("document.documentElement.dataset.theme") == "dark"
    tab_to(opened, "#rows details.reason > summary")
    press("Enter")
    assert opened.locator("#rows details.reason[open]").count() == 1
    tab_to(opened, "#predictions-search")
    opened.keyboard.type("a.jsonl")
    assert places(opened) == of("a.jsonl", TOLD)
    tab_to(opened, "#predictions-outcome")
    press("ArrowDown")
    assert places(opened) == of("a.jsonl", [1, 5])
    tab_to(opened, "#predictions-clear")
    press("Enter")
    assert opened.evaluate("document.activeElement.id") == "predictions-search"
    tab_to(opened, "#predictions-sort")
    press("ArrowDown")
    assert opened.locator("#predictions-sort").input_value() == "worst"
    tab_to(opened, "#predictions-next")
    press("Enter")
    assert len(places(opened)) == 17


def test_the_header_of_a_column_sorts_by_it(opened):
    opened.select_option("#predictions-source", label="a.jsonl")
    tab_to(opened, "#predictions-table thead button[data-up=worst]")
    opened.keyboard.press("Enter")
    header = opened.locator("#predictions-table thead th", has=opened.locator("[data-up=worst]"))
    assert header.get_attribute("aria-sort") == "descending"
    assert places(opened) == of("a.jsonl", [1, 5, 4, 2, 3])
    opened.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    assert places(opened) == of("a.jsonl", [3, 2, 4, 5, 1])
