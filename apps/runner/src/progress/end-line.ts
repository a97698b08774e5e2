/** What a stream came to, in a few words. */
import type { StreamTally } from "../sync/stream-tally.ts"
import { counted } from "../terminal/numbers.ts"

export const endMark = (tally: StreamTally): string => {
  if (tally.outcome.kind === "failed") return "✘"
  return tally.outcome.kind === "open" ? "‖" : "✔"
}

export const changesText = (of: {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
}): string => {
  const parts = [
    of.inserted > 0 ? `${counted(of.inserted, "row")} inserted` : "",
    of.updated > 0 ? `${counted(of.updated, "row")} updated` : "",
    of.deleted > 0 ? `${counted(of.deleted, "row")} deleted` : ""
  ].filter((part) => part !== "")
  return parts.length === 0
    ? "nothing changed"
    : parts.join(", ").replaceAll(/ rows? (?=updated|deleted)/g, " ")
}

export const endText = (tally: StreamTally): string => {
  if (tally.outcome.kind === "failed") return tally.outcome.failure.message
  if (tally.outcome.kind === "open") return `stopped; ${changesText(tally)} so far`
  const seconds = ((tally.finishedAt ?? 0) - (tally.startedAt ?? 0)) / 1000
  return `${changesText(tally)} (${tally.mode}, ${seconds.toFixed(1)} s)`
}
