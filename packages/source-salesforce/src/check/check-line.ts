/** Lines of `decant check`: what was looked at, how it is, and what to do where it is not well. */
import type { CheckLine, Failure } from "@decant/connector"

export const ok = (name: string, detail: string): CheckLine => ({
  name,
  status: "ok",
  detail,
  failure: null
})

/** A sync works, but somebody should know. */
export const warn = (name: string, failure: Failure): CheckLine => ({
  name,
  status: "warn",
  detail: failure.message,
  failure
})

export const fail = (name: string, failure: Failure): CheckLine => ({
  name,
  status: "fail",
  detail: failure.message,
  failure
})
