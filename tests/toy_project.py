"""A whole project around :mod:`toy_stages`: git, DVC, params, raw data."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
PARAMS = """\
model:
  source: build
  name: toy-base
  licence: apache-2.0
train:
  lora:
    r: 8      # rank
"""
DVC_YAML = """\
stages:
  evaluate:
    cmd: >-
      exec python -m toy evaluate --base data/predictions/base.jsonl
      --tuned data/predictions/tuned.jsonl --metrics metrics/evaluate.json
    deps: [data/predictions/base.jsonl, data/predictions/tuned.jsonl, toy.py]
    metrics: [metrics/evaluate.json: {cache: false}]
  base:
    cmd: exec python -m toy base --pretrain data/pretrain --base data/base
    deps: [data/pretrain, toy.py]
    params: [model]
    outs: [data/base]
  ingest:
    cmd: exec python -m toy ingest --raw data/raw --rows data/rows --metrics metrics/ingest.json
    deps: [data/raw, toy.py]
    outs: [data/rows]
    metrics: [metrics/ingest.json: {cache: false}]
  clean:
    cmd: exec python -m toy clean --rows data/rows --clean data/clean --metrics metrics/clean.json
    deps: [data/rows, toy.py]
    outs: [data/clean]
    metrics: [metrics/clean.json: {cache: false}]
  split:
    cmd: >-
      exec python -m toy split --clean data/clean --splits data/splits
      --metrics metrics/split.json
    deps: [data/clean, toy.py]
    outs: [data/splits]
    metrics: [metrics/split.json: {cache: false}]
  tokenize:
    cmd: >-
      exec python -m toy tokenize --splits data/splits --tokens data/tokens
      --metrics metrics/tokenize.json
    deps: [data/splits, toy.py]
    outs: [data/tokens]
    metrics: [metrics/tokenize.json: {cache: false}]
  train:
    cmd: >-
      exec python -m toy train --tokens data/tokens --base data/base --adapter data/adapter
      --metrics metrics/train.json --curve metrics/train_curve.csv
    deps: [data/base, data/tokens, toy.py]
    params: [train]
    outs: [data/adapter]
    metrics: [metrics/train.json: {cache: false}]
    plots: [metrics/train_curve.csv: {cache: false, x: step, y: loss}]
  merge:
    cmd: >-
      exec python -m toy merge --base data/base --adapter data/adapter --merged data/merged
      --metrics metrics/merge.json
    deps: [data/adapter, data/base, toy.py]
    outs: [data/merged]
    metrics: [metrics/merge.json: {cache: false}]
  generate:
    foreach:
      base: {model: data/base}
      tuned: {model: data/merged}
    do:
      cmd: >-
        exec python -m toy generate@${key} --splits data/splits --model ${item.model}
        --predictions data/predictions/${key}.jsonl
      deps: ["${item.model}", data/splits, toy.py]
      outs: ["data/predictions/${key}.jsonl"]
"""
STAGES = [
    "base", "ingest", "clean", "split", "tokenize", "train", "merge",
    "generate@base", "generate@tuned", "evaluate",
]  # fmt: skip
IGNORED = "/.tinh/\n__pycache__/\n/hold\n/data/report/\n"
TEXTS = [
    "Xin chào",
    "Trời mưa to",
    "Cá rô kho tộ",
    "Hoà bình",
    "Xin chào",
    "Đi chợ",
    "Mùa gặt",
    "Gió",
]


def run(*argv, **options):
    """Run a program in the working folder; its output is in the error when it fails."""
    done = subprocess.run(argv, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def commit(message="change"):
    run("git", "add", "-A")
    identity = ("-c", "user.name=toy", "-c", "user.email=toy@example.org")
    run("git", *identity, "commit", "-q", "--allow-empty", "-m", message)


def dvc(*words):
    return run(sys.executable, "-m", "dvc", *words)


def tinh(*words):
    """Run `tinh` as a process of its own; returns it, finished."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *words], capture_output=True, text=True, timeout=120
    )


def write_raw():
    Path("data/raw").mkdir(parents=True)
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in TEXTS]
    lines.insert(2, '{"text": "cut o')
    Path("data/raw/chat.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    more = [json.dumps({"text": text}) for text in ("one", "two", "three")]
    Path("data/raw/more.jsonl").write_text("\n".join(more) + "\n", encoding="utf-8")
    Path("data/pretrain").mkdir()
    Path("data/pretrain/corpus.txt").write_text("một hai ba\n", encoding="utf-8")


def make():
    """A project in the working folder, not yet run."""
    write_raw()
    Path("dvc.yaml").write_text(DVC_YAML, encoding="utf-8")
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    Path(".gitignore").write_text(IGNORED)
    shutil.copy(REPOSITORY / "tests/toy_stages.py", "toy.py")
    run("git", "init", "-q", "-b", "main", ".")
    dvc("init", "-q")
    # The project's own rules, which the witness reads once a process.
    shutil.copy(REPOSITORY / ".dvcignore", ".dvcignore")
    commit("start")


def at_home(monkeypatch, folder):
    """Work in ``folder`` with Tinh importable and nothing of the caller's settings."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    for name in ("PREFECT_API_URL", "PREFECT_HOME", "TINH_RUN_GROUP"):
        monkeypatch.delenv(name, raising=False)
