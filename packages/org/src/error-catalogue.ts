/** The codes of this package. Refusals of the API and the network have theirs in the auth package. */
import type { ErrorEntry } from "@decant/connector"

export const errorCatalogue = [
  {
    code: "ORG_ANSWER_INVALID",
    message: "Salesforce's answer about {what} is not what its documentation says.",
    meaning:
      "A proxy changed the answer, or the org's API version answers in a way that Decant does not know.",
    fix: "Run it again; if it lasts, report it with the `apiVersion` of the spec.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "ORG_REDIRECTED",
    message: "The org sent the call on to another address.",
    meaning: "A call with a token in it is never sent elsewhere. The org may have moved or been renamed.",
    fix: "Set `environment` in the spec to the org's My Domain URL (Setup → My Domain) and run `decant connect` again.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "ORG_BUDGET_SPENT",
    message: "The org has used as many of its API calls as the spec's `apiBudget` allows.",
    meaning: "The calls of everybody in the last 24 hours have reached the share that `apiBudget` sets.",
    fix: "Try again once calls of the last 24 hours have passed, or raise `apiBudget` (org) in the spec.",
    retry: "later",
    disposition: "budget"
  },
  {
    code: "ORG_CALL_INVALID",
    message: "This cannot be asked of an org.",
    meaning: "A name, Id, path or value is not of the form that Salesforce takes.",
    fix: "Correct it as the message says; `decant objects` and `decant describe OBJECT` list the names.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "ORG_OBJECT_UNKNOWN",
    message: "The org has no object of that name that this user may see.",
    meaning: "The name is misspelt, the object is not in this org, or the user has no right to it.",
    fix: "Use the API name (custom objects end with __c); `decant objects` lists them.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "ACT_AS_UNSUPPORTED",
    message: "Acting as another user needs `jwt-bearer`.",
    meaning:
      "Only a signed login may name the user whom it is for; every other method logs in as one fixed user.",
    fix: "Set `auth: { method: jwt-bearer, … }` in the spec; docs/connect.md shows how. The user must be pre-authorised for the app.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "WRITE_UNCERTAIN",
    message: "The connection ended before Salesforce answered: whether the write was done is not known.",
    meaning: "Sending it again could do it twice, so Decant does not.",
    fix: "Look whether the record is there or changed (`decant soql`, `decant record get`) before you send it again.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "WRITE_LOG_FAILED",
    message: "The log of writes cannot be written.",
    meaning: "No write is sent that would not be logged.",
    fix: "Check the permissions and the free space of the folder that the message names.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "LOAD_FILE_INVALID",
    message: "The CSV file cannot be loaded.",
    meaning:
      "A load needs a UTF-8 CSV file with a header, as many values in each record as in the header, and one kind of line end.",
    fix: "Correct the file as the message says; nothing was sent.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "LOAD_COLUMNS_INVALID",
    message: "The columns of the file do not fit the object.",
    meaning:
      "A column is unknown or may not be written by this user, or one is missing that the operation needs.",
    fix: "Rename columns with `--map`, leave some out with `--map Column=`, or give the user access to the field. Nothing was sent.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "LOAD_NOT_FOUND",
    message: "There is no unfinished load of that name or job here.",
    meaning: "Loads are remembered in `.decant/loads` beside the checkpoint, by their own id and by job id.",
    fix: "`decant load --list` shows the loads; run it with the spec that the load was started with.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "LOAD_UNFINISHED",
    message: "An earlier load of the same file is not finished.",
    meaning: "Starting again from the beginning could write its rows twice.",
    fix: "Go on with it: `decant load --resume ID`. To start over on purpose: `--again`.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "LOAD_FILE_CHANGED",
    message: "The file has changed since the load was started.",
    meaning: "What was sent and what is left to send would not fit together.",
    fix: "Put the file back as it was and resume; or start over with `--again` and only the rows that are not done (see the success file).",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "LOAD_BUSY",
    message: "Another process is at this load.",
    meaning: "Two processes must not send one load.",
    fix: "Wait for it. If that process is gone, delete the lock file that the message names.",
    retry: "later",
    disposition: "locked"
  },
  {
    code: "LOAD_JOB_GONE",
    message: "A job of this load is no longer in the org.",
    meaning:
      "Salesforce keeps jobs for seven days; somebody may also have deleted it. What became of its rows cannot be asked any more.",
    fix: "Compare the rows with the org (`decant soql`), then load what is missing with a new file.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "BULK_QUERY_FAILED",
    message: "Salesforce did not complete a Bulk query.",
    meaning: "The job failed or was aborted; the message says why.",
    fix: "Ask for less (a narrower WHERE, fewer fields), or leave out `--bulk`.",
    retry: "no",
    disposition: "failed"
  }
] as const satisfies ReadonlyArray<ErrorEntry>
