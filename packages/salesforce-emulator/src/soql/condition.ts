/**
 * The parser gives WHERE and HAVING as a chain of conditions that carry their parentheses. This module makes the
 * tree that they mean. Salesforce has no precedence between AND and OR: mixing them needs parentheses.
 */
import type { HavingClause, Condition as Leaf, WhereClause } from "@jetstreamapp/soql-parser-js"
import { malformed } from "./refusal.ts"

export type Comparison = Exclude<
  Exclude<WhereClause["left"], null>,
  { readonly openParen: number } & { field?: never }
>

export type Tree =
  | { readonly kind: "leaf"; readonly leaf: Comparison }
  | { readonly kind: "not"; readonly of: Tree }
  | { readonly kind: "all" | "any"; readonly of: ReadonlyArray<Tree> }

type Token = "(" | ")" | "AND" | "OR" | "NOT" | { readonly leaf: Comparison }

const parens = (text: "(" | ")", count: number | undefined): Array<Token> =>
  Array.from({ length: count ?? 0 }, () => text)

const isComparison = (left: Leaf | Comparison): left is Comparison => "operator" in left

/** Undoes the chain into the words it was written with. */
const flatten = (clause: WhereClause | HavingClause | undefined): Array<Token> => {
  const tokens: Array<Token> = []
  let at: WhereClause | HavingClause | undefined = clause
  while (at !== undefined) {
    const { left } = at
    if (left !== null) {
      if (isComparison(left)) {
        tokens.push(...parens("(", left.openParen), { leaf: left }, ...parens(")", left.closeParen))
      } else {
        tokens.push(...parens("(", left.openParen))
      }
    }
    if (!("operator" in at)) break
    tokens.push(at.operator)
    at = at.right
  }
  return tokens
}

class Reader {
  readonly #tokens: ReadonlyArray<Token>
  #at = 0

  constructor(tokens: ReadonlyArray<Token>) {
    this.#tokens = tokens
  }

  chain(): Tree {
    const parts = [this.#one()]
    let joint: Token | undefined
    for (let next = this.#tokens[this.#at]; next === "AND" || next === "OR"; next = this.#tokens[this.#at]) {
      if (joint !== undefined && joint !== next) throw malformed(`unexpected token: '${next}'`)
      joint = next
      this.#at++
      parts.push(this.#one())
    }
    const [only] = parts
    return only !== undefined && parts.length === 1
      ? only
      : { kind: joint === "OR" ? "any" : "all", of: parts }
  }

  #one(): Tree {
    const token = this.#tokens[this.#at++]
    if (token === "NOT") return { kind: "not", of: this.#one() }
    if (token === "(") {
      const inside = this.chain()
      if (this.#tokens[this.#at++] !== ")") throw malformed("expecting a right parentheses, found '<EOF>'")
      return inside
    }
    if (typeof token === "object") return { kind: "leaf", leaf: token.leaf }
    throw malformed(`unexpected token: '${token ?? "<EOF>"}'`)
  }
}

/** The tree of a clause, undefined for none; throws the refusal when AND and OR are mixed. */
export const conditionTree = (clause: WhereClause | HavingClause | undefined): Tree | undefined => {
  const tokens = flatten(clause)
  return tokens.length === 0 ? undefined : new Reader(tokens).chain()
}
