"""Commands about training: where it starts, what it needs, whether this machine can do it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.terminal import FAILED, Json, show
from pipeline.project import enter

adapter = typer.Typer(help="Earlier adapters.")


def register(app: typer.Typer) -> None:
    """Add the commands to ``tinh``."""
    app.add_typer(adapter, name="adapter")
    app.command()(plan)
    app.command()(doctor)


@adapter.command("fetch")
def adapter_fetch(
    revision: Annotated[str, typer.Argument(metavar="REV", help="Commit, branch or tag.")],
    as_json: Json = False,
) -> None:
    """Put an earlier revision's adapter into data/init, its attestation checked."""
    enter()
    from dataclasses import asdict

    from pipeline.adapter import fetch

    found = fetch(revision)
    show(
        asdict(found),
        f"data/init is the adapter of {found.commit[:12]}, attested by {found.attestation[:12]}; "
        "set train.init: data/init and run `dvc repro`",
        as_json,
    )


def plan(
    device: Annotated[str, typer.Option(help="RTX-4090, A100-80GB …; this machine's else.")] = "",
    config: Annotated[
        Path | None, typer.Option(help="A config.json instead of the base's.")
    ] = None,
    tokens_per_second: Annotated[float, typer.Option(help="Measured; else the last run's.")] = 0.0,
    price: Annotated[float, typer.Option(help="Of an hour, in any currency.")] = 0.0,
    as_json: Json = False,
) -> int:
    """Predicted memory, part by part, and hours of training, against a device."""
    enter()
    from pipeline.audit.attestations import Evidence
    from pipeline.plan import configs, devices, estimate
    from stages import params
    from stages.train import footprint
    from stages.train.shape import shape_of

    everything = params.load()
    train = everything["train"]
    tokens, supervised = estimate.measured_tokens(train.epochs, Path("metrics/tokenize.json"))
    pack_length = everything["tokenize"].pack_length
    setting = footprint.setting_of(train, pack_length=pack_length, supervised=supervised)
    measured = Evidence().current("train") if not device else None  # another device, another speed
    speed = measured.byproducts.get("run", {}).get("tokens_per_second") if measured else None
    found = estimate.plan(
        shape_of(configs.config_of(everything["model"], config)),
        setting,
        devices.named(device) if device else devices.present(everything["compute"].device),
        tokens=tokens,
        tokens_per_second=tokens_per_second or speed,
        price=price or None,
    )
    show(found.document(), estimate.text(found), as_json)
    if not found.fits:
        sys.stderr.write(
            f"tinh: {found.total / 2**30:.1f} GiB do not fit into {found.device.name}'s "
            f"{found.device.memory / 2**30:.1f}; lower train.micro_batch (and raise "
            "train.accumulation), set train.checkpoint_activations: true, or take a larger device\n"
        )
    return 0 if found.fits else FAILED


def doctor(as_json: Json = False) -> int:
    """Can this machine run this params.yaml; what to change if not."""
    enter()
    from dataclasses import asdict

    from pipeline import doctor as checkup
    from stages import params

    found = checkup.checks(params.load())
    wrong = [check for check in found if not check.ok]
    document = {"ok": not wrong, "checks": [{**asdict(c), "ok": c.ok} for c in found]}
    show(document, checkup.text(found), as_json)
    if wrong:
        sys.stderr.write(f"tinh: {wrong[0].name}: {wrong[0].found}; {wrong[0].remedy}\n")
    return FAILED if wrong else 0
