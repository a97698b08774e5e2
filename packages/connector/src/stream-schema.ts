/**
 * The shape of one stream's table, the same for every destination: which columns it has, where in a
 * segment each comes from, what identifies a row, which of two versions of a row is the newer one, and
 * what becomes of deleted rows.
 */

/** Destination-neutral column types; docs/types.md says what each destination makes of them. */
export type ColumnType =
  | { readonly kind: "text" | "boolean" | "int32" | "int64" | "double" | "date" | "time" | "timestamp" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "textList" }
  | {
      readonly kind: "struct"
      readonly fields: ReadonlyArray<{ readonly name: string; readonly type: ScalarType }>
    }

export type ScalarType = Exclude<ColumnType, { readonly kind: "struct" | "textList" }>

/** Where a column's value is in a segment: by header name, never by position. */
export type ColumnSource =
  | { readonly header: string }
  /** Built from several headers, null when all of them are: struct field name → header. */
  | { readonly struct: Readonly<Record<string, string>> }
  | { readonly header: string; readonly splitOn: string }

/** What the source system says about a field, kept for analysts and agents in `_decant.fields`. */
export interface FieldDescription {
  /** The source's own type name, e.g. `multipicklist`. */
  readonly sourceType: string
  readonly help: string | null
  readonly formula: string | null
  readonly picklist: ReadonlyArray<{
    readonly value: string
    readonly label: string
    readonly active: boolean
  }>
}

export interface Column {
  /** The name in the table, before the destination's `naming`. */
  readonly name: string
  readonly label: string
  readonly type: ColumnType
  readonly from: ColumnSource
  /** Replace the value by its HMAC-SHA-256 under the spec's key of this name. */
  readonly mask?: { readonly hmac: string }
  readonly describes?: FieldDescription
}

/** `mark` keeps the row and sets the deleted flag; `remove` takes it out of the table. */
export type DeleteMode = "mark" | "remove"

export interface DeletePolicy {
  readonly soft: DeleteMode
  readonly hard: DeleteMode
  /** The boolean column that says so, e.g. `IsDeleted`; null when rows of this stream cannot be deleted. */
  readonly flag: string | null
  /** `keep`: rows that a new generation does not have may be there all the same, and stay as they are. */
  readonly absent?: "keep"
}

export type View =
  /** Rows that are not deleted. */
  | { readonly kind: "live"; readonly name: string }
  /** Live rows plus columns under a role's name whatever the org calls them: role → column, null if unset. */
  | { readonly kind: "roles"; readonly name: string; readonly roles: Readonly<Record<string, string | null>> }
  /** Merged key → the key that survives, following chains of merges. */
  | { readonly kind: "survivors"; readonly name: string; readonly mergedInto: string }

export interface StreamSchema {
  readonly stream: string
  readonly table: string
  /** Column names; null when rows have no identity (then only whole generations replace each other). */
  readonly key: ReadonlyArray<string> | null
  /** The column whose greater value is the newer version of a row; null when there is none. */
  readonly guard: string | null
  readonly deletes: DeletePolicy
  readonly history: boolean
  readonly columns: ReadonlyArray<Column>
  readonly views: ReadonlyArray<View>
}

/** Headers that a column reads, in no particular order. */
export const columnHeaders = (column: Column): ReadonlyArray<string> =>
  "struct" in column.from ? Object.values(column.from.struct) : [column.from.header]
