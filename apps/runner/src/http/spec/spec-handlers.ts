/** The spec of a connection: read, checked, changed, saved; never beyond what a page may change. */
import { DecantApi, type SpecChange } from "@decant/api"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ServeSettings } from "../../serve/serve-settings.ts"
import { type ShelvedSpec, SpecShelf } from "../../serve/spec-shelf.ts"
import { answering, forbidden } from "../answer.ts"
import { changedText } from "./change-spec.ts"
import { forgetUnused, keepDestinationSecrets } from "./destination-secrets.ts"
import { forbiddenChange } from "./forbidden-changes.ts"
import { lacksSecrets, showSecrets } from "./hide-secrets.ts"
import { at, parseSpec, rawSpec } from "./spec-document.ts"
import { fileOf } from "./spec-view.ts"

/** The spec's own name, also where only its text can tell. */
const nameOf = ({ name, specFile, text }: ShelvedSpec): string =>
  specFile?.spec.name ?? String(at(rawSpec(parseSpec(text)), "name") ?? name)

const shown = Effect.fnUntraced(function* (shelved: ShelvedSpec, text: string) {
  const shelf = yield* SpecShelf
  const problems = text === shelved.text ? shelved.mistakes : yield* shelf.check(shelved.name, text)
  return fileOf({ shelved, text, problems })
})

/** What was sent, whole again, if it may be so. Also drafts: they are planned with the spec's own login. */
export const allowedText = Effect.fnUntraced(function* (shelved: ShelvedSpec, sent: string) {
  const { folder } = yield* ServeSettings
  const text = showSecrets(sent, shelved.text)
  if (lacksSecrets(text))
    return yield* forbidden("a secret to stars; write the secret again, or a reference to it")
  const refused = forbiddenChange({ before: shelved.text, after: text, folder, name: nameOf(shelved) })
  return refused === null ? text : yield* forbidden(refused)
})

/** A text with mistakes is shown with them, and not written. */
const save = Effect.fnUntraced(function* (shelved: ShelvedSpec, text: string, version: string) {
  const shelf = yield* SpecShelf
  const { folder } = yield* ServeSettings
  const file = yield* shown(shelved, text)
  if (file.problems.length > 0) return file
  const written = yield* shelf.write({ name: shelved.name, text, version })
  yield* forgetUnused({ folder, name: nameOf(shelved) }, shelved.text, text)
  return yield* shown(written, text)
})

const change = Effect.fnUntraced(function* (
  id: string,
  of: {
    readonly version: string
    readonly text?: string
    readonly change: SpecChange
    readonly save: boolean
  }
) {
  const shelf = yield* SpecShelf
  const { folder } = yield* ServeSettings
  const shelved = yield* shelf.get(id)
  const base = of.text === undefined ? shelved.text : yield* allowedText(shelved, of.text)
  const { destination, ...rest } = of.change
  const place = { folder, name: nameOf(shelved) }
  const text = changedText(base, {
    ...rest,
    ...(destination === undefined ? {} : { destination: yield* keepDestinationSecrets(place, destination) })
  })
  const allowed = yield* allowedText(shelved, text)
  return of.save ? yield* save(shelved, allowed, of.version) : yield* shown(shelved, allowed)
})

export const specHandlers = HttpApiBuilder.group(
  DecantApi,
  "spec",
  Effect.fn(function* (handlers) {
    const shelf = yield* SpecShelf
    return handlers.handleAll({
      get: ({ params }) =>
        answering(Effect.flatMap(shelf.get(params.id), (shelved) => shown(shelved, shelved.text))),
      put: ({ params, payload }) =>
        answering(
          Effect.gen(function* () {
            const shelved = yield* shelf.get(params.id)
            return yield* save(shelved, yield* allowedText(shelved, payload.text), payload.version)
          })
        ),
      check: ({ params, payload }) =>
        answering(
          Effect.gen(function* () {
            const shelved = yield* shelf.get(params.id)
            return yield* shown(shelved, yield* allowedText(shelved, payload.text))
          })
        ),
      change: ({ params, payload }) => answering(change(params.id, payload))
    })
  })
)
