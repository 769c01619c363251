"""What README and docs say: links lead somewhere, commands exist, the recipe for own data works."""

import json
import re
import shlex

import pytest
import typer.main
from conftest import ROOT

from pipeline import cli

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
REMARK = re.compile(r"\s{2,}|\s#")


def commands(page, word):
    """The command lines of a page's blocks that begin with ``word``, without their remarks."""
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith(f"{word} "):
                yield REMARK.split(line)[0].replace("[", "").replace("]", "")


TINH = sorted({line for page in PAGES for line in commands(page, "tinh")})


@pytest.mark.parametrize("line", TINH)
def test_a_command_takes_the_words_that_the_docs_give_it(line):
    command, words = typer.main.get_command(cli.app), shlex.split(line)[1:]
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    assert not hasattr(command, "commands"), "it needs one more word"
    command.make_context(line, words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_has_the_targets_and_bench_the_modules(page):
    text, makefile = page.read_text(encoding="utf-8"), (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"`make ([a-z-]+)`", text))
    targets |= {line.split()[1] for line in commands(page, "make")}
    assert {t for t in targets if not re.search(rf"^{t}:", makefile, re.MULTILINE)} == set()
    modules = set(re.findall(r"python -m (bench\.\w+)", text))
    assert {m for m in modules if not (ROOT / f"{m.replace('.', '/')}.py").is_file()} == set()


@pytest.mark.slow
def test_own_data_in_five_minutes_and_what_made_the_model(project):
    sold = ["cà phê", "bánh mì", "trái cây", "hoa tươi"]
    rows = [
        {"instruction": f"Quán số {i} bán gì?", "output": f"Quán số {i} bán {sold[i % 4]}."}
        for i in range(120)
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (project.path / "my.jsonl").write_text(lines, encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    recipe = next(block for block in BLOCK.findall(readme) if "my.jsonl" in block)
    for line in recipe.splitlines():
        project.call("bash", "-ec", line)
    assert (project.path / "data/report/index.html").is_file()
    assert project.call("git", "status", "--short").stdout == ""

    asked = list(commands(ROOT / "README.md", "tinh"))
    assert len(asked) == 5
    for line in asked[:4]:
        line = line.replace("hoi_dap.csv:17", "my.jsonl:17")
        said = project.call("bash", "-ec", line).stdout
        assert said, line
    assert said == "NoChange\n"
    model = json.loads(project.call("tinh", "audit", "model", "--json").stdout)
    assert "data/raw/my.jsonl" in json.dumps(model)
