/** People at work in the org: records come, change, go, come back, are merged, and some are committed late. */
import type { Emulator } from "./emulator.ts"

interface BusyOrg {
  /** How many changes were made so far. */
  readonly changes: () => number
  readonly stop: () => Promise<void>
}

/** The same sequence each time; when a change falls is up to the machine. */
const numbers = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) % below
  }
}

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

export const keepBusy = (org: Emulator, objects: ReadonlyArray<string>, everyMillis = 60): BusyOrg => {
  const below = numbers(7)
  let going = true
  let changes = 0
  const some = <A>(list: ReadonlyArray<A>, most: number): ReadonlyArray<A> =>
    Array.from({ length: 1 + below(most) }, () => list[below(list.length)]).filter((one) => one !== undefined)

  const take = (ids: Array<string>): ReadonlyArray<string> => ids.splice(below(ids.length), 1)

  interface Rows {
    readonly object: string
    readonly ids: Array<string>
    readonly gone: Array<string>
    readonly locked: Array<{ readonly id: string; readonly free: number }>
  }
  type Change = (rows: Rows, turn: number) => Promise<unknown>

  const lately = () => (below(5) === 0 ? { lateCommitSeconds: 1 + below(20) } : {})
  const nameOf = (object: string): string => (object === "Contact" ? "LastName" : "Name")

  const insert: Change = async ({ object, ids }, turn) => {
    const more = object === "Opportunity" ? { StageName: "Prospecting", CloseDate: "2027-03-31" } : {}
    const rows = Array.from({ length: 1 + below(3) }, (_, at) => ({
      [nameOf(object)]: `new ${turn} ${at}`,
      ...more
    }))
    const late = lately()
    const { inserted } = await org.records(object, { insert: rows, ...late })
    if ("lateCommitSeconds" in late) return
    for (const id of inserted ?? []) touched.set(id, Date.now())
    ids.push(...(inserted ?? []))
  }
  const touched = new Map<string, number>()
  /** Two changes within one second of which the later one is committed late: nobody can tell them apart by stamps. */
  const isSettled = (id: string): boolean => Date.now() - (touched.get(id) ?? 0) > 2000

  // A row that an open transaction has changed is locked: nobody else changes it until that is committed.
  const update: Change = async ({ object, ids, locked }, turn) => {
    const late = lately()
    const chosen = [...new Set(some(ids, 5))]
    const rows = "lateCommitSeconds" in late ? chosen.filter(isSettled) : chosen
    for (const id of rows) touched.set(id, Date.now())
    const body = { update: rows.map((Id) => ({ Id, [nameOf(object)]: `changed ${turn}` })), ...late }
    await org.records(object, body)
    if (!("lateCommitSeconds" in late)) return
    const free = Date.now() + (late.lateCommitSeconds + 1) * 1000
    for (const id of rows) {
      ids.splice(ids.indexOf(id), 1)
      locked.push({ id, free })
    }
  }
  const remove: Change = ({ object, ids, gone }) => {
    const taken = take(ids)
    gone.push(...taken)
    return org.records(object, { delete: taken })
  }
  const removeForGood: Change = ({ object, ids }) => org.records(object, { hardDelete: take(ids) })
  const bringBack: Change = ({ object, ids, gone }) => {
    const taken = gone.splice(-1)
    ids.push(...taken)
    for (const id of taken) touched.set(id, Date.now())
    return org.records(object, { undelete: taken })
  }
  const merge: Change = async ({ object, ids }) => {
    if (object === "Opportunity") return
    const losers = take(ids)
    const master = String(ids[below(ids.length)])
    touched.set(master, Date.now())
    await org.records(object, { merge: { master, losers } })
  }
  const kinds: ReadonlyArray<Change> = [
    insert,
    insert,
    update,
    update,
    update,
    remove,
    removeForGood,
    bringBack,
    merge
  ]
  const change = async (rows: Rows): Promise<void> => {
    await kinds[below(kinds.length)]?.(rows, changes++)
  }

  const work = async (object: string): Promise<void> => {
    const ids = (await org.truth(object))
      .filter((row) => row.IsDeleted === false)
      .map((row) => String(row.Id))
    const rows: Rows = { object, ids, gone: [], locked: [] }
    while (going) {
      const isFree = ({ free }: { readonly free: number }): boolean => free <= Date.now()
      ids.push(...rows.locked.filter(isFree).map(({ id }) => id))
      rows.locked.splice(0, rows.locked.length, ...rows.locked.filter((row) => !isFree(row)))
      await change(rows).catch((error: Error) => {
        // A row that another change has taken meanwhile.
        if (!/: 4\d\d /.test(error.message)) throw error
      })
      await pause(everyMillis)
    }
  }
  const all = Promise.all(objects.map(work))
  return {
    changes: () => changes,
    stop: async () => {
      going = false
      await all
    }
  }
}
