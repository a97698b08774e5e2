/**
 * bench/results.json: what each suite measured when it last ran, and where. A run replaces the suites that it ran;
 * pages of docs/ show them between two marks, so that they cannot say what no run has printed.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import type { Disturbed } from "./calm.ts"
import { chart } from "./chart.ts"
import { programPath } from "./measure.ts"
import { paceText } from "./pace.ts"
import type { BackfillResult } from "./suites/backfill.ts"
import { type SuiteName, suites } from "./suites.ts"

export interface Ran {
  readonly command: string
  readonly commit: string
  readonly rounds: number
  /** Missing where it was not looked at: memory does not hang on it, and older results have none. */
  readonly disturbed?: Disturbed
  readonly machine: {
    readonly cores: number
    readonly cpu: string
    readonly memoryGb: number
    readonly node: string
  }
}

export type Results = Partial<Record<SuiteName, { readonly ran: Ran; readonly result: unknown }>>

const file = programPath("../results.json")
const picture = programPath("../../docs/performance.svg")

export const marks = { begin: "<!-- measured: written by npm run bench -->", end: "<!-- /measured -->" }

export const readResults = (): Results => JSON.parse(readFileSync(file, "utf8")) as Results

export const names = Object.keys(suites) as ReadonlyArray<SuiteName>

/** What was measured as the suite prints it. */
export const shown = (name: SuiteName, result: unknown): string =>
  (suites[name].show as (result: unknown) => string)(result)

const disturbance = ({ disturbed }: Ran): string =>
  disturbed === undefined
    ? ""
    : `; ${disturbed.repeated} runs repeated, the host took at most ${(disturbed.stolen * 100).toFixed(0)} % of those that count`

const section = (name: SuiteName, { ran, result }: NonNullable<Results[SuiteName]>): string => {
  const { machine, command, commit } = ran
  const where = `${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, Node ${machine.node.slice(1)}${disturbance(ran)}`
  return `## ${suites[name].title}\n\n\`${command}\` at ${commit}, ${where}:\n\n\`\`\`\n${shown(name, result)}\n\`\`\``
}

/** The text between the marks. */
const measuredText = (results: Results): string =>
  names
    .flatMap((name) => {
      const found = results[name]
      return found === undefined ? [] : [section(name, found)]
    })
    .join("\n\n")

/** The pages that quote results, and what stands between their marks. */
export const pages: Readonly<Record<string, (results: Results) => string>> = {
  "docs/performance.md": measuredText,
  "docs/scaling.md": ({ accounts }) =>
    accounts === undefined ? "" : paceText(accounts.ran.machine.cores, accounts.result as BackfillResult)
}

const writePages = (results: Results): void => {
  for (const [name, text] of Object.entries(pages)) {
    const page = programPath(`../../${name}`)
    const [before = "", rest = ""] = readFileSync(page, "utf8").split(marks.begin)
    const [, after] = rest.split(marks.end)
    if (after === undefined) throw new Error(`${name} has no ${marks.begin} … ${marks.end}`)
    writeFileSync(page, `${before}${marks.begin}\n\n${text(results)}\n\n${marks.end}${after}`)
  }
  const backfill = results.accounts?.result
  if (backfill !== undefined) writeFileSync(picture, chart(backfill as BackfillResult))
}

export const keepResults = (fresh: Results): void => {
  const results = { ...readResults(), ...fresh }
  const ordered = Object.fromEntries(
    names.flatMap((name) => (name in results ? [[name, results[name]]] : []))
  )
  writeFileSync(file, `${JSON.stringify(ordered, null, 1)}\n`)
  // As the formatter has it, so that a run leaves nothing to be tidied up.
  const biome = programPath("../../node_modules/@biomejs/biome/bin/biome")
  execFileSync(process.execPath, [biome, "format", "--write", file], { stdio: "ignore" })
  writePages(ordered)
}
