/** Connections: what there is, what they are called, ending a login, taking one out. */
import { DecantApi } from "@decant/api"
import { disconnect } from "@decant/auth"
import { Clock, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { keepsLogin } from "../../connect/keeps-login.ts"
import { forgetKnownOrg } from "../../connect/known-org.ts"
import { writeDurably } from "../../files.ts"
import { findDestination } from "../../registry.ts"
import { Schedules } from "../../serve/schedules.ts"
import { SpecShelf } from "../../serve/spec-shelf.ts"
import { copyStatus } from "../../status/copy-status.ts"
import { answering } from "../answer.ts"
import { OrgSources } from "../org/org-sources.ts"
import { changedText } from "../spec/change-spec.ts"
import { forgetSecrets } from "../spec/destination-secrets.ts"
import { connectionView } from "./connection-view.ts"
import { LoginTrouble } from "./login-trouble.ts"
import { usable } from "./usable-spec.ts"

const viewed = Effect.fnUntraced(function* (id: string) {
  const shelf = yield* SpecShelf
  return yield* connectionView(yield* shelf.get(id))
})

const rename = Effect.fnUntraced(function* (id: string, title: string) {
  const shelf = yield* SpecShelf
  const { text, version } = yield* shelf.get(id)
  yield* shelf.write({ name: id, text: changedText(text, { title }), version })
  return yield* viewed(id)
})

/** Ended at Salesforce where there is something to end; a secret that a page took is forgotten. */
const endLogin = Effect.fnUntraced(function* (id: string) {
  const { specFile, text } = yield* usable(id)
  const { spec, folder } = specFile
  const place = { folder, name: spec.name }
  if (keepsLogin(spec.source.auth)) {
    yield* disconnect({ folder, env: process.env }, spec.name).pipe(
      Effect.catchIf(
        ({ code }) => code === "AUTH_NOT_CONNECTED",
        () => Effect.void
      )
    )
  }
  yield* forgetSecrets(place, text, ["clientSecret", "privateKey", "passphrase"])
  yield* forgetKnownOrg(place)
  yield* (yield* LoginTrouble).clear(id)
  yield* (yield* OrgSources).forget(id)
  return yield* viewed(id)
})

const remove = Effect.fnUntraced(function* (id: string) {
  const shelf = yield* SpecShelf
  const { path, text, version } = yield* shelf.get(id)
  yield* writeDurably(`${path}.removed`, text)
  yield* shelf.remove(id, version)
})

const status = Effect.fnUntraced(function* (id: string) {
  const { specFile } = yield* usable(id)
  const { spec, folder } = specFile
  const connector = yield* findDestination(spec.destination.type)
  const destination = yield* connector.open({ spec, folder, orgId: null, notice: () => Effect.void })
  const now = yield* Clock.currentTimeMillis
  const { location, streams, drift } = yield* copyStatus({ name: spec.name, destination, now })
  return { location, streams, drift }
}, Effect.scoped)

const budget = Effect.fnUntraced(function* (id: string) {
  const { specFile } = yield* usable(id)
  const { source } = yield* (yield* OrgSources).open(id, specFile)
  return (yield* source.forecast([])).budget
}, Effect.scoped)

export const connectionHandlers = HttpApiBuilder.group(
  DecantApi,
  "connections",
  Effect.fn(function* (handlers) {
    const shelf = yield* SpecShelf
    const schedules = yield* Schedules
    const list = Effect.flatMap(shelf.list, (specs) => Effect.forEach(specs, connectionView))
    return handlers.handleAll({
      list: () => answering(list),
      get: ({ params }) => answering(viewed(params.id)),
      rename: ({ params, payload }) => answering(rename(params.id, payload.title)),
      disconnect: ({ params }) => answering(endLogin(params.id)),
      remove: ({ params }) => answering(remove(params.id)),
      pause: ({ params }) => answering(Effect.andThen(schedules.pause(params.id), viewed(params.id))),
      resume: ({ params }) => answering(Effect.andThen(schedules.resume(params.id), viewed(params.id))),
      status: ({ params }) => answering(status(params.id)),
      budget: ({ params }) => answering(budget(params.id))
    })
  })
)
