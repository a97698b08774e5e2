/**
 * What a connection will be once its login works: the text of its spec, with the secrets that were typed kept
 * encrypted and named by reference. Until then nothing of an existing connection is touched.
 */
import { join } from "node:path"
import { type ConnectorError, decodeSpec, type Failure } from "@decant/connector"
import { Effect } from "effect"
import { starterSpec } from "../../init/starter-spec.ts"
import { ServeSettings } from "../../serve/serve-settings.ts"
import { SpecShelf } from "../../serve/spec-shelf.ts"
import type { SpecFile } from "../../spec-file.ts"
import { httpError } from "../answer.ts"
import { changedText, withLogin } from "../spec/change-spec.ts"
import { forget, forgetUnnamed, keepNew } from "../spec/destination-secrets.ts"

export interface Wanted {
  readonly title: string | undefined
  readonly reconnect: string | undefined
  readonly environment: string
  /** The `auth` block without its secrets. */
  readonly auth: Readonly<Record<string, unknown>>
  /** Key of the block → what was typed. */
  readonly secrets: Readonly<Record<string, string | undefined>>
}

export interface Draft {
  /** The connection's id, and its file's name without the ending. */
  readonly id: string
  readonly specFile: SpecFile
  readonly text: string
  /** What the file must still be; null for one that must not be there. */
  readonly version: string | null
  readonly before: string
  readonly kept: ReadonlyArray<string>
}

const slug = (title: string): string => {
  const plain = title
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^[^A-Za-z]+|-+$/g, "")
    .toLowerCase()
    .slice(0, 40)
  return plain === "" ? "salesforce" : plain
}

const freeName = (title: string, taken: ReadonlySet<string>): string => {
  const name = slug(title)
  if (!taken.has(name)) return name
  const numbers = Array.from({ length: taken.size + 1 }, (_, index) => `${name}-${index + 2}`)
  return numbers.find((numbered) => !taken.has(numbered)) ?? name
}

const objects = ["Account", "Contact", "Opportunity", "User"]

const starterText = (name: string, title: string): string =>
  changedText(
    starterSpec({
      name,
      environment: "production",
      method: "oauth",
      objects,
      roles: {},
      destination: { type: "duckdb", path: `./${name}.duckdb` }
    }),
    { title }
  )

interface Beginning extends Pick<Draft, "id" | "version" | "before"> {
  /** `name` in the spec. */
  readonly name: string
}

const newConnection = Effect.fnUntraced(function* (title: string | undefined) {
  const settings = yield* ServeSettings
  if (settings.file !== null) return yield* httpError("ONE_FILE_SERVED")
  const shelf = yield* SpecShelf
  const listed = yield* shelf.list
  const taken = new Set(listed.flatMap(({ name, specFile }) => [name, specFile?.spec.name ?? name]))
  const id = freeName(title ?? "salesforce", taken)
  const before = starterText(id, title ?? "Salesforce")
  return { id, name: id, version: null, before } satisfies Beginning
})

const known = Effect.fnUntraced(function* (id: string) {
  const shelf = yield* SpecShelf
  const shelved = yield* shelf.get(id)
  if (shelved.specFile === null || shelved.failure !== null) return yield* httpError("NOT_CONNECTED")
  const { name } = shelved.specFile.spec
  return { id, name, version: shelved.version, before: shelved.text } satisfies Beginning
})

export const draftConnection = Effect.fnUntraced(function* (wanted: Wanted) {
  const { folder } = yield* ServeSettings
  const { reconnect, title, environment } = wanted
  const begun = yield* reconnect === undefined ? newConnection(title) : known(reconnect)
  const place = { folder, name: begun.name }
  const kept: Array<string> = []
  const auth: Record<string, unknown> = { ...wanted.auth }
  for (const [key, typed] of Object.entries(wanted.secrets)) {
    if (typed === undefined) continue
    const secret = yield* keepNew(place, key, typed)
    kept.push(secret.kept)
    auth[key] = secret.reference
  }
  const text = withLogin(begun.before, { environment, auth })
  const file = join(folder, `${begun.id}.yaml`)
  const { spec, warnings } = yield* decodeSpec({ file, text, env: process.env }).pipe(
    Effect.onError(() => Effect.forEach(kept, (one) => forget(place, one)))
  )
  const draft: Draft = { ...begun, text, kept, specFile: { file, folder, spec, warnings } }
  return draft
})

/** The login failed: nothing stays. */
export const dropDraft = ({ specFile, kept }: Draft) =>
  Effect.forEach(kept, (one) => forget(specFile, one), { discard: true })

/** The login works: the spec is written, and what it no longer names is forgotten. */
export const writeDraft = Effect.fnUntraced(function* (
  draft: Draft
): Effect.fn.Return<void, ConnectorError | Failure, SpecShelf> {
  const shelf = yield* SpecShelf
  const { id, text, version, before, specFile } = draft
  yield* shelf.write({ name: id, text, version })
  yield* forgetUnnamed({ folder: specFile.folder, name: specFile.spec.name }, before, text)
})
