"""Commands that show results: the report and its short table."""

from typing import Annotated

import typer

from pipeline.commands.terminal import Json, show
from pipeline.project import enter


def register(app: typer.Typer) -> None:
    """Add the commands to ``tinh``."""
    app.command()(report)
    app.command()(summary)


def report(
    show_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    as_json: Json = False,
) -> None:
    """Write the page and the model card, from what is there."""
    root = enter()
    from pipeline.report import content
    from pipeline.report.write import write

    found = content.collect()
    paths = [path.as_posix() for path in write(found)]
    document = {"page": paths[0], "model_card": paths[1], "missing": list(found.missing)}
    show(document, "\n".join(paths), as_json)
    if show_it:
        import webbrowser

        webbrowser.open((root / paths[0]).as_uri())


def summary(as_json: Json = False) -> None:
    """The short table: rows, trainable parameters, loss, ROUGE of base and tuned."""
    enter()
    from pipeline.report import content
    from pipeline.report import summary as table
    from pipeline.report.write import PAGE

    found = content.collect()
    page = PAGE.as_posix() if PAGE.is_file() else "none yet; run `tinh report`"
    show(table.document(found, page), table.text(found, page), as_json)
