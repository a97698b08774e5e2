/**
 * Where the tables lie: a local directory or a bucket. Keys are relative paths with `/`. Whatever is written is
 * durable when the effect ends, and no reader ever sees half a file under its key.
 */
import type { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"

export interface StoredFile {
  /** The last part of the key. */
  readonly name: string
  readonly bytes: number
  readonly modified: number
}

type Io<A> = Effect.Effect<A, DestinationError>

export interface Store {
  /** As the spec has it, resolved; without secrets. */
  readonly location: string
  /** Files are read where they lie. */
  readonly isLocal: boolean
  /** Files directly in a folder; none when there is no such folder. */
  readonly list: (folder: string) => Io<ReadonlyArray<StoredFile>>
  /** Names of the folders in the root. */
  readonly folders: Io<ReadonlyArray<string>>
  readonly read: (key: string) => Io<Buffer | null>
  /** Replaces what is there. */
  readonly write: (key: string, bytes: Buffer) => Io<void>
  /** False when something is there already; of several writers one gets true. */
  readonly putIfAbsent: (key: string, bytes: Buffer) => Io<boolean>
  /** A path that DuckDB can write the file to; nobody sees it before `keep` makes it durable under its key. */
  readonly draft: (key: string) => Io<string>
  /** Begins with what `keep` would wait for, while the draft is still read. */
  readonly settle: (key: string) => Io<void>
  readonly keep: (key: string) => Io<{ readonly bytes: number }>
  /** Paths that DuckDB can read these files at. */
  readonly readable: (keys: ReadonlyArray<string>) => Io<ReadonlyArray<string>>
  readonly remove: (keys: ReadonlyArray<string>) => Io<void>
  /** Makes `<folder>/*.parquet` be exactly these files of `<folder>/data`, where the store can. */
  readonly link: (folder: string, names: ReadonlySet<string>) => Io<void>
  /** Whether a commit could be written, without leaving anything behind. */
  readonly check: Io<void>
  /** Paths from `readable` are good until the body ends. */
  readonly use: <A>(body: Io<A>) => Io<A>
}
