/**
 * The spec files that a server works from. The files are the truth: what an editor, a deployment or the API writes is
 * taken over when it is on disk. A file that becomes broken keeps its last valid version running, and says so.
 */
import type { ConnectorError, SpecMistake } from "@decant/connector"
import { Context, type Effect, type Stream } from "effect"
import type { RunnerError } from "../runner-error.ts"
import type { SpecFile } from "../spec-file.ts"

export interface ShelvedSpec {
  /** The file's name without its ending; unique, and what all else is called by. */
  readonly name: string
  /** Absolute. */
  readonly path: string
  /** As it is on disk. */
  readonly text: string
  /** Changes with the text: what a writer says that it has read. */
  readonly version: string
  /** What runs: this text, or while it is broken the last one that was not; null where there was none. */
  readonly specFile: SpecFile | null
  /** Why this text cannot be used; null when it can. */
  readonly failure: ConnectorError | RunnerError | null
  /** The same one by one; empty when it is valid. */
  readonly mistakes: ReadonlyArray<SpecMistake>
  /** Of the version that runs. */
  readonly warnings: ReadonlyArray<string>
}

export interface SpecChange {
  readonly kind: "added" | "changed" | "removed"
  readonly name: string
}

export interface WriteSpec {
  readonly name: string
  readonly text: string
  /** What the writer has read: null for a file that must not be there yet. */
  readonly version: string | null
}

export class SpecShelf extends Context.Service<
  SpecShelf,
  {
    /** Sorted by name. */
    readonly list: Effect.Effect<ReadonlyArray<ShelvedSpec>>
    /** Fails with `SPEC_UNKNOWN`. */
    readonly get: (name: string) => Effect.Effect<ShelvedSpec, RunnerError>
    /** What is wrong with a text, were it the spec of that name; writes nothing. */
    readonly check: (name: string, text: string) => Effect.Effect<ReadonlyArray<SpecMistake>>
    /**
     * Writes the file whole, keeping its permissions, and shelves it. Fails with `SPEC_CHANGED` when somebody else
     * wrote in between. A broken text is written as well: ask `check` first where that is not wanted.
     */
    readonly write: (spec: WriteSpec) => Effect.Effect<ShelvedSpec, RunnerError>
    /** Deletes the file that was read at that version; its copy and checkpoints stay. A run goes on to its end. */
    readonly remove: (name: string, version: string) => Effect.Effect<void, RunnerError>
    /** From now on. */
    readonly changes: Stream.Stream<SpecChange>
    /** Looks at the disk now; for signals and tests. */
    readonly reload: Effect.Effect<void>
  }
>()("serve/SpecShelf") {}
