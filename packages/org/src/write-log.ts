/**
 * Who changed what in the org through Decant: one JSON line for each write, before it is sent and after its
 * answer, so that a write whose answer never came is there too. Readable by the owner alone: it holds values.
 */
import { appendFile, mkdir } from "node:fs/promises"
import { userInfo } from "node:os"
import { dirname } from "node:path"
import { Effect } from "effect"
import { type OrgError, type OrgFailure, orgError } from "./org-error.ts"

export interface Writer {
  /** `decant record`, `decant mcp` … */
  readonly by: string
  /** The Salesforce user whose token it is, and their org. */
  readonly userId: string
  readonly orgId: string
}

interface WriteEntry {
  readonly operation: string
  readonly object: string
  readonly id?: string | null
  /** The values that the write replaces, where they could be read; null where there were none. */
  readonly before?: unknown
  readonly after?: unknown
}

export interface WriteLog {
  /** Runs a write between its two lines. No line, no write. */
  readonly around: <A>(
    entry: WriteEntry,
    outcome: (done: A) => Readonly<Record<string, unknown>>,
    write: Effect.Effect<A, OrgFailure>
  ) => Effect.Effect<A, OrgFailure>
}

const personOf = (): string => {
  try {
    return userInfo().username
  } catch {
    return "unknown"
  }
}

export const makeWriteLog = (
  file: string,
  writer: Effect.Effect<Writer, OrgFailure>,
  person: string = personOf()
): WriteLog => {
  let count = 0
  const append = (line: Readonly<Record<string, unknown>>): Effect.Effect<void, OrgError> =>
    Effect.tryPromise({
      try: async () => {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        await appendFile(file, `${JSON.stringify(line)}\n`, { mode: 0o600, flush: true })
      },
      catch: (cause) => {
        const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason"
        return orgError("WRITE_LOG_FAILED", {
          message: `Cannot write ${file} (${reason}); nothing was sent.`
        })
      }
    })
  const now = (): string => new Date().toISOString()
  return {
    around: (entry, outcome, write) =>
      Effect.gen(function* () {
        const who = yield* writer
        count++
        const write_ = `${process.pid}-${Date.now().toString(36)}-${count}`
        yield* append({ at: now(), write: write_, phase: "sent", person, ...who, ...entry })
        return yield* write.pipe(
          Effect.tap((done) =>
            // The org has changed: a log that cannot say so must not turn that into a failure.
            Effect.ignore(append({ at: now(), write: write_, phase: "done", ...outcome(done) }))
          ),
          Effect.tapError(({ code, message }) =>
            Effect.ignore(append({ at: now(), write: write_, phase: "refused", error: { code, message } }))
          )
        )
      })
  }
}
