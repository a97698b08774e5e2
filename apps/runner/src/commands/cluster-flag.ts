/** Where a cluster's workers meet: the flag, or the variable that keeps the password out of the list of processes. */
import { Effect, Option } from "effect"
import { Flag } from "effect/cli"
import { RunnerError } from "../runner-error.ts"
import type { Screen } from "../terminal/screen.ts"

export const clusterFlag = Flag.String("cluster").pipe(
  Flag.withMetavar("URL"),
  Flag.withDescription("The Postgres that the workers meet in; `-` stands for the variable DECANT_CLUSTER"),
  Flag.optional
)

const isSpoken = (given: string): boolean => (URL.parse(given)?.password ?? "") !== ""

const urlOf = Effect.fnUntraced(function* (given: string) {
  const { clusterUrl } = yield* Effect.promise(() => import("../cluster/cluster-database.ts"))
  return yield* clusterUrl(given)
})

/** Fails where neither the flag nor the variable names one. */
export const theCluster = Effect.fnUntraced(function* (given: Option.Option<string>, screen: Screen) {
  if (Option.isSome(given) && given.value !== "-") {
    if (isSpoken(given.value)) {
      yield* screen.note(
        "Warning: other users of this machine can read the password in `--cluster`; the variable DECANT_CLUSTER keeps it from them."
      )
    }
    return yield* urlOf(given.value)
  }
  const { DECANT_CLUSTER } = process.env
  if (DECANT_CLUSTER) return yield* urlOf(DECANT_CLUSTER)
  return yield* RunnerError.usage(
    "No cluster is named.",
    "Give the Postgres that the workers meet in: `--cluster postgres://decant@db.acme.example/decant`, or the variable DECANT_CLUSTER."
  )
})
