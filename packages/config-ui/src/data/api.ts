/** The server, as the contract types it. Every failure comes out as a Problem; a missing sign-in is told to whoever listens. */
import { DecantApi } from "@decant/api"
import { Effect, Layer, ManagedRuntime, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { type Problem, problemOf } from "./problem.ts"

const runtime = ManagedRuntime.make(
  FetchHttpClient.layer.pipe(
    Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { credentials: "same-origin" }))
  )
)

const makeClient = HttpApiClient.make(DecantApi, { baseUrl: location.origin })
type Client = Effect.Success<typeof makeClient>

let signInNeeded: () => void = () => undefined
export const whenSignInNeeded = (listener: () => void) => {
  signInNeeded = listener
}

const toProblem = (error: unknown): Problem => {
  const problem = problemOf(error)
  if ((error as { readonly _tag?: string } | null)?._tag === "SignInNeeded") signInNeeded()
  return problem
}

export type Ask<A> = (client: Client) => Effect.Effect<A, unknown>

export type Answer<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly problem: Problem }

export const ask = <A>(question: Ask<A>, signal?: AbortSignal): Promise<Answer<A>> =>
  runtime.runPromise(
    makeClient.pipe(
      Effect.flatMap((client) => question(client)),
      Effect.match({
        onSuccess: (value): Answer<A> => ({ ok: true, value }),
        onFailure: (error): Answer<A> => ({ ok: false, problem: toProblem(error) })
      }),
      Effect.catchCause(() => Effect.succeed<Answer<A>>({ ok: false, problem: problemOf(null) }))
    ),
    signal ? { signal } : undefined
  )

interface Listening<A> {
  readonly next: (value: A) => void
  /** The stream ended by itself, or broke. */
  readonly ended: (problem: Problem | null) => void
}

/** Listens to a stream of the server until the returned function is called. */
export const listen = <A>(question: Ask<Stream.Stream<A, unknown>>, { next, ended }: Listening<A>) => {
  const stop = new AbortController()
  const listening = ask(
    (client) =>
      question(client).pipe(Effect.flatMap(Stream.runForEach((value) => Effect.sync(() => next(value))))),
    stop.signal
  )
  listening.then(
    (answer) => (stop.signal.aborted ? undefined : ended(answer.ok ? null : answer.problem)),
    () => undefined
  )
  return () => stop.abort()
}
