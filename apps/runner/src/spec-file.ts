/** Reads spec files from disk. Relative paths in a spec are relative to its folder. */
import { dirname, join, resolve } from "node:path"
import { ConnectorError, type CopySpec, decodeCopySpec, decodeSpec, type Spec } from "@decant/connector"
import { Effect } from "effect"
import { listFolder, readText } from "./files.ts"
import type { RunnerError } from "./runner-error.ts"

export interface SpecFile<S = Spec> {
  /** As the person named it. */
  readonly file: string
  readonly folder: string
  readonly spec: S
  readonly warnings: ReadonlyArray<string>
}

export const defaultSpecFile = "decant.yaml"

/** Files in the same folder that look like specs: what a person may have meant. */
const specsBeside = (file: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const folder = dirname(file)
    const names = (yield* listFolder(folder)).filter((name) => /\.ya?ml$/.test(name)).sort()
    const texts = yield* Effect.forEach(names, (name) => readText(join(folder, name)))
    return names
      .filter((_, index) => /^source:/m.test(texts[index] ?? ""))
      .map((name) => (folder === "." ? name : join(folder, name)))
  }).pipe(Effect.orElseSucceed(() => []))

const textOf = (file: string): Effect.Effect<string, ConnectorError | RunnerError> =>
  readText(file).pipe(
    Effect.filterOrElse(
      (text) => text !== null,
      () =>
        Effect.flatMap(specsBeside(file), (others) => Effect.fail(ConnectorError.specNotFound(file, others)))
    )
  )

export const readSpec = (
  file: string,
  env: NodeJS.ProcessEnv
): Effect.Effect<SpecFile, ConnectorError | RunnerError> =>
  textOf(file).pipe(
    Effect.flatMap((text) => decodeSpec({ file, text, env })),
    Effect.map((decoded) => ({ file, folder: dirname(resolve(file)), ...decoded }))
  )

/** For commands that only look into the copy: variables that only the source needs may be unset. */
export const readCopySpec = (
  file: string,
  env: NodeJS.ProcessEnv
): Effect.Effect<SpecFile<CopySpec>, ConnectorError | RunnerError> =>
  textOf(file).pipe(
    Effect.flatMap((text) => decodeCopySpec({ file, text, env })),
    Effect.map((decoded) => ({ file, folder: dirname(resolve(file)), ...decoded }))
  )

export interface RunPaths {
  readonly checkpoint: string
  readonly lock: string
  readonly spool: string
}

export const runPaths = (of: {
  readonly folder: string
  readonly spec: Pick<Spec, "name" | "checkpoint">
}): RunPaths => {
  const checkpoint = resolve(of.folder, of.spec.checkpoint ?? `.decant/${of.spec.name}.checkpoint.json`)
  return { checkpoint, lock: `${checkpoint}.lock`, spool: `${checkpoint}.spool` }
}

/** A proof runs beside syncs, so it has a lock and a spool of its own. */
export const verifyPaths = (of: Parameters<typeof runPaths>[0]): Pick<RunPaths, "lock" | "spool"> => {
  const own = `${runPaths(of).checkpoint}.verify`
  return { lock: `${own}.lock`, spool: `${own}.spool` }
}
