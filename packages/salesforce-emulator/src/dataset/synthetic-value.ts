/** A value that fits a field: its type, length, scale and picklist. For objects nobody has described by hand. */
import type { Field } from "../org/field.ts"
import { hazards } from "./hazards.ts"
import type { Random } from "./random.ts"
import { isoDay, isoSecond, liveUntil, since } from "./stamps.ts"

const limited = (text: string, length: number): string => {
  if (text.length <= length) return text
  const cut = [...text].slice(0, length)
  while (cut.join("").length > length) cut.pop()
  return cut.join("")
}

const number = (field: Field, random: Random): number => {
  const whole = Math.max(0, Math.min(7, field.precision - field.scale))
  const decimals = Math.min(field.scale, 4)
  return random.integer(0, 10 ** (whole + decimals) - 1) / 10 ** decimals
}

const text = (field: Field, row: number, random: Random): string => {
  const unique = field.unique || field.idLookup || field.nameField
  if (!unique && random.chance(0.1)) return limited(random.pick(hazards), field.length)
  const full = `${field.label} ${row}`
  return full.length <= field.length
    ? full
    : String(row).padStart(Math.min(3, field.length), "0").slice(-field.length)
}

const typed = (field: Field, row: number, random: Random): unknown => {
  const moment = random.integer(since, liveUntil)
  switch (field.type) {
    case "boolean":
      return random.chance(0.5)
    case "currency":
    case "double":
    case "percent":
      return number(field, random)
    case "int":
    case "long":
      return random.integer(0, 10 ** Math.min(6, field.digits === 0 ? 6 : field.digits) - 1)
    case "date":
      return isoDay(moment)
    case "datetime":
      return isoSecond(moment)
    case "time":
      return new Date(moment).toISOString().slice(11)
    case "email":
      return `person.${row}@company.example`
    case "phone":
      return `+1 555 ${String(row % 10_000).padStart(4, "0")}`
    case "url":
      return `https://www.example.com/${row}`
    case "base64":
      return Buffer.from(`file ${row}`).toString("base64")
    default:
      return text(field, row, random)
  }
}

const chosen = (field: Field, random: Random): string | undefined => {
  if (field.picklist.length === 0) return undefined
  const first = random.pick(field.picklist).value
  const second = random.pick(field.picklist).value
  return field.type === "multipicklist" && first !== second ? `${first};${second}` : first
}

/** For anything but ids and references, which the caller knows; null every so often where a field allows it. */
export const syntheticValue = (field: Field, row: number, random: Random): unknown => {
  if (field.nillable && random.chance(0.2)) return null
  const isPick = field.type === "picklist" || field.type === "multipicklist" || field.type === "combobox"
  return (isPick ? chosen(field, random) : undefined) ?? typed(field, row, random)
}
