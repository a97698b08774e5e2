/**
 * What a copy must hold after each version, when commit by commit rows are written, written again and deleted: the
 * same for the process that commits, for the one that looks, and for the test that compares.
 */
import { account, type Cells, second } from "./account.ts"
import { randomBelow } from "./random-below.ts"

const keyCount = 400
const changedPerCommit = 60
const deletedPerCommit = 3

interface Row {
  readonly name: number
  readonly deleted: boolean
}

export interface Change {
  readonly upserts: ReadonlyArray<string>
  readonly deletes: ReadonlyArray<string>
}

const keyOf = (index: number): string => `001${String(index).padStart(6, "0")}`

export const changeOf = (seed: number, version: number): Change => {
  if (version === 1) return { upserts: Array.from({ length: keyCount }, (_, at) => keyOf(at)), deletes: [] }
  const random = randomBelow(seed + version * 7919)
  const keys = new Set<string>()
  while (keys.size < changedPerCommit + deletedPerCommit) keys.add(keyOf(random(keyCount)))
  const all = [...keys]
  return { upserts: all.slice(deletedPerCommit), deletes: all.slice(0, deletedPerCommit) }
}

export const rowOf = (key: string, version: number): Cells => account(key, version, { Name: String(version) })

export const deletionOf = (key: string, version: number): Cells => ({
  Id: key,
  SystemModstamp: second(version)
})

export interface State {
  readonly rows: ReadonlyMap<string, Row>
  readonly versions: number
}

/** The states after version 0, 1, 2, … */
export const statesUpTo = (seed: number, last: number): ReadonlyArray<State> => {
  const states: Array<State> = [{ rows: new Map(), versions: 0 }]
  for (let version = 1; version <= last; version++) {
    const before = states[version - 1]
    const rows = new Map(before?.rows)
    const { upserts, deletes } = changeOf(seed, version)
    for (const key of upserts) rows.set(key, { name: version, deleted: false })
    for (const key of deletes) {
      const row = rows.get(key)
      if (row !== undefined) rows.set(key, { ...row, deleted: true })
    }
    states.push({ rows, versions: (before?.versions ?? 0) + upserts.length })
  }
  return states
}

/** One line about a state; the query gives the same line about a copy. */
export const lineOf = (version: number, state: State): string => {
  const rows = [...state.rows.values()]
  const live = rows.filter(({ deleted }) => !deleted).length
  const sum = rows.reduce((total, { name }) => total + name, 0)
  return [version, rows.length, rows.length, live, sum, state.versions, live].join(" ")
}

export const lineQuery = `SELECT concat_ws(' ', (SELECT version FROM _decant.checkpoints), count(*), count(DISTINCT "Id"),
  count(*) FILTER (WHERE "IsDeleted" IS NOT TRUE), sum("Name"::INTEGER),
  (SELECT count(*) FROM salesforce."Account_history"), (SELECT count(*) FROM salesforce."Account_history" WHERE is_current))
  FROM salesforce."Account"`
