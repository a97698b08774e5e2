/**
 * What a stream's table was made of, in one line of text that a checkpoint keeps: a mark of the filter and, for
 * each column, a mark of its type and origin, and for custom fields the org's own id of them. From two of these
 * texts it is known what changed in between.
 */
import { createHash } from "node:crypto"
import type { StreamSchema } from "@decant/connector"

const markOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8)

const FILTER = "where"

/** `where=… Id=… Name=… Tier__c=…:00N…`; a column's name holds neither space, equals sign nor colon. */
export const schemaFingerprint = (schema: StreamSchema, where: string | null): string =>
  [
    `${FILTER}=${markOf(where)}`,
    ...schema.columns.map(({ name, type, from, mask }) => `${name}=${markOf([type, from, mask ?? null])}`)
  ].join(" ")

/** Stands for a column that was lost: its field may come back, and until then it is not unknown. */
const LOST = "-"

/** Stands for the id of a field whose id this user may not ask for. */
const UNKNOWN_ID = "?"

interface Fingerprint {
  readonly filter: string
  readonly columns: ReadonlyMap<string, string>
  readonly ids: ReadonlyMap<string, string>
}

const parse = (text: string): Fingerprint | null => {
  const [filter, ...columns] = text.split(" ").map((part) => part.split("="))
  if (filter?.[0] !== FILTER) return null
  const marks = columns.map(([name = "", mark = ""]) => ({ name, parts: mark.split(":") }))
  return {
    filter: filter[1] ?? "",
    columns: new Map(marks.map(({ name, parts }) => [name, parts[0] ?? ""])),
    ids: new Map(marks.flatMap(({ name, parts: [, id] }) => (id === undefined ? [] : [[name, id] as const])))
  }
}

const textOf = ({ filter, columns, ids }: Fingerprint): string =>
  [
    `${FILTER}=${filter}`,
    ...[...columns].map(([name, mark]) => `${name}=${mark}${ids.has(name) ? `:${ids.get(name)}` : ""}`)
  ].join(" ")

/** The new fingerprint, with the columns that the table once had and the ids that were known. */
export const rememberLost = (before: string | null, now: string): string => {
  const old = before === null ? null : parse(before)
  const current = parse(now)
  if (old === null || current === null) return now
  const lost = [...old.columns.keys()].filter((name) => !current.columns.has(name))
  return textOf({
    filter: current.filter,
    columns: new Map([...current.columns, ...lost.map((name) => [name, LOST] as const)]),
    ids: new Map([...old.ids, ...current.ids])
  })
}

/** With the ids of these columns; null ids could not be asked for, and are not asked for again. */
export const withFieldIds = (
  text: string,
  names: ReadonlyArray<string>,
  idOf: (name: string) => string | null
): string => {
  const found = parse(text)
  if (found === null) return text
  const ids = names
    .filter((name) => found.columns.has(name))
    .map((name) => [name, idOf(name) ?? UNKNOWN_ID] as const)
  return textOf({ ...found, ids: new Map([...found.ids, ...ids]) })
}

export interface StoredField {
  readonly name: string
  /** Null where it is not known. */
  readonly id: string | null
  /** Has an id, or none that can be asked for. */
  readonly isSettled: boolean
  /** Was lost in an earlier run. */
  readonly isLost: boolean
}

export const storedFields = (text: string | null): ReadonlyArray<StoredField> => {
  const found = parse(text ?? "")
  return [...(found?.columns ?? [])].map(([name, mark]) => {
    const id = found?.ids.get(name)
    return {
      name,
      id: id === undefined || id === UNKNOWN_ID ? null : id,
      isSettled: id !== undefined,
      isLost: mark === LOST
    }
  })
}

/** Columns that the table has or had, in lower case. */
export const storedColumns = (fingerprint: string | null): ReadonlySet<string> =>
  new Set([...(parse(fingerprint ?? "")?.columns.keys() ?? [])].map((name) => name.toLowerCase()))

export interface SchemaDifference {
  readonly filterChanged: boolean
  readonly added: ReadonlyArray<string>
  readonly changed: ReadonlyArray<string>
}

const none: SchemaDifference = { filterChanged: false, added: [], changed: [] }

export const schemaDifference = (before: string | null, now: string): SchemaDifference => {
  const [old, current] = [before === null ? null : parse(before), parse(now)]
  if (old === null || current === null) return none
  const names = [...current.columns.keys()]
  return {
    filterChanged: old.filter !== current.filter,
    added: names.filter((name) => (old.columns.get(name) ?? LOST) === LOST),
    changed: names.filter(
      (name) =>
        (old.columns.get(name) ?? LOST) !== LOST && old.columns.get(name) !== current.columns.get(name)
    )
  }
}
