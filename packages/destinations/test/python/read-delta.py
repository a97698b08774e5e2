"""Prints a Delta table as JSON: its version and its rows, as delta-rs reads them. `read-delta.py FOLDER COLUMN,… [VERSION]`"""

import json
import sys
from datetime import date, datetime, time, timezone
from decimal import Decimal

from deltalake import DeltaTable, QueryBuilder


def cell(value):
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    if isinstance(value, (date, time, Decimal)):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 - 1:
        return str(value)
    if isinstance(value, dict):
        return {key: cell(item) for key, item in value.items()}
    if isinstance(value, list):
        return [cell(item) for item in value]
    return value


folder, columns = sys.argv[1], sys.argv[2].split(",")
table = DeltaTable(folder, version=int(sys.argv[3]) if len(sys.argv) > 3 else None)
listed = ", ".join(f't."{column}"' for column in columns)
batches = QueryBuilder().register("t", table).execute(f"SELECT {listed} FROM t ORDER BY 1").read_all()
values = [batches[column].to_pylist() for column in columns]
fields = {field["name"]: field for field in json.loads(table.schema().to_json())["fields"]}
print(
    json.dumps(
        {
            "version": table.version(),
            "labels": {name: field["metadata"].get("comment") for name, field in fields.items()},
            "rows": [[cell(value) for value in row] for row in zip(*values)],
        }
    )
)
