/** What a family of demo records is made from: the records before it, chance and stamps of its own. */
import type { Org } from "../../org/org.ts"
import { hazards } from "../hazards.ts"
import { Random } from "../random.ts"
import type { Records } from "../records.ts"
import { day, Stamps } from "../stamps.ts"

export interface DemoOpportunity {
  readonly Id: string
  readonly AccountId: string | null
  readonly Name: string
  readonly StageName: string
  readonly Amount: number | null
  readonly Probability: number
  readonly CloseDate: string
  readonly CreatedDate: string
  readonly LastModifiedDate: string
  readonly OwnerId: string
}

export interface DemoRecords {
  readonly org: Org["Service"]
  readonly records: Records
  readonly seed: number
  readonly users: ReadonlyArray<string>
  readonly accounts: ReadonlyArray<string>
  readonly contacts: ReadonlyArray<string>
  readonly opportunities: ReadonlyArray<DemoOpportunity>
}

export class Family {
  readonly random: Random
  /** The start of the org's day, so that the same day gives the same rows. */
  readonly now: number
  readonly #stamps: Stamps
  readonly #demo: DemoRecords
  #hazard = 0

  /** `number` keeps the chance of one family apart from the others'. */
  constructor(demo: DemoRecords, number: number) {
    this.#demo = demo
    this.random = new Random(demo.seed * 1000 + number)
    this.now = Math.floor(demo.org.clock.now() / day) * day
    this.#stamps = new Stamps(this.random, this.now)
  }

  audit() {
    return this.#stamps.audit(this.#demo.users)
  }

  binned(daysAgo: number) {
    return this.#stamps.binned(daysAgo)
  }

  add(object: string, values: Readonly<Record<string, unknown>>): string {
    return this.#demo.records.add(object, values)
  }

  /** `count` rows with the numbers from 1, and their ids. */
  rows(object: string, count: number, values: (number: number) => Readonly<Record<string, unknown>>) {
    return Array.from({ length: count }, (_, at) => this.add(object, { ...this.audit(), ...values(at + 1) }))
  }

  user(): string {
    return this.random.pick(this.#demo.users)
  }

  /** The value, or null in `share` of the cases. */
  maybe<A>(share: number, value: () => A): A | null {
    return this.random.chance(share) ? null : value()
  }

  /** A harmless text, or every so often one that careless copies damage. */
  text(every: number, harmless: string): string {
    return this.random.chance(1 / every) ? (hazards[this.#hazard++ % hazards.length] ?? harmless) : harmless
  }
}
