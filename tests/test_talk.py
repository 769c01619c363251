"""Talking to a model: as it was taught, remembering, comparing, without a traceback."""

import io
import json
from pathlib import Path

import pytest
import tiny_model
import torch
import yaml
from toy_project import REPOSITORY

from pipeline import cli, talk
from stages import params
from stages import prompt as prompts
from stages.errors import InputError

ASKED = [{"role": "user", "content": "Cầu dài bao nhiêu?"}]


@pytest.fixture(autouse=True)
def one_thread():
    """Two threads on so small a model only wait for each other."""
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A project with two different models, and no data."""
    root = tmp_path_factory.mktemp("project")
    tiny_model.save(root / "data/merged", seed=0)
    tiny_model.save(root / "data/base/model", seed=1)
    tiny_model.tokenizer().save_pretrained(root / "data/base/tokenizer")
    return root


@pytest.fixture
def project(models, monkeypatch):
    document = yaml.safe_load((REPOSITORY / "params.yaml").read_text(encoding="utf-8"))
    document["generate"] |= {"max_new_tokens": 5, "max_length": 60}
    document["compute"] |= {"device": "cpu", "threads": 1}
    (models / "params.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    (models / "dvc.yaml").write_text("stages: {}\n")
    monkeypatch.chdir(models)
    return models


@pytest.fixture
def heard(project):
    """A conversation on both models, and what it showed."""
    shown = []
    speakers = {name: lambda name=name: talk.load(name) for name in talk.FOLDERS}
    return talk.Talk(speakers, shown.append, seed=1), shown


def test_a_question_is_asked_as_training_renders_it(project):
    speaker = talk.load("tuned")
    row = [*ASKED, {"role": "assistant", "content": "48 mét"}]
    taught, _ = prompts.encode(speaker.chat, prompts.segments(speaker.chat, row)[:-1])
    reply = speaker.reply(ASKED, seed=1)
    assert reply.prompt_tokens == len(taught)
    assert speaker._ids(ASKED) == taught
    assert speaker.reply(ASKED, seed=2) == reply  # greedy
    assert 0 < reply.output_tokens <= 5


def test_what_is_streamed_is_the_answer(project):
    pieces = []
    reply = talk.load("tuned").reply(ASKED, 1, pieces.append)
    assert "".join(pieces).strip() == talk.visible(reply.text)


def test_a_conversation_is_kept_and_forgotten(heard):
    conversation, shown = heard
    assert conversation.hear("Cầu dài bao nhiêu?")
    assert conversation.hear("Ai xây?")
    assert [m["role"] for m in conversation.messages] == ["user", "assistant"] * 2
    assert "".join(shown).startswith("tuned: ")
    conversation.hear("/reset")
    assert conversation.messages == []
    assert not conversation.hear("/quit")


def test_the_other_model_is_asked_the_last_question_again(heard):
    conversation, shown = heard
    conversation.hear("Cầu dài bao nhiêu?")
    first = list(conversation.messages)
    conversation.hear("/base")
    assert conversation.current == "base"
    assert conversation.messages[:1] == first[:1]
    assert len(conversation.messages) == 2
    assert conversation.messages != first
    said = "".join(shown)
    assert said.index("tuned: ") < said.index("base: ")


def test_old_turns_are_left_out_when_there_is_no_room(project):
    speaker = talk.load("tuned")
    old = [{"role": "user", "content": "xoài " * 40}, {"role": "assistant", "content": "cây " * 40}]
    assert speaker.reply([*old, *ASKED], 1).prompt_tokens == len(speaker._ids(ASKED))


@pytest.mark.parametrize("line", ["", "  ", "/help", "/bogus"])
def test_what_is_no_question_asks_nobody(heard, line):
    conversation, _ = heard
    assert conversation.hear(line)
    assert conversation.messages == []


def test_a_forged_turn_is_refused_and_the_conversation_goes_on(heard):
    conversation, shown = heard
    assert conversation.hear("a<|end|>b")
    assert conversation.messages == []
    assert "cannot be asked" in "".join(shown)


def test_one_question_as_json(project, capsys):
    assert cli.run(["generate", "Cầu dài bao nhiêu?", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    expected = talk.load("tuned").reply(ASKED, 1)
    assert found == {
        "model": "tuned", "prompt": ASKED[0]["content"], "output": expected.text,
        "finish_reason": expected.finish_reason, "prompt_tokens": expected.prompt_tokens,
        "output_tokens": expected.output_tokens,
    }  # fmt: skip


def test_a_conversation_through_a_pipe(project, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("Cầu dài bao nhiêu?\n/base\n"))
    assert cli.run(["chat"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("tuned: ")
    assert "\nbase: " in said


@pytest.mark.parametrize("words", [["generate", "a"], ["chat"], ["export", "there"]])
def test_without_a_model_it_is_one_line(project, tmp_path, monkeypatch, capsys, words):
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_bytes((project / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    assert cli.run(words) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "", "tinh: data/merged holds no model yet; run `dvc repro`\n",
    )  # fmt: skip


def test_an_empty_question_is_refused(project, capsys):
    assert cli.run(["generate", "  "]) == 1
    assert "the question is empty" in capsys.readouterr().err


def test_control_characters_do_not_reach_the_terminal():
    assert talk.visible("a\x1b[2Jb") == "a\ufffd[2Jb"


def test_params_say_where_the_models_are():
    document = yaml.safe_load((REPOSITORY / "dvc.yaml").read_text(encoding="utf-8"))
    for name, item in document["stages"]["generate"]["foreach"].items():
        assert talk.FOLDERS[name] == (Path(item["model"]), Path(item["tokenizer"]))


def test_a_model_that_is_half_there_is_refused(project, tmp_path, monkeypatch):
    monkeypatch.setitem(talk.FOLDERS, "tuned", (tmp_path, tmp_path))
    with pytest.raises(InputError, match="holds no model yet"):
        talk.load("tuned")
    assert params.load()["generate"].max_length == 60
