/**
 * Record ids: 15 case-sensitive characters, of which the first three name the object, and a suffix of three that
 * makes them safe where case is lost. Ids of one object grow with time, also as text.
 */
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const suffixAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
/** The characters after the key prefix that name the instance an org was made on. */
const instance = "Dn0"

const isUpper = (character: string | undefined) =>
  character !== undefined && character >= "A" && character <= "Z"

/** The three characters that follow a 15-character id. */
const suffixOf = (id15: string): string =>
  [0, 5, 10]
    .map((start) => {
      let bits = 0
      for (let at = 0; at < 5; at++) if (isUpper(id15[start + at])) bits |= 1 << at
      return suffixAlphabet[bits]
    })
    .join("")

const counter = (sequence: number): string => {
  let text = ""
  for (let rest = sequence; rest > 0; rest = Math.floor(rest / 62)) text = digits[rest % 62] + text
  return text.padStart(9, "0")
}

/** The 18-character id number `sequence` of an object. */
export const makeId = (keyPrefix: string, sequence: number): string => {
  const id15 = keyPrefix + instance + counter(sequence)
  return id15 + suffixOf(id15)
}

const shape = /^[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?$/i

/**
 * The 18-character form of what a client sent as an id, or undefined when it cannot be one: wrong length, wrong
 * characters or a suffix that does not fit. An 18-character id may have lost its case.
 */
export const normaliseId = (text: string): string | undefined => {
  if (!shape.test(text)) return undefined
  if (text.length === 15) return text + suffixOf(text)
  const suffix = text.slice(15).toUpperCase()
  if (suffixOf(text.slice(0, 15)) === suffix) return text.slice(0, 15) + suffix
  const body = text.slice(0, 15)
  if (body !== body.toLowerCase() && body !== body.toUpperCase()) return undefined
  const restored = restoreCase(body, suffix)
  return suffixOf(restored) === suffix ? restored + suffix : undefined
}

const restoreCase = (id15: string, suffix: string): string =>
  [...id15]
    .map((character, at) => {
      const bits = suffixAlphabet.indexOf(suffix[Math.floor(at / 5)] ?? "")
      return (bits >> (at % 5)) & 1 ? character.toUpperCase() : character.toLowerCase()
    })
    .join("")

/**
 * The same as `makeId` in SQL, so that a million rows need no JavaScript. `column` holds the sequence numbers, none
 * above `largest`; it is named many times, so it must be a plain column.
 */
export const idSql = (keyPrefix: string, column: string, largest: number): string => {
  const varying = Math.max(1, Math.ceil(Math.log(largest + 1) / Math.log(62)))
  const digit = (power: number) => `((${column} // ${62 ** power}) % 62)`
  const powers = Array.from({ length: varying }, (_, at) => varying - 1 - at)
  const head = keyPrefix + instance + "0".repeat(9 - varying)
  const body = powers.map((power) => `substr('${digits}', 1 + ${digit(power)}::INTEGER, 1)`)
  const bit = (at: number): string => {
    const weight = 1 << (at % 5)
    if (at < head.length) return isUpper(head[at]) ? String(weight) : "0"
    return `CASE WHEN ${digit(14 - at)} BETWEEN 10 AND 35 THEN ${weight} ELSE 0 END`
  }
  const suffix = [0, 5, 10].map((start) => {
    const bits = [0, 1, 2, 3, 4].map((at) => bit(start + at)).join(" + ")
    return `substr('${suffixAlphabet}', 1 + ${bits}, 1)`
  })
  return [`'${head}'`, ...body, ...suffix].join(" || ")
}
