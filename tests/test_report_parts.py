"""The report's parts: messages in two languages, flow picture, word marks, chosen rows, plots."""

import json
import re
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.report import checks, examples, flow, messages, page, plots, predictions, views
from pipeline.report.content import Content, Point
from pipeline.report.examples import Place
from pipeline.report.figures import Interval, PathRow, Score, Slice
from pipeline.report.predictions import Row, compared, fitting, rouge_l
from stages.clean import filters
from stages.clean.rules import RULES
from stages.evaluate import rouge
from stages.ingest import faults
from stages.params import load
from stages.shards import Shard
from stages.validate.drift import Profile
from stages.validate.suite import expected_of

# How the template, the scripts and the modules name a message.
NAMED = re.compile(
    r"""(?:\bt|span|column|say|cell|plot|attributes)\(\s*"([a-z_]+\.[\w.]+)"
    |attr(?:ibute)?\("[\w-]+",\ "([\w.]+)"|data-t="([\w.]+)"|"@(\w+\.[\w.]+)"
    |textCell\("([\w.]+)"|scoreCell\("([\w.]+)\"""",
    re.VERBOSE,
)
TEXTS = st.text(st.sampled_from("ab ẠĐđ\u0301e\u0323.,\n"), max_size=30)
PATH = [
    PathRow("ingest", 100, 90, {"invalid_json": 10}, ""),
    PathRow("clean", 90, 80, {"exact": 6, "language": 4}, ""),
    PathRow("split", 80, 80, {}, ""),
    PathRow("tokenize", 70, 70, {}, ""),
]
PARTS = {"train": 60, "valid": 10, "test": 10}


def row(number, base, tuned, text="x"):
    row_id = f"{number * 7919 % 1000:064x}"
    return Row(row_id, "t", "f.jsonl", number, text, text, text, text, base, tuned, False)


def test_every_message_is_in_both_languages_with_the_same_places():
    for key, message in messages.messages().items():
        assert set(message) == set(messages.LANGUAGES), key
        english, vietnamese = (sorted(messages.PLACE.findall(message[x])) for x in ("en", "vi"))
        assert english == vietnamese, key
        assert message["en"].count("`") % 2 == message["vi"].count("`") % 2 == 0, key
        assert message["vi"] == unicodedata.normalize("NFC", message["vi"]), key


def test_every_message_that_is_named_is_there():
    files = [*page.HERE.glob("*.py"), page.HERE / "page.html", *page.HERE.glob("*.js")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    named = {key for found in NAMED.findall(text) for key in found if key}
    assert len(named) > 100
    made = {"lineage.grade."}  # and a grade
    assert {key for key in named if key not in messages.messages()} == made


@pytest.mark.parametrize(("kind", "names"), [
    ("reason", faults.REASONS), ("reason", filters.REASONS), ("rule", list(RULES)),
    ("stage", page.views.STAGES),
    ("outcome", ["better", "worse", "right", "wrong", "empty", "cut", "copied"]),
])  # fmt: skip
def test_what_stages_name_has_a_name_for_people(kind, names):
    assert [name for name in names if f"{kind}.{name}" not in messages.messages()] == []
    assert "never heard of" in messages.named(kind, "never_heard_of")


def test_figures_stand_in_messages_as_their_places_ask():
    values = {"base": 0.05, "tuned": 0.8, "rows": 12345, "delta": 0.75, "low": -0.5, "high": 1.0}
    assert messages.english("verdict.said", **values) == (
        "ROUGE-L F1 0.050 → 0.800 over 12,345 test rows. Paired difference +0.750, "
        "interval [-0.500, +1.000]."
    )
    assert messages.number(0.125, "%", "1") == "12.5%"
    assert messages.number(None, "", "3") == "–"


def test_a_message_escapes_what_is_put_into_it():
    said = messages.span("page.missing", files="`<b>`\u202e")
    assert "<code>dvc repro</code>" in said
    assert "`&lt;b&gt;`\ufffd" in said
    assert "<b>" not in said


@settings(max_examples=50, deadline=None)
@given(TEXTS, TEXTS)
def test_segments_are_the_texts_and_what_is_the_same_is_the_same(text, other):
    a, b = compared(text, other)
    assert "".join(a) == text
    assert "".join(b) == other
    words = [[predictions.same_word(w) for s in found[::2] for w in predictions.WORD.findall(s)]
             for found in (a, b)]  # fmt: skip
    assert [w for w in words[0] if w] == [w for w in words[1] if w]


def test_words_are_marked_and_the_space_after_them_is_not():
    a, b = compared("xã An Khánh; Cao", "xã Hoà Bình; Cao")
    assert a == ["xã ", "An Khánh", "; Cao"]
    assert b == ["xã ", "Hoà Bình", "; Cao"]
    assert compared("Hoà", unicodedata.normalize("NFD", "Hoà"))[0] == ["Hoà"]


@settings(max_examples=50, deadline=None)
@given(TEXTS, TEXTS)
def test_the_score_of_a_row_is_the_one_that_evaluate_gives(reference, output):
    chosen = rouge.Scorer("syllable", fold_tones=False, sentences="newline")
    wanted = chosen.score([reference], output)["rougeL"].f1
    assert rouge_l(reference, output) == pytest.approx(wanted, abs=1e-12)


def test_all_rows_are_shown_while_they_fit():
    rows = [row(i, 0.1, 0.2) for i in range(50)]
    assert fitting(rows, 1_000_000) == tuple(rows)


def test_of_more_rows_the_telling_ones_are_shown_and_the_page_stays_small():
    text = "Một câu dài vừa phải để đo số byte của trang. " * 6
    rows = [row(i, 0.5, 0.5, text) for i in range(10_000)]
    rows[5_000] = row(5_000, 0.5, 0.0, text)
    rows[7_000] = row(7_000, 0.0, 1.0, text)
    shown = fitting(rows, predictions.BUDGET)
    assert rows[5_000] in shown
    assert rows[7_000] in shown
    assert list(shown) == sorted(shown, key=lambda r: r.line)
    sample = predictions.Sample(shown, len(rows), len(rows), ())
    size = len(json.dumps(predictions.document(sample), ensure_ascii=False).encode())
    assert 0.5 * predictions.BUDGET < size <= predictions.BUDGET


@pytest.mark.parametrize(("source", "href"), [
    ("a.jsonl", "../raw/a.jsonl"), ("x/bảng 1.csv", "../raw/x/b%E1%BA%A3ng%201.csv"),
    ("javascript:alert(1)", "../raw/javascript%3Aalert%281%29"), ("../../etc/passwd", None),
    ("/etc/passwd", None), ("", None), ("a#b?c", "../raw/a%23b%3Fc"), ("\ud800", "../raw/%3F"),
])  # fmt: skip
def test_a_source_leads_to_its_file_under_data_raw_and_nowhere_else(source, href):
    assert predictions.href(source) == href


def test_bands_are_as_wide_as_the_rows_they_carry():
    drawn = str(flow.svg(PATH, PARTS, 12345))
    nodes = re.findall(
        r'<rect class="node (\w*)" x="\S+" y="\S+" width="(\S+)" height="(\S+)"', drawn
    )
    lying = [float(height) for _, _, height in nodes[: len(nodes) // 2]]
    assert lying == pytest.approx([150, 135, 120, 90, 15, 15, 105], abs=0.06)
    assert drawn.count("12,345 tokens") == 2
    assert drawn.count('class="band lost"') == 6


def test_rare_reasons_are_drawn_as_one():
    found = flow.grouped({f"r{i}": 10 - i for i in range(9)})
    assert found == [("r0", 10), ("r1", 9), ("r2", 8), ("r3", 7), ("r4", 6), ("others", 14)]


def test_nothing_is_drawn_when_nothing_came_in():
    assert flow.svg([], {}, None) == ""
    assert flow.svg([PathRow("ingest", 0, 0, {}, "")], {}, None) == ""


def test_examples_are_the_rows_with_the_smallest_ids():
    ids = [f"{i * 37 % 100:064x}" for i in range(40)]
    table = pa.table({
        "row_id": ids, "offset": list(range(40)),
        "fate": ["duplicate" if i % 2 else "kept" for i in range(40)],
        "reason": ["exact" if i % 2 else "" for i in range(40)],
        "detail": ["" if i % 2 or i % 4 else "nfc" if i % 8 else "html,nfc" for i in range(40)],
    })  # fmt: skip
    drops, changes = examples.chosen([(Shard("s", "f.jsonl", 1, 40), table)], "clean")
    wanted = sorted(ids[i] for i in range(40) if i % 2)[:3]
    assert [p.row_id for p in drops["duplicate", "exact"]] == wanted
    alone = sorted(ids[i] for i in range(0, 40, 4) if i % 8)[:3]
    assert [p.row_id for p in changes["nfc"]] == alone
    assert {p.detail for p in changes["html"]} == {"html,nfc"}


def test_what_was_redacted_is_not_shown():
    before, after = "Gọi 0912 345 678 nhé", "Gọi [PHONE] nhé"
    old, new = examples.hidden(*compared(before, after, key=str))
    assert "".join(old) == "Gọi •••• ••• ••• nhé"
    assert "".join(new) == after
    assert "[PHONE]" in examples.cleaned(before)


def test_a_file_outside_the_folder_is_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.txt").write_text("secret\n")
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "data/raw/link.txt").symlink_to(tmp_path / "secret.txt")
    for source in ("link.txt", "../../secret.txt", "absent.txt"):
        assert examples._raw(Place("a", Shard("s", source, 1, 1), 0, "")) == ""


def test_a_long_curve_is_thinned_to_means_of_equal_spans():
    thin = plots.thinned([Point(step, float(step % 2), None) for step in range(1, 10_001)])
    assert len(thin) == plots.DRAWN
    assert thin[0] == (3.0, 0.6)
    assert {loss for _, loss in thin} <= {0.4, 0.6}


def test_every_text_of_a_plot_is_a_message():
    score = Score("ROUGE-L", *[Interval(0.5, 0.4, 0.6)] * 3)
    part = Slice("task", "@evil", 3, False, 0.1, 0.2, Interval(None, None, None))
    specs = [
        plots.loss([Point(1, 2.0, None), Point(2, 1.0, 1.5)]),
        plots.over_steps([(1, 0.1), (2, 0.2)], "train.lr"),
        plots.scores([score]), plots.slices([part]), plots.spread([(0.1, 1.0), (None, 0.5)]),
        plots.by_stage({"train": 2.0}, "cost.time", "@axis.seconds"),
    ]  # fmt: skip
    keys = set(re.findall(r'"@([^"]+)"', json.dumps(specs)))
    assert keys - set(messages.messages()) == set()
    assert plots.plain("@evil") not in ("@evil", "evil")


def text(markup):
    return re.sub(r"<[^>]+>", "", str(markup)).replace("\u00a0", " ")


def test_validation_shows_every_check_with_its_limit():
    leak = {"expectation": "expect_column_values_to_be_between", "column": "leak_email",
            "limits": {"max_value": 0}, "severity": "critical", "success": True,
            "observed": None, "unexpected_count": 0}  # fmt: skip
    drift = leak | {"column": "length_psi", "limits": {"max_value": 0.25}, "severity": "warning",
                    "success": False, "observed": 0.3125}  # fmt: skip
    metrics = {"success": True, "expectations": 2, "failed": [drift], "checks": [leak, drift]}
    found = checks.checks(Content({"validate": metrics}, (), {}, (), ()))
    assert found.tone == "warn"
    [row], [whole] = found.rows, found.whole
    assert [text(x) for x in (row.name, row.limit, row.seen)] == [
        "personal data left: email", "≤ 0", "0",
    ]  # fmt: skip
    assert [text(x) for x in (whole.name, whole.limit, whole.seen, whole.severity)] == [
        "drift of lengths (PSI)", "≤ 0.250", "0.312", "warning",
    ]  # fmt: skip
    assert (row.met, whole.met) == (True, False)


def test_validation_without_the_list_shows_what_failed():
    line = {"expectation": "x", "column": "odd", "severity": "warning", "success": False}
    metrics = {"success": False, "expectations": 8, "failed": [line, "no mapping"]}
    found = checks.checks(Content({"validate": metrics}, (), {}, (), ()))
    assert (found.tone, text(found.said)) == ("bad", "Failed: 1 of 8 expectations are not met.")
    assert [(text(c.name), text(c.limit), text(c.seen)) for c in found.rows] == [("odd", "–", "–")]


@pytest.mark.parametrize(("expectation", "limits", "said"), [
    ("expect_column_values_to_be_unique", {}, "unique"),
    ("expect_column_values_to_not_be_null", {}, "present"),
    ("expect_column_values_to_be_between", {"min_value": 8, "max_value": 20000}, "8 – 20,000"),
    ("expect_column_mean_to_be_between", {"min_value": 0.5}, "≥ 0.500"),
    ("expect_column_values_to_be_in_set", {"value_set": ["a", "<b>"]}, "a, &lt;b&gt;"),
    ("x", {"min_value": "<b>"}, "≥ &lt;b&gt;"),
])  # fmt: skip
def test_limits_in_words(expectation, limits, said):
    assert text(checks.limit(expectation, limits)) == said


def test_the_checks_of_the_suite_have_names():
    columns = {e.column for e in expected_of(load()["validate"], Profile(1, {}, {}, {}))}
    assert columns >= {"", "row_id", "leak_email", "mark_template", "length_psi"}
    named = {c for c in columns if f"check.{c}" in messages.messages()}
    assert {c for c in columns - named if not c.startswith(("leak_", "mark_"))} == {""}


def test_the_worst_slice_and_copying_are_said_with_their_figures():
    gap = {"value": 0.121, "ci_low": 0.094, "ci_high": 0.163}
    model = {"worst_slice": {"kind": "task", "name": "<b>", "rows": 74, "gap": gap},
             "copying": {"value": 0.003}}  # fmt: skip
    figures = {"tuned": model, "base": {"worst_slice": None, "copying": {"value": None}},
               "copying": {"ngram": 8, "reference": {"value": 0.012}}}  # fmt: skip
    content = Content({"evaluate": figures}, (), {}, (), ())
    assert [text(s) for s in views.worst_slices(content)] == [
        "The tuned model is weakest on &lt;b&gt; (74 rows): 0.121 below its mean over all rows "
        "[0.094, 0.163]."
    ]
    assert "runs of 8 syllables: 0.3% of the tuned answers, – of the base&#39;s, 1.2% of" in text(
        views.copying(content)
    )
    assert views.copying(Content({}, (), {}, (), ())) == ""


def test_a_copied_answer_names_the_training_rows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data/predictions").mkdir(parents=True)
    row = {"row_id": "1", "reference": "a", "output": "a"}
    Path("data/predictions/tuned.jsonl").write_text(json.dumps(row) + "\n" + '{"row_id": "2"}\n')
    known = "f" * 64
    lines = [{"row_id": "1", "tuned": {"copied": 0.5, "copied_from": [known, "<b>", 3]}},
             {"row_id": "2", "tuned": {"copied": "x", "copied_from": []}},
             {"tuned": 3}]  # fmt: skip
    Path("data/predictions/scores.jsonl").write_text("\n".join(map(json.dumps, lines)))
    entries = predictions.document(predictions.collect())["rows"]
    assert [(e["copied"], e["from"]) for e in entries] == [(0.5, [known]), (0.0, [])]


def test_the_label_audit_is_shown_by_split_and_its_telling_figures_first():
    figures = {
        "bos_tokens": 3,
        "odd": 1,
        "rows": 2,
        "by_split": {"train": {"rows": 2, "packs": 1, "tokens": 30, "supervised_tokens": 9}},
    }
    content = Content({"tokenize": figures}, (), {}, (), ())
    assert [text(name) for name, _ in views.labels(content)] == ["rows", "BOS tokens", "odd"]
    [(split, cells)] = views.labels_by_split(content)
    assert (split, [text(c) for c in cells]) == ("train", ["2", "1", "30", "9"])


def test_slices_of_newer_and_older_metrics_are_read():
    from pipeline.report import figures

    part = {"rows": 5, "small": True, "base_rougeL": 0.1, "tuned_rougeL": 0.2}
    new = {"slices": {"task": {"a": part}, "length": {"0-16": part}}}
    found = figures.slices(Content({"evaluate": new}, (), {}, (), ()))
    assert [(s.kind, s.name, s.small) for s in found] == [
        ("task", "a", True),
        ("length", "0-16", True),
    ]
    old = figures.slices(Content({"evaluate": {"by_task": {"a": part}}}, (), {}, (), ()))
    assert [(s.kind, s.rows, s.tuned) for s in old] == [("task", 5, 0.2)]


def test_json_in_the_page_cannot_end_its_script():
    text = page.as_json({"a": "</script><!-- &"})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"a": "</script><!-- &"}
