import pytest

from stages import params
from stages.errors import ParamsError

PATH = params.PARAMS


class Inner(params.Section):
    r: int


class Outer(params.Section):
    rate: float
    inner: Inner


SCHEMAS = {"outer": Outer, "seed": params.Seed}
GOOD = {"outer": {"rate": 0.1, "inner": {"r": 4}}, "seed": 1}


def changed(**sections):
    return {**GOOD, **sections}


def test_a_whole_file_is_given_back_section_by_section():
    checked = params.check(GOOD, SCHEMAS, PATH)
    assert checked == {"outer": Outer(rate=0.1, inner=Inner(r=4)), "seed": 1}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            changed(outer={"rate": 0.1, "inner": {"r": "4"}}),
            "params.yaml: outer.inner.r is '4'; input should be a valid integer",
        ),
        (
            changed(outer={"rate": 0.1, "inner": {}}),
            "params.yaml: outer.inner.r is missing; add it (see profiles/)",
        ),
        (
            changed(outer={"rate": 0.1, "inner": {"r": 4, "alhpa": 8}}),
            "params.yaml: outer.inner.alhpa is not a known key; remove it or correct its name",
        ),
        (changed(seed=-1), "params.yaml: seed is -1; input should be greater than or equal to 0"),
        (changed(seed=True), "params.yaml: seed is True; input should be a valid integer"),
        (
            changed(outre={}),
            "params.yaml: unknown section 'outre'; remove it (known: outer, seed)",
        ),
        (
            {"outer": GOOD["outer"]},
            "params.yaml: section 'seed' is missing; add it (see profiles/)",
        ),
    ],
)
def test_the_first_fault_is_named_with_its_value_and_remedy(document, message):
    with pytest.raises(ParamsError) as caught:
        params.check(document, SCHEMAS, PATH)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "found duplicate key"),
        ("a: [1\n", "is not valid YAML"),
        ("- a\n", "must be a mapping of sections; it is list"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path, text, message):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(ParamsError, match=message):
        params.read(path)


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(ParamsError, match="does not exist here; run from the project's folder"):
        params.read(tmp_path / "params.yaml")


def test_scientific_notation_is_a_number_as_dvc_reads_it(tmp_path):
    (tmp_path / "params.yaml").write_text("rate: 3e-4\n")
    assert params.read(tmp_path / "params.yaml") == {"rate": 0.0003}


def test_no_section_has_a_default():
    """Every key is required, down to the last nested section."""
    waiting = [s for s in params.schemas().values() if isinstance(s, type)]
    seen = []
    while waiting:
        schema = waiting.pop()
        if not (isinstance(schema, type) and issubclass(schema, params.Section)):
            continue
        seen.append(schema)
        for name, field in schema.model_fields.items():
            assert field.is_required(), f"{schema.__name__}.{name}"
            waiting.append(field.annotation)
    assert params.Build in seen
