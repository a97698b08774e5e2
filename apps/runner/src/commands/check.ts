/** `decant check`: everything that a sync will need, one line each, with what to do where it fails. */
import { sep } from "node:path"
import { type CheckLine, type Disposition, failureReport } from "@decant/connector"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { checkDestination, checkSource } from "../check/check-parts.ts"
import { type ExitCode, exitCode } from "../exit-code.ts"
import { readSpec } from "../spec-file.ts"
import type { Screen } from "../terminal/screen.ts"
import { wrapLine } from "../terminal/wrap.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"

const exitCodeOf = (lines: ReadonlyArray<CheckLine>): ExitCode => {
  const dispositions: ReadonlyArray<Disposition> = lines.flatMap((line) =>
    line.status === "fail" ? [line.failure?.disposition ?? "failed"] : []
  )
  if (dispositions.length === 0) return exitCode.done
  if (dispositions.includes("credentials")) return exitCode.credentials
  return dispositions.includes("spec") ? exitCode.usage : exitCode.failed
}

const worst = (lines: ReadonlyArray<CheckLine>): CheckLine["status"] => {
  if (lines.some((line) => line.status === "fail")) return "fail"
  return lines.some((line) => line.status === "warn") ? "warn" : "ok"
}

const jsonOf = (lines: ReadonlyArray<CheckLine>): unknown => {
  const errorOf = (line: CheckLine) => (line.failure === null ? null : failureReport(line.failure))
  const first = lines.find((line) => line.status === "fail")
  return {
    status: worst(lines),
    checks: lines.map((line) => ({
      name: line.name,
      status: line.status,
      detail: line.detail,
      error: errorOf(line)
    })),
    ...(first === undefined ? {} : { error: errorOf(first) })
  }
}

const marks = { ok: ["green", "✔"], warn: ["yellow", "!"], fail: ["red", "✘"] } as const

const lineText = (line: CheckLine, width: number, screen: Screen): string => {
  const [colour, mark] = marks[line.status]
  const { out } = screen
  const space = " ".repeat(width + 4)
  const room = out.isTerminal ? Math.max(out.columns - space.length, 30) : Number.POSITIVE_INFINITY
  const [first = "", ...more] = [
    ...wrapLine(line.detail.replaceAll(`${process.cwd()}${sep}`, ""), room, 0),
    ...(line.failure === null ? [] : wrapLine(`Fix: ${line.failure.fix}`, room))
  ]
  return [
    `${out.paint(colour, mark)} ${line.name.padEnd(width)}  ${first}`,
    ...more.map((one) => `${space}${one}`)
  ].join("\n")
}

const closing = (lines: ReadonlyArray<CheckLine>, file: string): string => {
  const status = worst(lines)
  if (status === "fail") return "Not ready to sync: correct what is marked ✘."
  return `Ready: \`decant sync ${file}\`${status === "warn" ? ", once you have read what is marked !" : ""}.`
}

/** Prints each line with its fix; the exit code says the worst of them. */
export const checkSpec = Effect.fnUntraced(function* (file: string, screen: Screen) {
  const specFile = yield* readSpec(file, process.env)
  for (const warning of specFile.warnings) yield* screen.note(`Warning: ${warning}`)
  const lines = yield* Effect.scoped(
    Effect.gen(function* () {
      const source = yield* checkSource(specFile)
      return [...source.lines, yield* checkDestination(specFile, source.identity?.orgId ?? null, screen)]
    })
  )
  process.exitCode = exitCodeOf(lines)
  if (screen.json) return yield* screen.answer(JSON.stringify(jsonOf(lines)))
  const shown = screen.quiet ? lines.filter((line) => line.status !== "ok") : lines
  const width = shown.reduce((widest, line) => Math.max(widest, line.name.length), 0)
  const text = shown.map((line) => lineText(line, width, screen))
  if (text.length > 0) yield* screen.answer([...text, "", closing(lines, file)].join("\n"))
})

export const check = Command.make(
  "check",
  { spec: specArgument },
  Effect.fnUntraced(function* (input) {
    yield* checkSpec(yield* theSpecFile(input.spec), yield* theScreen)
  })
).pipe(
  Command.withDescription(
    "See whether a sync will work: login, permissions, limits, objects and fields, destination"
  ),
  Command.withExamples([
    { command: "decant check", description: "Check ./decant.yaml" },
    { command: "decant check acme.yaml --json", description: "For a script; exit 0 when ready" }
  ])
)
