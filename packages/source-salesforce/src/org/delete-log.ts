/**
 * What the org's delete log tells: which rows of an object went, softly or for good, and up to when the answer
 * is complete. The streams of a run are asked about together, in one counted call.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
 */
import type { ApiReply } from "@decant/auth"
import { type Instant, instantFromMillis, instantToMillis } from "@decant/connector"
import { Duration, Effect, Result, Schema, Semaphore } from "effect"
import type { ReadError } from "../read-error.ts"
import { decodeReply, replyFailure } from "./api-reply.ts"
import { getTogether } from "./composite.ts"
import type { SalesforceClient } from "./salesforce-client.ts"

/** Salesforce cuts seconds off and refuses spans of a minute or less. */
const SHORTEST_SPAN = Duration.toMillis("2 minutes")
/** An answer that waited longer for its stream's rows is asked for again. */
const FRESH = Duration.toMillis("1 minute")

/** The log reaches back 15 days, and less where it was purged. */
export const isBeyondLog = (error: ReadError): boolean => error.code === "API_REPLICATION_DATE"

const DeletedReply = Schema.Struct({
  deletedRecords: Schema.Array(Schema.Struct({ id: Schema.String, deletedDate: Schema.String })),
  latestDateCovered: Schema.String
})

export interface DeletedRow {
  readonly id: string
  readonly at: Instant
}

interface DeleteAnswer {
  readonly rows: ReadonlyArray<DeletedRow>
  /** Transactions that began later may have deleted more. */
  readonly coveredTo: Instant
  readonly asOf: Instant
}

export interface DeleteQuestion {
  readonly stream: string
  readonly object: string
  readonly from: Instant
}

export interface DeleteLog {
  /** Streams that will ask soon: the first one's question is sent together with the others'. */
  readonly expect: (questions: ReadonlyArray<DeleteQuestion>) => void
  readonly since: (question: DeleteQuestion) => Effect.Effect<DeleteAnswer, ReadError>
}

interface Span {
  readonly object: string
  readonly start: Instant
  readonly end: Instant
}

const spanOf = (client: SalesforceClient, { object, from }: DeleteQuestion): Span => {
  const end = client.clock.now()
  const latestStart = instantToMillis(end) - SHORTEST_SPAN
  return { object, start: instantFromMillis(Math.min(instantToMillis(from), latestStart)), end }
}

const pathOf = (client: SalesforceClient, { object, start, end }: Span): string => {
  const time = (instant: Instant) => encodeURIComponent(instant.replace("Z", "+00:00"))
  return client.resource(`/sobjects/${object}/deleted/?start=${time(start)}&end=${time(end)}`)
}

const instantOf = (text: string): Instant => instantFromMillis(Date.parse(text))

const readAnswer = Effect.fnUntraced(function* (
  span: Span,
  reply: ApiReply | undefined
): Effect.fn.Return<DeleteAnswer, ReadError> {
  if (reply?.status !== 200) {
    return yield* replyFailure(reply ?? { status: 0, headers: {}, text: "" }, {})
  }
  const deleted = yield* decodeReply(DeletedReply, `the deleted rows of ${span.object}`, reply)
  return {
    rows: deleted.deletedRecords.map(({ id, deletedDate }) => ({ id, at: instantOf(deletedDate) })),
    coveredTo: instantOf(deleted.latestDateCovered),
    asOf: span.end
  }
})

/** More than 600,000 rows are refused: the span is halved. */
const askSpan = (client: SalesforceClient, span: Span): Effect.Effect<DeleteAnswer, ReadError> =>
  getTogether(client, [pathOf(client, span)]).pipe(
    Effect.flatMap(([reply]) => readAnswer(span, reply)),
    Effect.catchIf(
      (error) =>
        error.code === "API_TOO_MANY_IDS" &&
        instantToMillis(span.end) - instantToMillis(span.start) >= 2 * SHORTEST_SPAN,
      () => askHalves(client, span)
    )
  )

const askHalves = Effect.fnUntraced(function* (
  client: SalesforceClient,
  span: Span
): Effect.fn.Return<DeleteAnswer, ReadError> {
  const middle = instantFromMillis((instantToMillis(span.start) + instantToMillis(span.end)) / 2)
  const first = yield* askSpan(client, { ...span, end: middle })
  const second = yield* askSpan(client, { ...span, start: middle })
  return {
    rows: [...first.rows, ...second.rows],
    coveredTo: first.coveredTo < middle ? first.coveredTo : second.coveredTo,
    asOf: first.asOf
  }
})

type Answer = Result.Result<DeleteAnswer, ReadError>

export const makeDeleteLog = (client: SalesforceClient): Effect.Effect<DeleteLog> =>
  Effect.map(Semaphore.make(1), (turn) => {
    let expected: ReadonlyArray<DeleteQuestion> = []
    const answers = new Map<string, { readonly from: Instant; readonly answer: Answer }>()

    const askExpected = Effect.gen(function* () {
      const questions = expected
      expected = []
      const spans = questions.map((question) => spanOf(client, question))
      const replies = yield* getTogether(
        client,
        spans.map((span) => pathOf(client, span))
      )
      for (const [index, { stream, from }] of questions.entries()) {
        const span = spans[index]
        if (span === undefined) continue
        answers.set(stream, { from, answer: yield* Effect.result(readAnswer(span, replies[index])) })
      }
    })

    const isFresh = (answer: Answer): boolean =>
      Result.isSuccess(answer) &&
      instantToMillis(client.clock.now()) - instantToMillis(answer.success.asOf) <= FRESH

    const alone = (question: DeleteQuestion) => askSpan(client, spanOf(client, question))

    return {
      expect: (questions) => {
        expected = questions
        answers.clear()
      },
      since: (question) =>
        Effect.gen(function* () {
          yield* turn.withPermits(1)(
            Effect.suspend(() =>
              expected.some(({ stream }) => stream === question.stream) ? askExpected : Effect.void
            ).pipe(Effect.ignore)
          )
          const found = answers.get(question.stream)
          answers.delete(question.stream)
          return found?.from === question.from && isFresh(found.answer)
            ? yield* Effect.fromResult(found.answer)
            : yield* alone(question)
        })
    }
  })
