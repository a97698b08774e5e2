/** The picklists of country and state codes: which states there are depends on the country. */
import type { PicklistValue } from "../field.ts"
import { countries } from "./countries.ts"

export const countryCodes: ReadonlyArray<PicklistValue> = countries.map(({ code, name }) => ({
  value: code,
  label: name,
  default: false
}))

/** A bit for each country in turn, the first one highest, in base64. */
const validFor = (code: string): string => {
  const bits = Buffer.alloc(Math.ceil(countries.length / 8))
  for (const [at, country] of countries.entries()) {
    if (!country.states.some(([state]) => state === code)) continue
    const byte = Math.floor(at / 8)
    bits[byte] = (bits[byte] ?? 0) | (0x80 >> (at % 8))
  }
  return bits.toString("base64")
}

const names = new Map(countries.flatMap(({ states }) => states))

export const stateCodes: ReadonlyArray<PicklistValue> = [...names].map(([value, label]) => ({
  value,
  label,
  default: false,
  validFor: validFor(value)
}))
