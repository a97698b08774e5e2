/**
 * What administrators do to objects and fields, in the schema and in the store. None of it moves a stamp; the object's
 * describe becomes a newer one.
 */
import { Effect } from "effect"
import { badRequest, type SalesforceError } from "../server/salesforce-error.ts"
import { customField, type FieldWords, wordsOf } from "./custom-field.ts"
import { type Field, isStored, type SObject } from "./field.ts"
import { makeId } from "./id.ts"
import { customObjectLines, customRecordWords } from "./metadata/custom-object.ts"
import { sobject } from "./metadata/sobject.ts"
import type { Org } from "./org.ts"
import { columnType, literal, quoted } from "./store.ts"
import { has, type Statement } from "./writes.ts"

type OrgService = Org["Service"]
type Edit = Effect.Effect<void, SalesforceError>

const refused = (message: string) => badRequest("INVALID_CONTROL_CALL", message)

const namePattern = /^[A-Za-z]\w*$/

const checkName = (name: string): Edit =>
  namePattern.test(name) ? Effect.void : Effect.fail(refused(`not a name: ${name}`))

/** SQL that DuckDB refuses is the caller's: a value that does not fit, or an expression that is wrong. */
const applied = (org: OrgService, statements: ReadonlyArray<Statement>): Edit =>
  org.store.transaction(statements).pipe(
    Effect.catchDefect((cause) =>
      refused(cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause))
    ),
    Effect.asVoid
  )

const withFields = (object: SObject, fields: ReadonlyArray<Field>): SObject => ({ ...object, fields })

const keyPrefixes = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

const freePrefix = (org: OrgService): string => {
  const taken = new Set(org.schema.all().flatMap(({ keyPrefix, idPrefix }) => [keyPrefix, idPrefix]))
  for (const a of keyPrefixes) for (const b of keyPrefixes) if (!taken.has(`a${a}${b}`)) return `a${a}${b}`
  return "zzz"
}

export interface ObjectWords {
  readonly label?: string
  readonly labelPlural?: string
  readonly keyPrefix?: string
}

/** Adds a custom object with the fields that every one has. */
export const createObject = (org: OrgService, name: string, words: ObjectWords): Edit =>
  Effect.gen(function* () {
    yield* checkName(name)
    if (org.schema.object(name) !== undefined) return yield* refused(`there is an object ${name} already`)
    const label = words.label ?? name.replace(/__\w+$/, "").replaceAll("_", " ")
    const object = sobject({
      name,
      label,
      labelPlural: words.labelPlural ?? `${label}s`,
      keyPrefix: words.keyPrefix ?? freePrefix(org),
      can: customRecordWords,
      table: customObjectLines("Name | string 80 | cunfgsiM | Name")
    })
    yield* org.store.createTable(object)
    org.schema.put(object, org.clock.now())
  })

export interface NewField extends FieldWords {
  readonly name: string
  /** The value that every row gets. */
  readonly default?: string | number | boolean | undefined
  /** SQL over the object's fields for the value of each row, such as `upper("Name")`. */
  readonly value?: string | undefined
}

const literalOf = (value: string | number | boolean) =>
  typeof value === "string" ? literal(value) : String(value)

/** A column that a removed field of the same name has left. */
const dropColumn = (object: SObject, name: string): Statement => ({
  sql: `ALTER TABLE ${quoted(object.name)} DROP COLUMN IF EXISTS ${quoted(name)}`
})

const addColumn = (object: SObject, field: Field, { default: given, value }: NewField) => {
  if (!isStored(field)) return []
  const fill = value ?? (given === undefined ? undefined : literalOf(given))
  const initial = fill ?? (field.type === "boolean" ? "false" : undefined)
  return [
    dropColumn(object, field.name),
    {
      sql: `ALTER TABLE ${quoted(object.name)} ADD COLUMN ${quoted(field.name)} ${columnType(field)}`
    },
    ...(initial === undefined
      ? []
      : [{ sql: `UPDATE ${quoted(object.name)} SET ${quoted(field.name)} = ${initial}` }])
  ]
}

const componentsOf = (field: Field, words: FieldWords): ReadonlyArray<Field> =>
  field.type !== "location"
    ? []
    : ["Latitude", "Longitude"].map((part) => ({
        ...customField(field.name.replace(/__c$/, `__${part}__s`), {
          type: "double",
          precision: 18,
          scale: 15,
          label: `${words.label ?? field.label} (${part})`
        }),
        compoundFieldName: field.name
      }))

export const addField = (org: OrgService, object: SObject, words: NewField): Edit =>
  Effect.gen(function* () {
    const { name, default: given } = words
    yield* checkName(name)
    if (org.schema.field(object, name) !== undefined) {
      return yield* refused(`${object.name} has a field ${name} already`)
    }
    const made = customField(name, words)
    const durableId = makeId("00N", Math.floor(org.schema.changedAt / 1000)).slice(0, 15)
    const field: Field = { ...made, durableId, defaultValue: given === undefined ? null : String(given) }
    const fields = [field, ...componentsOf(field, words)]
    yield* applied(
      org,
      fields.flatMap((each) => addColumn(object, each, words))
    )
    org.schema.put(withFields(object, [...object.fields, ...fields]), org.clock.now())
  })

/** Formulas, roll-ups and derived values that read a field keep it in the org. */
const readersOf = (org: OrgService, object: SObject, field: Field): ReadonlyArray<string> => {
  const inDerived = Object.entries(object.derived)
    .filter(([name, sql]) => name !== field.name && new RegExp(`\\b${field.name}\\b`).test(sql))
    .map(([name]) => `${object.name}.${name}`)
  const elsewhere = org.schema.all().flatMap((other) =>
    other.fields
      .filter(({ rollUp, formula, mirrors }) => {
        const summed =
          rollUp?.child === object.name && (rollUp.of === field.name || rollUp.when === field.name)
        const paths = [formula, ...mirrors].filter((path) => path !== null)
        return summed || paths.some((path) => path.split(".").at(-1) === field.name)
      })
      .map(({ name }) => `${other.name}.${name}`)
  )
  return [...inDerived, ...elsewhere]
}

const keepAlways = new Set(["Id", "IsDeleted", "SystemModstamp"])

/** Takes a field out of the org; its column stays behind unseen. */
export const removeField = (org: OrgService, object: SObject, field: Field): Edit =>
  Effect.gen(function* () {
    const readers = readersOf(org, object, field)
    if (keepAlways.has(field.name) || readers.length > 0) {
      return yield* refused(`${field.name} is needed${readers.length > 0 ? ` by ${readers.join(", ")}` : ""}`)
    }
    const { [field.name]: _, ...derived } = object.derived
    const kept = object.fields.filter(
      ({ name, compoundFieldName }) => name !== field.name && compoundFieldName !== field.name
    )
    org.schema.put({ ...object, derived, fields: kept }, org.clock.now())
  })

export interface FieldChange extends FieldWords {
  readonly name: string
  readonly rename?: string | undefined
}

const alterColumn = (object: SObject, old: Field, changed: Field): ReadonlyArray<Statement> => {
  if (!isStored(changed)) return []
  const table = quoted(object.name)
  if (!isStored(old)) return addColumn(object, changed, { name: changed.name })
  const type = columnType(changed)
  const retype =
    columnType(old) === type
      ? []
      : [
          {
            sql: `ALTER TABLE ${table} ALTER COLUMN ${quoted(old.name)} TYPE ${type} USING TRY_CAST(${quoted(old.name)} AS ${type})`
          }
        ]
  const rename =
    old.name === changed.name
      ? []
      : [
          dropColumn(object, changed.name),
          { sql: `ALTER TABLE ${table} RENAME COLUMN ${quoted(old.name)} TO ${quoted(changed.name)}` }
        ]
  return [...retype, ...rename]
}

/** Gives a field another type, length, formula or name. Values that do not fit a new type are lost. */
export const changeField = (org: OrgService, object: SObject, field: Field, words: FieldChange): Edit =>
  Effect.gen(function* () {
    const { rename, name: _, ...said } = words
    if (rename !== undefined) {
      yield* checkName(rename)
      const taken = rename.toLowerCase() !== field.name.toLowerCase() && has(object, rename)
      const readers = readersOf(org, object, field)
      if (taken) return yield* refused(`${object.name} has a field ${rename} already`)
      if (readers.length > 0) return yield* refused(`${field.name} is needed by ${readers.join(", ")}`)
    }
    const { described: __, ...ordinary } = field
    const made = customField(rename ?? field.name, { ...wordsOf(field), ...said })
    const changed: Field = {
      ...ordinary,
      ...made,
      nameField: field.nameField,
      custom: field.custom,
      cascadeDelete: field.cascadeDelete,
      defaultValue: field.defaultValue,
      rollUp: made.rollUp ?? (said.formula === undefined ? field.rollUp : null),
      durableId: field.durableId ?? field.name
    }
    yield* applied(org, alterColumn(object, field, changed))
    const fields = object.fields.map((each) => (each === field ? changed : each))
    org.schema.put(withFields(object, fields), org.clock.now())
  })
