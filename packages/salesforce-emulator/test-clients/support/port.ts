/** Waits for a port that another run of this suite may hold for a moment. */
import { once } from "node:events"
import { createServer } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer()
  try {
    server.listen(port, "localhost")
    await once(server, "listening")
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

export const untilFree = async (port: number, signal: AbortSignal): Promise<void> => {
  while (!(await isFree(port))) await sleep(200, undefined, { signal })
}
