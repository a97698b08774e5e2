/**
 * Many deletions need a yes: the person is asked where the client can ask them, else the call must name their
 * number. https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation
 */
import { Cause, Effect, Exit, Schema } from "effect"
import { McpServerClient } from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import { counted } from "../terminal/numbers.ts"
import { ToolFailure } from "./tool-failure.ts"
import { deletesAtOnce } from "./write-tools.ts"

const Answer = Schema.Struct({
  delete: Schema.Boolean.annotate({ description: "Delete them" })
})

const declined = ToolFailure.refused(
  "The person did not agree; nothing was deleted.",
  "Ask what they want instead."
)

export const confirmDeletes = Effect.fnUntraced(function* (of: {
  readonly count: number
  readonly what: string
  readonly confirm: number | undefined
}) {
  const { count, what, confirm } = of
  if (count <= deletesAtOnce) return
  const { clientCapabilities } = yield* McpServerClient
  if (clientCapabilities.elicitation !== undefined) {
    const message = `An agent wants to delete ${counted(count, "record")} of ${what} in Salesforce.`
    const exit = yield* Effect.exit(McpServer.elicit({ message, schema: Answer }))
    if (Exit.isSuccess(exit) && exit.value.delete) return
    if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) yield* Effect.logDebug(exit.cause)
    return yield* declined
  }
  if (confirm === count) return
  return yield* ToolFailure.refused(
    `These are ${counted(count, "deletion")}; more than ${deletesAtOnce} need a person's yes. Nothing was deleted.`,
    `Show the person what will be deleted. When they agree, call again with confirm: ${count}.`
  )
})
