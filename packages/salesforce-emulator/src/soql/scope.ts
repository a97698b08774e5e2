/**
 * The tables of one query: its object and, by outer joins, each parent that a path mentions. Resolves paths such as
 * `Account.Owner.Name` to typed SQL.
 */
import {
  componentsOf,
  type Field,
  type FieldType,
  isCompound,
  type RollUp,
  type SObject
} from "../org/field.ts"
import type { Org } from "../org/org.ts"
import type { OrgSchema } from "../org/schema.ts"
import { quoted } from "../org/store.ts"
import { jsonCompound, jsonValue } from "../values/json.ts"
import { namesOf, rollUpRows } from "./parent-rows.ts"
import { malformed, noSuchColumn, noSuchRelationship, refusedWord } from "./refusal.ts"
import { knownZone } from "./time-zone.ts"

const deepest = 5

/** A row source within the query: the object itself or a parent of it. */
export interface Source {
  readonly alias: string
  readonly object: SObject
}

export interface Resolved {
  /** The field's name in the describe's casing. */
  readonly field: Field
  readonly type: FieldType
  /** The rows it is read from, and the relationship names that lead there. */
  readonly source: Source
  readonly parents: ReadonlyArray<{ readonly name: string; readonly source: Source }>
  /** The path in the describe's casing: `Account.Name`. */
  readonly path: string
  /** The typed value. A compound has none. */
  readonly sql: string
  /** Its JSON text, as SQL. */
  readonly json: string
}

type Seen = Pick<Org["Service"], "schema" | "sight">

export class Scope {
  readonly query: string
  readonly schema: OrgSchema
  readonly #org: Seen
  readonly base: Source
  readonly #names: ReadonlySet<string>
  readonly #joins = new Map<string, { readonly source: Source; readonly sql: string }>()

  constructor(
    query: string,
    org: Seen,
    object: SObject,
    alias: string,
    names: ReadonlyArray<string | undefined>
  ) {
    this.query = query
    this.schema = org.schema
    this.#org = org
    this.base = { alias, object }
    this.#names = new Set(
      [...names, object.name].flatMap((name) => (name === undefined ? [] : [name.toLowerCase()]))
    )
  }

  /** Where the days of the user begin who asks. */
  get timeZone(): string {
    return knownZone(this.#org.sight.timeZone)
  }

  /** The FROM clause; complete once every path has been resolved. */
  from(): string {
    const joins = [...this.#joins.values()].map(({ sql }) => sql)
    return [`${this.#org.sight.rows(this.base.object)} ${this.base.alias}`, ...joins].join(" ")
  }

  /** Resolves a path as typed; throws Salesforce's refusal when it leads nowhere. */
  resolve(path: string): Resolved {
    const segments = path.split(".")
    const own = segments.length > 1 && this.#names.has(segments[0]?.toLowerCase() ?? "")
    const known = own && this.schema.relationship(this.base.object, segments[0] ?? "") === undefined
    return this.#resolveFrom(this.base, known ? segments.slice(1) : segments, path)
  }

  /** The same from the rows of a parent on. */
  resolveAt(source: Source, path: string): Resolved {
    return this.#resolveFrom(source, path.split("."), path)
  }

  /** The rows of one of the objects that a reference of the query's own object may point at. */
  joinTarget(reference: Field, target: SObject): Source {
    return this.#joinRows(this.base, reference, target, this.#org.sight.rows(target))
  }

  /** Whatever a reference of the query's own object points at, as the fields of Name. */
  joinName(reference: Field, word: string): Source {
    return this.#join(this.base, reference, word, this.schema)
  }

  #resolveFrom(
    start: Source,
    segments: ReadonlyArray<string>,
    word: string,
    schema: OrgSchema = this.schema
  ): Resolved {
    const relationships = segments.slice(0, -1)
    if (relationships.length > deepest) {
      throw malformed(`SOQL queries cannot have more than ${deepest} relationship levels: ${word}`)
    }
    let source = start
    const parents: Array<{ name: string; source: Source }> = []
    for (const relationship of relationships) {
      const reference = schema.relationship(source.object, relationship)
      if (reference === undefined) throw noSuchRelationship(this.query, word, relationship)
      source = this.#join(source, reference, word, schema)
      parents.push({ name: reference.relationshipName ?? relationship, source })
    }
    const name = segments.at(-1) ?? ""
    const field = schema.field(source.object, name)
    if (field === undefined) throw noSuchColumn(this.query, word, name, source.object.name)
    const path = [...parents.map((parent) => parent.name), field.name].join(".")
    return { field, type: field.type, source, parents, path, ...this.#value(source, field, word) }
  }

  #value(source: Source, field: Field, word: string): { readonly sql: string; readonly json: string } {
    const shown = field.formula === null ? field.mirrors : [field.formula]
    if (shown.length > 0) {
      const { whole } = this.schema
      const start = { ...source, object: whole.object(source.object.name) ?? source.object }
      const values = shown.map((path) => this.#resolveFrom(start, path.split("."), word, whole).sql)
      const sql = values.length === 1 ? values.join() : `coalesce(${values.join(", ")})`
      return { sql, json: jsonValue(field.type, sql) }
    }
    if (field.rollUp !== null) {
      const sql = this.#rollUp(source, field.name, field.rollUp)
      return { sql, json: jsonValue(field.type, sql) }
    }
    if (!isCompound(field)) {
      const sql = `${source.alias}.${quoted(field.name)}`
      return { sql, json: jsonValue(field.type, sql) }
    }
    const components = componentsOf(source.object, field).map(([key, component]) => ({
      key,
      type: component.type,
      sql: `${source.alias}.${quoted(component.name)}`
    }))
    return { sql: "NULL", json: jsonCompound(components) }
  }

  #rollUp(source: Source, name: string, rollUp: RollUp): string {
    const key = `${source.alias}.${name}`
    const alias = this.#joins.get(key)?.source.alias ?? `${this.base.alias}_${this.#joins.size + 1}`
    const rows = rollUpRows(this.schema.whole, source.object, rollUp)
    const sql = `LEFT JOIN ${rows} ${alias} ON ${alias}.id = ${source.alias}."Id"`
    this.#joins.set(key, { source: { alias, object: source.object }, sql })
    const zeroAtLeast = rollUp.operation === "COUNT" || rollUp.operation === "SUM"
    return zeroAtLeast ? `coalesce(${alias}.value, 0)` : `${alias}.value`
  }

  #join(from: Source, reference: Field, word: string, schema: OrgSchema): Source {
    const targets = reference.referenceTo
      .map((name) => schema.object(name))
      .filter((object) => object !== undefined)
    const name = schema.object("Name")
    if (reference.referenceTo.length > 1 && name !== undefined) {
      return this.#joinRows(from, reference, name, namesOf(name, targets))
    }
    const [target] = targets
    if (target === undefined) {
      throw refusedWord(
        this.query,
        word,
        "INVALID_TYPE",
        `sObject type '${reference.referenceTo[0]}' is not supported.`
      )
    }
    return this.#joinRows(from, reference, target, this.#org.sight.rows(target))
  }

  #joinRows(from: Source, reference: Field, object: SObject, rows: string): Source {
    const key = `${from.alias}.${reference.name}:${object.name}`
    const known = this.#joins.get(key)
    if (known !== undefined) return known.source
    const source = { alias: `${this.base.alias}_${this.#joins.size + 1}`, object }
    const there = object.name === "Name" ? "" : ` AND NOT ${source.alias}."_purged"`
    const sql = `LEFT JOIN ${rows} ${source.alias} ON ${source.alias}."Id" = ${from.alias}.${quoted(reference.name)}${there}`
    this.#joins.set(key, { source, sql })
    return source
  }

  /** How many parents the query's paths lead to. */
  get parents(): number {
    return this.#joins.size
  }
}
