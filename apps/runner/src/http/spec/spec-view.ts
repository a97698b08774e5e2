/** What a spec says, as pages show it: of its text, without what variables stand for, and without secrets. */
import type { SpecFile, SpecProblem, SpecView, StreamChoice } from "@decant/api"
import type { ShelvedSpec } from "../../serve/spec-shelf.ts"
import { hideSecrets } from "./hide-secrets.ts"
import { at, isRaw, parseSpec, type Raw, rawSpec } from "./spec-document.ts"

const scheduleOf = (schedule: unknown): SpecView["schedule"] => {
  if (typeof schedule === "string") return { cron: schedule }
  return isRaw(schedule) ? (schedule as unknown as SpecView["schedule"]) : null
}

const destinationOf = (raw: Raw): SpecView["destination"] => {
  const { url: _, queryUrl: __, publish: ___, lockTimeout: ____, retention: _____, ...shown } = raw
  return shown as unknown as SpecView["destination"]
}

/** Of a text without mistakes. */
const viewOf = (raw: Raw, environment: string | null): SpecView => {
  const destination = isRaw(raw.destination) ? raw.destination : {}
  return {
    name: String(raw.name),
    title: typeof raw.title === "string" ? raw.title : null,
    environment: environment ?? String(at(raw, "source", "environment")),
    method: at(raw, "source", "auth", "method") as SpecView["method"],
    defaultFields: (at(raw, "source", "defaults", "fields") ?? "recommended") as SpecView["defaultFields"],
    exclude: (at(raw, "source", "exclude") ?? []) as ReadonlyArray<string>,
    streams: (at(raw, "source", "streams") ?? []) as ReadonlyArray<StreamChoice>,
    destination: destinationOf(destination),
    destinationSecrets: (["url", "queryUrl"] as const).filter((key) => key in destination),
    schedule: scheduleOf(raw.schedule)
  }
}

export const fileOf = (of: {
  readonly shelved: ShelvedSpec
  readonly text: string
  readonly problems: ReadonlyArray<SpecProblem>
}): SpecFile => {
  const { shelved, text, problems } = of
  const raw = problems.length > 0 ? null : rawSpec(parseSpec(text))
  return {
    text: hideSecrets(text),
    version: shelved.version,
    problems: problems.map(({ line, path, message }) => ({ line, path, message })),
    warnings: text === shelved.text ? shelved.warnings : [],
    view: raw === null ? null : viewOf(raw, shelved.specFile?.spec.source.environment ?? null)
  }
}
