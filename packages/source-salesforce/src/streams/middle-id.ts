/**
 * The Id halfway between two others: where a range of Ids is cut. Its first 15 characters are a number of base 62,
 * the last three say which of them are capitals.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
 */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
const LENGTH = 15
const BASE = 62n

/** Null for what is not an Id. */
const numberOf = (id: string): bigint | null => {
  if (id.length < LENGTH) return null
  let number = 0n
  for (const char of id.slice(0, LENGTH)) {
    const digit = DIGITS.indexOf(char)
    if (digit === -1) return null
    number = number * BASE + BigInt(digit)
  }
  return number
}

const capitalsOf = (five: string): string =>
  SUFFIX[[...five].reduce((bits, char, at) => (/[A-Z]/.test(char) ? bits | (1 << at) : bits), 0)] ?? ""

const idOf = (number: bigint): string => {
  let [rest, text] = [number, ""]
  while (text.length < LENGTH) {
    text = (DIGITS[Number(rest % BASE)] ?? "") + text
    rest /= BASE
  }
  return text + [0, 5, 10].map((at) => capitalsOf(text.slice(at, at + 5))).join("")
}

/** Above `first` and not above `last`, so that each side of the cut has a row; null when there is none. */
export const middleId = (first: string, last: string): string | null => {
  const [low, high] = [numberOf(first), numberOf(last)]
  return low === null || high === null || low >= high ? null : idOf((low + high + 1n) / 2n)
}

/** How many Ids there may be from the one to the other, both of them counted. */
export const idsBetween = (first: string, last: string): number =>
  Number((numberOf(last) ?? 0n) - (numberOf(first) ?? 0n)) + 1
