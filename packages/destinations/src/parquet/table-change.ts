/** What a commit does to the files of a table, whichever others it has by the time that its log takes it. */
import { mayMeet } from "./append.ts"
import { rangeOf } from "./data-files.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"

export interface TableChange {
  readonly columns: ReadonlyArray<TableColumn>
  readonly added: ReadonlyArray<AddFile>
  readonly removed: ReadonlySet<string>
  /** The files that it had, against which the rows were held. */
  readonly against: ReadonlySet<string>
}

export const pathsOf = (files: ReadonlyArray<AddFile> | undefined): ReadonlySet<string> =>
  new Set((files ?? []).map(({ path }) => path))

export const addedTo = (
  files: ReadonlyArray<AddFile> | undefined,
  columns: ReadonlyArray<TableColumn>,
  added: ReadonlyArray<AddFile>
): TableChange => ({ columns, added, removed: new Set(), against: pathsOf(files) })

/** Only `near` of all files could be changed, and has become `files`. */
export const changeOf = (
  all: ReadonlyArray<AddFile>,
  near: ReadonlyArray<AddFile>,
  columns: ReadonlyArray<TableColumn>,
  files: ReadonlyArray<AddFile>
): TableChange => {
  const [before, now] = [pathsOf(near), pathsOf(files)]
  return {
    columns,
    added: files.filter(({ path }) => !before.has(path)),
    removed: new Set([...before].filter((path) => !now.has(path))),
    against: pathsOf(all)
  }
}

export const after = (
  { added, removed }: TableChange,
  stored: ReadonlyArray<AddFile>
): ReadonlyArray<AddFile> => [...stored.filter(({ path }) => !removed.has(path)), ...added]

/** Files that have come since, and may hold keys of these ranges. */
export const cameNear = (
  { against }: TableChange,
  stored: ReadonlyArray<AddFile>,
  column: string | null,
  ranges: ReadonlyArray<ReturnType<typeof rangeOf>>
): ReadonlyArray<AddFile> =>
  stored.filter(
    (add) => !against.has(add.path) && ranges.some((range) => mayMeet(rangeOf(add.stats, column), range))
  )
