/** For a run of few rounds: each kind of fault has its turn, and what no request has met comes again. */
import { type Fault, faults } from "./faults.ts"
import type { Random } from "./random.ts"

export interface FaultDeck {
  readonly deal: (count: number) => ReadonlyArray<Fault>
  readonly wasStruck: (fault: Fault) => void
}

/** Only a first load has jobs. */
const ofFirstLoad = ["failed job", "job gone"]
/** A small org has no result of several pages. */
const ofManyRows = ["expired locator"]

export const openFaultDeck = (random: Random): FaultDeck => {
  const shuffled = random.some(faults, faults.length)
  const isFirst = ({ name }: Fault): boolean => ofFirstLoad.includes(name)
  const whole = [
    ...shuffled.filter(isFirst),
    ...shuffled.filter((fault) => !(isFirst(fault) || ofManyRows.includes(fault.name)))
  ]
  let left = whole
  return {
    deal: (count) => {
      const dealt = left.slice(0, count)
      left = [...left.slice(count), ...dealt]
      return dealt
    },
    wasStruck: (fault) => {
      left = left.filter((other) => other !== fault)
      if (left.length === 0) left = whole
    }
  }
}
