"""The model card's facts about the data, and the export of model and card."""

import dataclasses
import hashlib
import json
from collections import Counter
from pathlib import Path

from huggingface_hub import ModelCard

from pipeline import cli
from pipeline.report import card, content, sources

pytest_plugins = ["toy_fixtures"]


def test_the_card_names_the_files_by_digest_and_leaves_judgements_open(toy):
    found = card.card(content.collect())
    data = found.data.to_dict()
    files = sorted(path.name for path in Path("data/raw").iterdir())
    assert data["datasets"] == files
    digests = {f: hashlib.sha256(Path("data/raw", f).read_bytes()).hexdigest() for f in files}
    assert data["dataset_digests"] == {f: f"sha256:{digest}" for f, digest in digests.items()}
    splits = json.loads(Path("lineage/split.json").read_text(encoding="utf-8"))["subject"][0]
    revisions = {result.dataset_revision for result in found.data.eval_results}
    assert revisions == {f"sha256:{splits['digest']['sha256']}"}
    assert found.text.count("[More Information Needed]") == 3
    assert ModelCard(found.content).data.to_dict() == data  # what is written is read back


def test_export_writes_model_and_card_together(toy, capsys):
    assert cli.run(["export", "out/model", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {"folder": "out/model", "files": ["README.md", "model.txt"]}
    merged = Path("data/merged/model.txt").read_bytes()
    assert Path("out/model/model.txt").read_bytes() == merged
    assert ModelCard.load("out/model/README.md").data.model_name == "toy-base-tinh"
    assert cli.run(["export", "out/model"]) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_model_that_is_not_the_attested_one_is_not_exported(toy, capsys):
    with Path("data/merged/model.txt").open("a") as file:
        file.write("edited")
    assert cli.run(["export", "model"]) == 1
    assert "is not what lineage/merge.json attests" in capsys.readouterr().err
    assert not [p for p in Path().iterdir() if p.name.startswith("model")]


def test_licences_of_the_sources_are_in_the_card(toy, monkeypatch):
    named = ({"a.jsonl": 3}, {"a.jsonl": Counter({"": 1, "cc0-1.0": 2})})
    monkeypatch.setattr(sources, "counted", lambda folder: (Counter(named[0]), named[1]))
    monkeypatch.setattr(sources, "RAW", "data/")
    found = content.collect()
    dependencies = {"data/a.jsonl": {"md5": "m", "sha256": "s" * 64}}
    ingest = dataclasses.replace(found.statements["ingest"], dependencies=dependencies)
    found = dataclasses.replace(found, statements={**found.statements, "ingest": ingest})
    made = card.card(found)
    assert made.data.to_dict()["dataset_licences"] == {"a.jsonl": ["cc0-1.0"]}
    assert "| a.jsonl | 3 | cc0-1.0 |" in made.text
