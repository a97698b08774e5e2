/** What is wrong with a command line, in a line: what was probably meant, and how the command is called. */
import { CliError, type HelpDoc } from "effect/cli"
import { RunnerError } from "./runner-error.ts"

const meant = (suggestions: ReadonlyArray<string>): string =>
  suggestions.length === 0 ? "" : ` Did you mean ${suggestions.map((one) => `\`${one}\``).join(" or ")}?`

const text = (mistake: Error): string => {
  if (!CliError.isCliError(mistake)) return mistake.message
  switch (mistake._tag) {
    case "UnknownSubcommand":
      return `There is no command \`${mistake.subcommand}\`.${meant(mistake.suggestions)}`
    case "UnrecognizedOption":
      return `There is no flag \`${mistake.option}\` here.${meant(mistake.suggestions)}`
    case "MissingArgument":
      return `The ${mistake.argument} is missing.`
    case "UnexpectedArgument":
      return `One argument too many: ${mistake.arguments.map((one) => `\`${one}\``).join(", ")}.`
    case "InvalidValue": {
      const expected = mistake.expected
        .replace(/^(Schema validation failed: )?(Expected:? )?/, "")
        .replace("a string representing a finite number", "a number")
        .replaceAll('"', "`")
        .replaceAll(" | ", ", ")
      const name = mistake.kind === "argument" ? mistake.option : `--${mistake.option}`
      return mistake.value === ""
        ? `\`${name}\` needs a value: ${expected}.`
        : `\`${name}\` cannot be \`${mistake.value}\`: it takes ${expected}.`
    }
    default:
      return mistake.message
  }
}

export const usageMistake = (mistakes: ReadonlyArray<Error>, asked: HelpDoc.HelpDoc | null): RunnerError => {
  const message = mistakes.map(text).join("\n")
  if (asked === null) return RunnerError.usage(message)
  const command = asked.usage.split(/ (?=[<[])/)[0] ?? "decant"
  return RunnerError.usage(message, `\`${asked.usage}\`; \`${command} --help\` explains it.`)
}
