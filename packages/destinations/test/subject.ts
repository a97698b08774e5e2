/** A destination under test, and how it is opened in a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { CopySpec, Destination, DestinationConnector, Failure, OpenDestination } from "@decant/connector"
import { Effect, type Scope } from "effect"

export interface Subject {
  readonly name: string
  readonly connector: DestinationConnector
  /** Of the copy that belongs to a folder. */
  readonly destination: (at: string) => CopySpec["destination"]
  /** Makes what must be there before the copy of a folder can be opened. */
  readonly prepare?: (at: string) => Promise<void>
  /** What says that the tables of another org cannot be kept aside here; otherwise they are. */
  readonly keepsNothingAside?: string
}

/** A folder that is gone when the test ends. */
export const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "decant-test-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

export interface OpenOptions extends Partial<Omit<OpenDestination, "spec" | "folder">> {
  readonly destination?: Partial<CopySpec["destination"]>
}

export const openOptions = (subject: Subject, at: string, options: OpenOptions = {}): OpenDestination => ({
  folder: at,
  orgId: options.orgId === undefined ? "00D000000000001AAA" : options.orgId,
  notice: options.notice ?? (() => Effect.void),
  ...(options.maskKeys === undefined ? {} : { maskKeys: options.maskKeys }),
  spec: {
    version: 1,
    name: "acme",
    source: {},
    destination: { ...subject.destination(at), ...options.destination } as CopySpec["destination"],
    timezone: "UTC",
    refresh: { formulas: "off", reconcile: "off" }
  }
})

export const open = (
  subject: Subject,
  at: string,
  options: OpenOptions = {}
): Effect.Effect<Destination, Failure, Scope.Scope> =>
  Effect.flatMap(
    Effect.promise(async () => subject.prepare?.(at)),
    () => subject.connector.open(openOptions(subject, at, options))
  )

/** In a folder of its own, which is gone when the test ends. */
export const openNew = (subject: Subject, options: OpenOptions = {}) =>
  Effect.flatMap(folder, (at) =>
    Effect.map(open(subject, at, options), (destination) => ({ at, destination }))
  )

/** The cells of a query's rows. */
export const rowsOf = (
  destination: Destination,
  sql: string
): Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, Failure> =>
  Effect.map(destination.query(sql, { maxRows: 100_000, seconds: 30 }), (result) => result.rows)

/** The code of the failure that the effect must end in. */
export const codeOf = <A>(effect: Effect.Effect<A, Failure>): Effect.Effect<string> =>
  effect.pipe(
    Effect.match({
      onSuccess: () => "no failure",
      onFailure: (failure) =>
        failure.code === "DESTINATION_FAILED" ? `${failure.code} ${failure.message}` : failure.code
    })
  )
