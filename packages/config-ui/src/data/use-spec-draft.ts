/**
 * The spec file and what the person has made of it. There is one draft, its text: a change in the form is written
 * into the text by the server, a change in the text is read by the server into the form, so the two cannot differ.
 */
import type { SpecFile, StreamChoice } from "@decant/api"
import { useCallback, useEffect, useRef, useState } from "react"
import { ask } from "./api.ts"
import type { Problem } from "./problem.ts"
import { useServerEvents } from "./server-events.ts"
import { useAnswer } from "./use-answer.ts"

interface Draft {
  readonly text: string
  readonly view: SpecFile["view"]
  readonly problems: SpecFile["problems"]
}

const typingPauseMs = 250

export const useSpecDraft = (id: string) => {
  const params = { id }
  const file = useAnswer<SpecFile>(`spec ${id}`, (client) => client.spec.get({ params }))
  const [draft, setDraft] = useState<Draft | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isSaving, setSaving] = useState(false)
  const [onDisk, setOnDisk] = useState<SpecFile | null>(null)
  const [reloaded, setReloaded] = useState(false)
  const turn = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const base = file.value
  const now = draft ?? base

  const settle = (mine: number, answer: Awaited<ReturnType<typeof ask<SpecFile>>>) => {
    if (turn.current !== mine) return
    setProblem(answer.ok ? null : answer.problem)
    if (answer.ok) {
      const { text, view, problems } = answer.value
      setDraft((old) => ({ text, problems, view: view ?? old?.view ?? base?.view ?? null }))
    }
  }

  const setStreams = (streams: ReadonlyArray<StreamChoice>) => {
    const [first, ...rest] = streams
    if (base === null || now === null || now.view === null || first === undefined) return
    turn.current += 1
    const mine = turn.current
    const { text } = now
    setReloaded(false)
    setDraft({ text, problems: now.problems, view: { ...now.view, streams } })
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      const change = { streams: [first, ...rest] as const }
      const payload = { version: base.version, text, change, save: false }
      ask((client) => client.spec.change({ params, payload })).then((answer) => settle(mine, answer))
    }, typingPauseMs)
  }

  const setText = (text: string) => {
    if (now === null) return
    turn.current += 1
    const mine = turn.current
    setReloaded(false)
    setDraft({ text, problems: now.problems, view: now.view })
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      ask((client) => client.spec.check({ params, payload: { text } })).then((answer) => settle(mine, answer))
    }, typingPauseMs)
  }

  const discard = useCallback(() => {
    turn.current += 1
    setDraft(null)
    setProblem(null)
    setOnDisk(null)
  }, [])

  const accept = (saved: SpecFile) => {
    if (saved.problems.length > 0) {
      setDraft((old) => (old ? { ...old, problems: saved.problems } : old))
      return false
    }
    file.put(saved)
    discard()
    return true
  }

  const save = async (): Promise<boolean> => {
    if (base === null || draft === null) return false
    setSaving(true)
    const payload = { text: draft.text, version: base.version }
    const answer = await ask((client) => client.spec.put({ params, payload }))
    setSaving(false)
    if (answer.ok) return accept(answer.value)
    setProblem(answer.problem)
    return false
  }

  const look = async () => {
    const answer = await ask((client) => client.spec.get({ params }))
    if (!answer.ok || answer.value.version === base?.version) return
    if (draft === null) {
      file.put(answer.value)
      setReloaded(true)
    } else if (answer.value.text === draft.text) accept(answer.value)
    else setOnDisk(answer.value)
  }
  useServerEvents((event) => {
    if (event._tag === "connection" && event.connection === id) look()
  })

  const loadFromDisk = () => {
    if (onDisk) file.put(onDisk)
    discard()
  }

  const fileProblem = base === null ? file.problem : null
  return {
    /** What is shown: the draft, or the file. */
    now,
    isDraft: draft !== null,
    isLoading: base === null && file.isLoading,
    fileProblem,
    reloadFile: file.reload,
    problem,
    isSaving,
    changedOnDisk: onDisk !== null,
    reloaded,
    setStreams,
    setText,
    save,
    discard,
    loadFromDisk
  }
}

export type SpecDraft = ReturnType<typeof useSpecDraft>
