/** Asks before what cannot be taken back easily; where nobody can be asked, `--yes` is needed. */
import { Effect } from "effect"
import { Prompt } from "effect/cli"
import { RunnerError } from "../runner-error.ts"
import type { Screen } from "../terminal/screen.ts"

/** More records than this are not deleted without a question. */
export const deletesUnasked = 10

export const mayGoOn = Effect.fnUntraced(function* (screen: Screen, question: string, yes: boolean) {
  if (yes) return true
  if (screen.json || !process.stdin.isTTY || !process.stderr.isTTY) {
    return yield* RunnerError.usage(`${question} Nobody can be asked here.`, "Add `--yes`.")
  }
  return yield* Prompt.run(Prompt.Confirm({ message: question, initial: false })).pipe(
    Effect.orElseSucceed(() => false)
  )
})
