/** A destination's secrets, typed into a page: kept encrypted, and from then on a reference in the spec. */
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import type { DestinationChoice } from "@decant/api"
import { forgetSecret, keepSecret, sealedFile } from "@decant/auth"
import { Effect, Redacted } from "effect"
import { listFolder } from "../../files.ts"
import type { DestinationText } from "./change-spec.ts"

export interface SecretPlace {
  readonly folder: string
  /** The spec's name. */
  readonly name: string
}

/** Under a name of its own: what is in use stays until the spec names the new one. */
export const keepNew = Effect.fnUntraced(function* (
  { folder, name }: SecretPlace,
  key: string,
  text: string
) {
  const kept = `${name}.${key}-${randomBytes(4).toString("hex")}`
  yield* keepSecret({ folder, env: process.env }, kept, Redacted.make(text, { label: key }))
  return { kept, reference: { file: sealedFile(kept) } }
})

export const forget = ({ folder }: Pick<SecretPlace, "folder">, kept: string) =>
  Effect.ignore(forgetSecret({ folder, env: process.env }, kept))

export const keepDestinationSecrets = Effect.fnUntraced(function* (
  place: SecretPlace,
  choice: DestinationChoice
) {
  if (choice.type !== "postgres") return choice satisfies DestinationText
  const { url, queryUrl, ...rest } = choice
  const text: DestinationText = {
    ...rest,
    ...(url === undefined ? {} : { url: (yield* keepNew(place, "url", url)).reference }),
    ...(queryUrl === undefined ? {} : { queryUrl: (yield* keepNew(place, "queryUrl", queryUrl)).reference })
  }
  return text
})

const ownSecret = /\.\/\.decant\/secrets\/([A-Za-z0-9_-]+\.[A-Za-z]+-[a-f0-9]{8})\.jwe/g

const secretsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(ownSecret)].map(([, kept]) => kept ?? "")

/** Those that the text names under these keys. */
export const forgetSecrets = (place: SecretPlace, text: string, keys: ReadonlyArray<string>) => {
  const own = keys.map((key) => `${place.name}.${key}-`)
  const gone = secretsIn(text).filter((kept) => own.some((start) => kept.startsWith(start)))
  return Effect.forEach(gone, (kept) => forget(place, kept), { discard: true })
}

/** Those of the destination that are kept, also for drafts that nobody saved. */
const keptForDestination = ({ folder, name }: SecretPlace) =>
  listFolder(join(folder, ".decant", "secrets")).pipe(
    Effect.orElseSucceed((): ReadonlyArray<string> => []),
    Effect.map((files) =>
      files
        .map((file) => file.replace(/\.jwe$/, ""))
        .filter((kept) => ["url", "queryUrl"].some((key) => kept.startsWith(`${name}.${key}-`)))
    )
  )

const forgetAll = (place: SecretPlace, known: ReadonlyArray<string>, text: string) => {
  const named = new Set(secretsIn(text))
  const gone = known.filter((kept) => !named.has(kept) && kept.startsWith(`${place.name}.`))
  return Effect.forEach(new Set(gone), (kept) => forget(place, kept), { discard: true })
}

/** What `before` names and `after` does not. */
export const forgetUnnamed = (place: SecretPlace, before: string, after: string) =>
  forgetAll(place, secretsIn(before), after)

/** After a text was saved: what it does not name any more, and what drafts of it left behind. */
export const forgetUnused = Effect.fnUntraced(function* (place: SecretPlace, before: string, saved: string) {
  yield* forgetAll(place, [...secretsIn(before), ...(yield* keptForDestination(place))], saved)
})
