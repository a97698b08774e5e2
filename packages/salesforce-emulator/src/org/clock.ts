/**
 * The org's own time: real time plus what tests have advanced it by. Stamps, date literals and the Date header
 * follow it; tokens do not.
 */
export class OrgClock {
  #offset = 0

  now(): number {
    return Date.now() + this.#offset
  }

  /** Now in whole seconds, as Salesforce stamps records. */
  stamp(): string {
    return new Date(this.now()).toISOString().slice(0, 19)
  }

  advance(seconds: number): void {
    this.#offset += seconds * 1000
  }

  reset(): void {
    this.#offset = 0
  }
}
