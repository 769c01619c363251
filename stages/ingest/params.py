"""The section ``ingest`` of params.yaml."""

from typing import Annotated

from pydantic import Field

from stages.params import Section


class Ingest(Section):
    """How input files are cut into records and shards."""

    shard_rows: Annotated[int, Field(ge=1)]
    max_record_bytes: Annotated[int, Field(ge=64)]
