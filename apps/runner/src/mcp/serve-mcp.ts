/** Starts the server that the command line asks for. */
import { Effect } from "effect"
import { exitCode } from "../exit-code.ts"
import { RunnerError } from "../runner-error.ts"
import type { SpecFile } from "../spec-file.ts"
import type { Screen } from "../terminal/screen.ts"
import { version } from "../version.ts"
import { openDesk } from "./desk.ts"
import type { Limits } from "./limits.ts"
import { serveHttp } from "./serve-http.ts"
import { serveStdio } from "./serve-stdio.ts"

export interface McpRequest {
  readonly specFile: SpecFile
  readonly screen: Screen
  /** The port; null for stdin and stdout. */
  readonly http: number | null
  readonly allowWrites: boolean
  readonly objects: ReadonlyArray<string> | null
  readonly allowSync: boolean
  readonly limits: Limits
}

const apiName = /^[A-Za-z][A-Za-z0-9_]*$/

const writableObjects = (request: McpRequest): Effect.Effect<ReadonlyArray<string> | null, RunnerError> => {
  const { allowWrites, objects, specFile } = request
  if (!allowWrites) {
    return objects === null
      ? Effect.succeed(null)
      : Effect.fail(
          RunnerError.usage(
            "--objects names what agents may change, but nothing may be changed.",
            "Add --allow-writes, or leave --objects out."
          )
        )
  }
  const named = objects ?? specFile.spec.mcp?.objects ?? []
  const wrong = named.find((name) => !apiName.test(name))
  if (wrong !== undefined || named.length === 0) {
    return Effect.fail(
      RunnerError.usage(
        wrong === undefined
          ? "--allow-writes needs the objects that agents may change."
          : `--objects has ${JSON.stringify(wrong)}, which is not an API name.`,
        "Name them: `--objects Task,Contact`, or `mcp: { objects: [Task, Contact] }` in the spec."
      )
    )
  }
  return Effect.succeed(named)
}

export const serveMcp = Effect.fnUntraced(function* (request: McpRequest) {
  const { specFile, limits, allowSync, allowWrites, http, screen } = request
  const writable = yield* writableObjects(request)
  const desk = yield* openDesk({ specFile, limits, writable, syncs: allowSync || allowWrites })
  const serving =
    http === null ? serveStdio(desk, version()) : serveHttp(desk, { version: version(), port: http, screen })
  // Ctrl-C is how a server ends: nothing to be told about.
  return yield* Effect.onInterrupt(serving, () =>
    Effect.sync(() => {
      process.exitCode = exitCode.interrupted
    })
  )
}, Effect.scoped)
