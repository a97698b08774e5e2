/** A spec file, or a folder of them: what commands that run many specs take. */
import { stat } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { ConnectorError } from "@decant/connector"
import { Effect, Option } from "effect"
import { Argument } from "effect/cli"
import { defaultSpecFile } from "../spec-file.ts"
import { SpecFlag } from "./flags.ts"

export const placeArgument = Argument.String("spec").pipe(
  Argument.withDescription("A spec file, or a folder of them (default ./decant.yaml, or this folder)"),
  Argument.optional
)

const kindOf = (path: string): Effect.Effect<"file" | "folder" | null> =>
  Effect.promise(() =>
    stat(path).then(
      (found) => (found.isDirectory() ? "folder" : "file"),
      () => null
    )
  )

/** What is named; else ./decant.yaml, or the folder where there is none. */
export const thePlace = Effect.fnUntraced(function* (argument: Option.Option<string>) {
  const flag = yield* SpecFlag
  const named = Option.orElse(argument, () => flag)
  const path = Option.getOrElse(named, () => defaultSpecFile)
  const kind = yield* kindOf(path)
  if (kind === "folder") return { folder: resolve(path), file: null }
  if (kind === "file") return { folder: dirname(resolve(path)), file: resolve(path) }
  return Option.isSome(named)
    ? yield* ConnectorError.specNotFound(path)
    : { folder: resolve("."), file: null }
})
