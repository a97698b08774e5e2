/**
 * Custom fields that were renamed in the org: the id by which it knows a field is kept with the column, and a column
 * that went and a field that is there with its id are one. Never guessed from names, types or values.
 */
import type { ObjectStream } from "@decant/connector"
import { Effect } from "effect"
import { fieldsByName, type ObjectDescribe } from "../describe/describe-shape.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { type FieldIds, fieldKey, readFieldIds } from "./field-ids.ts"
import { storedFields, withFieldIds } from "./schema-fingerprint.ts"
import type { StreamDefinition } from "./stream-definition.ts"

export interface Rename {
  readonly from: string
  readonly to: string
}

interface Described {
  readonly describe: ObjectDescribe
  readonly definition: StreamDefinition
  /** Of the checkpoint. */
  readonly fingerprint: string | null
}

/** Of these columns, those of custom fields whose id was not yet asked for. */
const withoutId = (
  { describe, fingerprint }: Pick<Described, "describe" | "fingerprint">,
  columns: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const fields = fieldsByName(describe)
  const settled = new Set(
    storedFields(fingerprint).flatMap(({ name, isSettled }) => (isSettled ? [name] : []))
  )
  return columns.filter((name) => fields.get(name.toLowerCase())?.custom === true && !settled.has(name))
}

const unsettled = (of: Described): ReadonlyArray<string> =>
  withoutId(
    of,
    of.definition.schema.columns.map(({ name }) => name)
  )

/** Columns whose field is not there under their name any more. */
const gone = ({ describe, fingerprint }: Described) => {
  const fields = fieldsByName(describe)
  return storedFields(fingerprint).filter(({ name, id }) => id !== null && !fields.has(name.toLowerCase()))
}

export interface RenamedFields {
  /** Of all times: what the spec says of the old names is meant of the new ones. */
  readonly renames: ReadonlyArray<Rename>
  /** Those that this run is the first to see. */
  readonly fresh: ReadonlyArray<Rename>
  /** The fingerprint with the ids of its columns. */
  readonly remember: (fingerprint: string) => string
}

export const noRenames: RenamedFields = { renames: [], fresh: [], remember: (fingerprint) => fingerprint }

const renamedFields = (of: Described, ids: FieldIds | null): RenamedFields => {
  const object = of.describe.name.toLowerCase()
  const known = fieldsByName(of.describe)
  const own = [...(ids ?? [])].filter(([key]) => key.startsWith(`${object}.`))
  const idOf = new Map(own.map(([key, name]) => [name.toLowerCase(), key.slice(object.length + 1)]))
  const stored = storedFields(of.fingerprint)
  const nameOf = (id: string): string | undefined => {
    const now = ids?.get(fieldKey(object, id))
    const column = stored.find((other) => other.id === id && known.has(other.name.toLowerCase()))?.name
    return known.get((now ?? column ?? "").toLowerCase())?.name
  }
  const found = gone(of).flatMap(({ name, id, isLost }) => {
    const to = id === null ? undefined : nameOf(id)
    return to === undefined ? [] : [{ isLost, rename: { from: name, to } }]
  })
  return {
    renames: found.map(({ rename }) => rename),
    fresh: found.flatMap(({ isLost, rename }) => (isLost ? [] : [rename])),
    remember: (fingerprint) =>
      withFieldIds(
        fingerprint,
        withoutId(
          of,
          storedFields(fingerprint).map(({ name }) => name)
        ),
        (name) => idOf.get(name.toLowerCase()) ?? null
      )
  }
}

/** In the order of the streams; asks the org only where columns came or went. */
export const readRenames = Effect.fnUntraced(function* (
  client: SalesforceClient,
  streams: ReadonlyArray<Described>
): Effect.fn.Return<ReadonlyArray<RenamedFields>, ReadError> {
  const asked = streams.filter((of) => unsettled(of).length > 0 || gone(of).some(({ isLost }) => !isLost))
  const objects = [...new Set(asked.map(({ describe }) => describe.name))]
  const ids = objects.length === 0 ? null : yield* readFieldIds(client, objects)
  return streams.map((of) => renamedFields(of, ids))
})

/** The stream as the spec would say it with the new names. */
export const followRenames = (stream: ObjectStream, renames: ReadonlyArray<Rename>): ObjectStream => {
  if (renames.length === 0) return stream
  const names = new Map(renames.map(({ from, to }) => [from.toLowerCase(), to]))
  const now = (name: string): string => names.get(name.toLowerCase()) ?? name
  const { fields, roles, substitute, mask, refreshFields } = stream
  const values = <A extends Readonly<Record<string, string | undefined>>>(record: A): A =>
    Object.fromEntries(
      Object.entries(record).map(([key, name]) => [key, name === undefined ? name : now(name)])
    ) as A
  return {
    ...stream,
    ...(fields === undefined || typeof fields === "string" ? {} : { fields: distinct(fields.map(now)) }),
    ...(roles === undefined ? {} : { roles: values(roles) }),
    ...(substitute === undefined ? {} : { substitute: values(substitute) }),
    ...(mask === undefined
      ? {}
      : { mask: Object.fromEntries(Object.entries(mask).map(([name, how]) => [now(name), how])) }),
    ...(refreshFields === undefined ? {} : { refreshFields: refreshFields.map(now) })
  }
}

type Names = Exclude<NonNullable<ObjectStream["fields"]>, string>

const distinct = (names: ReadonlyArray<string>): Names => {
  const [first = "Id", ...others] = new Set(names)
  return [first, ...others]
}

/** For each new name of a field that the spec calls by its old one. */
export const renameWarnings = (
  stream: ObjectStream,
  renames: ReadonlyArray<Rename>
): ReadonlyArray<string> => {
  const said = JSON.stringify([
    stream.fields,
    stream.roles,
    stream.substitute,
    stream.mask,
    stream.refreshFields
  ])
  return renames
    .filter(({ from }) => said.toLowerCase().includes(`"${from.toLowerCase()}"`))
    .map(
      ({ from, to }) => `${stream.object}.${from} is called ${to} in Salesforce now: write ${to} in the spec.`
    )
}

/** A masked field that went while others came, none of which can be told from it: one of them may be it, unmasked. */
export const unmaskedPerhaps = (
  stream: ObjectStream,
  of: Described,
  renames: ReadonlyArray<Rename>
): { readonly gone: string; readonly came: ReadonlyArray<string> } | null => {
  const stored = new Map(storedFields(of.fingerprint).map((field) => [field.name.toLowerCase(), field]))
  const fields = fieldsByName(of.describe)
  const followed = new Set(renames.map(({ from }) => from.toLowerCase()))
  const gone = Object.keys(stream.mask ?? {}).find((name) => {
    const field = stored.get(name.toLowerCase())
    const isFresh = field !== undefined && !field.isLost && field.id === null
    return isFresh && !fields.has(name.toLowerCase()) && !followed.has(name.toLowerCase())
  })
  const came = of.definition.schema.columns
    .filter(({ name, mask }) => mask === undefined && !stored.has(name.toLowerCase()))
    .map(({ name }) => name)
    .filter((name) => fields.get(name.toLowerCase())?.custom === true)
  return gone === undefined || came.length === 0 ? null : { gone, came }
}
