/** Asks the server when a component appears or its key changes; while it asks again, the last answer stays. */
import { useCallback, useEffect, useRef, useState } from "react"
import { type Ask, ask } from "./api.ts"
import type { Problem } from "./problem.ts"

export interface Asked<A> {
  readonly value: A | null
  readonly problem: Problem | null
  readonly isLoading: boolean
  readonly reload: () => void
  /** What another answer already said. */
  readonly put: (value: A) => void
}

export const useAnswer = <A>(key: string, question: Ask<A>): Asked<A> => {
  const [state, setState] = useState<{
    readonly key: string
    readonly value: A | null
    readonly problem: Problem | null
    readonly isLoading: boolean
  }>({ key, value: null, problem: null, isLoading: true })
  const [turn, setTurn] = useState(0)
  const latest = useRef(question)
  latest.current = question

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` is what reload() changes.
  useEffect(() => {
    const stop = new AbortController()
    setState((old) =>
      old.key === key ? { ...old, isLoading: true } : { key, value: null, problem: null, isLoading: true }
    )
    ask((client) => latest.current(client), stop.signal).then(
      (answer) => {
        if (stop.signal.aborted) return
        setState((old) =>
          answer.ok
            ? { key, value: answer.value, problem: null, isLoading: false }
            : { ...old, problem: answer.problem, isLoading: false }
        )
      },
      () => undefined
    )
    return () => stop.abort()
  }, [key, turn])

  const reload = useCallback(() => setTurn((now) => now + 1), [])
  const put = useCallback(
    (value: A) => setState((old) => ({ ...old, value, problem: null, isLoading: false })),
    []
  )
  const current = state.key === key ? state : { value: null, problem: null, isLoading: true }
  return { value: current.value, problem: current.problem, isLoading: current.isLoading, reload, put }
}

/** Something that a click does: whether it is under way, and what went wrong. */
export const useAction = () => {
  const [isPending, setPending] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const run = useCallback(async <A>(question: Ask<A>, then?: (value: A) => void): Promise<void> => {
    setPending(true)
    setProblem(null)
    const answer = await ask(question)
    setPending(false)
    if (answer.ok) then?.(answer.value)
    else setProblem(answer.problem)
  }, [])
  const forget = useCallback(() => setProblem(null), [])
  return { run, isPending, problem, forget }
}
