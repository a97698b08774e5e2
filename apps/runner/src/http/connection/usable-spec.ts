/** The spec of a connection as it is in use: the last text without mistakes. */
import { Effect } from "effect"
import { type ShelvedSpec, SpecShelf } from "../../serve/spec-shelf.ts"
import type { SpecFile } from "../../spec-file.ts"
import { httpError } from "../answer.ts"

export const usable = Effect.fnUntraced(function* (id: string) {
  const shelf = yield* SpecShelf
  const shelved: ShelvedSpec = yield* shelf.get(id)
  const specFile: SpecFile | null = shelved.specFile
  if (specFile === null) return yield* shelved.failure ?? httpError("NOT_CONNECTED")
  return { ...shelved, specFile }
})
