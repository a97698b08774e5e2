/**
 * Faults: what a test wants to go wrong on the wire. They are matched on the raw request before the emulator sees
 * it and act on the bytes of the answer, so that a reset is a real ECONNRESET and a truncated body really ends early.
 */
import { validateHeaderName, validateHeaderValue } from "node:http"
import { Context, Layer, Schema } from "effect"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

const mostDelayMs = 2 ** 31 - 1

/** What an answer can carry: anything else would fail only when the fault strikes. */
const Headers = Schema.Record(Schema.String, Schema.String).check(
  Schema.makeFilter((headers) => {
    try {
      for (const [name, value] of Object.entries(headers)) {
        validateHeaderName(name)
        validateHeaderValue(name, value)
      }
      return undefined
    } catch {
      return "expected names and values that HTTP allows"
    }
  })
)

const Action = Schema.Struct({
  status: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 }))),
  body: Schema.optionalKey(Schema.Unknown),
  headers: Schema.optionalKey(Headers),
  /** Bytes of the body after which the connection is reset; 0 loses the whole answer of a request that was processed. */
  resetAfterBytes: Schema.optionalKey(Count),
  /** Bytes of the body after which it ends as if it were complete. */
  truncateAfterBytes: Schema.optionalKey(Count),
  delayMs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: mostDelayMs })))
}).check(
  Schema.makeFilter((action) =>
    ["status", "resetAfterBytes", "truncateAfterBytes", "delayMs"].some((key) => key in action)
      ? undefined
      : "expected one of status, resetAfterBytes, truncateAfterBytes, delayMs"
  )
)

export const FaultRequest = Schema.Struct({
  match: Schema.optionalKey(
    Schema.Struct({ method: Schema.optionalKey(Schema.String), path: Schema.optionalKey(Schema.String) })
  ),
  times: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000 }))),
  action: Action
})

export type FaultRequest = typeof FaultRequest.Type

export interface Fault extends FaultRequest {
  readonly id: string
  /** How many more requests it strikes. */
  readonly remaining: number
}

export class Faults extends Context.Service<
  Faults,
  {
    readonly add: (fault: FaultRequest) => Fault
    readonly list: () => ReadonlyArray<Fault>
    readonly clear: () => void
    /** The oldest fault that fits the request; using it up counts as one strike. */
    readonly strike: (method: string, url: string) => Fault | undefined
  }
>()("salesforce-emulator/wire/Faults") {
  static readonly layer = Layer.sync(Faults, () => {
    let count = 0
    let faults: Array<Fault & { remaining: number }> = []
    return Faults.of({
      add: (fault) => {
        count += 1
        const added = { ...fault, id: `fault-${count}`, remaining: fault.times ?? 1 }
        faults.push(added)
        return { ...added }
      },
      list: () => faults.map((fault) => ({ ...fault })),
      clear: () => {
        faults = []
      },
      strike: (method, url) => {
        const decoded = decode(url)
        const fault = faults.find(({ match }) => fits(match, method, url, decoded))
        if (fault === undefined) return undefined
        fault.remaining -= 1
        if (fault.remaining === 0) faults = faults.filter((other) => other !== fault)
        return { ...fault }
      }
    })
  })
}

function fits(match: FaultRequest["match"], method: string, url: string, decoded: string): boolean {
  if (match?.method !== undefined && match.method.toUpperCase() !== method) return false
  return match?.path === undefined || url.includes(match.path) || decoded.includes(match.path)
}

function decode(url: string): string {
  try {
    return decodeURIComponent(url.replaceAll("+", " "))
  } catch {
    return url
  }
}
