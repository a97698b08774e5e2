/** A spec's text as YAML nodes: where each value stands, and the values as the text has them. */
import { type Document, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from "yaml"

export type Path = ReadonlyArray<string | number>

export const parseSpec = (text: string): Document.Parsed => parseDocument(text, { prettyErrors: false })

export type Raw = Readonly<Record<string, unknown>>

export const isRaw = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What the text says, with nothing put in for variables. Null where it is no YAML map. */
export const rawSpec = (document: Document.Parsed): Raw | null => {
  if (document.errors.length > 0) return null
  try {
    const value: unknown = document.toJS({ maxAliasCount: 50 })
    return isRaw(value) ? value : null
  } catch {
    return null
  }
}

export const at = (value: unknown, ...path: Path): unknown =>
  path.reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) return typeof key === "number" ? inner[key] : undefined
    return isRaw(inner) ? inner[key] : undefined
  }, value)

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export interface Leaf {
  readonly path: Path
  readonly text: string
  /** From and to in the file. */
  readonly range: readonly [number, number]
}

const nodeLeaves = (node: unknown, path: Path): ReadonlyArray<Leaf> => {
  if (isScalar(node)) {
    const range = (node as Node).range
    return range ? [{ path, text: String(node.value), range: [range[0], range[1]] }] : []
  }
  if (isSeq(node)) return node.items.flatMap((item, index) => nodeLeaves(item, [...path, index]))
  if (!isMap(node)) return []
  return node.items.flatMap((pair) => {
    if (!isPair(pair)) return []
    const key = isScalar(pair.key) ? String(pair.key.value) : ""
    return nodeLeaves(pair.value, [...path, key])
  })
}

/** Every value that is a text, a number or the like. */
export const leavesOf = (document: Document.Parsed): ReadonlyArray<Leaf> => nodeLeaves(document.contents, [])

export interface Value {
  readonly path: Path
  readonly text: string
}

/** As `leavesOf`, of values: aliases and merged maps are followed. */
export const valuesOf = (value: unknown, path: Path = []): ReadonlyArray<Value> => {
  if (Array.isArray(value)) return value.flatMap((item, index) => valuesOf(item, [...path, index]))
  if (isRaw(value)) return Object.entries(value).flatMap(([key, item]) => valuesOf(item, [...path, key]))
  return value === null || value === undefined ? [] : [{ path, text: String(value) }]
}

/** The keys on the way, without places in lists: streams may be moved. */
export const keysOf = (path: Path): string => path.filter((key) => typeof key === "string").join(".")
