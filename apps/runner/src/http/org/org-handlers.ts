/** The org behind a connection: preflight, what it has, a filter tried, rows before they are copied, the plan. */
import { DecantApi, type DestinationChoice } from "@decant/api"
import { decodeSpec } from "@decant/connector"
import { Effect, Stream } from "effect"
import { HttpClient } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { checkDestination } from "../../check/check-parts.ts"
import { SpecShelf } from "../../serve/spec-shelf.ts"
import { answering, httpError } from "../answer.ts"
import { LoginTrouble } from "../connection/login-trouble.ts"
import { usable } from "../connection/usable-spec.ts"
import { changedText } from "../spec/change-spec.ts"
import { forgetUnnamed, keepDestinationSecrets } from "../spec/destination-secrets.ts"
import { allowedText } from "../spec/spec-handlers.ts"
import { askOrg } from "./ask-org.ts"
import { checkLine, liveCheck } from "./live-check.ts"
import { orgObject, orgObjectDetail } from "./org-catalogue.ts"
import { OrgSources } from "./org-sources.ts"
import { planOf } from "./plan-view.ts"
import { previewRows, whereClause } from "./preview.ts"

const opened = Effect.fnUntraced(function* (id: string) {
  const { specFile } = yield* usable(id)
  return yield* (yield* OrgSources).open(id, specFile)
})

const objects = Effect.fnUntraced(function* (id: string, refresh: boolean) {
  if (refresh) yield* (yield* OrgSources).forget(id)
  const catalog = yield* (yield* opened(id)).objects
  return catalog.objects.map(orgObject)
}, Effect.scoped)

const noObject = (name: string) =>
  httpError("REQUEST_INVALID", {
    message: `The org shows this user no object ${name}.`,
    fix: "Look at the list of objects; `decant check` says which permissions are missing."
  })

const detail = Effect.fnUntraced(function* (id: string, name: string) {
  const org = yield* opened(id)
  const catalog = yield* org.source.discover([name])
  const found = catalog.objects.find((object) => object.name.toLowerCase() === name.toLowerCase())
  return found === undefined ? yield* noObject(name) : { org, object: orgObjectDetail(found) }
})

const countRows = Effect.fnUntraced(function* (id: string, object: string, where: string) {
  const org = yield* opened(id)
  const { totalSize } = yield* askOrg(org, `SELECT COUNT() FROM ${object}${whereClause(where)}`)
  return { rows: totalSize }
}, Effect.scoped)

/** A draft is planned with the login that the file has: `allowedText` keeps it from naming another. */
const plan = Effect.fnUntraced(function* (id: string, sent: string | undefined) {
  const { specFile, ...shelved } = yield* usable(id)
  if (sent === undefined) return yield* planOf(specFile)
  const text = yield* allowedText({ ...shelved, specFile }, sent)
  const decoded = yield* decodeSpec({ file: specFile.file, text, env: process.env })
  return yield* planOf({ ...specFile, ...decoded })
})

const testDestination = Effect.fnUntraced(function* (id: string, choice: DestinationChoice | undefined) {
  const shelf = yield* SpecShelf
  const { specFile } = yield* usable(id)
  const quiet = { note: () => Effect.void }
  if (choice === undefined) return checkLine(yield* checkDestination(specFile, null, quiet))
  const shelved = yield* shelf.get(id)
  const place = { folder: specFile.folder, name: specFile.spec.name }
  const destination = yield* keepDestinationSecrets(place, choice)
  const draft = changedText(shelved.text, { destination })
  const tried = Effect.gen(function* () {
    const text = yield* allowedText(shelved, draft)
    const decoded = yield* decodeSpec({ file: specFile.file, text, env: process.env })
    return checkLine(yield* checkDestination({ ...specFile, ...decoded }, null, quiet))
  })
  return yield* Effect.ensuring(tried, forgetUnnamed(place, draft, shelved.text))
}, Effect.scoped)

export const orgHandlers = HttpApiBuilder.group(
  DecantApi,
  "org",
  Effect.fn(function* (handlers) {
    const trouble = yield* LoginTrouble
    const http = yield* HttpClient.HttpClient
    const asked = Effect.provideService(HttpClient.HttpClient, http)
    return handlers.handleAll({
      check: ({ params }) =>
        answering(
          Effect.map(usable(params.id), ({ specFile }) =>
            Stream.provideService(liveCheck(params.id, specFile), LoginTrouble, trouble)
          )
        ),
      objects: ({ params, query }) => answering(objects(params.id, query.refresh === "true")),
      object: ({ params }) =>
        answering(Effect.scoped(Effect.map(detail(params.id, params.object), ({ object }) => object))),
      where: ({ params, payload }) => answering(asked(countRows(params.id, payload.object, payload.where))),
      preview: ({ params, payload }) =>
        answering(
          asked(
            Effect.scoped(
              Effect.flatMap(detail(params.id, payload.object), ({ org, object }) =>
                previewRows(org, payload, object)
              )
            )
          )
        ),
      plan: ({ params, payload }) => answering(plan(params.id, payload.text)),
      testDestination: ({ params, payload }) => answering(testDestination(params.id, payload.destination))
    })
  })
)
