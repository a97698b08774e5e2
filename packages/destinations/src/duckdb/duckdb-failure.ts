/**
 * What DuckDB's error texts mean to the operator. DuckDB gives no codes, so texts are recognised; rows that it
 * quotes ("Original Line: …") are never passed on.
 */
import { DestinationError } from "../destination-error.ts"
import { refusalMark } from "../duckdb-sql/column-values.ts"

export interface LockHolder {
  readonly program: string
  readonly pid: string
}

export const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Who holds the file, when that is why it could not be opened. */
export const lockHolder = (cause: unknown): LockHolder | null => {
  const text = textOf(cause)
  if (!/Could not set lock on file/.test(text)) return null
  const named = /Conflicting lock is held in (.+?) \(PID (\d+)\)/.exec(text)
  return { program: named?.[1] ?? "another program", pid: named?.[2] ?? "unknown" }
}

interface Row {
  readonly when: RegExp
  readonly error: (path: string, text: string) => DestinationError
}

const reloadFix =
  "Run the sync again: what was downloaded is fetched anew. If it happens again, report it with this message."

const csvError = (_path: string, text: string): DestinationError => {
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1]
  const file = /\n\s*file = (.+)/.exec(text)?.[1]
  const column = /Error when converting column "([^"]+)"/.exec(text)?.[1]
  const type = /to '([A-Z0-9(), ]+)'/.exec(text)?.[1]
  const what =
    /(Expected Number of Columns: \d+ Found: \d+|unterminated quote|Invalid unicode|Maximum line size[^.\n]*)/i.exec(
      text
    )?.[1]
  const why =
    column === undefined
      ? (what ?? "it is not well-formed CSV")
      : `the value of ${column} is not of type ${type ?? "the column"}`
  return DestinationError.of(
    "SEGMENT_REFUSED",
    `The downloaded file ${file ?? ""} cannot be loaded: line ${line ?? "?"}: ${why}.`,
    reloadFix
  )
}

const rows: ReadonlyArray<Row> = [
  { when: /CSV Error on Line|Maximum line size/, error: csvError },
  {
    when: new RegExp(refusalMark),
    error: (_path, text) =>
      DestinationError.of(
        "SEGMENT_REFUSED",
        `A downloaded value cannot be stored without changing it: ${text.slice(text.indexOf(refusalMark) + refusalMark.length).split("\n")[0]}.`,
        "Make the field's type in the org match its values, or leave the field out of the stream."
      )
  },
  {
    when: /^Conversion Error/,
    error: (_path, text) => {
      const column = /when casting from source column (\S+)/.exec(text)?.[1]
      const what = column === undefined ? "A downloaded value" : `A downloaded value of ${column}`
      return DestinationError.of("SEGMENT_REFUSED", `${what} is not of its column's type.`, reloadFix)
    }
  },
  {
    when: /violates (unique|primary key) constraint/i,
    error: (path) =>
      DestinationError.of(
        "TARGET_CHANGED",
        `Somebody has made a unique index or a primary key on a table of the copy in ${path}; DuckDB cannot make this change under it.`,
        "Drop that index or key. Decant itself keeps keys unique."
      )
  },
  {
    when: /Out of Memory|failed to (pin|allocate) block|could not allocate block/i,
    error: () =>
      DestinationError.of(
        "OUT_OF_MEMORY",
        "The commit needs more memory than DuckDB may use.",
        "Run it with fewer streams at once, or on a machine with more free memory. Nothing was changed."
      )
  },
  {
    when: /No space left on device|out of disk space|File too large|Disk quota exceeded|failed to offload|max_temp_directory_size/i,
    error: (path) =>
      DestinationError.of(
        "DISK_FULL",
        `There is no space left to write ${path} or the temporary files of the commit.`,
        "Free space on the disk of the file, or of the temporary folder (TMPDIR), and run the sync again: nothing was changed."
      )
  },
  {
    when: /not a valid DuckDB database file/,
    error: (path) =>
      DestinationError.of(
        "NOT_A_DUCKDB_FILE",
        `${path} exists and is not a DuckDB file.`,
        "Set another `path` in the spec's destination, or move the file away."
      )
  },
  {
    when: /database file with version number|newer version of DuckDB|storage version/i,
    error: (path) =>
      DestinationError.of(
        "DUCKDB_FILE_NEWER",
        `${path} was written by another version of DuckDB, which this Decant cannot read.`,
        "Update Decant. Or, with the DuckDB that wrote it, EXPORT DATABASE and import it into a new file."
      )
  },
  {
    when: /Corrupt database file|checksum|Failure while replaying WAL/i,
    error: (path) =>
      DestinationError.of(
        "DESTINATION_DAMAGED",
        `${path} is damaged: DuckDB finds contents that do not match their checksum.`,
        "Restore the file from a backup, or move it away and sync again from the beginning."
      )
  },
  {
    when: /Permission denied|EACCES|EROFS|Read-only file system|attached in read-only mode|Operation not permitted/i,
    error: (path) =>
      DestinationError.of(
        "DESTINATION_READ_ONLY",
        `${path} cannot be written: the file, its folder or its disk is read-only for this user.`,
        "Give this user write access to the file and its folder, or set another `path` in the spec's destination."
      )
  },
  {
    when: /Cannot open file|Is a directory|Not a directory|EEXIST|ENOTDIR|could not read from file/i,
    error: (path) =>
      DestinationError.of(
        "DESTINATION_UNREACHABLE",
        `${path} cannot be opened as a database file.`,
        "Check `path` in the spec's destination: it must name a file in a folder that exists."
      )
  }
]

/** The first line without the class of error, and never the quoted row. */
const firstLine = (text: string): string => (text.split("\n")[0] ?? "").replace(/^[A-Za-z ]+ Error: /, "")

export const failureOf = (path: string, cause: unknown): DestinationError => {
  if (cause instanceof DestinationError) return cause
  const text = textOf(cause)
  const known = rows.find((row) => row.when.test(text))
  if (known !== undefined) return known.error(path, text)
  return DestinationError.of(
    "DESTINATION_FAILED",
    `DuckDB could not do its work on ${path}: ${firstLine(text)}`,
    "Nothing was changed. Run the sync again; if it happens again, report it with this message."
  )
}

export const lockedBy = (path: string, holder: LockHolder, waited: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_LOCKED",
    `${path} is held open by ${holder.program} (process ${holder.pid}); waited ${waited}.`,
    `Close that program, or the connection in it, and run the sync again. Readers that must stay connected can open the snapshot that \`publish\` in the spec's destination writes.`
  )
