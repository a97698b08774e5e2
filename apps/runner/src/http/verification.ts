/** Verifications that were started from a page: one of a connection at a time; the newest is kept. */
import type { Verification } from "@decant/api"
import { type Failure, failureReport } from "@decant/connector"
import { Cause, Clock, Context, Effect, Exit, Fiber, Layer, Option } from "effect"
import { RunnerError } from "../runner-error.ts"
import { runScreen } from "../serve/run-screen.ts"
import type { SpecFile } from "../spec-file.ts"
import { runVerify } from "../verify/run-verify.ts"
import type { VerifyReport } from "../verify/verify-report.ts"
import { httpError } from "./answer.ts"

const sampleRows = 10_000
const notesKept = 200
const rowsShown = 100

interface Kept {
  shown: Verification
  fiber: Fiber.Fiber<unknown> | null
}

export interface StartVerification {
  readonly id: string
  readonly specFile: SpecFile
  readonly quick: boolean
  readonly streams: ReadonlyArray<string>
}

export class Verifications extends Context.Service<
  Verifications,
  {
    readonly get: (id: string) => Effect.Effect<Verification | null>
    readonly start: (of: StartVerification) => Effect.Effect<Verification, RunnerError>
    readonly cancel: (id: string) => Effect.Effect<Verification | null>
  }
>()("http/Verifications") {}

const ofReport = (begun: Verification, report: VerifyReport): Verification => ({
  ...begun,
  state: report.status,
  finishedAt: report.finishedAt,
  apiCalls: report.apiCalls,
  streams: report.streams.map((stream) => ({
    ...stream,
    rows: stream.rows
      .slice(0, rowsShown)
      .map(({ id, kind, columns, cause, fix }) => ({ id, kind, columns, cause, fix }))
  }))
})

const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis).toISOString())

const failed = Effect.fnUntraced(function* (begun: Verification, cause: Cause.Cause<Failure>) {
  const finishedAt = yield* now
  if (Cause.hasInterruptsOnly(cause)) return { ...begun, state: "interrupted", finishedAt } as const
  const failure = Option.getOrElse(Cause.findErrorOption(cause), () =>
    RunnerError.internal(Cause.squash(cause))
  )
  return { ...begun, state: "failed", finishedAt, error: failureReport(failure) } as const
})

const begin = (quick: boolean) =>
  Effect.map(
    now,
    (startedAt): Verification => ({
      state: "running",
      quick,
      startedAt,
      finishedAt: null,
      apiCalls: 0,
      notes: [],
      streams: [],
      error: null
    })
  )

export const layerVerifications = Layer.effect(
  Verifications,
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const all = new Map<string, Kept>()

    const prove = ({ specFile, quick, streams }: StartVerification, kept: Kept) => {
      const note = (text: string) =>
        Effect.sync(() => {
          kept.shown = { ...kept.shown, notes: [...kept.shown.notes, text].slice(-notesKept) }
        })
      return runVerify({
        specFile,
        screen: runScreen(note),
        only: streams,
        sample: sampleRows,
        quick,
        repair: false,
        wait: Option.none()
      }).pipe(
        Effect.scoped,
        Effect.exit,
        Effect.flatMap((exit) =>
          Exit.isSuccess(exit)
            ? Effect.succeed(ofReport(kept.shown, exit.value.report))
            : failed(kept.shown, exit.cause)
        ),
        Effect.tap((shown) =>
          Effect.sync(() => {
            kept.shown = shown
          })
        )
      )
    }

    return Verifications.of({
      get: (id) => Effect.sync(() => all.get(id)?.shown ?? null),
      start: Effect.fnUntraced(function* (of) {
        if (all.get(of.id)?.shown.state === "running") return yield* httpError("VERIFICATION_RUNNING")
        const kept: Kept = { shown: yield* begin(of.quick), fiber: null }
        all.set(of.id, kept)
        kept.fiber = yield* Effect.forkIn(prove(of, kept), scope)
        return kept.shown
      }),
      cancel: Effect.fnUntraced(function* (id) {
        const kept = all.get(id)
        if (kept === undefined) return null
        if (kept.fiber !== null && kept.shown.state === "running") {
          yield* Fiber.interrupt(kept.fiber)
          if (kept.shown.state === "running") {
            kept.shown = { ...kept.shown, state: "interrupted", finishedAt: yield* now }
          }
        }
        return kept.shown
      })
    })
  })
)
