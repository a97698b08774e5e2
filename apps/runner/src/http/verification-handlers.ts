/** Proving a copy from a page. */
import { DecantApi } from "@decant/api"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { answering } from "./answer.ts"
import { usable } from "./connection/usable-spec.ts"
import { Verifications } from "./verification.ts"

export const verificationHandlers = HttpApiBuilder.group(
  DecantApi,
  "verification",
  Effect.fn(function* (handlers) {
    const verifications = yield* Verifications
    return handlers.handleAll({
      get: ({ params }) => answering(Effect.andThen(usable(params.id), verifications.get(params.id))),
      start: ({ params: { id }, payload: { quick, streams = [] } }) =>
        answering(
          Effect.flatMap(usable(id), ({ specFile }) => verifications.start({ id, specFile, quick, streams }))
        ),
      cancel: ({ params }) => answering(verifications.cancel(params.id))
    })
  })
)
