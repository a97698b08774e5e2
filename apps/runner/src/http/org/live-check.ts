/** Preflight, told line by line: a fresh login, what the user may do and read, and where the copy goes. */
import type { CheckEvent, CheckLine } from "@decant/api"
import { failureReport, type CheckLine as Line } from "@decant/connector"
import { Clock, Effect, Queue, Stream } from "effect"
import { checkDestination, checkSource } from "../../check/check-parts.ts"
import { keepKnownOrg, knownOrg, readKnownOrg } from "../../connect/known-org.ts"
import type { SpecFile } from "../../spec-file.ts"
import { LoginTrouble } from "../connection/login-trouble.ts"

export const checkLine = ({ name, status, detail, failure }: Line): CheckLine => ({
  name,
  status,
  detail,
  error: failure === null ? null : failureReport(failure)
})

const worst = (lines: ReadonlyArray<Line>): CheckLine["status"] => {
  if (lines.some(({ status }) => status === "fail")) return "fail"
  return lines.some(({ status }) => status === "warn") ? "warn" : "ok"
}

type Tell = (event: CheckEvent) => Effect.Effect<unknown>

/** A login by secrets leaves no trace of its own of whose org it is. */
const keepOrg = Effect.fnUntraced(function* (
  { folder, spec }: SpecFile,
  identity: Parameters<typeof knownOrg>[0]
) {
  const place = { folder, name: spec.name }
  const known = yield* readKnownOrg(place)
  if (known?.id === identity.orgId && known.user === identity.userName) return
  const at = new Date(yield* Clock.currentTimeMillis).toISOString()
  const isSandbox = spec.source.environment === "sandbox" || /\.sandbox\./.test(spec.source.environment)
  yield* keepKnownOrg(
    place,
    knownOrg(identity, known?.id === identity.orgId ? known.kind === "sandbox" : isSandbox, at)
  )
})

const checking = Effect.fnUntraced(function* (id: string, specFile: SpecFile, tell: Tell) {
  const trouble = yield* LoginTrouble
  yield* tell({ _tag: "doing", what: "Logging in, and looking at what the user may read" })
  const { identity, lines } = yield* checkSource(specFile)
  for (const line of lines) yield* tell({ _tag: "line", line: checkLine(line) })
  const [first] = lines
  if (identity !== null) {
    yield* trouble.clear(id)
    yield* Effect.ignore(keepOrg(specFile, identity))
  } else if (first?.failure) yield* trouble.note(id, first.failure)
  yield* tell({ _tag: "doing", what: "Trying the destination" })
  const destination = yield* checkDestination(specFile, identity?.orgId ?? null, { note: () => Effect.void })
  yield* tell({ _tag: "line", line: checkLine(destination) })
  yield* tell({ _tag: "done", status: worst([...lines, destination]) })
}, Effect.scoped)

/** Ends when all is said, or when nobody listens any more. */
export const liveCheck = (id: string, specFile: SpecFile): Stream.Stream<CheckEvent, never, LoginTrouble> =>
  Stream.callback<CheckEvent, never, LoginTrouble>((queue) =>
    checking(id, specFile, (event) => Queue.offer(queue, event)).pipe(
      Effect.catch((failure) =>
        Effect.andThen(
          Queue.offer(queue, {
            _tag: "line",
            line: { name: "check", status: "fail", detail: failure.message, error: failureReport(failure) }
          }),
          Queue.offer(queue, { _tag: "done", status: "fail" })
        )
      ),
      Effect.andThen(Queue.end(queue))
    )
  )
