/** The back-fill as a picture: rows a second of each way, one bar each, for docs/performance.md. */
import { spread } from "./statistics.ts"
import type { BackfillResult } from "./suites/backfill.ts"

const colours = { floor: "#9aa5b1", decant: "#1f7a5c", alternative: "#d08c3c" }
const names = { duckdb: "DuckDB", parquet: "Parquet", postgres: "Postgres" }
const barHeight = 22
const left = 230
const width = 860

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

export const chart = (result: BackfillResult): string => {
  const bars = (["duckdb", "parquet", "postgres"] as const).flatMap((destination) =>
    result.contests
      .filter(({ contender }) => contender.destination === destination)
      .map(({ contender, runs }) => ({
        ...contender,
        perSecond: result.rows / spread(runs.map((run) => run.wall)).median
      }))
      .sort((a, b) => b.perSecond - a.perSecond)
      .map((bar, at) => ({ ...bar, heading: at === 0 ? names[destination] : null }))
  )
  const most = Math.max(...bars.map((bar) => bar.perSecond))
  let y = 40
  const drawn = bars.map((bar) => {
    const heading =
      bar.heading === null ? "" : `<text x="12" y="${y + 16}" font-weight="600">${bar.heading}</text>`
    if (bar.heading !== null) y += 26
    const length = Math.max(2, (bar.perSecond / most) * (width - left - 130))
    const text = `<text x="${left - 10}" y="${y + 15}" text-anchor="end">${escaped(bar.name)}</text>`
    const shape = `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight - 4}" rx="2" fill="${colours[bar.role]}"/>`
    const value = `<text x="${(left + length + 8).toFixed(1)}" y="${y + 15}">${Math.round(bar.perSecond).toLocaleString("en")} rows/s</text>`
    y += barHeight
    return `${heading}${text}${shape}${value}`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 16}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#57606a">
<title>Rows a second from start to exit of the process: ${escaped(result.shape)}, ${result.columns} columns</title>
<text x="12" y="22" font-size="15" font-weight="600">${escaped(result.shape)}, ${result.columns} columns: rows a second, start to exit</text>
${drawn.join("\n")}
</svg>
`
}
