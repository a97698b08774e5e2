/**
 * A layout with the names that Postgres keeps whole: at most 63 bytes, longer ones would be cut in silence and
 * could fall together. A long name ends in a digest of itself, so that it is the same in every run.
 */
import { createHash } from "node:crypto"
import type { View } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { LayoutColumn, TableLayout } from "../table-layout.ts"

export const maxIdentifierBytes = 63

const digestLength = 8

const cut = (name: string, bytes: number): string => {
  const decoder = new TextDecoder("utf8", { ignoreBOM: true })
  return decoder.decode(Buffer.from(name, "utf8").subarray(0, bytes), { stream: true })
}

export const fitted = (name: string): string => {
  if (Buffer.byteLength(name, "utf8") <= maxIdentifierBytes) return name
  const digest = createHash("sha256").update(name).digest("hex").slice(0, digestLength)
  return `${cut(name, maxIdentifierBytes - digestLength - 1)}_${digest}`
}

/** Names that every Postgres table has already. */
const systemColumns = new Set(["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"])

const columnName = (name: string): string => fitted(systemColumns.has(name) ? `${name}_` : name)

const viewOf = (view: View): View => {
  const name = fitted(view.name)
  if (view.kind === "survivors") return { ...view, name, mergedInto: columnName(view.mergedInto) }
  if (view.kind === "live") return { ...view, name }
  const roles = Object.entries(view.roles).map(
    ([role, column]) => [role, column === null ? null : columnName(column)] as const
  )
  return { ...view, name, roles: Object.fromEntries(roles) }
}

const tooMany = (layout: TableLayout): DestinationError =>
  DestinationError.of(
    "SCHEMA_INCOMPATIBLE",
    `${layout.stream} has ${layout.columns.length} columns; a Postgres table has at most 1,600.`,
    "Name the fields that are needed in the stream's `fields`, instead of `all`."
  )

export const postgresLayout = (layout: TableLayout): Effect.Effect<TableLayout, DestinationError> => {
  if (layout.columns.length >= 1600) return Effect.fail(tooMany(layout))
  const columns = layout.columns.map((item): LayoutColumn => ({ ...item, name: columnName(item.name) }))
  const of = (old: LayoutColumn): LayoutColumn => columns[layout.columns.indexOf(old)] ?? old
  const fittedLayout = {
    ...layout,
    table: fitted(layout.table),
    columns,
    key: layout.key?.map(of) ?? null,
    guard: layout.guard === null ? null : of(layout.guard),
    flag: layout.flag === null ? null : of(layout.flag),
    history: layout.history === null ? null : fitted(layout.history),
    views: layout.views.map(viewOf)
  }
  const text = JSON.stringify({
    ...(JSON.parse(layout.text) as object),
    key: fittedLayout.key?.map(({ name }) => name) ?? null,
    guard: fittedLayout.guard?.name ?? null,
    flag: fittedLayout.flag?.name ?? null,
    historyTable: fittedLayout.history
  })
  return Effect.succeed({ ...fittedLayout, text })
}
