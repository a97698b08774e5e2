/** What a source offers: its objects and their fields, as `decant discover` lists them. */
import type { ColumnType } from "./stream-schema.ts"

export interface CatalogField {
  readonly name: string
  readonly label: string
  /** The source's own type name. */
  readonly sourceType: string
  /** Null when the field cannot be copied, e.g. binary content; `note` says why. */
  readonly type: ColumnType | null
  readonly custom: boolean
  readonly formula: boolean
  readonly note: string | null
}

export interface CatalogObject {
  readonly name: string
  readonly label: string
  readonly custom: boolean
  /** Why it cannot be synced, or null. */
  readonly unsupported: string | null
  /** What reads it when it is read whole; null when it cannot be synced. */
  readonly api: "bulk" | "rest" | null
  /** What one should know of it before it is synced; null when nothing. */
  readonly note: string | null
  /** About how many rows it has, where the source tells. */
  readonly rows: number | null
  readonly fields: ReadonlyArray<CatalogField>
}

export interface Catalog {
  readonly objects: ReadonlyArray<CatalogObject>
}
