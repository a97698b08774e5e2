/**
 * What Postgres's error codes mean to the operator: https://www.postgresql.org/docs/current/errcodes-appendix.html.
 * Messages of classes 22 and 23 quote values of rows and are never passed on; only line and column are.
 */
import { DestinationError, type DestinationErrorCode } from "../destination-error.ts"

const stringOf = (cause: unknown, name: string): string => {
  const value =
    typeof cause === "object" && cause !== null ? (cause as Record<string, unknown>)[name] : undefined
  return typeof value === "string" ? value : ""
}

/** The SQLSTATE, or the code of a system call. */
export const codeOf = (cause: unknown): string => stringOf(cause, "code")

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

export const hasNoTls = (cause: unknown): boolean => /does not support SSL/i.test(textOf(cause))

const nothingLost = "Nothing of this commit was stored, and nothing is lost: the next sync goes on from here."

interface Row {
  readonly when: (code: string, text: string) => boolean
  readonly code: DestinationErrorCode
  readonly message: (at: string, cause: unknown) => string
  readonly fix: string
}

const own = (cause: unknown): string => textOf(cause).split("\n")[0] ?? ""

/** `COPY stage_1, line 3, column h4: "many"` → `line 3, column 5 of the file`. */
const placeOf = (cause: unknown): string => {
  const where = stringOf(cause, "where")
  const line = /line (\d+)/.exec(where)?.[1]
  const column = /column "?([^":,]+)"?/.exec(where)?.[1]
  const position = column === undefined ? undefined : /^h(\d+)$/.exec(column)?.[1]
  const named = position === undefined ? column : `cell ${Number(position) + 1}`
  return [line === undefined ? "" : `line ${line}`, named ?? ""].filter((part) => part !== "").join(", ")
}

const whyRefused = (code: string): string => {
  if (code === "22P04") return "a row has too few or too many cells, or a quote is not closed"
  if (code === "22021" || code === "22P05") return "a text is not valid UTF-8"
  if (code === "22003") return "a number does not fit its column"
  return "a value is not of its column's type"
}

const is =
  (...codes: ReadonlyArray<string>) =>
  (code: string): boolean =>
    codes.includes(code)

const rows: ReadonlyArray<Row> = [
  {
    when: is("28000", "28P01"),
    code: "DESTINATION_LOGIN_FAILED",
    message: (at, cause) => `${at} refuses the login: ${own(cause)}.`,
    fix: "Check user and password in the spec's destination.url, and that the server's pg_hba.conf lets this machine in. A password's special characters are written as % codes."
  },
  {
    when: is("3D000"),
    code: "DESTINATION_UNREACHABLE",
    message: (at, cause) => `${at}: ${own(cause)}.`,
    fix: "Make the database (`createdb`), or name another one in the spec's destination.url."
  },
  {
    when: (_code, text) =>
      /does not support SSL|self.signed|unable to (get|verify)|certificate|altnames|DEPTH_ZERO/i.test(text),
    code: "DESTINATION_TLS",
    message: (at, cause) => `No trusted TLS connection to ${at}: ${own(cause)}.`,
    fix: "Name the server's CA in the URL (?sslmode=verify-full&sslrootcert=ca.pem). sslmode=require encrypts without verifying, sslmode=disable sends everything in clear."
  },
  {
    when: is("25006"),
    code: "DESTINATION_READ_ONLY",
    message: (at) =>
      `${at} cannot be written: it is read-only, like a standby or a role with default_transaction_read_only.`,
    fix: "Name the primary server in the spec's destination.url, or let the role write."
  },
  {
    when: is("42501"),
    code: "DESTINATION_FORBIDDEN",
    message: (at, cause) => `The role lacks a right in ${at}: ${own(cause)}.`,
    fix: "Let the role own the schemas, or grant it CREATE on the database: docs/postgres.md lists the statements."
  },
  {
    when: is("53100"),
    code: "DISK_FULL",
    message: (at) => `The server's disk is full: ${at}. ${nothingLost}`,
    fix: "Free space on the server and run the sync again."
  },
  {
    when: is("53200", "54000"),
    code: "OUT_OF_MEMORY",
    message: (at) => `The server has not enough memory for the commit: ${at}. ${nothingLost}`,
    fix: "Run it with fewer streams at once, or give the server more memory."
  },
  {
    when: is("53300", "55000", "57P03"),
    code: "DESTINATION_BUSY",
    message: (at, cause) => `${at} takes no connection now: ${own(cause)}. ${nothingLost}`,
    fix: "Run the sync again when the server has started or has connections free; Decant needs three, and one for queries."
  },
  {
    when: is("55P03"),
    code: "DESTINATION_LOCKED",
    message: (at) => `Another session holds a lock on what is to be written in ${at}. ${nothingLost}`,
    fix: "End the transaction that holds the lock (SELECT pid, query FROM pg_stat_activity WHERE wait_event_type = 'Lock' shows who waits; pg_blocking_pids(pid) for whom) and run the sync again."
  },
  {
    when: is("40001", "40P01", "25P03", "25P04"),
    code: "DESTINATION_INTERRUPTED",
    message: (at) =>
      `The server has taken back the transaction, because of another one: ${at}. ${nothingLost}`,
    fix: "Run the sync again."
  },
  {
    when: is("42P01", "42703", "3F000", "42704", "42P07", "42P06", "2BP01", "0A000", "42809", "42804"),
    code: "TARGET_CHANGED",
    message: (at, cause) => `The tables in ${at} are not as Decant left them: ${own(cause)}. ${nothingLost}`,
    fix: "Undo the change (a view or key of yours that stands in the way is named above), or read the stream again with `decant sync --full-refresh`."
  },
  {
    when: (code) => /^08/.test(code) || ["57P01", "57P02", "57P05"].includes(code),
    code: "DESTINATION_LOST",
    message: (at) => `The connection to ${at} was lost. ${nothingLost}`,
    fix: "Run the sync again when the server can be reached."
  },
  {
    when: (code, text) =>
      /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOENT)$/.test(code) ||
      /connection timeout|timeout expired/i.test(text),
    code: "DESTINATION_UNREACHABLE",
    message: (at) => `${at} cannot be reached.`,
    fix: "Check host and port in the spec's destination.url, and that the server runs and lets this machine in."
  },
  {
    when: (code, text) =>
      /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE|ERR_STREAM_DESTROYED)$/.test(code) ||
      /Connection terminated|not queryable|connection error|Client was closed/i.test(text),
    code: "DESTINATION_LOST",
    message: (at) => `The connection to ${at} was lost. ${nothingLost}`,
    fix: "Run the sync again when the server can be reached."
  }
]

const damagedFile = (cause: unknown): boolean => /^Z_|ERR_ZLIB/.test(codeOf(cause))

const refused = (cause: unknown): DestinationError => {
  const place = placeOf(cause)
  return DestinationError.of(
    "SEGMENT_REFUSED",
    `A downloaded file cannot be loaded: ${place === "" ? "" : `${place}: `}${whyRefused(codeOf(cause))}.`,
    "Run the sync again: what was downloaded is fetched anew. If it happens again, report it with this message."
  )
}

export const failureOf = (at: string, cause: unknown): DestinationError => {
  if (cause instanceof DestinationError) return cause
  const code = codeOf(cause)
  if (/^22/.test(code) || damagedFile(cause)) return refused(cause)
  const text = cause instanceof AggregateError ? cause.errors.map(textOf).join("; ") : textOf(cause)
  const known = rows.find((row) => row.when(code, text))
  if (known !== undefined) return DestinationError.of(known.code, known.message(at, cause), known.fix)
  const what = /^23/.test(code) ? `a constraint of ${stringOf(cause, "table")} is violated` : own(cause)
  return DestinationError.of(
    "DESTINATION_FAILED",
    `Postgres could not do its work in ${at}: ${what}${code === "" ? "" : ` (${code})`}`,
    "Nothing was changed. Run the sync again; if it happens again, report it with this message."
  )
}
