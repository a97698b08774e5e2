/**
 * `--dataset scale --rows Account=1000000`: any number of rows, made by the database in one statement an object.
 * Values depend on the row's number and the seed only. The texts that careless copies damage come around every few
 * dozen rows.
 */
import { Effect } from "effect"
import { type Field, idPrefix, isStored, type SObject } from "../org/field.ts"
import { idSql } from "../org/id.ts"
import type { Org } from "../org/org.ts"
import { literal, quoted } from "../org/store.ts"
import { hazards } from "./hazards.ts"
import { isExtra } from "./scale-columns.ts"
import * as words from "./words.ts"

const listSql = (values: ReadonlyArray<string>) => `[${values.map(literal).join(", ")}]`

/** A pseudo-random whole number below `bound`, of its own for each field. */
const below = (field: string, seed: number, bound: number) =>
  `(hash(n, ${literal(field)}, ${seed}) % ${bound})::BIGINT`

const oneOf = (field: string, seed: number, values: ReadonlyArray<string>) =>
  `(${listSql(values)})[1 + ${below(field, seed, values.length)}]`

const stamp = (field: string, seed: number) =>
  `TIMESTAMP '2019-01-01' + to_seconds(${below(field, seed, 200_000_000)})`

type Values = Readonly<Record<string, string>>

const hazardOr = (field: string, seed: number, every: number, harmless: string) =>
  `CASE WHEN ${below(`${field}?`, seed, every)} = 0 THEN ${oneOf(field, seed, hazards)} ELSE ${harmless} END`

const nullable = (field: string, seed: number, percent: number, value: string) =>
  `CASE WHEN ${below(`${field}-null`, seed, 100)} >= ${percent} THEN ${value} END`

const names = (field: string, seed: number) =>
  `${oneOf(field, seed, words.companyHeads)} || ' ' || ${oneOf(`${field}2`, seed, words.companyTails)} || ' ' || n`

const particular: Readonly<Record<string, (seed: number) => Values>> = {
  Account: (seed) => ({
    Name: hazardOr("Name", seed, 50, names("Name", seed)),
    Website: nullable("Website", seed, 20, "'https://www.company-' || n || '.example'"),
    AnnualRevenue: nullable(
      "AnnualRevenue",
      seed,
      20,
      `(${below("AnnualRevenue", seed, 9_000_000_000)})::DOUBLE`
    ),
    NumberOfEmployees: nullable("NumberOfEmployees", seed, 20, below("NumberOfEmployees", seed, 90_000)),
    BillingStreet: nullable(
      "BillingStreet",
      seed,
      10,
      hazardOr("BillingStreet", seed, 30, `n || ' ' || ${oneOf("BillingStreet", seed, words.streets)}`)
    ),
    BillingCity: nullable(
      "BillingCity",
      seed,
      10,
      oneOf(
        "BillingCity",
        seed,
        words.places.map(([city]) => city)
      )
    ),
    BillingPostalCode: nullable(
      "BillingPostalCode",
      seed,
      10,
      oneOf(
        "BillingCity",
        seed,
        words.places.map(([, , code]) => code)
      )
    ),
    BillingCountry: nullable(
      "BillingCountry",
      seed,
      10,
      oneOf(
        "BillingCity",
        seed,
        words.places.map(([, , , country]) => country)
      )
    ),
    Description: nullable("Description", seed, 60, hazardOr("Description", seed, 5, "'A steady customer.'")),
    Marketing_Rights__c: nullable(
      "Marketing_Rights__c",
      seed,
      30,
      oneOf("Marketing_Rights__c", seed, words.rights)
    ),
    Customer_Logo__c: `${below("Customer_Logo__c", seed, 2)} = 0`,
    Regions__c: nullable(
      "Regions__c",
      seed,
      40,
      oneOf("Regions__c", seed, ["AMER", "EMEA;APAC", "AMER;LATAM"])
    ),
    External_Id__c: "'ERP-' || n"
  }),
  Contact: (seed) => ({
    FirstName: nullable("FirstName", seed, 5, oneOf("FirstName", seed, words.firstNames)),
    LastName: hazardOr("LastName", seed, 50, oneOf("LastName", seed, words.lastNames)),
    Email: nullable("Email", seed, 10, "'contact.' || n || '@company.example'"),
    Title: nullable("Title", seed, 20, hazardOr("Title", seed, 50, oneOf("Title", seed, words.titles))),
    Department: nullable("Department", seed, 30, oneOf("Department", seed, words.departments))
  }),
  Opportunity: (seed) => ({
    Name: hazardOr("Name", seed, 50, `${oneOf("Name", seed, words.products)} || ' ' || n`),
    CloseDate: `DATE '2023-01-01' + ${below("CloseDate", seed, 1800)}::INTEGER`,
    Amount: nullable("Amount", seed, 10, `${below("Amount", seed, 50_000_000)} / 100.0`),
    Probability: `${below("Probability", seed, 11)} * 10.0`,
    NextStep: nullable("NextStep", seed, 40, oneOf("NextStep", seed, words.steps)),
    Description: nullable("Description", seed, 70, hazardOr("Description", seed, 5, "'Nothing to add.'"))
  }),
  User: () => ({
    Username: "'scale' || n || '@emulator.example'",
    Email: "'scale' || n || '@emulator.example'",
    LastName: "'Scale ' || n",
    Alias: "'s' || (n % 1000000)",
    CommunityNickname: "'scale' || n",
    IsActive: "true",
    UserType: "'Standard'"
  })
}

/** Of a column that is there for the width. */
const extra = (field: Field, seed: number): string => {
  const { name, type } = field
  switch (type) {
    case "boolean":
      return `${below(name, seed, 2)} = 0`
    case "double":
    case "currency":
      return nullable(name, seed, 30, `${below(name, seed, 10_000_000)} / 100.0`)
    case "date":
      return nullable(name, seed, 30, `DATE '2020-01-01' + ${below(name, seed, 2500)}::INTEGER`)
    case "datetime":
      return nullable(name, seed, 30, stamp(name, seed))
    default:
      return nullable(
        name,
        seed,
        50,
        `${oneOf(name, seed, words.steps)} || ' ' || ${below(`${name}n`, seed, 1000)}`
      )
  }
}

/** What a field holds when nothing particular is said about it; most optional fields stay empty. */
const general = (field: Field, seed: number, adminId: string): string | undefined => {
  if (isExtra(field) && field.type !== "picklist") return extra(field, seed)
  if (field.type === "boolean") return "false"
  if (field.type === "picklist" && field.picklist.length > 0) {
    const value = oneOf(
      field.name,
      seed,
      field.picklist.map((each) => each.value)
    )
    return field.nillable ? nullable(field.name, seed, 20, value) : value
  }
  if (field.type === "reference" && field.referenceTo.includes("User") && !field.nillable)
    return literal(adminId)
  return undefined
}

/** The column that holds the number of the row a reference points at. */
const parentNumber = (field: Field) => quoted(`number of ${field.name}`)

/** Few records hang on one of their own kind. */
const parentReference = (
  object: SObject,
  field: Field,
  seed: number,
  counts: ReadonlyMap<string, { prefix: string; count: number }>
) => {
  const parent = counts.get(field.referenceTo[0] ?? "")
  if (field.type !== "reference" || parent === undefined || field.name === "MasterRecordId") return undefined
  const missing = field.referenceTo.includes(object.name) ? 90 : 5
  return nullable(field.name, seed, missing, idSql(parent.prefix, parentNumber(field), parent.count))
}

const rowsSql = (
  org: Org["Service"],
  object: SObject,
  count: number,
  seed: number,
  counts: ReadonlyMap<string, { prefix: string; count: number }>
): string => {
  const given = particular[object.name]?.(seed) ?? {}
  const fields = object.fields.filter(isStored)
  const first = org.ids.take(object, count)
  const numbers = fields.flatMap((field) => {
    const parent = counts.get(field.referenceTo[0] ?? "")
    return parent === undefined
      ? []
      : [`1 + ${below(field.name, seed, parent.count)} AS ${parentNumber(field)}`]
  })
  const values = fields.map((field) => {
    const sql =
      (field.name === "Id" ? idSql(idPrefix(object), "n", first + count) : undefined) ??
      audit(field, seed, org.adminId) ??
      given[field.name] ??
      parentReference(object, field, seed, counts) ??
      general(field, seed, org.adminId) ??
      (field.nillable || object.derived[field.name] !== undefined ? "NULL" : literal(`${field.name}`))
    return `${sql} AS ${quoted(field.name)}`
  })
  const derived = fields.map(
    (field) => `${object.derived[field.name] ?? quoted(field.name)} AS ${quoted(field.name)}`
  )
  const columns = fields.map(({ name }) => quoted(name)).join(", ")
  return `INSERT INTO ${quoted(object.name)} (${columns}) SELECT ${derived.join(", ")} FROM (SELECT ${values.join(", ")} FROM (SELECT ${["n", ...numbers].join(", ")} FROM range(${first}, ${first + count}) numbers(n)))`
}

const audit = (field: Field, seed: number, adminId: string): string | undefined => {
  switch (field.name) {
    case "CreatedDate":
      return "TIMESTAMP '2018-12-31' + to_seconds(n % 86400)"
    case "LastModifiedDate":
    case "SystemModstamp":
      return stamp("SystemModstamp", seed)
    case "CreatedById":
    case "LastModifiedById":
    case "OwnerId":
      return literal(adminId)
    default:
      return undefined
  }
}

/** Fills the org with `rows` rows an object. */
export const scaleRecords = (org: Org["Service"], rows: Readonly<Record<string, number>>, seed: number) =>
  Effect.gen(function* () {
    const wanted = Object.entries(rows).flatMap(([name, count]) => {
      const object = org.schema.object(name)
      return object === undefined ? [] : [{ object, count }]
    })
    const counts = new Map(
      wanted.map(({ object, count }) => [object.name, { prefix: idPrefix(object), count }])
    )
    for (const { object, count } of wanted) {
      yield* org.store.transaction([{ sql: rowsSql(org, object, count, seed, counts) }])
    }
  })
