"""What is expected of the cleaned rows, and what Great Expectations found.

The suite is data (:class:`Expected`), made from params.yaml. It has two tables: ``rows``, a line
for each row (validate/frame.py), and ``whole``, one line of figures about all of them.
:func:`check` runs it with Great Expectations and writes GX's project and Data Docs. Those hold
times and random ids, so nothing depends on them; :class:`Outcome` does not change between runs.

GX counts the rows that break an expectation and is not asked which they are: naming a million of
them takes it minutes. :func:`places` finds the first ones.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.rows import CHAT, PREFERENCE, TEXT
from stages.validate.drift import Profile
from stages.validate.frame import LEAK, MARK
from stages.validate.params import Validate

CRITICAL = "critical"
ROWS, WHOLE = "rows", "whole"
INDEX = Path("gx/uncommitted/data_docs/local_site/index.html")

NOT_NULL = "expect_column_values_to_not_be_null"
UNIQUE = "expect_column_values_to_be_unique"
IN_SET = "expect_column_values_to_be_in_set"
BETWEEN = "expect_column_values_to_be_between"
MEAN = "expect_column_mean_to_be_between"
MAX = "expect_column_max_to_be_between"
COUNT = "expect_table_row_count_to_be_between"


@dataclass(frozen=True)
class Expected:
    """One expectation: GX's type in snake case, its arguments, its severity, and its table."""

    type: str
    arguments: Mapping[str, Any]
    severity: str
    table: str = ROWS

    @property
    def column(self) -> str:
        """The column it is about, "" for the table."""
        return str(self.arguments.get("column", ""))


@dataclass(frozen=True)
class Outcome:
    """Whether an expectation is met; ``observed`` is given for figures about all rows,
    ``unexpected`` (rows that break it) for the others."""

    expected: Expected
    success: bool
    unexpected: int
    observed: float | None


def expected_of(validate: Validate, baseline: Profile) -> list[Expected]:
    """The suite, in a fixed order."""
    identity, chars = validate.identity.severity, validate.chars
    suite = [
        Expected(NOT_NULL, {"column": "row_id"}, identity),
        Expected(UNIQUE, {"column": "row_id"}, identity),
        Expected(NOT_NULL, {"column": "task"}, identity),
        Expected(IN_SET, {"column": "kind", "value_set": [CHAT, PREFERENCE, TEXT]}, identity),
        Expected(BETWEEN, {"column": "messages", "min_value": 1}, identity),
        Expected(BETWEEN, {"column": "roles", "max_value": 0}, identity),
        Expected(BETWEEN, {"column": "nulls", "max_value": 0}, identity),
        Expected(
            BETWEEN,
            {"column": "chars", "min_value": chars.min, "max_value": chars.max},
            chars.severity,
        ),
    ]
    for prefix, section in ((LEAK, validate.leaks), (MARK, validate.placeholders)):
        for name in section.patterns:
            limits = {"column": prefix + name, "max_value": 0}
            suite.append(Expected(BETWEEN, limits, section.severity))
    fewest = math.ceil(baseline.rows * validate.rows.min_share)
    drift = validate.drift
    return [
        *suite,
        Expected(COUNT, {"min_value": fewest}, validate.rows.severity),
        Expected(
            MEAN,
            {"column": "vietnamese", "min_value": validate.vietnamese.min_share},
            validate.vietnamese.severity,
        ),
        *(
            Expected(MAX, {"column": column, "max_value": limit}, severity, WHOLE)
            for column, limit, severity in (
                ("largest_task", validate.balance.max_share, validate.balance.severity),
                ("length_psi", drift.max_length_psi, drift.severity),
                ("source_shift", drift.max_source_shift, drift.severity),
            )
        ),
    ]


def check(tables: Mapping[str, Any], suite: Sequence[Expected], folder: Path) -> list[Outcome]:
    """Run ``suite`` over pandas data frames by the name of the table; GX's project and Data Docs
    go to ``folder``.

    Returns an outcome for each expectation, in the suite's order. Raises RuntimeError if GX could
    not evaluate one.
    """
    import great_expectations as gx  # 4 s

    context = gx.get_context(mode="file", project_root_dir=folder)
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("clean")
    found: dict[tuple[str, str, str], Any] = {}
    for table, frame in tables.items():
        batch = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe(table)
        expectations = [_expectation(e) for e in suite if e.table == table]
        made = context.suites.add(gx.ExpectationSuite(name=table, expectations=expectations))
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(name=table, data=batch, suite=made)
        )
        checkpoint = context.checkpoints.add(
            gx.Checkpoint(
                name=table,
                validation_definitions=[definition],
                actions=[gx.checkpoint.UpdateDataDocsAction(name="docs")],
                result_format={"result_format": "SUMMARY", "partial_unexpected_count": 0},
            )
        )
        (run,) = checkpoint.run(batch_parameters={"dataframe": frame}).run_results.values()
        for result in run.results:
            config = result.expectation_config
            found[table, config.type, str(config.kwargs.get("column", ""))] = result
    return [_outcome(e, found[e.table, e.type, e.column]) for e in suite]


def _expectation(expected: Expected) -> Any:
    import great_expectations.expectations as gxe

    name = "".join(part.capitalize() for part in expected.type.split("_"))
    return getattr(gxe, name)(**expected.arguments, severity=expected.severity)


def _outcome(expected: Expected, result: Any) -> Outcome:
    if any(info.get("raised_exception") for info in _infos(result.exception_info)):
        raise RuntimeError(f"{expected.type} could not be evaluated: {result.exception_info}")
    observed = result.result.get("observed_value")
    return Outcome(
        expected=expected,
        success=bool(result.success),
        unexpected=int(result.result.get("unexpected_count", 0)),
        observed=None if observed is None else float(observed),
    )


def _infos(info: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """GX gives one report, or one for each metric that it computed."""
    return [info] if "raised_exception" in info else list(info.values())


def places(frame: Any, expected: Expected, most: int) -> list[tuple[str, str, int]]:
    """row_id, source and line of the first rows of a data frame that break an expectation."""
    values, limits = frame[expected.column], expected.arguments
    if expected.type == NOT_NULL:
        broken = values.isna()
    elif expected.type == UNIQUE:
        broken = values.duplicated(keep=False)
    elif expected.type == IN_SET:
        broken = ~values.isin(limits["value_set"])
    else:
        low, high = limits.get("min_value", -math.inf), limits.get("max_value", math.inf)
        broken = ~values.between(low, high)
    first = frame.loc[broken, ["row_id", "source", "line"]].head(most)
    return [(str(i), str(source), int(line)) for i, source, line in first.itertuples(index=False)]
