/**
 * Text of a spec file → Spec. Every mistake is reported at once, each with file, line, path, what was
 * expected and the nearest key; `${NAME}` is replaced after parsing, inside string values only, so that a
 * variable can never add structure to a spec; values are never printed.
 */
import { Effect, Result, Schema } from "effect"
import { LineCounter, parseDocument, visit } from "yaml"
import { ConnectorError, type SpecMistake } from "../connector-error.ts"
import { type StreamSpec, streamName } from "./salesforce-source.ts"
import { secretKeys } from "./secret-keys.ts"
import { CopySpec, Spec } from "./spec.ts"
import { problemsOf, type SpecProblem, withoutEchoes } from "./spec-problem.ts"

export interface DecodedSpec<S = Spec> {
  readonly spec: S
  readonly warnings: ReadonlyArray<string>
}

export interface SpecText {
  readonly file: string
  readonly text: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

const pathText = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    ""
  )

const mistakeText = ({ line, path, message }: SpecMistake): string =>
  `  ${line === null ? "" : `line ${line}: `}${path === "" ? "" : `${path}: `}${message}`

const failure = (file: string, mistakes: ReadonlyArray<SpecMistake>): ConnectorError =>
  new ConnectorError({
    code: "SPEC_INVALID",
    message: `${file} has ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`}:\n${mistakes.map(mistakeText).join("\n")}`,
    fix: "Correct the lines named above; `decant schema` prints every key with its meaning.",
    mistakes
  })

const sameMistake = (a: SpecMistake) => (b: SpecMistake) => mistakeText(a) === mistakeText(b)

interface Substituted {
  readonly value: unknown
  readonly problems: ReadonlyArray<SpecProblem>
  readonly clearSecrets: ReadonlyArray<string>
}

const substitute = (value: unknown, env: SpecText["env"], unread: ReadonlyArray<string>): Substituted => {
  const problems: Array<SpecProblem> = []
  const clearSecrets: Array<string> = []
  const text = (value: string, path: ReadonlyArray<PropertyKey>): string => {
    const key = path.findLast((part) => typeof part === "string")
    if (typeof key === "string" && secretKeys.has(key) && !value.includes("${"))
      clearSecrets.push(pathText(path))
    return value.replace(reference, (whole, name: string) => {
      const found = env[name]
      if (found === undefined || found === "") {
        problems.push({ path, message: `the environment variable ${name} is not set` })
        return whole
      }
      return found
    })
  }
  const walk = (value: unknown, path: ReadonlyArray<PropertyKey>): unknown => {
    if (path.length === 1 && unread.includes(String(path[0]))) return value
    if (typeof value === "string") return text(value, path)
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]))
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]))
    }
    return value
  }
  return { value: walk(value, []), problems, clearSecrets }
}

const streamNameOf = (stream: StreamSpec): string => streamName(stream).toLowerCase()

/** Rules between values, which a schema of single values cannot state. */
const crossChecks = (spec: Spec): ReadonlyArray<SpecProblem> => {
  const names = spec.source.streams.map(streamNameOf)
  const repeated = names.flatMap(
    (name, index): ReadonlyArray<SpecProblem> =>
      names.indexOf(name) === index
        ? []
        : [
            {
              path: ["source", "streams", index],
              message: `a stream called ${streamName(spec.source.streams[index] as StreamSpec)} stands above already; give this one a \`name\``
            }
          ]
  )
  const masked = spec.source.streams.flatMap(
    (stream, index): ReadonlyArray<SpecProblem> =>
      ["Id", "SystemModstamp", "LastModifiedDate", "CreatedDate"]
        .filter((field) => stream.mask?.[field] !== undefined)
        .map((field) => ({
          path: ["source", "streams", index, "mask", field],
          message: "cannot be masked: it identifies rows or orders their versions"
        }))
  )
  return [...repeated, ...masked]
}

interface Reading<S> {
  readonly schema: Schema.Decoder<S>
  readonly crossChecks: (spec: S) => ReadonlyArray<SpecProblem>
  /** Top-level keys that are passed on as they stand in the file. */
  readonly unread: ReadonlyArray<string>
}

const decodeAs = <S>(reading: Reading<S>, source: SpecText): Effect.Effect<DecodedSpec<S>, ConnectorError> =>
  Effect.suspend(() => {
    const lines = new LineCounter()
    const document = parseDocument(source.text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
    if (document.errors.length > 0) {
      return Effect.fail(
        failure(
          source.file,
          document.errors.map((error) => ({
            line: lines.linePos(error.pos[0]).line,
            path: "",
            message: error.message
          }))
        )
      )
    }
    let aliases = 0
    visit(document, { Alias: () => void aliases++ })
    // A few hundred aliases can name each other into gigabytes ("billion laughs"); a spec needs a handful.
    if (aliases > 50) {
      return Effect.fail(
        failure(source.file, [{ line: null, path: "", message: "more than 50 YAML aliases" }])
      )
    }

    const lineOf = (path: ReadonlyArray<PropertyKey>): number | null => {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true) as
          | { range?: [number, number, number] }
          | undefined
        if (node?.range) return lines.linePos(node.range[0]).line
      }
      return null
    }
    const mistake = ({ path, message }: SpecProblem): SpecMistake => ({
      line: lineOf(path),
      path: pathText(path) || "the file",
      message
    })

    const substituted = substitute(document.toJS() ?? {}, source.env, reading.unread)
    const decoded = Schema.decodeUnknownResult(reading.schema)(substituted.value, {
      errors: "all",
      onExcessProperty: "error"
    })
    const unset = new Set(substituted.problems.map(({ path }) => pathText(path)))
    const problems = [
      ...substituted.problems,
      ...(Result.isFailure(decoded)
        ? withoutEchoes(problemsOf(decoded.failure.issue)).filter(({ path }) => !unset.has(pathText(path)))
        : reading.crossChecks(decoded.success))
    ]
    if (Result.isFailure(decoded) || problems.length > 0) {
      const all = problems.map(mistake)
      return Effect.fail(
        failure(
          source.file,
          all.filter((one, index) => all.findIndex(sameMistake(one)) === index)
        )
      )
    }
    const warnings = substituted.clearSecrets.map(
      (path) => `${source.file}: ${path} is written in clear; use \${NAME}, { env: NAME } or { file: path }`
    )
    return Effect.succeed({ spec: decoded.success, warnings })
  })

/** Decodes a spec file's text; fails with `SPEC_INVALID` naming every problem. */
export const decodeSpec = (source: SpecText): Effect.Effect<DecodedSpec, ConnectorError> =>
  decodeAs({ schema: Spec, crossChecks, unread: [] }, source)

/** Reads only what leads to the copy, so that variables which only the source needs may be unset. */
export const decodeCopySpec = (source: SpecText): Effect.Effect<DecodedSpec<CopySpec>, ConnectorError> =>
  decodeAs({ schema: CopySpec, crossChecks: () => [], unread: ["source", "alerts", "mcp"] }, source)
