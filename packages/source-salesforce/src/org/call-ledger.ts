/** How many calls that Salesforce counts, and how many bytes, each stream has caused in this process. */
import type { StreamUsage } from "@decant/connector"

export interface CallLedger {
  readonly call: (stream: string | null) => void
  readonly bytes: (stream: string, bytes: number) => void
  readonly api: (stream: string, api: "bulk" | "rest") => void
  readonly usage: (stream: string | null) => StreamUsage
}

const unused: StreamUsage = { apiCalls: 0, bytes: 0, api: null }

export const makeCallLedger = (): CallLedger => {
  const used = new Map<string | null, StreamUsage>()
  const of = (stream: string | null): StreamUsage => used.get(stream) ?? unused
  return {
    call: (stream) => void used.set(stream, { ...of(stream), apiCalls: of(stream).apiCalls + 1 }),
    bytes: (stream, bytes) => void used.set(stream, { ...of(stream), bytes: of(stream).bytes + bytes }),
    api: (stream, api) =>
      void used.set(stream, { ...of(stream), api: of(stream).api === "bulk" ? "bulk" : api }),
    usage: of
  }
}
