"""What is expected of the cleaned rows, and what Great Expectations found.

The suite is data (:class:`Expected`), made from params.yaml; :func:`check` runs it with Great
Expectations over the whole table and writes GX's project and Data Docs. Those hold times and
random ids, so nothing depends on them; :class:`Broken` is what does not change between runs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.validate.frame import LEAK
from stages.validate.params import Validate

CRITICAL = "critical"
NAME = "clean"
INDEX = Path("gx/uncommitted/data_docs/local_site/index.html")
PLACE = ("row_id", "source", "line")


@dataclass(frozen=True)
class Expected:
    """One expectation: GX's type in snake case, its arguments, its severity."""

    type: str
    arguments: Mapping[str, Any]
    severity: str


@dataclass(frozen=True)
class Broken:
    """An expectation that was not met. ``observed`` is given for the table as a whole; for rows,
    how many there are and where (row_id, source, line)."""

    expected: Expected
    unexpected: int
    observed: float | None
    places: tuple[tuple[str, str, int], ...]


def expected_of(validate: Validate, baseline_rows: int) -> list[Expected]:
    """The suite, in a fixed order."""
    schema, chars = validate.identity.severity, validate.chars
    between = "expect_column_values_to_be_between"
    suite = [
        Expected("expect_column_values_to_not_be_null", {"column": "row_id"}, schema),
        Expected("expect_column_values_to_be_unique", {"column": "row_id"}, schema),
        Expected("expect_column_values_to_not_be_null", {"column": "task"}, schema),
        Expected(between, {"column": "messages", "min_value": 1}, schema),
        Expected(
            between,
            {"column": "chars", "min_value": chars.min, "max_value": chars.max},
            chars.severity,
        ),
    ]
    for name in validate.leaks.patterns:
        arguments = {"column": LEAK + name, "max_value": 0}
        suite.append(Expected(between, arguments, validate.leaks.severity))
    fewest = math.ceil(baseline_rows * validate.rows.min_share)
    suite += [
        Expected(
            "expect_table_row_count_to_be_between", {"min_value": fewest}, validate.rows.severity
        ),
        Expected(
            "expect_column_mean_to_be_between",
            {"column": "vietnamese", "min_value": validate.vietnamese.min_share},
            validate.vietnamese.severity,
        ),
    ]
    return suite


def check(frame: Any, suite: Sequence[Expected], folder: Path) -> list[Broken]:
    """Run ``suite`` over a pandas data frame; GX's project and Data Docs go to ``folder``.

    Returns the expectations that were not met, in the suite's order. Raises RuntimeError if GX
    could not evaluate one.
    """
    import great_expectations as gx  # 4 s

    context = gx.get_context(mode="file", project_root_dir=folder)
    context.variables.progress_bars = {"globally": False}
    batch = (
        context.data_sources.add_pandas(NAME)
        .add_dataframe_asset(NAME)
        .add_batch_definition_whole_dataframe(NAME)
    )
    expectations = [_expectation(e) for e in suite]
    made = context.suites.add(gx.ExpectationSuite(name=NAME, expectations=expectations))
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=NAME, data=batch, suite=made)
    )
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name=NAME,
            validation_definitions=[definition],
            actions=[gx.checkpoint.UpdateDataDocsAction(name="docs")],
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": list(PLACE),
            },
        )
    )
    (run,) = checkpoint.run(batch_parameters={"dataframe": frame}).run_results.values()
    found = {_key(r.expectation_config.type, r.expectation_config.kwargs): r for r in run.results}
    results = [(e, found[_key(e.type, e.arguments)]) for e in suite]
    return [_broken(e, result) for e, result in results if not result.success]


def _expectation(expected: Expected) -> Any:
    import great_expectations.expectations as gxe

    name = "".join(part.capitalize() for part in expected.type.split("_"))
    return getattr(gxe, name)(**expected.arguments, severity=expected.severity)


def _key(type_: str, arguments: Mapping[str, Any]) -> tuple[str, str]:
    return type_, str(arguments.get("column", ""))


def _broken(expected: Expected, result: Any) -> Broken:
    if any(info.get("raised_exception") for info in _infos(result.exception_info)):
        raise RuntimeError(f"{expected.type} could not be evaluated: {result.exception_info}")
    observed = result.result.get("observed_value")
    return Broken(
        expected=expected,
        unexpected=int(result.result.get("unexpected_count", 0)),
        observed=None if observed is None else float(observed),
        places=tuple(
            (str(at["row_id"]), str(at["source"]), int(at["line"]))
            for at in result.result.get("unexpected_index_list") or ()
        ),
    )


def _infos(info: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """GX gives one report, or one for each metric that it computed."""
    return [info] if "raised_exception" in info else list(info.values())
