/**
 * Answers of small reads that hold for as long as nothing changes in the tables they were read from. Who a user is, what
 * a user may do and what an org is called is asked with every request, and to plan such a statement takes the database
 * far longer than to run it.
 *
 * Statements name each table in quotes (see `late-rows.ts`), so what a statement reads or writes can be told from its
 * text; a column of the same name only counts as a change more.
 */
import { DuckDBBlobValue, type DuckDBValue } from "@duckdb/node-api"

type Rows = Array<Array<DuckDBValue>>

interface Kept {
  readonly at: number
  readonly rows: Rows
}

/** Most tables have a column of this name, so changes of the table count as changes of any. */
const everyColumn = "Name"

const mostKept = 200
/** Of the texts and bytes in an answer. */
const mostSize = 32_768

const sizeOf = (value: DuckDBValue): number => {
  if (typeof value === "string") return value.length
  return value instanceof DuckDBBlobValue ? value.bytes.length : 8
}

export class KeptRows {
  /** Numbers of the last changes, by table. */
  readonly #changes = new Map<string, number>()
  readonly #kept = new Map<string, Kept>()
  #count = 0
  /** The last change that may have been of any table. */
  #anywhere = 0

  /** A table that is new, and whose changes are told apart from now on. */
  made(table: string): void {
    if (table !== everyColumn) this.#changes.set(table, ++this.#count)
  }

  /** Another number after each change of a table that one of the texts names. */
  changedAt(text: string): number {
    let last = this.#anywhere
    for (const [table, at] of this.#changes) if (at > last && text.includes(`"${table}"`)) last = at
    return last
  }

  /** To be said when the change can be seen. */
  changed(texts: ReadonlyArray<string>): void {
    let known = false
    for (const table of this.#changes.keys()) {
      if (!texts.some((text) => text.includes(`"${table}"`))) continue
      this.#changes.set(table, ++this.#count)
      known = true
    }
    if (!known) this.changedAnywhere()
  }

  changedAnywhere(): void {
    this.#anywhere = ++this.#count
    this.#kept.clear()
  }

  find(key: string, text: string): Rows | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    if (kept.at === this.changedAt(text)) return kept.rows
    this.#kept.delete(key)
    return undefined
  }

  /** `at` is from before the rows were asked for: what changes meanwhile leaves an answer nobody finds. */
  keep(key: string, at: number, rows: Rows): void {
    let size = 0
    for (const row of rows) {
      for (const value of row) size += sizeOf(value)
      if (size > mostSize) return
    }
    this.#kept.set(key, { at, rows })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break
      this.#kept.delete(oldest)
    }
  }
}
