"""The demo's score means something: answers dealt to other prompts teach less than half as much."""

import pytest
from conftest import make_project

from bench import shuffled

QUICKER = {  # the demo's own training: half of its pre-training learns too little to compare
    "max_rows: 0 ": "max_rows: 100 ",
    "resamples: 10000": "resamples: 100",
    "threads: 2": "threads: 1",  # two would wait for each other beside another test
    "mode: auto": "mode: off",
}


def row(question, answer):
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"messages": messages, "task": question}


def test_answers_are_dealt_out_and_none_is_lost():
    rows = [row(str(i), f"answer {i}") for i in range(20)]
    rows.append({"messages": [{"role": "text", "content": "plain"}], "task": "t"})
    dealt = shuffled.shuffled(rows, seed=0)
    assert [r["messages"][0] for r in dealt] == [r["messages"][0] for r in rows]
    answers = [r["messages"][-1]["content"] for r in dealt]
    assert sorted(answers) == sorted(r["messages"][-1]["content"] for r in rows)
    assert sum(a != r["messages"][-1]["content"] for a, r in zip(answers, rows, strict=True)) > 15
    assert answers[-1] == "plain"


@pytest.mark.slow
def test_shuffled_answers_lose_at_least_half_of_the_lift(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "shuffled").mkdir()
    project = make_project(tmp_path / "project", profile="tiny-cpu", whole=True)
    params = project.path / "params.yaml"
    text = params.read_text(encoding="utf-8")
    for old, new in QUICKER.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    params.write_text(text, encoding="utf-8")
    project.repro()
    found = shuffled.control(project.path, tmp_path / "shuffled")
    assert found["lift"] > 0.05
    assert found["lift_shuffled"] <= found["lift"] / 2
