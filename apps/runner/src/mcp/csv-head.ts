/** The beginning of a CSV stream: whole records, at most so many rows and bytes; the rest is not read. */
import { Effect, Stream } from "effect"

const LINE_FEED = 0x0a
const QUOTE = 0x22

export const csvHead = <E>(
  csv: Stream.Stream<Uint8Array, E>,
  limits: { readonly rows: number; readonly bytes: number }
): Effect.Effect<{ readonly text: string; readonly rows: number }, E> =>
  Effect.suspend(() => {
    const kept: Array<Uint8Array> = []
    let size = 0
    let records = 0
    let whole = 0
    let quoted = false
    const full = (): boolean => records > limits.rows || size > limits.bytes
    const take = (chunk: Uint8Array): boolean => {
      for (let at = 0; at < chunk.length && !full(); at++) {
        if (chunk[at] === QUOTE) quoted = !quoted
        else if (chunk[at] === LINE_FEED && !quoted && size + at < limits.bytes) {
          records++
          whole = size + at + 1
        }
      }
      kept.push(chunk)
      size += chunk.length
      return full()
    }
    return csv.pipe(
      Stream.takeUntil(take),
      Stream.runDrain,
      Effect.map(() => {
        const text = Buffer.concat(kept).subarray(0, whole).toString("utf8")
        // The header is a record too.
        return { text, rows: Math.max(0, records - 1) }
      })
    )
  })
