/** What can go wrong between workers that share syncs. */
import type { ErrorEntry } from "@decant/connector"

export const clusterErrors = [
  {
    code: "CLUSTER_UNREACHABLE",
    message: "The cluster's Postgres at {place} does not answer as it should: {reason}.",
    meaning:
      "Workers meet in that database, and only there. A worker that runs already waits for it and goes on; what it had committed is safe.",
    fix: "Check the address, the user and the password in `--cluster` (or DECANT_CLUSTER), and that the database runs.",
    retry: "soon",
    disposition: "failed"
  },
  {
    code: "CLUSTER_DESTINATION",
    message: "{spec} writes to a DuckDB file, which several workers cannot share.",
    meaning: "A DuckDB file has one writer at a time and lies on one machine.",
    fix: "Run this spec with `decant sync` on one machine, or give it a destination of type postgres or parquet.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "CLUSTER_SPEC",
    message: "No worker has the spec {spec} as it was when the run was asked for.",
    meaning:
      "Workers read specs from their own disks, so that the database can name one and never bring one. A worker whose file differs leaves the task to others.",
    fix: "Put the same file on all workers, then ask for the run again.",
    retry: "later",
    disposition: "spec"
  },
  {
    code: "CLUSTER_GAVE_UP",
    message: "{task} of {spec} was taken up {count} times, and no worker came back from it.",
    meaning:
      "Workers that take it up die or fall silent: most likely too little memory, or they are being stopped.",
    fix: "Look into the workers' logs and at their memory limits, then run the sync again: it goes on where it stopped.",
    retry: "later",
    disposition: "failed"
  }
] as const satisfies ReadonlyArray<ErrorEntry>
