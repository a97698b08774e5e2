"""tap-salesforce reads one object by REST (its Bulk is version 1); prints how many records it sent."""

import json
import subprocess
import sys
from pathlib import Path

task = json.loads(sys.argv[1])
folder = Path(task["folder"])
config = folder / "tap-config.json"
catalog = folder / "tap-catalog.json"
config.write_text(
    json.dumps(
        {
            "client_id": "bench",
            "client_secret": "bench",
            "refresh_token": "bench",
            "instance_url": task["url"],
            "start_date": "2000-01-01T00:00:00Z",
            "api_type": "REST",
            "select_fields_by_default": True,
        }
    )
)
tap = str(Path(sys.executable).with_name("tap-salesforce"))


def run(*arguments):
    return subprocess.run(
        [tap, "--config", str(config), *arguments], capture_output=True, check=False
    )


found = run("--discover")
if found.returncode != 0:
    sys.exit(found.stderr.decode(errors="replace")[-600:])
streams = json.loads(found.stdout)["streams"]
wanted = [one for one in streams if one["tap_stream_id"] == task["object"]]
for stream in wanted:
    for entry in stream["metadata"]:
        name = entry["breadcrumb"][1] if entry["breadcrumb"] else None
        chosen = name is None or name in task["columns"]
        if entry["metadata"].get("inclusion") != "automatic":
            entry["metadata"]["selected"] = chosen
catalog.write_text(json.dumps({"streams": wanted}))
read = run("--properties", str(catalog))
if read.returncode != 0:
    sys.exit(read.stderr.decode(errors="replace")[-600:])
print(sum(1 for line in read.stdout.splitlines() if b'"RECORD"' in line))
