/** One version of a table: the log replayed up to it. */
import type { Action, AddFile, MetaData, Protocol, RemoveFile, Txn } from "./actions.ts"

export interface Snapshot {
  /** -1: there is no table. */
  readonly version: number
  readonly protocol: Protocol | null
  readonly metaData: MetaData | null
  readonly files: ReadonlyMap<string, AddFile>
  readonly removed: ReadonlyMap<string, RemoveFile>
  readonly txns: ReadonlyMap<string, Txn>
}

export const noTable: Snapshot = {
  version: -1,
  protocol: null,
  metaData: null,
  files: new Map(),
  removed: new Map(),
  txns: new Map()
}

/** The snapshot after these actions. */
export const replay = (before: Snapshot, version: number, actions: ReadonlyArray<Action>): Snapshot => {
  const files = new Map(before.files)
  const removed = new Map(before.removed)
  const txns = new Map(before.txns)
  let { protocol, metaData } = before
  for (const { add, remove, txn, metaData: newMetaData, protocol: newProtocol } of actions) {
    if (add) {
      files.set(add.path, add)
      removed.delete(add.path)
    }
    if (remove) {
      files.delete(remove.path)
      removed.set(remove.path, remove)
    }
    if (txn) txns.set(txn.appId, txn)
    if (newMetaData) metaData = newMetaData
    if (newProtocol) protocol = newProtocol
  }
  return { version, protocol, metaData, files, removed, txns }
}
