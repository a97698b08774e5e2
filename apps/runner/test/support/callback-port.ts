/**
 * The browser login's callback has one fixed port, so one test at a time on this machine may wait there, whichever
 * package it is of. Another port serves as the lock: it is given back even by a process that is killed.
 */
import { createServer } from "node:net"
import { setTimeout as pause } from "node:timers/promises"

const lockPort = 47_671

const tryLock = (): Promise<(() => void) | null> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(null))
    server.listen(lockPort, "127.0.0.1", () => resolve(() => void server.close()))
  })

/** Waits for the callback port; gives it back by calling what is returned. */
export const holdCallbackPort = async (): Promise<() => void> => {
  for (;;) {
    const release = await tryLock()
    if (release !== null) return release
    await pause(100)
  }
}
