/** A login in the browser that Salesforce has led back from: what became of it. */
import type { Attempt } from "@decant/api"
import { useEffect, useRef, useState } from "react"
import { ask } from "../../data/api.ts"
import { replaceAddress } from "../../routing.tsx"

const againAfterMs = 700

export const useAttempt = (id: string | null, onConnected: (connection: string) => void): Attempt | null => {
  const [attempt, setAttempt] = useState<Attempt | null>(null)
  const connected = useRef(onConnected)
  connected.current = onConnected
  useEffect(() => {
    if (id === null) {
      setAttempt(null)
      return
    }
    let left = false
    const look = async () => {
      const answer = await ask((client) => client.connect.attempt({ params: { attempt: id } }))
      if (left) return
      if (!answer.ok) return replaceAddress("/")
      if (answer.value.state === "waiting") return void setTimeout(look, againAfterMs)
      setAttempt(answer.value)
      if (answer.value.state === "connected" && answer.value.connection !== null) {
        connected.current(answer.value.connection)
        replaceAddress("/")
      }
    }
    look()
    return () => {
      left = true
    }
  }, [id])
  return id === null ? null : attempt
}
