/** The codes of this package, with what each means for a run. */
import type { ErrorEntry } from "@decant/connector"

const nothingChanged = "Nothing was changed."

export const errorCatalogue = [
  {
    code: "DESTINATION_LOCKED",
    message: "{file} is held open by another process.",
    meaning:
      "DuckDB lets one process write. The message names the one that holds the file, where it can be seen.",
    fix: "Close the program that has the file open, or raise `lockTimeout`. The next run goes on with the same jobs of Salesforce and fetches again what was not stored.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "WRITER_CONFLICT",
    message: "Another sync has written to this stream in the meantime.",
    meaning: `Of two writers of one stream the later one aborts whole. ${nothingChanged}`,
    fix: "Let the other sync finish and run this one again; see that only one schedule runs this spec.",
    retry: "later",
    disposition: "locked"
  },
  {
    code: "DESTINATION_OTHER_ORG",
    message: "The destination holds another org's data.",
    meaning: "Rows of two orgs in one table could not be told apart.",
    fix: "Check `environment` and the credentials in the spec, or set another `path` or `schema` in its destination for the other org; after a sandbox refresh, `decant sync --adopt-org` keeps the old tables aside.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "DESTINATION_UNREACHABLE",
    message: "The destination cannot be opened.",
    meaning: "The file or its folder is not there, or nothing has been synced yet.",
    fix: "Check `path` in the spec's destination: it must name a file in a folder that exists. Before the first query run `decant sync`.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "DESTINATION_READ_ONLY",
    message: "The destination cannot be written.",
    meaning: "This user has no right to write the file or its folder, or the disk is read-only.",
    fix: "Give this user write access to the file and its folder, or set another `path` in the spec's destination.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "DESTINATION_DAMAGED",
    message: "The database file is damaged.",
    meaning: "DuckDB cannot read it: a disk fault, or a copy that was cut short.",
    fix: "Restore the file from a backup, or move it away and sync again from the beginning.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "DESTINATION_URL_INVALID",
    message: "The destination's `url` or `queryUrl` cannot be used.",
    meaning:
      "It is not a Postgres URL, has a parameter that Decant does not know, or names a file that is not there.",
    fix: "Write it as postgres://user:password@host:5432/database?sslmode=verify-full, with % codes for special characters in the password.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "DESTINATION_LOGIN_FAILED",
    message: "The database refuses the login.",
    meaning: "User or password are wrong, or the server does not let this machine in.",
    fix: "Check user and password in the spec's destination.url, and the server's pg_hba.conf.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "DESTINATION_TLS",
    message: "There is no trusted TLS connection to the database.",
    meaning:
      "The server has no TLS, or its certificate is not signed by an authority that is known here, or is another host's.",
    fix: "Name the server's CA in the URL (?sslmode=verify-full&sslrootcert=ca.pem). sslmode=require encrypts without verifying, sslmode=disable sends everything in clear.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "DESTINATION_FORBIDDEN",
    message: "The database role lacks a right.",
    meaning:
      "It can neither make the schemas that it needs, nor does it own them; or it may not do what was asked.",
    fix: "Let the role own the schemas, or grant it CREATE on the database: docs/postgres.md lists the statements.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "DESTINATION_BUSY",
    message: "The database takes no connection now.",
    meaning:
      "It is starting or stopping, or all its connections are in use. Decant needs three, and one for queries.",
    fix: "Run the sync again when the server has started or has connections free.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "DESTINATION_LOST",
    message: "The connection to the database was lost.",
    meaning: `The server stopped, or the network did, and several new tries failed. ${nothingChanged}`,
    fix: "Run the sync again when the server can be reached. It goes on from where it was.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "DESTINATION_INTERRUPTED",
    message: "The database has taken back a transaction because of another one.",
    meaning: `A deadlock, or a conflict with another writer, several times over. ${nothingChanged}`,
    fix: "Run the sync again. If it happens again, see what else writes to the tables.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "DESTINATION_FAILED",
    message: "The destination failed in a way that Decant does not know.",
    meaning: `The message has the database's own words. ${nothingChanged}`,
    fix: "Run the sync again; if it happens again, report it with the message.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "NOT_A_DUCKDB_FILE",
    message: "The file at `path` is not a DuckDB database.",
    meaning: "Something else has that name; Decant does not overwrite it.",
    fix: "Set another `path` in the spec's destination, or move the file away.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "DUCKDB_FILE_NEWER",
    message: "The database file was written by a newer DuckDB.",
    meaning: "Its storage format is one that this version cannot read.",
    fix: "Update Decant. Or, with the DuckDB that wrote it, EXPORT DATABASE and import it into a new file.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "DISK_FULL",
    message: "The disk is full.",
    meaning: `Either the disk of the database or that of temporary files. ${nothingChanged}`,
    fix: "Free space on the disk of the file, or of the temporary folder (TMPDIR), and run the sync again.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "OUT_OF_MEMORY",
    message: "The commit needs more memory than DuckDB may use.",
    meaning: "Rows that are being merged have to be in memory in part.",
    fix: "Run it with fewer streams at once, or on a machine with more free memory. Nothing was changed.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "TARGET_CHANGED",
    message: "The tables are not as Decant left them.",
    meaning:
      "Somebody changed a table or Decant's own schema by hand, or another version of Decant wrote it.",
    fix: "Undo the change, run the Decant version that wrote it, or read the stream again with `decant sync --full-refresh`.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "SCHEMA_INCOMPATIBLE",
    message: "The stream's columns do not fit the table that is there.",
    meaning:
      "A field became of a type that the stored values cannot be turned into, or the stream lacks a key.",
    fix: "Read the stream again with `decant sync --full-refresh`, or do what the message says.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "NAMING_COLLISION",
    message: "Two fields would become one column.",
    meaning: "`naming: snake_case` writes both names in the same way.",
    fix: "Set `naming: preserve` in the spec's destination, or leave one of the two fields out.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "NON_UNIQUE_KEY",
    message: "Two different rows of one read have the same key.",
    meaning: "The stream's `primaryKey` does not tell its rows apart, so that one would replace the other.",
    fix: "Set a `primaryKey` that is different for each row, or leave it out so that the stream is stored without a key.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "SEGMENT_REFUSED",
    message: "Downloaded rows cannot be stored as they are.",
    meaning:
      "A value does not fit its column's type, a row has no key, or the file is not what was asked for.",
    fix: "Run the sync again: the file is downloaded anew. If it happens again, report it with the message.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "SEGMENT_SHORT",
    message: "A downloaded file has fewer rows than it should.",
    meaning: "The file in the spool folder was cut short or changed after its download.",
    fix: "Run the sync again: the file is downloaded anew. Nothing of it was stored.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "MASK_KEY_MISSING",
    message: "The key of a masked field is not here.",
    meaning:
      "Masked values are hashed with a key of the spec; with another one old and new rows would differ.",
    fix: "Run the sync on the machine whose credential store holds the key, or copy the key there.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "NOT_SUPPORTED",
    message: "The destination cannot do that.",
    meaning: "The spec asks for something that this destination does not have; the message says what.",
    fix: "Take it out of the spec, or choose another destination.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "QUERY_REFUSED",
    message: "The query is refused.",
    meaning:
      "Only one statement that reads the copy is allowed: nothing that writes, attaches or reads files.",
    fix: "Write one SELECT over the tables of the copy. To change data or export it, open the file with DuckDB itself.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "QUERY_FAILED",
    message: "The query failed.",
    meaning:
      "A table, column or function is misspelt, or types do not fit; the message has the database's words.",
    fix: 'Correct the query; `decant query "SHOW ALL TABLES"` lists tables and columns.',
    retry: "no",
    disposition: "spec"
  },
  {
    code: "QUERY_TOO_LONG",
    message: "The query took too long.",
    meaning: "Queries have a time limit, so that a mistake does not keep the machine busy.",
    fix: "Narrow it with WHERE or LIMIT, or open the file with DuckDB itself.",
    retry: "no",
    disposition: "failed"
  }
] as const satisfies ReadonlyArray<ErrorEntry>
