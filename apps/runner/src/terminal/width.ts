/**
 * How many columns of a terminal a text takes. Most texts are ASCII, of which nobody needs to ask Unicode: the first
 * such question costs a command 15 ms.
 */
import { CliOutput } from "effect/cli"

const plain = /^[\x20-\x7e]*$/

export const width = (text: string): number => (plain.test(text) ? text.length : CliOutput.displayWidth(text))

/** No UTF-16 unit is wider than two columns. */
export const fits = (text: string, columns: number): boolean =>
  2 * text.length <= columns || width(text) <= columns

let segmenter: Intl.Segmenter | undefined

/** What a person sees as one character each. */
export const graphemes = (text: string): Intl.Segments => {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" })
  return segmenter.segment(text)
}
