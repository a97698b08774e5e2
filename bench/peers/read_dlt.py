"""dlt loads one object into files of JSON lines, read as dlt's own Salesforce source reads it: simple-salesforce's
`query_all_iter`. Prints how many rows it loaded."""

import json
import os
import sys

import dlt
from simple_salesforce import Salesforce

task = json.loads(sys.argv[1])
rows = 0


@dlt.resource(name=task["object"].lower(), write_disposition="replace")
def records():
    global rows
    salesforce = Salesforce(
        instance_url=task["url"], session_id=task["accessToken"], version="67.0"
    )
    for record in salesforce.query_all_iter(task["query"]):
        record.pop("attributes", None)
        rows += 1
        yield record


os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
pipeline = dlt.pipeline(
    pipeline_name="bench",
    pipelines_dir=os.path.join(task["folder"], "dlt"),
    destination=dlt.destinations.filesystem(os.path.join(task["folder"], "dlt-files")),
    dataset_name="bench",
)
pipeline.run(records(), loader_file_format="jsonl").raise_on_failed_jobs()
print(rows)
