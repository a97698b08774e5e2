/**
 * The search term as a condition on a record's texts. Words are found as whole words in any case; `*` and `?` stand
 * for letters, quotes hold a phrase together, AND, OR and AND NOT join, and words side by side must all be there. What
 * follows a backslash stands for itself.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_find.htm
 */
import { literal } from "../org/store.ts"
import { malformedSearch } from "./parse.ts"

type Token = "(" | ")" | "AND" | "OR" | "NOT" | { readonly words: string }

/** Reserved characters are no letters: escaped, they separate words and mean nothing more. */
const plain = (text: string): string =>
  text
    .replaceAll(/\\[^\p{L}\p{N}]/gu, " ")
    .replaceAll("\\", "")
    .trim()

const tokens = (term: string): ReadonlyArray<Token> =>
  [...term.matchAll(/"((?:\\.|[^"\\])*)"|[()]|(?:\\.|[^\s()"\\])+/gs)].map(([token, phrase]): Token => {
    if (phrase !== undefined) return { words: plain(phrase) }
    const upper = token.toUpperCase()
    if (token === "(" || token === ")" || upper === "AND" || upper === "OR" || upper === "NOT") {
      return upper as Token
    }
    return { words: plain(token) }
  })

const letter = "[\\pL\\pN]"

/** A regular expression that finds the words as a whole. */
const pattern = (words: string): string => {
  const inside = words
    .toLowerCase()
    .split(/([*?]|[^\p{L}\p{N}*?]+)/u)
    .filter((part) => part !== "")
    .map((part) => {
      if (part === "*") return `${letter}*`
      if (part === "?") return letter
      return /^[\p{L}\p{N}]+$/u.test(part) ? part : "[^\\pL\\pN]+"
    })
    .join("")
  return `(^|[^\\pL\\pN])${inside}($|[^\\pL\\pN])`
}

class TermReader {
  readonly #tokens: ReadonlyArray<Token>
  readonly #text: string
  #at = 0

  constructor(term: string, text: string) {
    this.#tokens = tokens(term)
    this.#text = text
  }

  whole(): string {
    const condition = this.#any()
    if (this.#at < this.#tokens.length) throw malformedSearch("unexpected token in the search term")
    return condition
  }

  #any(): string {
    const parts = [this.#all()]
    while (this.#tokens[this.#at] === "OR") {
      this.#at++
      parts.push(this.#all())
    }
    return parts.length === 1 ? (parts[0] ?? "false") : `(${parts.join(" OR ")})`
  }

  #all(): string {
    const parts = [this.#one()]
    for (let next = this.#tokens[this.#at]; next !== undefined && next !== "OR" && next !== ")"; ) {
      if (next === "AND") this.#at++
      parts.push(this.#one())
      next = this.#tokens[this.#at]
    }
    return parts.length === 1 ? (parts[0] ?? "false") : `(${parts.join(" AND ")})`
  }

  #one(): string {
    const token = this.#tokens[this.#at++]
    if (token === "NOT") return `NOT ${this.#one()}`
    if (token === "(") {
      const inside = this.#any()
      if (this.#tokens[this.#at++] !== ")") throw malformedSearch("missing ')' in the search term")
      return inside
    }
    if (typeof token !== "object") throw malformedSearch("unexpected end of the search term")
    return `regexp_matches(${this.#text}, ${literal(pattern(token.words))})`
  }
}

const lettersOf = (term: string) => term.replaceAll(/[^\p{L}\p{N}]/gu, "").length

/** SQL that is true when `textSql`, in lower case, has what the term asks for; throws the refusal. */
export const termCondition = (term: string, textSql: string): string => {
  if (lettersOf(term) < 2)
    throw malformedSearch(`search term must be longer than one character: ${term.trim()}`)
  return new TermReader(term, textSql).whole()
}
