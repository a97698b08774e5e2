/**
 * One sync that is not left in peace: at requests that the seed chose the org changes, answers go wrong, the
 * process is killed. It is the real command.
 */

import type { Running } from "../support/decant.ts"
import type { Emulator } from "../support/emulator.ts"
import type { Copy } from "./copies.ts"
import type { FaultDeck } from "./fault-deck.ts"
import { type Fault, faults, type Request } from "./faults.ts"
import type { Random } from "./random.ts"
import type { Tap } from "./tap.ts"

interface Planned {
  /** The request at which it begins to be due; the first one that fits is struck. */
  readonly from: number
  readonly fault: Fault
  left: number
}

interface Kill {
  readonly at: number
  /** Bytes of that request's answer, or milliseconds after its end; both null: before it is sent on. */
  readonly bytes: number | null
  readonly after: number | null
}

export interface Attempt {
  /** What the command gets besides: some streams alone, or one that is read from the beginning. */
  readonly args: ReadonlyArray<string>
  readonly faults: ReadonlyArray<Planned>
  readonly kill: Kill | null
  /** Requests before which the org changes. */
  readonly changesAt: ReadonlyArray<number>
}

/** To an attempt of a run that has a deck. */
const faultsInTurn = 5

const planKill = (random: Random, requests: number): Kill => {
  const at = random.integer(1, requests)
  const how = random.next()
  return {
    at,
    bytes: how < 0.35 ? random.integer(1, 3_000) : null,
    after: how >= 0.35 && how < 0.8 ? random.integer(0, 250) : null
  }
}

const planArgs = (random: Random, copy: Copy): ReadonlyArray<string> => {
  if (random.chance(0.1)) return ["--full-refresh", random.pick(copy.streams)?.stream ?? ""]
  if (random.chance(0.6)) return []
  return random.some(copy.streams, random.integer(1, 4)).flatMap(({ stream }) => ["--stream", stream])
}

const planFaults = (random: Random, requests: number, deck: FaultDeck | null): ReadonlyArray<Planned> => {
  if (deck !== null) {
    const soon = Math.ceil(requests / 2)
    return deck
      .deal(faultsInTurn)
      .map((fault) => ({ from: random.integer(1, soon), fault, left: random.pick([1, 1, 1, 2]) ?? 1 }))
  }
  return Array.from({ length: random.pick([0, 1, 2, 2, 3]) ?? 1 }, () => ({
    from: random.integer(1, requests),
    fault: random.pick(faults) ?? (faults[0] as Fault),
    left: random.chance(0.1) ? 7 : (random.pick([1, 1, 1, 2]) ?? 1)
  }))
}

/** `usual`: about how many requests a sync of all streams makes. What is planned for later never happens. */
export const planAttempt = (random: Random, copy: Copy, usual: number, deck: FaultDeck | null): Attempt => {
  const args = planArgs(random, copy)
  const named = args.filter((arg) => arg === "--stream").length
  const requests = named === 0 ? usual : Math.ceil((usual * named) / copy.streams.length) + 3
  return {
    args,
    faults: planFaults(random, requests, deck),
    kill: random.chance(0.7) ? planKill(random, requests) : null,
    changesAt: Array.from({ length: random.pick([1, 1, 2, 3]) ?? 1 }, () => random.integer(1, requests))
  }
}

export interface Ended {
  readonly args: ReadonlyArray<string>
  readonly code: number | null
  readonly killedAt: number | null
  readonly requests: number
  readonly struck: ReadonlyArray<string>
  readonly stderr: string
}

export const runAttempt = async (of: {
  readonly attempt: Attempt
  readonly copy: Copy
  readonly tap: Tap
  readonly emulator: Emulator
  readonly random: Random
  readonly deck: FaultDeck | null
  readonly change: (at: number) => Promise<void>
}): Promise<Ended> => {
  const { attempt, tap, emulator, random } = of
  const struck: Array<string> = []
  let killedAt: number | null = null
  let running: Running | null = null
  const bytes = new Map<number, number>()

  const kill = (at: number): void => {
    killedAt ??= at
    running?.child.kill("SIGKILL")
  }

  const strike = async (at: number, request: Request) => {
    const due = attempt.faults.find(({ from, left, fault }) => left > 0 && from <= at && fault.fits(request))
    if (due === undefined) return "pass"
    due.left -= 1
    of.deck?.wasStruck(due.fault)
    struck.push(`${due.fault.name} at ${at}`)
    const action = due.fault.action(request, random)
    if (action === null) return "slowly"
    await emulator.control("POST", "faults", { match: { method: request.method, path: request.url }, action })
    return "pass"
  }

  tap.listen({
    onRequest: async (at, request) => {
      for (const [index, when] of attempt.changesAt.entries()) if (when === at) await of.change(index)
      const plan = attempt.kill
      if (plan?.at === at && plan.bytes === null && plan.after === null) kill(at)
      return strike(at, request)
    },
    onAnswer: (at, count, isEnd) => {
      const plan = attempt.kill
      if (plan?.at !== at) return
      bytes.set(at, (bytes.get(at) ?? 0) + count)
      if (plan.bytes !== null && (isEnd || (bytes.get(at) ?? 0) >= plan.bytes)) kill(at)
      if (plan.after !== null && isEnd) setTimeout(() => kill(at), plan.after)
    }
  })
  running = of.copy.start(attempt.args)
  const { code, stderr } = await running.ended
  const requests = tap.count()
  tap.listen(null)
  await emulator.control("DELETE", "faults")
  return { args: attempt.args, code, killedAt: code === null ? killedAt : null, requests, struck, stderr }
}
