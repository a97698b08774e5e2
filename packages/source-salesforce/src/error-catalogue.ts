/** The codes of this package. Refusals of the API and the network have theirs in the auth package. */
import type { ErrorEntry } from "@decant/connector"

export const errorCatalogue = [
  {
    code: "ORG_REPLY_INVALID",
    message: "Salesforce's answer about {what} is not what its documentation says.",
    meaning:
      "A proxy changed the answer, or the org's API version answers in a way that Decant does not know.",
    fix: "Run it again; if it lasts, report it with the API version of the spec. Nothing was changed.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "OBJECT_UNKNOWN",
    message: "The org has no object {object} that this user may read.",
    meaning: "The name is misspelt, the object is not in this org, or the user has no right to read it.",
    fix: "Correct the name in the spec (custom objects end with __c; `decant discover` lists them), or give the user's permission set read access to the object.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "OBJECT_HIDDEN",
    message: "The org has {object}, but this user may not read it.",
    meaning: "No profile or permission set of the user grants Read for the object.",
    fix: "Setup → Permission Sets → the set of this user → Object Settings → the object → Read and View All. `decant setup-org` writes such a permission set.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "OBJECT_UNSUPPORTED",
    message: "{object} cannot be synced.",
    meaning:
      "Some objects cannot be copied by nature: big objects, external objects, streams of events, and those that Salesforce lists only with a filter.",
    fix: "Take the object out of the spec. One that a glob reaches is skipped by itself.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "FIELD_UNKNOWN",
    message: "{object} has no field {field} that this user may read.",
    meaning: "The name is misspelt, the field is not in this org, or field-level security hides it.",
    fix: "Correct the name in the spec, or give the user's profile or permission set read access to the field.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "FIELD_HIDDEN",
    message: "{object} has {field}, but this user may not read it.",
    meaning: "Field-level security hides it: to this user it looks as if it were not there.",
    fix: "Setup → Permission Sets → the set of this user → Object Settings → the object → Field Permissions → Read. `decant setup-org` writes such a permission set.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "PERMISSION_MISSING",
    message: "The user lacks a permission.",
    meaning:
      "Without “API Enabled” nothing can be read; without “View All Users” users that are not shared are left out; without “Approve Uninstalled Connected Apps” a browser login by an app that is not installed in the org is refused.",
    fix: "Setup → Permission Sets → the set of this user → System Permissions → the permission. `decant setup-org` writes such a permission set.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "ROWS_MAY_BE_HIDDEN",
    message:
      "This user may not see every record of {object}: those that are not shared are left out silently.",
    meaning:
      "Sharing never refuses a query, it leaves rows out. The object is private by default and the user has no “View All” for it.",
    fix: "Give the user “View All” for the object (Object Settings in the permission set); for activities, notes and shares only “View All Data” does it. `decant setup-org` writes such a permission set.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "MASK_UNCERTAIN",
    message: "{object}.{field} is masked and gone, and other fields came.",
    meaning:
      "A field that was renamed looks like one that went and another that came, where the user may not read FieldDefinition. Its values would be copied unmasked under the new name.",
    fix: "Mask the new field in the spec, or take the old name out of `mask`. A user who may read FieldDefinition (“View Setup and Configuration”) spares the question.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "WHERE_REFUSED",
    message: "Salesforce refuses the `where` of {stream}.",
    meaning:
      "The condition is not SOQL, or names a field that is not there, is hidden from this user or cannot be filtered by.",
    fix: "Correct `where` in the spec: it is what stands behind WHERE in SOQL. `decant discover --object` lists the fields.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "STREAM_DOUBTFUL",
    message: "The stream can be synced, but not quite as one might expect.",
    meaning:
      "A recommended field is hidden, a field does not fit the use that the spec makes of it, or changes of the object cannot be followed; the line says which.",
    fix: "A sync works all the same. `decant setup-org` writes a permission set that reads every field of the spec.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "LIMIT_NEARLY_USED",
    message: "Little is left of one of the org's daily limits.",
    meaning: "All integrations of the org share them; Salesforce counts the last 24 hours.",
    fix: "Wait until some of the last 24 hours has passed, or raise `apiBudget`. Setup → Company Information and → Connected Apps OAuth Usage show who uses them.",
    retry: "later",
    disposition: "budget"
  },
  {
    code: "STREAM_UNKNOWN",
    message: "The spec has no stream {stream}.",
    meaning: "A name on the command line is not one of the spec's streams.",
    fix: "Use one of the names that the message lists.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "STREAM_UNSUPPORTED",
    message: "{stream} cannot be read: {why}.",
    meaning: "The query of a SOQL stream is not one whose answer fits one table of named columns.",
    fix: "Correct the `soql` of the stream: plain fields, parents' fields, functions and groups; no subqueries, TYPEOF or FIELDS().",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "PART_OUTDATED",
    message: "{stream} is planned anew: this part of its rows was cut by another plan.",
    meaning:
      "Several workers read a stream in parts. Meanwhile its fields or its filter were changed, or it was asked for from the beginning, so that it will be cut anew.",
    fix: "Run it again: the stream is read as it is planned now.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "API_BUDGET_SPENT",
    message: "{who} used {used} of the org's {max} API calls in 24 hours; the spec allows {share}.",
    meaning:
      "The spec's `apiBudget` is used up: `org` is the share that everybody together may use, `own` that of this spec.",
    fix: "The next run goes on from here, once calls of the last 24 hours have passed. To go on now raise `apiBudget` in the spec.",
    retry: "later",
    disposition: "budget"
  },
  {
    code: "BULK_LIMIT_SPENT",
    message: "{what}, and the rows are too many to be read without.",
    meaning:
      "The org may make 10,000 Bulk queries in 24 hours and keep 1 TB of their results, counted over everybody who uses it. Small results are then read by REST; a large one waits.",
    fix: "The next run goes on from here, once jobs of the last 24 hours have passed. Setup → Bulk Data Load Jobs shows who makes them.",
    retry: "later",
    disposition: "budget"
  },
  {
    code: "JOB_FAILED",
    message: "Salesforce could not finish the query job of {stream}.",
    meaning: "A Bulk API 2.0 job failed or was aborted; the message has Salesforce's reason.",
    fix: "Run it again. If it fails again: Setup → Bulk Data Load Jobs shows the job; fewer or no formula fields in `fields` make the query cheaper.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "PAGE_DAMAGED",
    message: "A result page arrived damaged, twice.",
    meaning: "The connection broke off, or something between here and Salesforce changed the bytes.",
    fix: "Run it again: what was committed stays, and the same job goes on. If it lasts, look for a proxy or a scanner between this machine and Salesforce.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "ROW_TORN",
    message: "{rows} rows of {stream} changed each time that their columns were read in parts.",
    meaning:
      "The object has more columns than one REST query can name and Bulk refuses it, so its columns are read in parts; a row whose parts are of different versions is read again, several times.",
    fix: "Run it again when the rows change less, or list fewer `fields`, so that one query holds them all.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "ROW_COUNT_MISMATCH",
    message: "Salesforce states another number of rows than it sent.",
    meaning: "Rows were lost or doubled on the way; nothing of it was committed as complete.",
    fix: "Run it again: the cursor has not moved. If it lasts, look for a proxy or a scanner between this machine and Salesforce.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "SPOOL_FAILED",
    message: "Rows cannot be written to the spool folder.",
    meaning: "Downloaded rows lie in a folder beside the checkpoint until they are committed.",
    fix: "Correct the permissions of the spool folder, then run it again: the same job goes on.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "SPOOL_FULL",
    message: "The disk of the spool folder is full, and no room was made for a while.",
    meaning:
      "Downloaded rows lie in a folder beside the checkpoint until they are committed. A full disk was waited for, five minutes long.",
    fix: "Make room on that disk, or set `checkpoint` to a path on a bigger one: the spool lies beside it. Then run it again: what was committed stays, and the same job goes on.",
    retry: "later",
    disposition: "budget"
  }
] as const satisfies ReadonlyArray<ErrorEntry>
