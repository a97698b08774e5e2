/**
 * What a stream's table was made of, in one line of text that a checkpoint keeps: a mark of the filter and, for
 * each column, a mark of its type and origin. From two of them it is known what changed in between.
 */
import { createHash } from "node:crypto"
import type { StreamSchema } from "@decant/connector"

const markOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8)

const FILTER = "where"

/** `where=… Id=… Name=…`; a column's name holds neither space nor equals sign. */
export const schemaFingerprint = (schema: StreamSchema, where: string | null): string =>
  [
    `${FILTER}=${markOf(where)}`,
    ...schema.columns.map(({ name, type, from, mask }) => `${name}=${markOf([type, from, mask ?? null])}`)
  ].join(" ")

/** Stands for a column that was lost: its field may come back, and until then it is not unknown. */
const LOST = "-"

interface Fingerprint {
  readonly filter: string
  readonly columns: ReadonlyMap<string, string>
}

const parse = (text: string): Fingerprint | null => {
  const [filter, ...columns] = text.split(" ").map((part) => part.split("="))
  return filter?.[0] === FILTER
    ? { filter: filter[1] ?? "", columns: new Map(columns.map(([name = "", mark = ""]) => [name, mark])) }
    : null
}

/** The new fingerprint, with the columns that the table once had. */
export const rememberLost = (before: string | null, now: string): string => {
  const old = before === null ? null : parse(before)
  const current = parse(now)
  if (old === null || current === null) return now
  const lost = [...old.columns.keys()].filter((name) => !current.columns.has(name))
  return [now, ...lost.map((name) => `${name}=${LOST}`)].join(" ")
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
