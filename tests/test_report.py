"""The page, the model card and the summary: what they say, escape, and do without."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from toy_project import dvc

from pipeline import cli
from pipeline.report import card, content, figures, page, summary
from pipeline.report.content import Content

pytest_plugins = ["toy_fixtures"]

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e\x00'\"&"
VOID = {"meta", "br", "img", "input"}


class Page(HTMLParser):
    """Tags that are open at the end, all tags, all attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text += data


def words(text):
    return " ".join(text.split())


def reported(capsys):
    assert cli.run(["report", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    return document, Path(document["page"]).read_text(encoding="utf-8")


def empty(**changes):
    nothing = {"metrics": {}, "curve": (), "statements": {}}
    return Content(**(nothing | {"missing": (), "unattested": ()} | changes))


def test_the_page_shows_what_the_run_was(toy, capsys):
    document, text = reported(capsys)
    assert document == {
        "page": "data/report/index.html",
        "model_card": "data/report/README.md",
        "missing": ["metrics/validate.json", "lineage/validate.json"],
    }
    shown = Page(text)
    assert shown.open == []
    said = words(shown.text)
    assert (
        "The tuned model is better than its base. ROUGE-L F1 0.050 → 0.800 over 2 test rows."
        in said
    )
    assert "ingest12111invalid JSON 1" in said
    assert "[+0.730, +0.770]" in said
    assert "Not validated yet" in said
    assert "All 2 test rows." in said
    merged = json.loads(Path("lineage/merge.json").read_text(encoding="utf-8"))["subject"][0]
    assert merged["digest"]["sha256"][:16] in said


def test_a_drop_comes_with_three_examples_and_where_they_stood(toy, capsys):
    _, text = reported(capsys)
    said = words(Page(text).text)
    assert 'chat.jsonl:3 dropped {"text": "cut o' in said
    assert "exact duplicates 1 clean" in said
    assert "chat.jsonl:6 dropped Xin chào" in said


def test_the_page_asks_nobody_for_anything(toy, capsys):
    _, text = reported(capsys)
    shown = Page(text)
    assert not {"link", "iframe", "img", "object", "embed", "audio", "video"} & set(shown.tags)
    addresses = {v for name, v in shown.attributes if name in ("src", "href", "srcset", "action")}
    assert addresses == {
        "#main", "#rows", "#quality", "#training", "#scores", "#predictions", "#lineage",
    }  # fmt: skip
    assert not [name for name, _ in shown.attributes if name == "style" or name.startswith("on")]
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_allows_the_three_scripts_and_the_style_sheet_by_hash_alone(toy, capsys):
    _, text = reported(capsys)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1].replace("&#39;", "'")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert rules["script-src"].split() == [page._hash(script) for script in scripts]
    assert len(scripts) == 3
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert rules["style-src"] == page._hash(style)


def test_what_comes_from_data_is_escaped(toy, capsys):
    for name in ("base", "tuned"):
        row = {key: EVIL for key in ("row_id", "task", "source", "prompt", "reference", "output")}
        line = json.dumps(row | {"line": EVIL}) + "\n"
        Path(f"data/predictions/{name}.jsonl").write_text(line, encoding="utf-8")
    path = Path("metrics/clean.json")
    figures_ = json.loads(path.read_text(encoding="utf-8")) | {"by_reason": {EVIL: 3}}
    path.write_text(json.dumps(figures_), encoding="utf-8")
    path = Path("metrics/evaluate.json")
    evaluated = json.loads(path.read_text(encoding="utf-8"))
    evaluated |= {"by_task": {EVIL: evaluated["by_task"]["đảo"]}, "signature": EVIL}
    path.write_text(json.dumps(evaluated), encoding="utf-8")
    edited = Path("lineage/base.json").read_text(encoding="utf-8")
    edited = edited.replace("toy-base", json.dumps(EVIL)[1:-1])
    Path("lineage/base.json").write_text(edited, encoding="utf-8")
    _, text = reported(capsys)
    shown = Page(text)
    assert shown.open == []
    assert shown.tags.count("script") == 6  # the page's own
    assert "img" not in shown.tags
    assert "\x00" not in text
    assert "<script>alert" not in text
    assert "<script>alert(1)</script>" in shown.text
    data = re.search(r'id="predictions-data">(.*?)</script>', text, re.DOTALL)[1]
    [row] = json.loads(data)["rows"]
    assert row["prompt"] == EVIL.replace("\x00", "\ufffd").replace("\u202e", "\ufffd")
    assert row["id"] == ""
    written = Path("data/report/README.md").read_text(encoding="utf-8")
    body = re.sub(r"`[^`\n]*`", "", written.partition("\n---\n")[2])
    assert not re.search(r"<[\w/]", body)
    assert ModelCard.load("data/report/README.md").data.model_name.startswith("<script>")


def test_figures_that_no_run_attests_are_marked(toy, capsys):
    path = Path("metrics/train.json")
    path.write_text(path.read_text(encoding="utf-8").replace("1.5", "0.5"), encoding="utf-8")
    _, text = reported(capsys)
    assert "Not attested, so not proved by a run: metrics/train.json." in words(Page(text).text)


def test_a_project_that_has_not_run_still_has_a_report(toy_fresh, capsys):
    document, text = reported(capsys)
    assert "metrics/evaluate.json" in document["missing"]
    said = words(Page(text).text)
    assert "Not evaluated yet" in said
    assert "No attestations yet" in said
    assert "Not trained yet" in Path("data/report/README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("broken", ["[]", "{", '{"rougeL": 3}', '{"base": {"rougeL": "x"}}', ""])
def test_a_metrics_file_that_is_none_stops_nothing(toy, capsys, broken):
    for path in Path("metrics").glob("*.json"):
        path.write_text(broken, encoding="utf-8")
    Path("metrics/train_curve.csv").write_text("step,loss\nx,y\n1,nan\n", encoding="utf-8")
    Path("data/predictions/base.jsonl").write_bytes(b"\xff{\n[]\n")
    shutil.rmtree("lineage")
    _, text = reported(capsys)
    assert "Not evaluated yet" in Page(text).text
    assert cli.run(["summary"]) == 0


def test_the_card_carries_the_metadata_that_the_hub_reads(toy, capsys):
    reported(capsys)
    found = ModelCard.load("data/report/README.md")
    data = found.data.to_dict()
    assert (data["language"], data["license"]) == ("vi", "apache-2.0")
    assert (data["library_name"], data["pipeline_tag"]) == ("transformers", "text-generation")
    results = {r.metric_name: r for r in found.data.eval_results}
    assert results["ROUGE-L F1"].metric_value == 0.8
    assert results["Exact match"].metric_value == 0.4
    assert results["ROUGE-L F1"].metric_args == {"tokenizer": "syllable"}
    assert found.data.model_name == "toy-base-tinh"
    assert "base_model" not in data  # it was built here: the hub has none
    commit = json.loads(Path("lineage/train.json").read_text(encoding="utf-8"))
    assert (
        commit["predicate"]["runDetails"]["byproducts"][1]["annotations"]["commit"][:12]
        in found.text
    )


def test_a_base_from_the_hub_is_named_in_the_card(toy):
    statement = Path("lineage/base.json")
    text = statement.read_text(encoding="utf-8")
    text = text.replace('"source": "build"', '"source": "hub", "hub": {"repo": "a/b"}')
    statement.write_text(text, encoding="utf-8")
    assert card.metadata(content.collect(), []).base_model == "a/b"


def test_markdown_is_shown_and_not_obeyed():
    assert card.markdown("a|b\n# *c* <d> [e](f) `g`") == r"a\|b \# \*c\* &lt;d&gt; \[e\](f) \`g\`"
    assert card.code("a`b\nc") == "`a'b c`"


def test_the_report_is_the_same_each_time(toy, capsys):
    _, first = reported(capsys)
    card_first = Path("data/report/README.md").read_bytes()
    _, second = reported(capsys)
    assert (first, card_first) == (second, Path("data/report/README.md").read_bytes())


def test_the_report_makes_nothing_stale(toy, capsys):
    reported(capsys)
    assert dvc("status", "--json").splitlines()[-1] == "{}"


def test_the_summary_is_the_table_that_make_repro_ends_with(toy, capsys):
    assert cli.run(["report"]) == 0
    capsys.readouterr()
    assert cli.run(["summary"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ingest       12 in, 11 kept; dropped: invalid_json 1",
        "clean        11 in, 10 kept; dropped: exact 1",
        "split        10 in, 10 kept; train 6, test 2, valid 2",
        "tokenize     8 in, 8 kept",
        "trainable    1,234 parameters (12.5% of all)",
        "loss         4.000 → 1.500",
        "             base                   tuned                  difference, paired",
        *[
            f"{name:<12} 0.050 [0.030, 0.070]   0.800 [0.780, 0.820]   +0.750 [+0.730, +0.770]"
            for name in ("ROUGE-1", "ROUGE-2", "ROUGE-L", "ROUGE-Lsum")
        ],
        "Exact match  0.025 [0.000, 0.050]   0.400 [0.000, 0.800]   +0.375 [+0.000, +0.750]",
        "verdict      The tuned model is better than its base: ROUGE-L F1 0.050 [0.030, 0.070] → "
        "0.800 [0.780, 0.820] over 2 test rows.",
        "missing      metrics/validate.json, lineage/validate.json",
        "report       data/report/index.html",
    ]


def test_the_summary_as_json_has_the_figures(toy, capsys):
    assert cli.run(["summary", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"][1] == {"stage": "clean", "in": 11, "kept": 10, "dropped": {"exact": 1}}
    assert (found["trainable_params"], found["loss_last"]) == (1234, 1.5)
    score = next(s for s in found["scores"] if s["name"] == "ROUGE-L")
    assert score["delta"] == {"value": 0.75, "ci_low": 0.73, "ci_high": 0.77}


@pytest.mark.parametrize(
    ("delta", "tone"),
    [((0.2, 0.1, 0.3), "good"), ((-0.2, -0.3, -0.1), "bad"), ((0.1, -0.1, 0.3), "unknown")],
)
def test_the_verdict_follows_the_interval_of_the_difference(delta, tone):
    score = {"f1": 0.5, "ci_low": 0.4, "ci_high": 0.6}
    difference = dict(zip(("f1", "ci_low", "ci_high"), delta, strict=True))
    models = {"base": {"rougeL": score}, "tuned": {"rougeL": score}}
    found = empty(metrics={"evaluate": models | {"delta": {"rougeL": difference}, "rows": 9}})
    assert figures.verdict(found)[0] == tone


def test_conservation_shows_in_the_path(toy):
    for row in figures.rows_path(content.collect()):
        assert row.came_in == row.kept + sum(row.dropped.values())


def test_figures_that_are_no_numbers_are_dashes():
    assert page.decimal("x") == page.decimal(None) == page.decimal(True) == "–"
    assert page.count(None) == "–"
    assert summary.document(empty(), "none")["loss_first"] is None
