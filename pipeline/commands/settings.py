"""Commands that read and set what params.yaml declares."""

import sys
from typing import Annotated

import typer

from pipeline.commands.terminal import FAILED, Json, show
from pipeline.project import enter

profile = typer.Typer(help="Whole parameter files to start from.")


def register(app: typer.Typer) -> None:
    """Add the commands to ``tinh``."""
    app.command()(versions)
    app.command("subject-key")(subject_key)
    app.add_typer(profile, name="profile")


def versions(
    write: Annotated[bool, typer.Option("--write", help="Declare what is installed.")] = False,
    as_json: Json = False,
) -> int:
    """The libraries that matter: the version that params.yaml declares, and the installed one."""
    enter()
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


def subject_key(
    write: Annotated[bool, typer.Option("--write", help="Declare it; make one if needed.")] = False,
    as_json: Json = False,
) -> int:
    """The key that hashes data subjects: where it is, and whether it is the declared one."""
    enter()
    from pipeline import declare
    from stages.errors import ParamsError
    from stages.ingest import subjects
    from stages.params import PARAMS, read

    if write:
        declare.write_subject_key()
    section = read(PARAMS).get("ingest")
    if not isinstance(section, dict) or "subject_key" not in section:
        raise ParamsError(f"{PARAMS}: ingest.subject_key is missing; add it (see profiles/)")
    declared, key = section["subject_key"], subjects.find_key()
    found = subjects.fingerprint(key) if key else ""
    text = f"declared {declared or 'none'}, here {found or 'none'}"
    show({"declared": declared, "here": found, "agrees": declared == found}, text, as_json)
    if declared == found:
        return 0
    sys.stderr.write(
        f"tinh: the key here is not the declared one; put the right one into {subjects.VARIABLE} "
        f"or {subjects.FILE}, or declare yours with `tinh subject-key --write`\n"
    )
    return FAILED


@profile.command("use")
def profile_use(
    name: Annotated[str, typer.Argument(help="A file of profiles/, without .yaml.")],
    force: Annotated[bool, typer.Option(help="Even if params.yaml has unsaved changes.")] = False,
) -> None:
    """Put a profile in the place of params.yaml."""
    enter()
    from pipeline import declare

    declare.use_profile(name, force=force)
    typer.echo(f"params.yaml is profiles/{name}.yaml; `dvc repro` makes its model")
