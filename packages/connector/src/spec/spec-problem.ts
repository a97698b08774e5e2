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

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

const ownText = (issue: SchemaIssue.Issue): string =>
  lowerFirst(leafMessage(issue).split("\n")[0] ?? "not valid")

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
    case "AnyOf": {
      const candidates = issue.issues.map((inner) => problemsOf(inner, path))
      const inside = candidates.filter((problems) => deepest(problems) > path.length)
      return inside.length > 0 ? closest(inside) : [{ path, message: ownText(issue) }]
    }
    case "UnexpectedKey":
      return [{ path, message: unexpectedKey(path.at(-1), issue.ast) }]
    case "MissingKey":
      return [{ path, message: "is missing" }]
    default:
      return [{ path, message: ownText(issue) }]
  }
}
