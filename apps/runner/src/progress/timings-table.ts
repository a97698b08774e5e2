/** `decant sync --timings`: where each stream's time went, in seconds. */
import { type RunReport, timedPhases } from "@decant/connector"
import type { Surface } from "../terminal/screen.ts"
import { textTable } from "../terminal/text-table.ts"

const seconds = (millis: number | undefined): string => ((millis ?? 0) / 1000).toFixed(2)

export const timingsTable = (report: RunReport, surface: Surface): string =>
  textTable({
    columns: [
      { name: "seconds of", align: "left" as const },
      ...timedPhases.map((name) => ({ name, align: "right" as const })),
      { name: "in all", align: "right" as const }
    ],
    rows: report.streams.flatMap(({ stream, timings, durationMs }) =>
      timings === undefined
        ? []
        : [[stream, ...timedPhases.map((phase) => seconds(timings[phase])), seconds(durationMs)]]
    ),
    surface
  })
