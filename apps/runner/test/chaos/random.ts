/** Choices that follow from a seed alone, so that a run can be made once more. */

/** FNV-1a: names of purposes become numbers. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}

export interface Random {
  /** From 0 up to, but not, 1. */
  readonly next: () => number
  readonly chance: (probability: number) => boolean
  /** From `least` to `most`, both included. */
  readonly integer: (least: number, most: number) => number
  /** Null from an empty list. */
  readonly pick: <A>(list: ReadonlyArray<A>) => A | null
  /** Up to `count` different ones. */
  readonly some: <A>(list: ReadonlyArray<A>, count: number) => ReadonlyArray<A>
  /** A source of its own, so that what one part draws does not shift what another part does. */
  readonly part: (name: string | number) => Random
}

/** Mulberry32. */
export const randomOf = (seed: string): Random => {
  let state = hashOf(seed)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  const pick = <A>(list: ReadonlyArray<A>): A | null => list[integer(0, list.length - 1)] ?? null
  return {
    next,
    chance: (probability) => next() < probability,
    integer,
    pick,
    some: (list, count) => {
      const left = [...list]
      const chosen: Array<(typeof left)[number]> = []
      while (chosen.length < count && left.length > 0) {
        chosen.push(...left.splice(integer(0, left.length - 1), 1))
      }
      return chosen
    },
    part: (name) => randomOf(`${seed}/${name}`)
  }
}
