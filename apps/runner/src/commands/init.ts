/** `decant init`: a first spec, by questions on a terminal and by flags everywhere else. */
import { existsSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { specJsonSchema } from "@decant/connector"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { methods } from "../connect/chosen-auth.ts"
import { writeDurably } from "../files.ts"
import { askCheck } from "../init/ask-person.ts"
import { chooseByFlags, chooseByQuestions, type Given, unsetVariables } from "../init/choose-spec.ts"
import { type StarterRoles, type StarterSpec, starterSpec } from "../init/starter-spec.ts"
import { RunnerError } from "../runner-error.ts"
import { checkSpec } from "./check.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const flags = {
  spec: specArgument,
  name: text("name", "NAME", "Name of the copy (default: the file's name)"),
  environment: text("environment", "ORG", "production, sandbox or the My Domain address"),
  method: Flag.Literals("method", methods).pipe(
    Flag.withMetavar("METHOD"),
    Flag.withDescription("How to log in (default oauth: in the browser)"),
    Flag.optional
  ),
  objects: Flag.String("object").pipe(
    Flag.withMetavar("O"),
    Flag.withDescription("Copy this object (may be repeated; default Account, Contact, Opportunity, User)"),
    Flag.atLeast(0)
  ),
  logo: text("logo", "FIELD", "The field of Account that holds the customer's logo"),
  reference: text("reference", "FIELD", "The field that says whether the customer is a reference"),
  marketingRights: text("marketing-rights", "FIELD", "The field that says whether name and logo may be used"),
  destination: Flag.Literals("destination", ["duckdb", "parquet", "postgres"]).pipe(
    Flag.withDescription("Where the copy goes (default duckdb)"),
    Flag.optional
  ),
  path: text("path", "PATH", "The DuckDB file, the Parquet folder or s3:// address"),
  fromOrg: Flag.Boolean("from-org").pipe(
    Flag.withDescription(
      "Log in and take the custom fields that look like logo, reference and marketing rights"
    ),
    Flag.withDefault(false)
  ),
  noBrowser: Flag.Boolean("no-browser").pipe(
    Flag.withDescription("Print the address of the login instead of opening a browser"),
    Flag.withDefault(false)
  ),
  force: Flag.Boolean("force").pipe(
    Flag.withDescription("Write over a spec file that is there"),
    Flag.withDefault(false)
  )
}

const objectOf = (entries: Readonly<Record<string, Option.Option<string>>>): StarterRoles =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) => (Option.isSome(value) ? [[key, value.value]] : []))
  )

const givenDestination = (
  name: string,
  type: Option.Option<StarterSpec["destination"]["type"]>,
  path: Option.Option<string>
): StarterSpec["destination"] | undefined => {
  if (Option.isNone(type) && Option.isNone(path)) return undefined
  const kind = Option.getOrElse(type, () => "duckdb" as const)
  const usual = kind === "parquet" ? `./${name}` : `./${name}.duckdb`
  return { type: kind, path: Option.getOrElse(path, () => usual) }
}

const roleWords: Readonly<Record<string, string>> = {
  logo: "the logo",
  reference: "the reference",
  marketingRights: "the marketing rights"
}

const nextSteps = (of: {
  readonly file: string
  readonly unset: ReadonlyArray<string>
  readonly spec: StarterSpec
}) => {
  const { file, unset, spec } = of
  const variables = unset.map((name) => `export ${name}=…`)
  const key = spec.method === "jwt-bearer" ? [`decant connect ${file} --generate-key`] : []
  const roles = Object.entries(spec.roles).map(([role, field]) => `${field} as ${roleWords[role] ?? role}`)
  return [
    ...(roles.length === 0 ? [] : [`Of Account it takes ${roles.join(", ")}.`]),
    `Wrote ${file}. Next:`,
    ...[...variables, ...key, `decant connect ${file}`, `decant check ${file}`, `decant sync ${file}`].map(
      (line) => `  ${line}`
    )
  ].join("\n")
}

export const init = Command.make(
  "init",
  flags,
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const file = yield* theSpecFile(input.spec)
    if (existsSync(file) && !input.force) {
      return yield* RunnerError.usage(
        `There is a spec already: ${file}.`,
        "Name another file (`decant init acme.yaml`), or write over it with `--force`."
      )
    }
    const asks = process.stdin.isTTY === true && !screen.json
    const name = Option.getOrElse(input.name, () => basename(file).replace(/\.ya?ml$/, "") || "decant")
    const { logo, reference, marketingRights } = input
    const given: Given = {
      name,
      environment: Option.getOrUndefined(input.environment),
      method: Option.getOrUndefined(input.method),
      objects: input.objects,
      roles: objectOf({ logo, reference, marketingRights }),
      destination: givenDestination(name, input.destination, input.path)
    }
    const folder = dirname(resolve(file))
    const place = { file, folder, browser: !input.noBrowser, screen }
    const { spec, loggedIn } = asks
      ? yield* chooseByQuestions(given, place)
      : yield* chooseByFlags(given, input.fromOrg, place)
    const written = starterSpec(spec)
    yield* writeDurably(file, written)
    const schemaFile = join(folder, "decant.schema.json")
    if (!existsSync(schemaFile))
      yield* writeDurably(schemaFile, `${JSON.stringify(specJsonSchema(), null, 2)}\n`)
    const unset = unsetVariables(written)
    if (screen.json) {
      return yield* screen.answer(JSON.stringify({ spec: file, schema: schemaFile, unsetVariables: unset }))
    }
    yield* screen.answer(nextSteps({ file, unset, spec }))
    if (asks && loggedIn && unset.length === 0 && (yield* askCheck)) yield* checkSpec(file, screen)
  })
).pipe(
  Command.withDescription("Write a first spec file: by questions on a terminal, by flags otherwise"),
  Command.withExamples([
    { command: "decant init", description: "Answer a few questions" },
    {
      command: "decant init acme.yaml --environment https://acme.my.salesforce.com --method jwt-bearer",
      description: "Without questions"
    },
    {
      command: "decant init acme.yaml --method client-credentials --from-org",
      description: "Find the roles' fields in the org"
    }
  ])
)
