/**
 * Turns what Schema found wrong with a spec into lines that name a path, what was expected and the nearest
 * key. Only paths and expectations are used, never values, so no secret can be printed.
 */

import { SchemaAST, SchemaIssue } from "effect"
import { distance } from "fastest-levenshtein"

export interface SpecProblem {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

const missing = "is missing"

const leafMessage = SchemaIssue.makeFormatterDefault()

const keysOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (SchemaAST.isObjects(ast)) return ast.propertySignatures.map((signature) => String(signature.name))
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(keysOf)
  return []
}

const unexpectedKey = (key: PropertyKey | undefined, ast: SchemaAST.AST): string => {
  const known = keysOf(ast)
  const near = known
    .map((name) => ({ name, far: distance(String(key).toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0]
  if (near !== undefined && near.far <= Math.max(2, near.name.length / 3)) {
    return `unknown key; did you mean \`${near.name}\`?`
  }
  return known.length > 0 ? `unknown key; known here: ${known.join(", ")}` : "unknown key"
}

const deepest = (problems: ReadonlyArray<SpecProblem>): number =>
  Math.max(0, ...problems.map((problem) => problem.path.length))

/** Of the members of a union, the one that the author most likely meant: fewest problems, then deepest. */
const closest = (candidates: ReadonlyArray<ReadonlyArray<SpecProblem>>): ReadonlyArray<SpecProblem> =>
  [...candidates].sort((a, b) => a.length - b.length || deepest(b) - deepest(a))[0] ?? []

/** A misspelt key and the "is missing" of the key it was meant to be are one mistake. */
export const withoutEchoes = (problems: ReadonlyArray<SpecProblem>): ReadonlyArray<SpecProblem> => {
  const meant = new Set(
    problems.flatMap((problem) => {
      const near = /did you mean `(.+)`/.exec(problem.message)?.[1]
      return near === undefined ? [] : [JSON.stringify([...problem.path.slice(0, -1), near])]
    })
  )
  return problems.filter((problem) => problem.message !== missing || !meant.has(JSON.stringify(problem.path)))
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

const ownText = (issue: SchemaIssue.Issue): string =>
  lowerFirst(leafMessage(issue).split("\n")[0] ?? "not valid")

const literalsOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (SchemaAST.isLiteral(ast)) return [String(ast.literal)]
  return SchemaAST.isUnion(ast) ? ast.types.flatMap(literalsOf) : []
}

/** The key by whose literal the members of a union are told apart (`type`, `method`), with its literals. */
const discriminator = (
  union: SchemaAST.Union
): { key: PropertyKey; literals: ReadonlyArray<string> } | null => {
  const literals = new Map<PropertyKey, Array<string>>()
  for (const signature of union.types.flatMap((type) =>
    SchemaAST.isObjects(type) ? type.propertySignatures : []
  )) {
    const found = literalsOf(signature.type)
    if (found.length > 0) literals.set(signature.name, [...(literals.get(signature.name) ?? []), ...found])
  }
  const entry = [...literals].find(([, found]) => found.length >= union.types.length)
  return entry === undefined ? null : { key: entry[0], literals: entry[1] }
}

const anyOf = (issue: SchemaIssue.AnyOf, path: ReadonlyArray<PropertyKey>): ReadonlyArray<SpecProblem> => {
  const candidates = issue.issues.map((inner) => problemsOf(inner, path))
  const inside = candidates.filter((problems) => deepest(problems) > path.length)
  if (inside.length > 0) return closest(inside)
  const by = discriminator(issue.ast)
  if (by !== null) return [{ path: [...path, by.key], message: `expected one of ${by.literals.join(", ")}` }]
  // Texts of several members say the same thing in several ways; the first that is not a type is the clearest.
  const texts = candidates.flat().map((problem) => problem.message)
  return [
    { path, message: texts.find((text) => !/^expected (string|object|array)/.test(text)) ?? ownText(issue) }
  ]
}

/** All problems of an issue, each once. */
export const problemsOf = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey> = []
): ReadonlyArray<SpecProblem> => {
  switch (issue._tag) {
    case "Pointer":
      return problemsOf(issue.issue, [...path, ...issue.path])
    case "Composite":
      return issue.issues.flatMap((inner) => problemsOf(inner, path))
    case "Encoding":
      return problemsOf(issue.issue, path)
    case "AnyOf":
      return anyOf(issue, path)
    case "UnexpectedKey":
      return [{ path, message: unexpectedKey(path.at(-1), issue.ast) }]
    case "MissingKey":
      return [{ path, message: missing }]
    default:
      return [{ path, message: ownText(issue) }]
  }
}
