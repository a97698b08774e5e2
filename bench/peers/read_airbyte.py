"""Airbyte's Salesforce source reads one object; prints how many records it sent."""

import json
import subprocess
import sys
from pathlib import Path

task = json.loads(sys.argv[1])
folder = Path(task["folder"])
config = folder / "airbyte-config.json"
catalog = folder / "airbyte-catalog.json"
config.write_text(
    json.dumps(
        {
            "client_id": "bench",
            "client_secret": "bench",
            "refresh_token": "bench",
            "is_sandbox": False,
            "start_date": "2000-01-01T00:00:00Z",
        }
    )
)
stream = {
    "name": task["object"],
    "json_schema": {
        "type": "object",
        "properties": {name: {"type": ["null", "string"]} for name in task["columns"]},
    },
    "supported_sync_modes": ["full_refresh", "incremental"],
}
catalog.write_text(
    json.dumps(
        {
            "streams": [
                {
                    "stream": stream,
                    "sync_mode": "full_refresh",
                    "destination_sync_mode": "overwrite",
                }
            ]
        }
    )
)
command = [
    str(Path(sys.executable).with_name("source-salesforce")),
    "read",
    "--config",
    str(config),
    "--catalog",
    str(catalog),
]
rows = 0
said = []
with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as reader:
    for line in reader.stdout:
        if b'"type":"RECORD"' in line or b'"type": "RECORD"' in line:
            rows += 1
        else:
            said.append(line.decode(errors="replace"))
if reader.returncode != 0:
    sys.exit("".join(said[-3:])[-600:])
print(rows)
