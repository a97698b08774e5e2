/** Work on two connections at once: one backend's COPY is bound by one core. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"

const connections = 2

/** Each item is done once, by whichever connection is free; the first failure ends it all. */
export const onTwoConnections = <Item>(
  sessions: Sessions,
  items: ReadonlyArray<Item>,
  body: (sql: Sql, item: Item) => Effect.Effect<void, DestinationError>
): Effect.Effect<void, DestinationError> =>
  Effect.suspend(() => {
    let next = 0
    let failed = false
    const work = (sql: Sql) =>
      Effect.gen(function* () {
        while (!failed) {
          const item = items[next++]
          if (item === undefined) return
          yield* body(sql, item)
        }
      }).pipe(
        Effect.onError(() =>
          Effect.sync(() => {
            failed = true
          })
        )
      )
    const workers = Array.from({ length: Math.min(connections, items.length) }, () => sessions.use(work))
    // A COPY that has begun ends before the failure of the other one is told.
    return Effect.forEach(workers, (worker) => Effect.exit(worker), { concurrency: "unbounded" }).pipe(
      Effect.flatMap((exits) => Effect.all(exits, { discard: true }))
    )
  })
