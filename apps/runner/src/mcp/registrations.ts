/** Which tools, resources and prompts a server has, and which of them a caller sees. */
import { Effect, Layer } from "effect"
import * as McpServer from "effect/ai/McpServer"
import type { Headers } from "effect/http"
import { type Caller, TheCaller } from "./caller.ts"
import { copyAnswers, syncAnswers } from "./copy-answers.ts"
import { CopyTools, SyncTools } from "./copy-tools.ts"
import type { Desk } from "./desk.ts"
import { orgAnswers } from "./org-answers.ts"
import { OrgTools } from "./org-tools.ts"
import { CopyPrompts, Prompts } from "./prompts.ts"
import { copyResources, orgResources } from "./resources.ts"
import { writeAnswers } from "./write-answers.ts"
import { WriteTools } from "./write-tools.ts"

/** The copy shows what the sync's user sees, so it is not for callers who have a user of their own. */
const seesCopy = McpServer.visibility(() => Effect.map(TheCaller, ({ copy }) => copy))

export const registrations = (desk: Desk, callerOf: (headers: Headers.Headers) => Caller) => {
  const identity = McpServer.middleware<{ provides: TheCaller }>()((effect, { headers }) =>
    Effect.provideService(effect, TheCaller, callerOf(headers))
  )
  const copy = Layer.mergeAll(
    McpServer.toolkit(CopyTools).pipe(Layer.provide(CopyTools.toLayer(copyAnswers(desk)))),
    copyResources(desk),
    CopyPrompts,
    desk.syncs
      ? McpServer.toolkit(SyncTools).pipe(Layer.provide(SyncTools.toLayer(syncAnswers(desk))))
      : Layer.empty
  )
  const org = Layer.mergeAll(
    McpServer.toolkit(OrgTools).pipe(Layer.provide(OrgTools.toLayer(orgAnswers(desk)))),
    orgResources(desk),
    Prompts,
    desk.writable === null
      ? Layer.empty
      : McpServer.toolkit(WriteTools).pipe(Layer.provide(WriteTools.toLayer(writeAnswers(desk))))
  )
  return Layer.mergeAll(
    copy.pipe(Layer.provide(seesCopy.combine(identity).layer)),
    org.pipe(Layer.provide(identity.layer))
  )
}
