/** `decant rest` itself: the answer's body as it is. */
import type { RestCall } from "@decant/org"
import { Effect } from "effect"
import { givenText } from "./given-text.ts"
import { type OrgCommand, withOrg } from "./open-spec-org.ts"

interface CallRest extends OrgCommand {
  readonly method: RestCall["method"]
  readonly path: string
  readonly data: string | null
  readonly type: string
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export const callRest = (of: CallRest) =>
  withOrg(of, ({ org, screen }) =>
    Effect.gen(function* () {
      const text = of.data === null ? null : yield* givenText(of.data)
      const answer = yield* org.rest({
        method: of.method,
        path: of.path,
        ...(text === null ? {} : { body: { type: of.type, text } })
      })
      if (screen.json && !isJson(answer.text)) return yield* screen.answer(JSON.stringify(answer))
      if (answer.text !== "") return yield* screen.answer(answer.text)
      yield* screen.note(`HTTP ${answer.status}, no content.`)
    })
  )
