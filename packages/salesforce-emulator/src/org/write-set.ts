/** All statements of one set of changes to one object's records, with what follows from them. */
import { echoes } from "./echoes.ts"
import type { SObject } from "./field.ts"
import {
  deleteStatements,
  emptyBinStatements,
  mergeStatements,
  purgeStatements,
  undeleteStatements
} from "./removals.ts"
import type { Row } from "./row-values.ts"
import { idList, insertStatements, type Statement, updateStatements, type WriteContext } from "./writes.ts"

type WithId = Row & { readonly Id: string }

/** Records that are checked and have their ids. */
export interface WriteSet {
  readonly insert: ReadonlyArray<WithId>
  readonly update: ReadonlyArray<WithId>
  readonly delete: ReadonlyArray<string>
  readonly undelete?: ReadonlyArray<string>
  readonly hardDelete: ReadonlyArray<string>
  readonly emptyBin?: ReadonlyArray<string>
  readonly merge?: ReadonlyArray<{ readonly master: string; readonly losers: ReadonlyArray<string> }>
  /** Whether getDeleted gets to know of rows that leave for good. */
  readonly logged?: boolean
}

export const writeStatements = (
  context: WriteContext,
  object: SObject,
  { undelete = [], emptyBin = [], merge = [], logged = true, ...set }: WriteSet
): ReadonlyArray<Statement> => {
  const losers = merge.flatMap((each) => each.losers)
  return [
    ...insertStatements(context, object, set.insert),
    ...updateStatements(context, object, set.update),
    ...deleteStatements(context, object, set.delete),
    ...undeleteStatements(context, object, undelete),
    ...purgeStatements(context, object, set.hardDelete, logged),
    ...(emptyBin.length === 0
      ? []
      : emptyBinStatements(context, object, `"Id" IN (${idList(emptyBin)})`, logged)),
    ...merge.flatMap(({ master, losers: gone }) => mergeStatements(context, object, master, gone)),
    ...echoes(context, object, {
      inserted: set.insert,
      updated: set.update.map(({ Id }) => Id),
      moved: [...set.delete, ...undelete, ...set.hardDelete, ...losers]
    })
  ]
}
