/**
 * The org as one piece of state: its clock, objects and rows, and how many API calls it has answered. Every route
 * group reads and writes it through this service.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, Effect, Layer } from "effect"
import { ApiUsage } from "./api-usage.ts"
import { OrgClock } from "./clock.ts"
import { Commits } from "./commits.ts"
import { makeId } from "./id.ts"
import { OrgSchema } from "./schema.ts"
import { openStore, type Store } from "./store.ts"
import { IdSequence } from "./writes.ts"

export interface OrgOptions {
  /** The newest API version, such as `68.0`. */
  readonly apiVersion: string
}

export class Org extends Context.Service<
  Org,
  {
    /** The 18-character org id. */
    readonly id: string
    readonly apiVersion: string
    /** The user that the ready line and client credentials stand for: a system administrator. */
    readonly adminId: string
    readonly clock: OrgClock
    readonly schema: OrgSchema
    readonly store: Store
    readonly commits: Commits
    readonly usage: ApiUsage
    /** Where the ids of new rows come from. */
    readonly ids: IdSequence
    /** A folder for files, removed when the emulator stops. */
    readonly folder: string
  }
>()("salesforce-emulator/org/Org") {
  static readonly layer = (options: OrgOptions) =>
    Layer.effect(
      Org,
      Effect.gen(function* () {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "salesforce-emulator-"))),
          (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
        )
        const clock = new OrgClock()
        const store = yield* openStore(folder)
        const schema = new OrgSchema(clock.now())
        for (const object of schema.all()) yield* store.createTable(object)
        return Org.of({
          id: makeId("00D", 1),
          adminId: makeId("005", 1),
          apiVersion: options.apiVersion,
          clock,
          schema,
          store,
          commits: new Commits(store, clock),
          usage: new ApiUsage(),
          ids: new IdSequence(),
          folder
        })
      })
    )
}
