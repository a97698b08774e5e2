/**
 * CRC-32 of two texts in a row from the CRCs of each, so that a gzip page made of ready blocks gets its checksum
 * without reading them. The CRC of `a` is multiplied by x^(8·length of b) modulo the polynomial of
 * https://www.rfc-editor.org/rfc/rfc1952 (bits reflected) and added to that of `b`.
 */
const POLYNOMIAL = 0xedb88320
/** x^0 in reflected bit order. */
const ONE = 0x80000000

function multiply(left: number, right: number): number {
  let product = 0
  let factor = right
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((left & bit) !== 0) product ^= factor
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ POLYNOMIAL
  }
  return product >>> 0
}

/** x^(8·2^n) for each n. */
const POWERS: ReadonlyArray<number> = (() => {
  const powers = [0x00800000]
  for (let at = 1; at < 48; at++) {
    const last = powers[at - 1] ?? ONE
    powers.push(multiply(last, last))
  }
  return powers
})()

export function joinCrc32(left: number, right: number, rightLength: number): number {
  let shifted = left
  for (let at = 0, rest = rightLength; rest > 0; at++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shifted = multiply(POWERS[at] ?? ONE, shifted)
  }
  return (shifted ^ right) >>> 0
}
