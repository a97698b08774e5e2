/**
 * A host that lends this machine's processors to others while a program runs makes its time worthless. Linux counts
 * what was taken (`steal` in proc_stat(5)), so a run during which it was much is done again, for a minute at most, and
 * the least disturbed one counts. The rule does not look at how long the run took.
 */
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"

const ticksPerSecond = 100
const tooMuch = 0.05
const enoughMillis = 60_000

const stolenSeconds = (): number => {
  try {
    return Number(readFileSync("/proc/stat", "utf8").split(/\s+/, 9)[8]) / ticksPerSecond
  } catch {
    return 0
  }
}

/** What the results say of it. */
export interface Disturbed {
  readonly repeated: number
  /** The greatest share of the processors that was taken during a run that counts. */
  readonly stolen: number
}

export interface Calm {
  /** What `once` returned of the least disturbed time; what must be made ready before each time is not looked at. */
  readonly leastDisturbed: <A>(once: () => Promise<A>, makeReady?: () => Promise<unknown>) => Promise<A>
  /** Since it was last asked; undefined when nothing was measured so. */
  readonly told: () => Disturbed | undefined
}

export const calm = (say: (line: string) => void): Calm => {
  let counted: Disturbed | undefined
  return {
    leastDisturbed: async (once, makeReady) => {
      const begun = performance.now()
      let repeated = 0
      let best: { readonly stolen: number; readonly value: Awaited<ReturnType<typeof once>> } | null = null
      for (;;) {
        await makeReady?.()
        const started = performance.now()
        const before = stolenSeconds()
        const value = await once()
        const seconds = (performance.now() - started) / 1000
        const stolen = (stolenSeconds() - before) / (seconds * availableParallelism())
        if (best === null || stolen < best.stolen) best = { stolen, value }
        if (best.stolen <= tooMuch || performance.now() - begun > enoughMillis) break
        say(`    the host took ${(stolen * 100).toFixed(0)} % of the processors: once more`)
        repeated += 1
      }
      counted = {
        repeated: (counted?.repeated ?? 0) + repeated,
        stolen: Math.max(counted?.stolen ?? 0, best.stolen)
      }
      return best.value
    },
    told: () => {
      const told = counted
      counted = undefined
      return told
    }
  }
}
