/** Holds the lock that its argument names until it is killed. */
import { Effect } from "effect"
import { holdLock } from "../../src/store/lock-file.ts"

await Effect.runPromise(
  Effect.gen(function* () {
    yield* holdLock(process.argv[2] ?? "", "acme")
    yield* Effect.sync(() => process.stdout.write("held\n"))
    yield* Effect.sleep("1 minute")
  }).pipe(Effect.scoped)
)
