"""Commands that talk to the models, and hand one over."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.terminal import Json, show
from pipeline.project import enter


def register(app: typer.Typer) -> None:
    """Add the commands to ``tinh``."""
    app.command()(generate)
    app.command()(chat)
    app.command()(export)


def generate(
    text: Annotated[str, typer.Argument(help="What to ask.")],
    base: Annotated[bool, typer.Option("--base", help="Ask the base, not the tuned.")] = False,
    as_json: Json = False,
) -> None:
    """Ask the tuned model one question, as it was taught to be asked."""
    enter()
    from dataclasses import asdict

    from pipeline import talk
    from pipeline.report.content import visible
    from stages import params
    from stages.errors import InputError
    from stages.seeds import child

    if not text.strip():
        raise InputError("the question is empty; give some words")
    name = talk.BASE if base else talk.TUNED
    seed = child(params.load()["seed"], "chat:1")
    reply = talk.load(name).reply([{"role": "user", "content": text.strip()}], seed)
    document = {"model": name, "prompt": text.strip(), "output": reply.text}
    rest = {key: value for key, value in asdict(reply).items() if key != "text"}
    show(document | rest, visible(reply.text), as_json)


def chat() -> None:
    """Talk to the tuned model and, to compare, to its base. Ends with /quit or the input's end."""
    enter()
    from functools import partial

    from pipeline import talk
    from stages import params

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    speakers = {name: partial(talk.load, name) for name in talk.FOLDERS}
    speakers[talk.TUNED] = partial(lambda ready: ready, talk.load(talk.TUNED))
    conversation = talk.Talk(speakers, write, params.load()["seed"])
    terminal = sys.stdin.isatty()
    if terminal:
        write(talk.HELP + "\n")
    while True:
        try:
            line = input("> ") if terminal else input()
        except EOFError:
            return
        if not conversation.hear(line):
            return


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.")],
    as_json: Json = False,
) -> None:
    """Write the merged model and its card together, ready to publish."""
    here = Path.cwd()
    enter()
    from pipeline.report import content
    from pipeline.report.export import export as write

    target = here / folder
    files = write(content.collect(), target)
    document = {"folder": str(folder), "files": files}
    lines = [f"{folder}: {len(files)} files", "parts of README.md wait for a person: see its marks"]
    show(document, "\n".join(lines), as_json)
