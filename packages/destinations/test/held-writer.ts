/** A writer of Delta tables that stops before a step of its store until it is let go, as one that froze. */
import type { Commit, CommitResult, Failure } from "@decant/connector"
import { Deferred, Duration, Effect, Fiber, type Scope } from "effect"
import { openWorkbench } from "../src/duckdb/workbench.ts"
import { commitToTables } from "../src/parquet/commit.ts"
import { localStore } from "../src/parquet/local-store.ts"
import { settingsOf } from "../src/parquet/parquet-settings.ts"
import type { Store } from "../src/parquet/store.ts"
import { privateFolder } from "../src/private-folder.ts"
import { parquetSubject } from "./parquet-subject.ts"
import { openOptions } from "./subject.ts"

export interface Held {
  /** Ends when the writer is there. */
  readonly there: Effect.Effect<void>
  /** Lets it go on, and is what its commit comes to. */
  readonly goOn: Effect.Effect<CommitResult, Failure>
}

/** Begins the commit, and holds it before it puts the first file whose key matches. */
export const holdBefore = Effect.fnUntraced(function* (
  at: string,
  key: RegExp,
  commit: Commit
): Effect.fn.Return<Held, Failure, Scope.Scope> {
  const settings = yield* settingsOf(openOptions(parquetSubject, at))
  const notice = () => Effect.void
  const folder = yield* Effect.orDie(privateFolder((cause) => cause))
  const workbench = yield* openWorkbench({ path: settings.path, lockTimeout: Duration.zero, notice })
  const there = yield* Deferred.make<void>()
  const released = yield* Deferred.make<void>()
  const local = localStore(settings.path)
  const store: Store = {
    ...local,
    putIfAbsent: (name, bytes) =>
      key.test(name)
        ? Deferred.succeed(there, undefined).pipe(
            Effect.andThen(Deferred.await(released)),
            Effect.andThen(local.putIfAbsent(name, bytes))
          )
        : local.putIfAbsent(name, bytes)
  }
  const writer = { workbench, store, settings, folder, snapshots: new Map() }
  const fiber = yield* Effect.forkScoped(commitToTables(writer, commit))
  return {
    there: Effect.raceFirst(Deferred.await(there), Effect.asVoid(Effect.orDie(Fiber.join(fiber)))),
    goOn: Effect.andThen(Deferred.succeed(released, undefined), Fiber.join(fiber))
  }
})
