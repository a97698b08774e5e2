/** `--help` as people scan it: what it does, how to call it, examples, then every flag. */
import { Option } from "effect"
import type { HelpDoc } from "effect/cli"
import type { Surface } from "./screen.ts"
import { wrapLine, wrapped } from "./wrap.ts"

interface Entry {
  readonly left: string
  readonly right: string
}

/** Long lists of choices stand in the description, once. */
const longestType = 12

const flagEntry = (flag: HelpDoc.FlagDoc): Entry => {
  const names = [`--${flag.name}`, ...flag.aliases].join(", ")
  const value = flag.type.length > longestType || flag.type === "choice" ? "VALUE" : flag.type
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

const widest = (entries: ReadonlyArray<Entry>): number => Math.max(...entries.map(({ left }) => left.length))

const section = (
  title: string,
  entries: ReadonlyArray<Entry>,
  surface: Surface,
  width = widest(entries)
): ReadonlyArray<string> => {
  if (entries.length === 0) return []
  return ["", surface.paint("bold", title), ...entries.flatMap((entry) => entryLines(entry, width, surface))]
}

const entryLines = ({ left, right }: Entry, width: number, surface: Surface): ReadonlyArray<string> => {
  const room = surface.isTerminal ? surface.columns - width - 4 : Number.POSITIVE_INFINITY
  const [first = "", ...more] = wrapLine(right, Math.max(room, 20), 0)
  return [
    `  ${surface.paint("cyan", left.padEnd(width))}  ${first}`.trimEnd(),
    ...more.map((line) => `${" ".repeat(width + 4)}${line}`)
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

const commandSections = ({ subcommands = [] }: HelpDoc.HelpDoc, surface: Surface): ReadonlyArray<string> => {
  const width = widest(subcommands.flatMap(({ commands }) => commands.map(commandEntry)))
  return subcommands.flatMap(({ group, commands }) =>
    section(group?.toUpperCase() ?? "COMMANDS", commands.map(commandEntry), surface, width)
  )
}

export const helpText = (doc: HelpDoc.HelpDoc, surface: Surface): string =>
  [
    wrapped(doc.description, surface),
    "",
    surface.paint("bold", "USAGE"),
    `  ${doc.usage}`,
    ...commandSections(doc, surface),
    ...section("ARGUMENTS", (doc.args ?? []).map(argumentEntry), surface),
    ...section("FLAGS", doc.flags.map(flagEntry), surface),
    ...section("FLAGS OF EVERY COMMAND", (doc.globalFlags ?? []).map(flagEntry), surface),
    ...examples(doc, surface)
  ].join("\n")
