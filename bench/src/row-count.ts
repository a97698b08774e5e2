/** A number of rows as one writes it: `100000`, `100k`, `2.5M`. */
const units: Readonly<Record<string, number>> = { "": 1, k: 1000, m: 1_000_000 }

export const rowsOf = (text: string): number => {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(text.trim()) ?? []
  const rows = Math.round(Number(number) * (units[unit.toLowerCase()] ?? 1))
  if (rows < 1) throw new Error(`${text} is no number of rows; write 100k, 1M or 250000.`)
  return rows
}
