/**
 * State and Country/Territory Picklists: each standard address gets a state and a country code, and its texts
 * become the names that belong to the codes.
 */
import { type Field, isCompound, type SObject } from "../field.ts"
import { literal, quoted } from "../store.ts"
import { countryCodes, stateCodes } from "./code-picklists.ts"
import { countries } from "./countries.ts"
import { type Feature, withFields } from "./feature.ts"

/** The prefixes of the object's standard addresses: `Billing` of BillingAddress. */
const addressesOf = (object: SObject): ReadonlyArray<{ readonly prefix: string; readonly address: Field }> =>
  object.fields
    .filter((field) => isCompound(field) && !field.custom && field.name.endsWith("Address"))
    .map((address) => ({ prefix: address.name.slice(0, -"Address".length), address }))

const flagsOf = (object: SObject, name: string): string => {
  const field = object.fields.find((each) => each.name === name)
  return `${field?.createable ? "c" : ""}${field?.updateable ? "u" : ""}${field?.permissionable ? "p" : ""}nfgsk`
}

const withCodes = (object: SObject): SObject =>
  addressesOf(object).reduce((changed, { prefix, address }) => {
    const [state, country] = [`${prefix}StateCode`, `${prefix}CountryCode`]
    const label = (what: string) => `${prefix === "" ? "" : `${prefix} `}${what}`
    const added = withFields(
      changed,
      `${prefix}Country`,
      `
${state} | picklist 10 | ${flagsOf(changed, `${prefix}State`)} | ${label("State/Province Code")} | compound=${address.name} controller=${country}
${country} | picklist 10 | ${flagsOf(changed, `${prefix}Country`)} | ${label("Country Code")} | compound=${address.name}`,
      { [state]: stateCodes, [country]: countryCodes }
    )
    return { ...added, derived: { ...added.derived, ...derivedOf(prefix) } }
  }, object)

const cases = (on: string, pairs: ReadonlyArray<readonly [string, string]>) =>
  `CASE ${on} ${pairs.map(([from, to]) => `WHEN ${literal(from)} THEN ${literal(to)}`).join(" ")} END`

const codeOfName = countries.map(({ code, name }) => [name, code] as const)
const nameOfCode = countries.map(({ code, name }) => [code, name] as const)
const statePairs = countries.flatMap(({ code, states }) =>
  states.map(([state, name]) => [`${code}/${state}`, `${code}/${name}`, state, name] as const)
)

/** Whichever of code and name is missing follows from the other. */
const derivedOf = (prefix: string): Readonly<Record<string, string>> => {
  const [state, stateCode, country, countryCode] = ["State", "StateCode", "Country", "CountryCode"].map(
    (part) => quoted(`${prefix}${part}`)
  )
  const code = `coalesce(${countryCode}, ${cases(country ?? "", codeOfName)})`
  return {
    [`${prefix}CountryCode`]: code,
    [`${prefix}Country`]: `coalesce(${country}, ${cases(countryCode ?? "", nameOfCode)})`,
    [`${prefix}StateCode`]: `coalesce(${stateCode}, ${cases(
      `${code} || '/' || ${state}`,
      statePairs.map(([, name, value]) => [name, value] as const)
    )})`,
    [`${prefix}State`]: `coalesce(${state}, ${cases(
      `${code} || '/' || ${stateCode}`,
      statePairs.map(([both, , , name]) => [both, name] as const)
    )})`
  }
}

/** Addresses from before: other spellings become names, codes typed as states become both. */
const tidy = (object: SObject, prefix: string): string => {
  const country = quoted(`${prefix}Country`)
  const state = quoted(`${prefix}State`)
  const spelled = countries.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name] as const))
  const name = `coalesce(${cases(country, spelled)}, ${country})`
  const place = `${cases(name, codeOfName)} || '/' || ${state}`
  const stateName = `coalesce(${cases(
    place,
    statePairs.map(([both, , , full]) => [both, full] as const)
  )}, ${cases(
    place,
    statePairs.map(([, full, , plain]) => [full, plain] as const)
  )})`
  const stateCode = `coalesce(${cases(
    place,
    statePairs.map(([both, , code]) => [both, code] as const)
  )}, ${cases(
    place,
    statePairs.map(([, full, code]) => [full, code] as const)
  )})`
  return `UPDATE ${quoted(object.name)} SET ${country} = ${name}, ${quoted(`${prefix}CountryCode`)} = ${cases(name, codeOfName)}, ${state} = coalesce(${stateName}, ${state}), ${quoted(`${prefix}StateCode`)} = ${stateCode} WHERE ${country} IS NOT NULL`
}

export const stateCountryPicklists: Feature = {
  extend: (objects) => objects.map(withCodes),
  fill: ({ schema }) =>
    schema.all().flatMap((object) => addressesOf(object).map(({ prefix }) => tidy(object, prefix)))
}
