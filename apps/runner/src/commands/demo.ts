import { Effect } from "effect"
import { Command } from "effect/cli"
export const demo = Command.make("demo", {}, () => Effect.void)
