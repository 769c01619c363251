"""The ``tinh`` command: thin. Each command imports what it needs, so that ``--help`` is quick.

The commands lie in ``pipeline/commands``, a module for each topic. Reports go to stdout (with
``--json`` one document), logs to stderr. Exit codes: 0; 1 with one line that names the fault and
the remedy; 130 after Ctrl-C.
"""

import sys

import typer

from pipeline.commands import audit, data, results, runs, settings, talking, tracking, training
from pipeline.commands.terminal import FAILED, INTERRUPTED
from stages import environment
from stages.errors import TinhError

app = typer.Typer(
    name="tinh",
    help="Rebuild, schedule and audit a fine-tuning pipeline.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for topic in (runs, training, results, talking, settings, tracking, audit, data):
    topic.register(app)


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


if __name__ == "__main__":
    main()
