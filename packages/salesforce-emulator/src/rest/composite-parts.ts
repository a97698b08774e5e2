/**
 * The parts of a composite call or of a composite graph: requests in order, where a later one may refer to what an
 * earlier one answered. A part goes through the same routes as a request of its own, so it answers the same.
 */
import { Effect, Schema } from "effect"
import type { HttpRouter, HttpServerRequest } from "effect/http"
import { RecordWrites } from "../records/writes.ts"
import { optional } from "../server/json-body.ts"
import { isCompositePart } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { type SubrequestAnswer, subrequest } from "../server/subrequest.ts"

export const Part = Schema.Struct({
  method: Schema.String,
  url: Schema.String,
  referenceId: Schema.String,
  body: optional(Schema.Unknown),
  httpHeaders: optional(Schema.Record(Schema.String, Schema.String))
})
export type Part = typeof Part.Type

type Answers = Map<string, SubrequestAnswer>

const failedFrom = 400

const halted = (message: string): SubrequestAnswer => ({
  status: 400,
  headers: {},
  body: [{ errorCode: "PROCESSING_HALTED", message }]
})

const rolledBack = halted(
  "The transaction was rolled back since another operation in the same transaction failed."
)

/** `@{ref.path.to.value}`; a client that encodes a whole URL encodes the signs too. */
const inPlain = /@\{([^.}]+)\.([^}]+)\}/g
const inUrl = /(?:@|%40)(?:\{|%7B)([^.}]+?)\.([^}]+?)(?:\}|%7D)/gi

/** What a reference stands for: a value in the answer to an earlier part. */
const lookUp = (answers: Answers, name: string, path: string): unknown =>
  path
    .replaceAll(/%5B(\d+)%5D/gi, "[$1]")
    .split(/\.|\[(\d+)\]/)
    .filter((key) => key !== undefined && key !== "")
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      answers.get(name)?.body
    )

/** Puts values for the references of a text; one that leads nowhere is the refusal of the part. */
const substitute = (text: string, answers: Answers, reference: RegExp, print: (value: string) => string) => {
  let refusal: SubrequestAnswer | undefined
  const filled = text.replaceAll(reference, (whole, name: string, path: string) => {
    const found = lookUp(answers, name, path)
    if (found !== undefined && found !== null) return print(String(found))
    refusal ??= halted(`Invalid reference specified. No value for ${path} found in ${name}`)
    return whole
  })
  return refusal ?? filled
}

/** As it stands between the quotes of a JSON string. */
const insideJson = (value: string) => JSON.stringify(value).slice(1, -1)

const runPart = Effect.fnUntraced(function* (
  router: HttpRouter.HttpRouter,
  outer: HttpServerRequest.HttpServerRequest,
  { method, url: urlTemplate, httpHeaders, body: bodyTemplate }: Part,
  answers: Answers
) {
  const url = substitute(urlTemplate, answers, inUrl, encodeURIComponent)
  const body =
    bodyTemplate === undefined || bodyTemplate === null
      ? undefined
      : substitute(JSON.stringify(bodyTemplate), answers, inPlain, insideJson)
  if (typeof url === "object") return url
  if (typeof body === "object") return body
  return yield* subrequest(router, outer, { method, url, headers: httpHeaders ?? {}, body }).pipe(
    Effect.provideService(isCompositePart, true)
  )
})

/** Runs the parts in order; with `allOrNone` up to the first that fails. */
const runParts = Effect.fnUntraced(function* (
  router: HttpRouter.HttpRouter,
  outer: HttpServerRequest.HttpServerRequest,
  parts: ReadonlyArray<Part>,
  allOrNone: boolean
) {
  const answers: Answers = new Map()
  for (const part of parts) {
    const answer = yield* runPart(router, outer, part, answers)
    answers.set(part.referenceId, answer)
    if (allOrNone && answer.status >= failedFrom) break
  }
  return answers
})

const hasFailed = (answers: Answers) => [...answers.values()].some(({ status }) => status >= failedFrom)

/** The answers as the body lists them. Of a composite call that was undone only the failure itself still shows. */
const listed = (parts: ReadonlyArray<Part>, answers: Answers, undone: boolean) =>
  parts.map(({ referenceId }) => {
    const own = answers.get(referenceId)
    const { body, headers, status } =
      own === undefined || (undone && own.status < failedFrom) ? rolledBack : own
    return { body, httpHeaders: headers, httpStatusCode: status, referenceId }
  })

export const invalid = (message: string) => badRequest("INVALID_INPUT", message)

export const checkNames = (parts: ReadonlyArray<Part>) => {
  const names = parts.map(({ referenceId }) => referenceId)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? Effect.void : invalid(`Duplicate reference ID: ${twice}`)
}

/** Runs the parts and lists their answers; with `allOrNone` they are one transaction. */
export const answerParts = Effect.fnUntraced(function* (
  router: HttpRouter.HttpRouter,
  outer: HttpServerRequest.HttpServerRequest,
  parts: ReadonlyArray<Part>,
  allOrNone: boolean
) {
  const run = runParts(router, outer, parts, allOrNone)
  const answers = allOrNone
    ? yield* (yield* RecordWrites).unit(run, (result) => !hasFailed(result))
    : yield* run
  const failed = hasFailed(answers)
  return { failed, compositeResponse: listed(parts, answers, allOrNone && failed) }
})
