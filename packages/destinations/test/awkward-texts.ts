/** Texts made of the characters that CSV readers get wrong; the same for the same seed. */
import { randomBelow } from "./random-below.ts"

export const randomTexts = (seed: number, count: number): ReadonlyArray<string> => {
  const parts = [
    '"',
    '""',
    ",",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "\\",
    "'",
    ";",
    "N/A",
    "null",
    "NULL",
    "é",
    "東",
    "😀",
    "\u2028",
    "x",
    "0",
    "\u0001",
    "#",
    "|"
  ]
  const random = randomBelow(seed)
  return Array.from({ length: count }, () =>
    Array.from({ length: random(9) }, () => parts[random(parts.length)] ?? "").join("")
  )
}
