"""Loads the source into a DuckDB file by PyAirbyte, Airbyte's own library."""

import contextlib
import json
import sys

import airbyte

asked = json.load(sys.stdin)

# PyAirbyte shows its progress on stdout.
with contextlib.redirect_stdout(sys.stderr):
    source = airbyte.get_source(
        "source-decant",
        config=asked["config"],
        local_executable=asked["executable"],
        install_if_missing=False,
    )
    source.check()
    source.select_all_streams()
    cache = airbyte.DuckDBCache(db_path=asked["database"], schema_name="org", cleanup=False)
    source.read(cache=cache)
