/**
 * The actions of a Delta table's log that Decant reads and writes.
 *
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions
 */
import { Schema } from "effect"

const Texts = Schema.Record(Schema.String, Schema.NullOr(Schema.String))

export const AddFile = Schema.Struct({
  path: Schema.String,
  partitionValues: Texts,
  size: Schema.Finite,
  modificationTime: Schema.Finite,
  dataChange: Schema.Boolean,
  /** JSON: see `FileStats`. */
  stats: Schema.optionalKey(Schema.NullOr(Schema.String)),
  deletionVector: Schema.optionalKey(Schema.Unknown)
})
export type AddFile = typeof AddFile.Type

export const RemoveFile = Schema.Struct({
  path: Schema.String,
  deletionTimestamp: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  dataChange: Schema.Boolean,
  extendedFileMetadata: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
  partitionValues: Schema.optionalKey(Schema.NullOr(Texts)),
  size: Schema.optionalKey(Schema.NullOr(Schema.Finite))
})
export type RemoveFile = typeof RemoveFile.Type

export const Txn = Schema.Struct({
  appId: Schema.String,
  version: Schema.Int,
  lastUpdated: Schema.optionalKey(Schema.NullOr(Schema.Finite))
})
export type Txn = typeof Txn.Type

export const MetaData = Schema.Struct({
  id: Schema.String,
  name: Schema.optionalKey(Schema.NullOr(Schema.String)),
  description: Schema.optionalKey(Schema.NullOr(Schema.String)),
  format: Schema.Struct({ provider: Schema.String, options: Schema.optionalKey(Texts) }),
  schemaString: Schema.String,
  partitionColumns: Schema.Array(Schema.String),
  createdTime: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  configuration: Schema.optionalKey(Texts)
})
export type MetaData = typeof MetaData.Type

export const Protocol = Schema.Struct({
  minReaderVersion: Schema.Int,
  minWriterVersion: Schema.Int
})
export type Protocol = typeof Protocol.Type

export const Action = Schema.Struct({
  add: Schema.optionalKey(Schema.NullOr(AddFile)),
  remove: Schema.optionalKey(Schema.NullOr(RemoveFile)),
  txn: Schema.optionalKey(Schema.NullOr(Txn)),
  metaData: Schema.optionalKey(Schema.NullOr(MetaData)),
  protocol: Schema.optionalKey(Schema.NullOr(Protocol))
})
export type Action = typeof Action.Type

export interface CommitInfo {
  readonly commitInfo: {
    readonly timestamp: number
    readonly operation: string
    readonly operationParameters: Readonly<Record<string, string>>
    readonly engineInfo: string
  }
}

/** A table without what only newer writers understand, so that every reader of Delta tables takes it. */
export const protocol: Protocol = { minReaderVersion: 1, minWriterVersion: 2 }
