"""The ``tinh`` command: thin. Each command imports what it needs, so that ``--help`` is quick.

Reports go to stdout (with ``--json`` one document), logs to stderr. Exit codes: 0; 1 with one line
that names the fault and the remedy; 130 after Ctrl-C.
"""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import project
from stages import environment
from stages.errors import InputError, TinhError

app = typer.Typer(
    name="tinh",
    help="Rebuild, schedule and audit a fine-tuning pipeline.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
audit = typer.Typer(help="What made the model, and what became of a row.")
profile = typer.Typer(help="Whole parameter files to start from.")
app.add_typer(audit, name="audit")
app.add_typer(profile, name="profile")

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
FAILED = 1
INTERRUPTED = 130


def main() -> None:
    """Entry point of ``tinh``."""
    sys.exit(run(sys.argv[1:]))


def run(argv: list[str]) -> int:
    """Run one command; returns its exit code."""
    environment.apply(offline=False)
    try:
        code = app(argv or ["--help"], prog_name="tinh", standalone_mode=False)
    except typer.TyperException as error:
        sys.stderr.write(f"tinh: {error.format_message()} See `tinh --help`.\n")
        return FAILED
    except TinhError as error:
        sys.stderr.write(f"tinh: {error}\n")
        return FAILED
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("tinh: interrupted\n")
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def enter_project() -> Path:
    """Make the project's folder the working folder, which all paths are relative to."""
    root = project.find(Path.cwd())
    os.chdir(root)
    return root


def show(document: Any, text: str, as_json: bool) -> None:
    """Write a report to stdout."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False) if as_json else text)


@app.command()
def retrain(as_json: Json = False) -> int:
    """Rebuild what changed data, parameters or code made stale, now, as a Prefect flow."""
    enter_project()
    from dataclasses import asdict

    from pipeline import repro, server
    from stages import processes

    os.environ.update(server.settings())
    if server.URL_VARIABLE not in os.environ:
        # Nobody would see the flow run that finds nothing to do; spare the temporary server's 8 s.
        with processes.exclusive("retrain"):
            changed = repro.stale()
        if not changed:
            nothing = {"state": "NoChange", "message": "nothing changed", "steps": []}
            show(nothing, "NoChange", as_json)
            return 0
    from pipeline.retrain import now

    outcome = now()
    lines = [f"{step.fate:>8}  {step.stage}" for step in outcome.steps]
    show(asdict(outcome), "\n".join([*lines, outcome.state]), as_json)
    if outcome.failed:
        sys.stderr.write(f"tinh: {outcome.message}\n")
    return FAILED if outcome.failed else 0


@app.command()
def serve(
    cron: Annotated[str, typer.Option(help="When: '0 2 * * *' is each night at two.")] = "",
    interval: Annotated[float, typer.Option(help="Or each so many seconds.")] = 0.0,
    timezone: Annotated[str, typer.Option(help="Of --cron; this machine's by default.")] = "",
    port: Annotated[int, typer.Option(help="Of the server on loopback; 0 takes a free one.")] = 0,
) -> None:
    """Retrain on a schedule, on this machine, until Ctrl-C."""
    enter_project()
    if bool(cron) == bool(interval):
        raise InputError("give one of --cron '0 2 * * *' and --interval SECONDS")
    from pipeline import deploy, server

    os.environ.update(server.settings())
    zone = timezone or deploy.local_timezone()
    deploy.serve(deploy.cron(cron, zone) if cron else deploy.every(interval), port)


@app.command()
def report(
    show_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    as_json: Json = False,
) -> None:
    """Write the page and the model card, from what is there."""
    root = enter_project()
    from pipeline.report import content
    from pipeline.report.write import write

    found = content.collect()
    paths = [path.as_posix() for path in write(found)]
    document = {"page": paths[0], "model_card": paths[1], "missing": list(found.missing)}
    show(document, "\n".join(paths), as_json)
    if show_it:
        import webbrowser

        webbrowser.open((root / paths[0]).as_uri())


@app.command()
def summary(as_json: Json = False) -> None:
    """The short table: rows, trainable parameters, loss, ROUGE of base and tuned."""
    enter_project()
    from pipeline.report import content
    from pipeline.report import summary as table
    from pipeline.report.write import PAGE

    found = content.collect()
    page = PAGE.as_posix() if PAGE.is_file() else "none yet; run `tinh report`"
    show(table.document(found, page), table.text(found, page), as_json)


@app.command()
def versions(
    write: Annotated[bool, typer.Option("--write", help="Declare what is installed.")] = False,
    as_json: Json = False,
) -> int:
    """The libraries that matter: the version that params.yaml declares, and the installed one."""
    enter_project()
    from dataclasses import asdict

    from pipeline import declare

    if write:
        declare.write_versions(declare.libraries())
    found = declare.libraries()
    lines = [
        f"{'' if x.agrees else '!':1} {x.name:<18} {x.declared or '-':<12} {x.installed or '-'}"
        for x in found
    ]
    show({"libraries": [asdict(x) for x in found]}, "\n".join(lines), as_json)
    wrong = [x.name for x in found if not x.agrees]
    if wrong:
        remedy = "run `make setup`, or `tinh versions --write` to declare what is installed"
        sys.stderr.write(f"tinh: {', '.join(wrong)} not as declared; {remedy}\n")
    return FAILED if wrong else 0


@profile.command("use")
def profile_use(
    name: Annotated[str, typer.Argument(help="A file of profiles/, without .yaml.")],
    force: Annotated[bool, typer.Option(help="Even if params.yaml has unsaved changes.")] = False,
) -> None:
    """Put a profile in the place of params.yaml."""
    enter_project()
    from pipeline import declare

    declare.use_profile(name, force=force)
    typer.echo(f"params.yaml is profiles/{name}.yaml; `dvc repro` makes its model")


@audit.command("verify")
def audit_verify(as_json: Json = False) -> int:
    """Hash every artifact again and compare it with dvc.lock and the attestations."""
    enter_project()
    from pipeline.audit import verify

    verdicts = verify.verify(verify.Project())
    proved = all(verdict.proved for verdict in verdicts)
    document = {"proved": proved, "stages": [verdict.document() for verdict in verdicts]}
    show(document, verify.text(verdicts), as_json)
    bad = next((v for v in verdicts if not v.proved), None)
    if bad is not None:
        sys.stderr.write(f"tinh: {bad.stage} is {bad.verdict}: {bad.detail}\n")
    return 0 if proved else FAILED


@audit.command("model")
def audit_model(as_json: Json = False) -> int:
    """From the merged model back to files, rows, code, parameters and versions."""
    enter_project()
    from pipeline.audit import model, verify

    document = model.trace(verify.Project())
    show(document, model.text(document), as_json)
    bad = next((s for s in document["stages"] if s["verdict"] not in verify.PROVED), None)
    if bad is not None:
        sys.stderr.write(f"tinh: {bad['stage']} is {bad['verdict']}: {bad['detail']}\n")
    return 0 if bad is None else FAILED


@audit.command("row")
def audit_row(
    text: Annotated[str, typer.Option(help="Words of the row, or all of it.")] = "",
    row_id: Annotated[str, typer.Option("--id", help="Its row_id, or the first digits.")] = "",
    at: Annotated[str, typer.Option(help="FILE:LINE in data/raw, rejected ones too.")] = "",
    as_json: Json = False,
) -> None:
    """What became of a row at each stage, and whether the model was trained on it."""
    enter_project()
    if sum(map(bool, (text, row_id, at))) != 1:
        raise InputError("give one of --text, --id and --at")
    from pipeline.audit import row, verify

    places = row.by_text(text) if text else row.by_id(row_id) if row_id else row.by_position(at)
    records, about = row.fates(places), row.model(verify.Project())
    show(row.document(records, about), row.text(records, about), as_json)


if __name__ == "__main__":
    main()
