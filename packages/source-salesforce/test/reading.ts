/** A stream of two columns, and its reading by a client of a test's own server. */
import { Duration, Effect, Semaphore } from "effect"
import { makeBulkRoom } from "../src/org/bulk-room.ts"
import { makeDeleteLog } from "../src/org/delete-log.ts"
import type { SalesforceClient } from "../src/org/salesforce-client.ts"
import type { StreamReading } from "../src/read/stream-reading.ts"
import type { StreamDefinition } from "../src/streams/stream-definition.ts"
import { type Tuning, tuning } from "../src/tuning.ts"
import { spoolFolder } from "./spool.ts"

export const definition: StreamDefinition = {
  stream: "Thing",
  object: "Thing__c",
  select: ["Id", "Name"],
  cursorField: "SystemModstamp",
  where: null,
  soql: null,
  followsDeletes: false,
  keepsMissing: false,
  silentColumns: [],
  silentFilter: false,
  schema: {
    stream: "Thing",
    table: "Thing",
    key: ["Id"],
    guard: null,
    deletes: { soft: "mark", hard: "mark", flag: null },
    history: false,
    columns: [],
    views: []
  },
  schemaFingerprint: "f",
  warnings: []
}

export const readingOf = (
  client: SalesforceClient,
  of: { readonly definition?: Partial<StreamDefinition>; readonly sizes?: Partial<Tuning> } = {}
) =>
  Effect.gen(function* () {
    const reading: StreamReading = {
      client,
      definition: { ...definition, ...of.definition },
      generation: 1,
      context: { spool: yield* spoolFolder, report: () => Effect.void },
      rowsOf: () => Effect.succeed(null),
      bulk: yield* makeBulkRoom(client, null),
      downloads: yield* Semaphore.make(4),
      deleteLog: yield* makeDeleteLog(client),
      seesAll: () => Effect.succeed(true),
      lookback: Duration.minutes(10),
      isDue: () => false,
      access: null,
      tuning: { ...tuning, ...of.sizes }
    }
    return reading
  })
