/**
 * API calls, counted over the last 24 hours of the org's clock, and the two limits that refuse more of them: the daily
 * allowance, and how many long calls may run at once.
 * https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
 */
import { SalesforceError } from "../server/salesforce-error.ts"
import type { OrgClock } from "./clock.ts"

const dailyAllowance = 100_000
const minute = 60_000
const minutesADay = 24 * 60

interface Concurrency {
  /** How many long calls may run at once. */
  readonly max: number
  /** From how many seconds on a call is a long one. */
  readonly afterSeconds: number
}

interface AppAllowance {
  readonly name: string
  readonly max: number
  readonly used: number
}

const ordinary: Concurrency = { max: 25, afterSeconds: 20 }

const exceeded = (message: string) =>
  new SalesforceError({ status: 403, errorCode: "REQUEST_LIMIT_EXCEEDED", message })

const totalExceeded = exceeded("TotalRequests Limit exceeded.")
const concurrentExceeded = exceeded("ConcurrentRequests (Concurrent API Requests) Limit exceeded.")

export class ApiUsage {
  readonly #clock: OrgClock
  /** Calls by the minute they were made in. */
  readonly #counts = new Map<number, number>()
  /** When the calls under way began, in real milliseconds. */
  readonly #running = new Map<object, number>()
  max = dailyAllowance
  concurrency = ordinary
  perApp: AppAllowance | null = null

  constructor(clock: OrgClock) {
    this.#clock = clock
  }

  get used(): number {
    const oldest = this.#minute() - minutesADay
    let used = 0
    for (const [at, count] of this.#counts) {
      if (at <= oldest) this.#counts.delete(at)
      else used += count
    }
    return used
  }

  /** Sets the calls of the last 24 hours, as if all had been made now. */
  set used(calls: number) {
    this.#counts.clear()
    this.#counts.set(this.#minute(), calls)
  }

  /** Takes a call in and returns what to do when it is answered, or the refusal. */
  begin(): (() => void) | SalesforceError {
    if (this.used >= this.max) return totalExceeded
    const { max, afterSeconds } = this.concurrency
    const longSince = performance.now() - afterSeconds * 1000
    let long = 0
    for (const startedAt of this.#running.values()) if (startedAt <= longSince) long += 1
    if (long >= max) return concurrentExceeded
    this.#counts.set(this.#minute(), (this.#counts.get(this.#minute()) ?? 0) + 1)
    const call = {}
    this.#running.set(call, performance.now())
    return () => this.#running.delete(call)
  }

  get header(): string {
    const all = `api-usage=${this.used}/${this.max}`
    if (this.perApp === null) return all
    const { name, max, used } = this.perApp
    return `${all}; per-app-api-usage=${used}/${max}(appName=${name})`
  }

  reset(): void {
    this.#counts.clear()
    this.max = dailyAllowance
    this.concurrency = ordinary
    this.perApp = null
  }

  #minute(): number {
    return Math.floor(this.#clock.now() / minute)
  }
}
