/** `decant connect`: logs in to the org of the spec, and looks after the logins that are stored. */
import { dirname, resolve } from "node:path"
import { Effect, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { methods } from "../connect/chosen-auth.ts"
import { RunnerError } from "../runner-error.ts"
import { readCopySpec, readSpec } from "../spec-file.ts"
import type { Screen } from "../terminal/screen.ts"
import { clusterFlag, theCluster } from "./cluster-flag.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"

const flags = {
  spec: specArgument,
  method: Flag.Literals("method", methods).pipe(
    Flag.withMetavar("METHOD"),
    Flag.withDescription("Try another way to log in than the spec's"),
    Flag.optional
  ),
  noBrowser: Flag.Boolean("no-browser").pipe(
    Flag.withDescription("Print the address to open instead of opening a browser"),
    Flag.withDefault(false)
  ),
  list: Flag.Boolean("list").pipe(
    Flag.withDescription("List the stored logins beside the spec"),
    Flag.withDefault(false)
  ),
  rename: Flag.String("rename").pipe(
    Flag.withMetavar("NEW"),
    Flag.withDescription("Give the stored login another name"),
    Flag.optional
  ),
  disconnect: Flag.Boolean("disconnect").pipe(
    Flag.withDescription("Revoke the stored login at Salesforce and remove it"),
    Flag.withDefault(false)
  ),
  connection: Flag.String("connection").pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("Which stored login to rename or disconnect (default: the spec's name)"),
    Flag.optional
  ),
  cluster: clusterFlag.pipe(
    Flag.withDescription("Keep the login in the Postgres that workers meet in, for all of them")
  ),
  generateKey: Flag.Boolean("generate-key").pipe(
    Flag.withDescription("Make a private key and certificate for jwt-bearer beside the spec"),
    Flag.withDefault(false)
  )
}

/** The spec's name, also while variables that only the login needs are not set yet. */
const nameIn = (file: string) => Effect.map(readCopySpec(file, process.env), ({ spec }) => spec.name)

const keyName = (file: string) =>
  nameIn(file).pipe(
    Effect.catchIf(
      (error) => error.code === "SPEC_NOT_FOUND",
      () => Effect.succeed("decant")
    )
  )

/** As all commands are known from the start, but few of them log in. */
const loadActions = Effect.promise(() => import("../connect/connect-actions.ts"))

/** Where logins are kept: the files beside the spec, or the database of the workers. */
const storeOf = Effect.fnUntraced(function* (cluster: Option.Option<string>, screen: Screen) {
  if (Option.isNone(cluster)) return Layer.empty
  const url = yield* theCluster(cluster, screen)
  const { sharedLogins } = yield* Effect.promise(() => import("../cluster/shared-logins.ts"))
  return sharedLogins({ url, notice: screen.note })
})

const actionFlags = ["list", "rename", "disconnect", "generateKey"] as const

const isAsked = (flag: boolean | Option.Option<string>): boolean =>
  typeof flag === "boolean" ? flag : Option.isSome(flag)

export const connect = Command.make(
  "connect",
  flags,
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const file = yield* theSpecFile(input.spec)
    if (actionFlags.filter((flag) => isAsked(input[flag])).length > 1) {
      return yield* RunnerError.usage(
        "--list, --rename, --disconnect and --generate-key exclude each other.",
        "Give one of them at a time."
      )
    }
    const actions = yield* loadActions
    const place = { folder: dirname(resolve(file)), screen }
    if (input.generateKey) return yield* actions.makeKey({ ...place, name: yield* keyName(file) })
    const login = Option.match(input.connection, { onNone: () => nameIn(file), onSome: Effect.succeed })
    const act = Effect.gen(function* () {
      if (input.list) return yield* actions.listLogins(place)
      if (Option.isSome(input.rename))
        return yield* actions.renameLogin(place, yield* login, input.rename.value)
      if (input.disconnect) return yield* actions.endLogin(place, yield* login)
      const specFile = yield* readSpec(file, process.env)
      for (const warning of specFile.warnings) yield* screen.note(`Warning: ${warning}`)
      const method = Option.getOrNull(input.method)
      const shared = Option.isSome(input.cluster) || Boolean(process.env.DECANT_CLUSTER)
      yield* actions.connectOrg({ specFile, method, browser: !input.noBrowser, screen, shared })
    })
    yield* act.pipe(Effect.provide([actions.http, yield* storeOf(input.cluster, screen)]))
  })
).pipe(
  Command.withDescription("Log in to Salesforce as the spec says, and keep the login encrypted"),
  Command.withExamples([
    { command: "decant connect", description: "Log in to the org of ./decant.yaml" },
    { command: "decant connect acme.yaml --no-browser", description: "On a machine without a browser" },
    { command: "decant connect acme.yaml --generate-key", description: "A key pair for jwt-bearer" },
    {
      command: "decant connect acme.yaml --cluster postgres://decant@db.acme.example/decant",
      description: "A login for all workers of a cluster"
    },
    { command: "decant connect acme.yaml --list", description: "Which logins are stored" },
    { command: "decant connect acme.yaml --disconnect", description: "Revoke this spec's login" }
  ])
)
