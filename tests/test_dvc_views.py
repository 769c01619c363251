"""`dvc metrics diff` and `dvc plots show` say what the page says."""

import json
import re
from pathlib import Path

import pytest
from toy_project import dvc

from pipeline import cli
from pipeline.report import content, figures

pytest_plugins = ["toy_fixtures"]


def points(shown, path):
    """The data of a plot in the output of ``dvc plots show --json``."""
    [plot] = json.loads(shown)["data"][path]
    return plot["content"]["data"]["values"]


def drawn(page):
    """The specifications of the page's plots, by name."""
    return json.loads(re.search(r'id="plots">(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_and_dvc_show_the_same_metrics_and_the_same_change(toy, capsys):
    path = Path("data/raw/more.jsonl")
    path.write_text(path.read_text(encoding="utf-8") + '{"text": "four"}\n', encoding="utf-8")
    dvc("repro", "-q")
    changed = json.loads(dvc("metrics", "diff", "--json"))
    assert changed["metrics/ingest.json"]["records"] == {"old": 12, "new": 13, "diff": 1}
    shown = content.collect().metrics
    for stage, found in shown.items():
        flat = dict(figures.flat(found))
        for name, of in changed.get(f"metrics/{stage}.json", {}).items():
            assert flat[name] == of["new"]
    assert cli.run(["report"]) == 0
    capsys.readouterr()
    text = Path("data/report/index.html").read_text(encoding="utf-8")
    assert '<td class="n"><span data-t="value.n" data-a="{&#34;value&#34;: 13}">13</span>' in text


def test_the_page_and_dvc_draw_the_same_curve(toy, capsys):
    theirs = points(dvc("plots", "show", "--json"), "metrics/train_curve.csv")
    assert cli.run(["report"]) == 0
    capsys.readouterr()
    plots = drawn(Path("data/report/index.html").read_text(encoding="utf-8"))
    values = plots["loss"]["data"]["values"]
    ours = [(p["step"], p["loss"]) for p in values if "loss" in p]
    assert ours == [(float(p["step"]), float(f"{float(p['loss']):.6g}")) for p in theirs]
    assert len(ours) == 100
    held_out = [(p["step"], p["valid"]) for p in values if "valid" in p]
    assert held_out == [(int(p["step"]), float(p["eval_loss"])) for p in theirs if p["eval_loss"]]


@pytest.mark.slow
def test_the_page_and_dvc_draw_the_same_scores(project):
    theirs = points(project.call("dvc", "plots", "show", "--json").stdout, "metrics/rouge.csv")
    project.call("tinh", "report")
    plots = drawn((project.path / "data/report/index.html").read_text(encoding="utf-8"))
    ours = {
        (p["model"].removeprefix("@scores."), p["name"].lower().replace("-", "")): p
        for p in plots["scores"]["data"]["values"]
    }
    assert len(theirs) == 8
    for p in theirs:
        found = ours[p["model"], p["metric"].lower()]
        wanted = [float(p[key]) for key in ("f1", "ci_low", "ci_high")]
        assert [found["value"], found["low"], found["high"]] == wanted
