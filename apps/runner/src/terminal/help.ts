/** `--help` as people scan it: what it does, how to call it, examples, then every flag. */
import { Option } from "effect"
import type { HelpDoc } from "effect/cli"
import type { Surface } from "./screen.ts"

interface Entry {
  readonly left: string
  readonly right: string
}

/** Long lists of choices stand in the description, once. */
const longestType = 12

const flagEntry = (flag: HelpDoc.FlagDoc): Entry => {
  const names = [`--${flag.name}`, ...flag.aliases].join(", ")
  const value = flag.type.length > longestType ? "VALUE" : flag.type
  return {
    left: flag.type === "boolean" ? names : `${names} ${value}`,
    right: Option.getOrElse(flag.description, () => "")
  }
}

const argumentEntry = (argument: HelpDoc.ArgDoc): Entry => ({
  left: argument.name,
  right: Option.getOrElse(argument.description, () => "")
})

const commandEntry = (command: HelpDoc.SubcommandDoc): Entry => ({
  left: command.name,
  right: command.shortDescription ?? command.description
})

const section = (title: string, entries: ReadonlyArray<Entry>, surface: Surface): ReadonlyArray<string> => {
  if (entries.length === 0) return []
  const width = Math.max(...entries.map(({ left }) => left.length))
  return [
    "",
    surface.paint("bold", title),
    ...entries.map(({ left, right }) => `  ${surface.paint("cyan", left.padEnd(width))}  ${right}`.trimEnd())
  ]
}

const examples = (doc: HelpDoc.HelpDoc, surface: Surface): ReadonlyArray<string> =>
  doc.examples === undefined || doc.examples.length === 0
    ? []
    : [
        "",
        surface.paint("bold", "EXAMPLES"),
        ...doc.examples.flatMap(({ command, description }) => [
          `  ${surface.paint("dim", `# ${description ?? ""}`)}`,
          `  ${command}`
        ])
      ]

export const helpText = (doc: HelpDoc.HelpDoc, surface: Surface): string =>
  [
    doc.description,
    "",
    surface.paint("bold", "USAGE"),
    `  ${doc.usage}`,
    ...section(
      "COMMANDS",
      (doc.subcommands ?? []).flatMap((group) => group.commands.map(commandEntry)),
      surface
    ),
    ...section("ARGUMENTS", (doc.args ?? []).map(argumentEntry), surface),
    ...section("FLAGS", doc.flags.map(flagEntry), surface),
    ...section("FLAGS OF EVERY COMMAND", (doc.globalFlags ?? []).map(flagEntry), surface),
    ...examples(doc, surface)
  ].join("\n")
