/**
 * The org as one piece of state: its clock, objects and rows, who may see what, and how many API calls it has
 * answered. Every route group reads and writes it through this service; those of a session get it with the eyes of
 * the session's user.
 */
import { Context, Effect, Layer } from "effect"
import { Access } from "../access/access.ts"
import { everything, type Sight } from "../access/sight.ts"
import { Switches } from "../control/switches.ts"
import { ApiUsage } from "./api-usage.ts"
import { OrgClock } from "./clock.ts"
import { Commits } from "./commits.ts"
import { DeleteLog } from "./delete-log.ts"
import type { SObject } from "./field.ts"
import { temporaryFolder } from "./folder.ts"
import { makeId } from "./id.ts"
import { IdSequence } from "./id-sequence.ts"
import { Passage } from "./passage.ts"
import { OrgSchema } from "./schema.ts"
import { openStore, type Store } from "./store.ts"
import type { WriteContext } from "./writes.ts"

export interface OrgOptions {
  /** The newest API version, such as `68.0`. */
  readonly apiVersion: string
  /** Whether the process ends when the org does. */
  readonly endsWithProcess?: boolean | undefined
  /** Whether the rows are so many that they are kept on disk. */
  readonly onDisk?: boolean | undefined
  /** What the org consists of, unless it is the ordinary one. */
  readonly objects?: ReadonlyArray<SObject>
}

interface OrgService {
  /** The 18-character org id. */
  readonly id: string
  readonly apiVersion: string
  /** The user that the ready line and client credentials stand for: a system administrator. */
  readonly adminId: string
  readonly clock: OrgClock
  /** The objects and fields that can be seen with `sight`. */
  readonly schema: OrgSchema
  /** Whose eyes the org is seen with. */
  readonly sight: Sight
  /** The org as a user sees it. */
  readonly as: (userId: string) => Effect.Effect<OrgService>
  readonly access: Access
  readonly store: Store
  readonly commits: Commits
  readonly deleteLog: DeleteLog
  /** Lets happen what the clock says has happened; every read goes through here first. */
  readonly settle: Effect.Effect<void>
  readonly passage: Passage
  /** What statements need to know to write as a user, now. */
  readonly writing: (userId: string) => WriteContext
  readonly usage: ApiUsage
  /** Where the ids of new rows come from. */
  readonly ids: IdSequence
  /** A folder for files, removed when the emulator stops. */
  readonly folder: string
  /** Undoes all but the records: clock, schema, access, usage. */
  readonly reset: Effect.Effect<void>
}

export class Org extends Context.Service<Org, OrgService>()("salesforce-emulator/org/Org") {
  static readonly layer = (options: OrgOptions) =>
    Layer.effect(
      Org,
      Effect.suspend(() => make(options))
    )
}

const make = Effect.fnUntraced(function* (options: OrgOptions) {
  const { apiVersion, objects, endsWithProcess = false, onDisk = false } = options
  const { values: switches } = yield* Switches
  const folder = yield* temporaryFolder
  const clock = new OrgClock()
  const store = yield* openStore({ folder, endsWithProcess, onDisk })
  const schema = new OrgSchema(clock.now(), objects)
  for (const object of schema.all()) yield* store.createTable(object)
  const access = new Access(store, schema)
  yield* access.reset
  const commits = new Commits(store, clock)
  const passage = new Passage(store, schema, clock)
  const deleteLog = new DeleteLog()
  const usage = new ApiUsage(clock)
  const ids = new IdSequence()
  const adminId = makeId("005", 1)
  const org: OrgService = {
    id: makeId("00D", 1),
    adminId,
    apiVersion,
    clock,
    schema,
    sight: everything(adminId),
    as: (userId) => Effect.map(access.seenBy(userId), (seen) => ({ ...org, ...seen })),
    access,
    store,
    commits,
    deleteLog,
    settle: Effect.andThen(commits.settle, passage.pass),
    passage,
    writing: (userId) => ({
      schema,
      userId,
      stamp: clock.stamp(),
      ids,
      rollUpStamps: switches.rollUpStamps
    }),
    usage,
    ids,
    folder,
    reset: Effect.suspend(() => {
      commits.reset()
      clock.reset()
      passage.reset()
      deleteLog.reset()
      usage.reset()
      schema.reset(clock.now())
      return access.reset
    })
  }
  return Org.of(org)
})
