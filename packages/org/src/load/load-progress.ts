/** Tells how far a load is, at every step. */
import type { LoadOptions, LoadProgress } from "./load.ts"
import { failedOf, processedOf } from "./load-report.ts"
import type { LoadState } from "./load-state.ts"

export const tellProgress = (state: () => LoadState, options: LoadOptions) => {
  const bytesSent = new Map<number, number>()
  const jobs = new Map<number, { readonly processed: number; readonly failed: number }>()
  const total = (values: Iterable<number>): number => [...values].reduce((all, one) => all + one, 0)
  const tell = (phase: LoadProgress["phase"]): void =>
    options.onProgress?.({
      id: state().id,
      phase,
      rows: state().rows,
      bytesSent: total(bytesSent.values()),
      bytes: state().bytes,
      processed: total(state().parts.map((part, at) => jobs.get(at)?.processed ?? processedOf(part))),
      failed: total(state().parts.map((part, at) => jobs.get(at)?.failed ?? failedOf(part)))
    })
  return {
    tell,
    sent: (part: number, bytes: number) => {
      bytesSent.set(part, (bytesSent.get(part) ?? 0) + bytes)
      tell("uploading")
    },
    seen: (part: number, processed: number, failed: number) => {
      jobs.set(part, { processed, failed })
      tell("processing")
    }
  }
}
