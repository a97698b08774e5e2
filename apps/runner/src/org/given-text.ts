/** A text on the command line: itself, `@file`, or `-` for standard input. */
import { text } from "node:stream/consumers"
import { Effect } from "effect"
import { readText } from "../files.ts"
import { RunnerError } from "../runner-error.ts"

export const givenText = (given: string): Effect.Effect<string, RunnerError> => {
  if (given === "-") {
    return Effect.tryPromise({
      try: () => text(process.stdin),
      catch: (cause) => RunnerError.file("read", "standard input", cause)
    })
  }
  if (!given.startsWith("@")) return Effect.succeed(given)
  const path = given.slice(1)
  return readText(path).pipe(
    Effect.filterOrFail(
      (content) => content !== null,
      () => RunnerError.usage(`There is no file ${path}.`, "Correct the name after @.")
    )
  )
}

export type Values = Readonly<Record<string, unknown>>

const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const givenValues = (given: string): Effect.Effect<Values, RunnerError> =>
  Effect.flatMap(givenText(given), (content) => {
    let value: unknown = null
    try {
      value = JSON.parse(content)
    } catch {
      value = null
    }
    return isValues(value)
      ? Effect.succeed(value)
      : Effect.fail(
          RunnerError.usage(
            "The values are not a JSON object.",
            `Write them as '{"Name": "Acme", "Industry": null}', or in a file: @values.json.`
          )
        )
  })
