/**
 * A stream's schema under a destination's naming: which physical columns its table has and which of them play
 * the parts of key, guard and deleted flag. Every destination works from a layout, never from the schema.
 */
import { createHash } from "node:crypto"
import type { Column, DeletePolicy, StreamSchema, View } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "./destination-error.ts"
import { distinctNames, type Naming, physicalName } from "./naming.ts"

/** When the row was read, by the org's clock; with the guard it says which of two versions is newer. */
export const asOfColumn = "_decant_as_of"

/** What `<Object>_history` has besides the columns of the table. */
export const historyColumns = { from: "valid_from", to: "valid_to", current: "is_current" } as const

export interface LayoutColumn {
  readonly name: string
  readonly column: Column
}

export interface TableLayout {
  readonly stream: string
  readonly schema: string
  readonly table: string
  readonly columns: ReadonlyArray<LayoutColumn>
  readonly key: ReadonlyArray<LayoutColumn> | null
  readonly guard: LayoutColumn | null
  readonly flag: LayoutColumn | null
  readonly deletes: DeletePolicy
  /** The table of all versions; null when none are kept. */
  readonly history: string | null
  /** With physical names. */
  readonly views: ReadonlyArray<View>
  /** JSON that is equal for equal layouts, labels and descriptions included; short, for it is stored. */
  readonly text: string
}

const flagColumn = (name: string): Column => ({
  name,
  label: "Deleted",
  type: { kind: "boolean" },
  from: { header: name }
})

const withFlag = (schema: StreamSchema): ReadonlyArray<Column> => {
  const { flag } = schema.deletes
  return flag === null || schema.columns.some((column) => column.name === flag)
    ? schema.columns
    : [...schema.columns, flagColumn(flag)]
}

const incomplete = (schema: StreamSchema, name: string): DestinationError =>
  DestinationError.of(
    "SCHEMA_INCOMPATIBLE",
    `The schema of ${schema.stream} names ${name}, which is not one of its columns.`,
    "This is a mistake in Decant's source connector; please report it."
  )

const historyNeedsKey = (schema: StreamSchema): DestinationError =>
  DestinationError.of(
    "SCHEMA_INCOMPATIBLE",
    `${schema.stream} has no key, so versions of its rows cannot be told apart.`,
    "Give the stream a `primaryKey`, or take `history: true` out of it."
  )

export const tableLayout = Effect.fnUntraced(function* (
  schema: StreamSchema,
  options: { readonly schema: string; readonly naming: Naming }
): Effect.fn.Return<TableLayout, DestinationError> {
  if (schema.history && schema.key === null) return yield* historyNeedsKey(schema)
  const columns = withFlag(schema)
  const physical = distinctNames(
    options.naming,
    columns.map((column) => column.name)
  )
  if (physical.collision !== null) {
    return yield* DestinationError.of(
      "NAMING_COLLISION",
      `Two columns of ${schema.stream} would both be called ${physicalName(options.naming, physical.collision)}.`,
      "Set `naming: preserve` in the spec's destination, or leave one of the two fields out."
    )
  }
  const laid = columns.map((column, index) => ({ name: physical.names[index] ?? column.name, column }))
  const find = Effect.fnUntraced(function* (name: string): Effect.fn.Return<LayoutColumn, DestinationError> {
    const found = laid.find((item) => item.column.name === name)
    return found ?? (yield* incomplete(schema, name))
  })
  const nameOf = (name: string) => Effect.map(find(name), (item) => item.name)
  const viewOf = Effect.fnUntraced(function* (view: View): Effect.fn.Return<View, DestinationError> {
    const name = physicalName(options.naming, view.name)
    if (view.kind === "live") return { ...view, name }
    if (view.kind === "survivors") return { ...view, name, mergedInto: yield* nameOf(view.mergedInto) }
    const roles: Record<string, string | null> = {}
    for (const [role, column] of Object.entries(view.roles)) {
      roles[role] = column === null ? null : yield* nameOf(column)
    }
    return { ...view, name, roles }
  })
  const layout = {
    stream: schema.stream,
    schema: options.schema,
    table: physicalName(options.naming, schema.table),
    columns: laid,
    key: schema.key === null ? null : yield* Effect.forEach(schema.key, (name) => find(name)),
    guard: schema.guard === null ? null : yield* find(schema.guard),
    flag: schema.deletes.flag === null ? null : yield* find(schema.deletes.flag),
    deletes: schema.deletes,
    history: schema.history ? physicalName(options.naming, `${schema.table}_history`) : null,
    views: yield* Effect.forEach(schema.views, (view) => viewOf(view))
  }
  const digest = createHash("sha256").update(JSON.stringify(layout)).digest("hex")
  const text = JSON.stringify({
    key: layout.key?.map(({ name }) => name) ?? null,
    guard: layout.guard?.name ?? null,
    flag: layout.flag?.name ?? null,
    history: layout.history !== null,
    digest
  })
  return { ...layout, text }
})
