/** The codes of the runner itself. */
import type { ErrorEntry } from "@decant/connector"
import { clusterErrors } from "./cluster/error-catalogue.ts"
import { httpErrors } from "./http/error-catalogue.ts"

export const errorCatalogue = [
  {
    code: "USAGE",
    message: "The command line cannot be understood.",
    meaning: "A command, flag or value is misspelt, missing, or does not go with another one.",
    fix: "`decant COMMAND --help` lists what the command takes.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "CONNECTOR_UNAVAILABLE",
    message: "This Decant has no source or destination of that type.",
    meaning: "The spec names a `type` that this version does not have yet.",
    fix: "Use one of the types that the message lists.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "RUN_LOCKED",
    message: "Another run is at it: {holder}.",
    meaning: "Two syncs of one spec would do the same work twice. The data is safe in any case.",
    fix: "Wait for it, or let this one wait: `--wait 10m`. If that process is gone, delete the lock file that the message names.",
    retry: "later",
    disposition: "locked"
  },
  {
    code: "SPEC_UNKNOWN",
    message: "There is no spec called {name} here.",
    meaning:
      "A spec is called by its file's name without the ending; its file may have been renamed or deleted.",
    fix: "Look which specs there are (`GET /api/connections`, or the folder that `decant serve` was given).",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "SPEC_CHANGED",
    message: "{file} was changed by somebody else in between.",
    meaning:
      "What was to be written was made from an older text of the file; writing it would undo their change.",
    fix: "Read the spec again, make the change again, and save.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "RUN_UNKNOWN",
    message: "There is no run {runId} in the history.",
    meaning: "The history keeps the newest runs of each spec; older ones are forgotten.",
    fix: "Look which runs there are (`GET /api/runs`); the destination keeps the reports of all (`_decant.runs`).",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "LISTEN_FAILED",
    message: "Port {port} cannot be listened on.",
    meaning: "Most likely another program has it, or a `decant serve` of another folder.",
    fix: "Stop that program, or choose another port: `--port 4800`.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "ALERT_FAILED",
    message: "The alert could not be brought: {reason}.",
    meaning:
      "The webhook or the command of the spec's `alerts` did not take it. Only `decant serve` says this, in its log.",
    fix: "Check the `alerts` of the spec. The sync itself is not touched by it.",
    retry: "soon",
    disposition: "failed"
  },
  {
    code: "NOT_COMPARABLE",
    message: "{stream} cannot be compared with Salesforce now: {reason}.",
    meaning: "The copy of the stream is not finished, or the spec has changed since it was read.",
    fix: "Run `decant sync`, then `decant verify` again.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "FILE_FAILED",
    message: "A file cannot be read or written.",
    meaning: "The path, its permissions or the disk stand against it; the message names all three.",
    fix: "Check the path, its permissions and the free space of the disk.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "DEMO_FAILED",
    message: "The demo could not be shown.",
    meaning: "Its local org did not start, or one of its two syncs failed.",
    fix: "Run the demo again; if it happens again, report it with the output of `--log-level debug`.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "ERASE_INCOMPLETE",
    message: "Something of the erased record was found afterwards.",
    meaning: "The record is gone from the tables, but the search named places that still hold texts of it.",
    fix: "Run the command again; if it happens again, report it with the places that it names.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "INTERRUPTED",
    message: "Interrupted before any stream was read.",
    meaning: "Somebody pressed Ctrl-C, or the process was told to end (exit code 130).",
    fix: "Run the same command again; nothing was changed.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "INTERNAL",
    message: "Decant met something it did not foresee.",
    meaning: "A mistake in Decant. What was committed is safe.",
    fix: "Run the command again; if it happens again, report it with the output of `--log-level debug`.",
    retry: "no",
    disposition: "failed"
  },
  ...clusterErrors,
  ...httpErrors
] as const satisfies ReadonlyArray<ErrorEntry>
