/** One connection on which the server tells what changed; it is opened again when it breaks. */
import type { ServerEvent } from "@decant/api"
import { useEffect, useRef } from "react"
import { listen } from "./api.ts"

type Listener = (event: ServerEvent) => void
const listeners = new Set<Listener>()
const retryAfterMs = 2_000

let stop: (() => void) | null = null

const open = () => {
  stop = listen((client) => client.runs.serverEvents(), {
    next: (event) => {
      for (const listener of listeners) listener(event.data)
    },
    ended: () => {
      stop = null
      setTimeout(() => {
        if (listeners.size > 0 && stop === null) open()
      }, retryAfterMs)
    }
  })
}

export const useServerEvents = (listener: Listener) => {
  const latest = useRef(listener)
  latest.current = listener
  useEffect(() => {
    const forward: Listener = (event) => latest.current(event)
    listeners.add(forward)
    if (stop === null) open()
    return () => {
      listeners.delete(forward)
    }
  }, [])
}
