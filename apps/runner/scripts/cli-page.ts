/** docs/cli.md from the commands themselves: `npm run cli-page --workspace apps/runner` writes it. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer, Option } from "effect"
import { CliConfig, CliOutput, Command, GlobalFlag, type HelpDoc } from "effect/cli"
import { root } from "../src/commands/root.ts"

const helpOf = (path: ReadonlyArray<string>): Effect.Effect<HelpDoc.HelpDoc> => {
  const docs: Array<HelpDoc.HelpDoc> = []
  const presenter: CliOutput.Presenter = {
    present: (event) =>
      Effect.sync(() => {
        if (event._tag === "Help") docs.push(event.helpDoc)
      })
  }
  return Command.runWith(root, { version: "" })([...path, "--help"]).pipe(
    Effect.provide(
      Layer.mergeAll(
        NodeServices.layer,
        CliOutput.layerPresenter(presenter),
        CliConfig.layer({
          builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions, GlobalFlag.LogLevel]
        })
      )
    ),
    Effect.orDie,
    Effect.map(() => {
      const doc = docs[0]
      if (doc === undefined) throw new Error(`decant ${path.join(" ")} has no help`)
      return doc
    })
  )
}

const names = (flag: HelpDoc.FlagDoc): string => {
  const value =
    flag.type === "boolean" ? "" : ` ${flag.type.length > 12 || flag.type === "choice" ? "VALUE" : flag.type}`
  return [`--${flag.name}`, ...flag.aliases].map((name) => `\`${name}${value}\``).join(", ")
}

const item = (left: string, description: Option.Option<string>): string => {
  const text = Option.getOrElse(description, () => "")
    .replaceAll("_", "\\_")
    .replaceAll("*", "\\*")
  return `- ${left}: ${text}`
}

const code = (lines: ReadonlyArray<string>): ReadonlyArray<string> => ["```sh", ...lines, "```"]

const list = (title: string, items: ReadonlyArray<string>): ReadonlyArray<string> =>
  items.length === 0 ? [] : [title, "", ...items, ""]

const subcommandsOf = (doc: HelpDoc.HelpDoc): ReadonlyArray<HelpDoc.SubcommandDoc> =>
  (doc.subcommands ?? []).flatMap(({ commands }) => [...commands])

const section = (path: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const doc = yield* helpOf(path)
    const own = [
      `${"#".repeat(path.length + 2)} decant ${path.join(" ")}`,
      "",
      `${doc.description}.`.replace(/([.!?])\.$/, "$1"),
      "",
      ...code([doc.usage]),
      "",
      ...list(
        "Arguments:",
        (doc.args ?? []).map((arg) => item(`\`${arg.name}\``, arg.description))
      ),
      ...list(
        "Flags:",
        doc.flags.map((flag) => item(names(flag), flag.description))
      ),
      ...((doc.examples ?? []).length === 0
        ? []
        : [
            ...code(
              (doc.examples ?? []).flatMap(({ command, description }, index) => [
                ...(index === 0 ? [] : [""]),
                `# ${description ?? ""}`,
                command
              ])
            ),
            ""
          ])
    ]
    const below = yield* Effect.forEach(subcommandsOf(doc), ({ name }) => section([...path, name]))
    return [...own, ...below.flat()]
  })

const intro = `# The command line

What \`decant --help\` and \`decant COMMAND --help\` say, in one page. It is written from the commands by
\`npm run cli-page --workspace apps/runner\`; a test holds it current.

Answers go to stdout, everything else to stderr. A mistake in a command line, a spec that cannot be used and an unknown name are
told before anything is read or written.

## Exit codes

| code | means                                                  |
| ---: | ------------------------------------------------------ |
|    0 | done                                                   |
|    1 | failed: network, destination, or every stream          |
|    2 | wrong command line or spec                             |
|    3 | some streams failed, the others are committed          |
|    4 | credentials must be renewed                            |
|    5 | paused for the budget of API calls; the state is saved |
|    6 | another run holds the lock                             |
|    7 | \`verify\` found differences                             |
|  130 | interrupted; the state is saved                        |

What each error means and what to do about it: [errors](errors.md).

## Completion

\`\`\`sh
decant --completions bash >> ~/.bashrc
decant --completions zsh > "\${fpath[1]}/_decant"
decant --completions fish > ~/.config/fish/completions/decant.fish
\`\`\`

Commands, flags, their choices and file names are completed in a new shell.
`

export const cliPage: Effect.Effect<string> = Effect.gen(function* () {
  const doc = yield* helpOf([])
  const groups = yield* Effect.forEach(doc.subcommands ?? [], ({ group, commands }) =>
    Effect.map(
      Effect.forEach(commands, ({ name }) => section([name])),
      (sections) => [`## ${group ?? "Commands"}`, "", ...sections.flat()]
    )
  )
  return [
    intro,
    "## Flags of every command",
    "",
    ...(doc.globalFlags ?? []).map((flag) => item(names(flag), flag.description)),
    "",
    ...groups.flat()
  ]
    .join("\n")
    .trimEnd()
    .concat("\n")
})
