/** What all parts of the reading of one stream share. */
import type { Progress, ReadContext } from "@decant/connector"
import type { Duration, Effect, Semaphore } from "effect"
import type { BulkRoom } from "../org/bulk-room.ts"
import type { DeleteLog } from "../org/delete-log.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import type { SpoolRoom } from "../spool-file.ts"
import type { IsDue } from "../streams/refresh-due.ts"
import type { StreamDefinition } from "../streams/stream-definition.ts"
import type { Tuning } from "../tuning.ts"

export interface StreamReading {
  readonly client: SalesforceClient
  readonly definition: StreamDefinition
  readonly generation: number
  readonly context: ReadContext
  readonly tuning: Tuning
  readonly deleteLog: DeleteLog
  /** Whether the user sees every record of the object; asked once. */
  readonly seesAll: (object: string) => Effect.Effect<boolean, ReadError>
  readonly lookback: Duration.Duration
  readonly isDue: IsDue
  /** What the user may see, as a mark. */
  readonly access: string | null
  /** About how many rows an object has, by Salesforce's estimate; null where it has none. */
  readonly rowsOf: (object: string) => Effect.Effect<number | null, ReadError>
  /** Of the whole org: whether and for what Bulk jobs can be made. */
  readonly bulk: BulkRoom
  /** Of the whole org: result pages that may be on their way at one time. */
  readonly downloads: Semaphore.Semaphore
}

export const roomOf = ({ context, tuning, definition }: StreamReading): SpoolRoom => ({
  patienceMillis: tuning.spoolPatienceMillis,
  notice: (text) => context.notice?.(`${definition.stream}: ${text}`)
})

export const progress = (reading: StreamReading, step: Omit<Progress, "stream">): Effect.Effect<void> =>
  reading.context.report({ stream: reading.definition.stream, ...step })
