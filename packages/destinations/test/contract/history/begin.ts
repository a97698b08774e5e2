/** A destination that keeps history, and short words for what the tests do to it. */
import { Effect } from "effect"
import {
  account,
  type Cells,
  type CommitOptions,
  commitAfter,
  type SegmentOptions,
  second,
  segment,
  withSchema
} from "../../account.ts"
import { type OpenOptions, openNew, rowsOf, type Subject } from "../../subject.ts"

export const schema = withSchema({ history: true })

export const columnsOf = (names: string): string =>
  `SELECT ${names} FROM "Account_history" ORDER BY "Id", valid_from, valid_to NULLS LAST`

export const versions = columnsOf(`"Id", "Name", valid_from, valid_to`)

/** A destination in a folder of its own, and commits that follow each other. */
export const begin = Effect.fnUntraced(function* (subject: Subject, options: OpenOptions = {}) {
  const { at, destination } = yield* openNew(subject, options)
  let version = 0
  const commit = (commitOptions: CommitOptions) =>
    Effect.tap(destination.commit(commitAfter(version, { schema, ...commitOptions })), () =>
      Effect.sync(() => version++)
    )
  const read = (asOf: number, rows: ReadonlyArray<Cells>, more: Partial<SegmentOptions> = {}) =>
    commit({ segments: [segment(at, { asOf, rows, ...more })] })
  const patch = (asOf: number, rows: ReadonlyArray<Cells>) =>
    read(asOf, rows, { effect: "patch", header: ["Id", "SystemModstamp", "AnnualRevenue"] })
  const remove = (asOf: number, when: number, ids: ReadonlyArray<string>, schemaOf = schema) =>
    commit({
      schema: schemaOf,
      segments: [
        segment(at, {
          asOf,
          effect: "delete",
          header: ["Id", "SystemModstamp"],
          rows: ids.map((Id) => ({ Id, SystemModstamp: second(when) }))
        })
      ]
    })
  const see = (sql: string) => rowsOf(destination, sql)
  return { at, destination, commit, read, patch, remove, see, last: () => version }
})

export const named = (id: string, at: number, Name: string, cells: Cells = {}) =>
  account(id, at, { Name, ...cells })
