/** Rows on their way into an empty org: gathered by object, and written when they are first asked for. */
import type { SObject } from "../org/field.ts"
import type { Org } from "../org/org.ts"
import { type Row, readRow } from "../org/row-values.ts"
import { insertStatements } from "../org/writes.ts"
import { SalesforceError } from "../server/salesforce-error.ts"

type NewRow = Row & { readonly Id: string }

export class Records {
  readonly #org: Org["Service"]
  readonly #rows = new Map<SObject, Array<NewRow>>()

  constructor(org: Org["Service"]) {
    this.#org = org
  }

  /** Adds a row and returns its id. Throws when it does not fit the object: datasets are code. */
  add(objectName: string, values: Readonly<Record<string, unknown>>): string {
    const object = this.#org.schema.object(objectName)
    if (object === undefined) throw new Error(`no object ${objectName}`)
    const row = readRow(this.#org.schema, object, values)
    if (row instanceof SalesforceError) throw new Error(`${objectName}: ${row.message}`)
    const Id = this.#org.ids.next(object)
    const rows = this.#rows.get(object)
    if (rows === undefined) this.#rows.set(object, [{ ...row, Id }])
    else rows.push({ ...row, Id })
    return Id
  }

  /** Changes a row that was added and is not written yet. */
  change(objectName: string, id: string | undefined, values: Readonly<Record<string, unknown>>): void {
    const object = this.#org.schema.object(objectName)
    const rows = object === undefined ? undefined : this.#rows.get(object)
    const at = rows?.findIndex(({ Id }) => Id === id) ?? -1
    const old = rows?.[at]
    if (object === undefined || rows === undefined || old === undefined) throw new Error(`no row ${id}`)
    const row = readRow(this.#org.schema, object, values)
    if (row instanceof SalesforceError) throw new Error(`${objectName}: ${row.message}`)
    rows[at] = { ...old, ...row }
  }

  /** Hands over what was added. */
  write(): void {
    const { adminId, passage, store, writing } = this.#org
    const context = writing(adminId)
    for (const [object, rows] of this.#rows) {
      store.late.wait(object.name, () => [
        ...insertStatements(context, object, rows),
        ...passage.overdue(object)
      ])
    }
  }
}
