/** A DuckDB value as JSON without loss: integers beyond 2^53 and decimals as text, times as ISO 8601. */
import {
  DuckDBBlobValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue
} from "@duckdb/node-api"

/** Microseconds since 1970 → `2026-11-21T10:00:00.000`; six digits only where there are so many. */
const isoTime = (micros: bigint): string => {
  const rest = ((micros % 1000n) + 1000n) % 1000n
  const millis = Number((micros - rest) / 1000n)
  if (Math.abs(millis) > 8.64e15) return micros < 0n ? "-infinity" : "infinity"
  const text = new Date(millis).toISOString().slice(0, -1)
  return rest === 0n ? text : text + rest.toString().padStart(3, "0")
}

const numberCell = (value: number): number | string => (Number.isFinite(value) ? value : String(value))

const bigintCell = (value: bigint): number | string =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value.toString()

export const cellJson = (value: DuckDBValue): unknown => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value
  if (typeof value === "number") return numberCell(value)
  if (typeof value === "bigint") return bigintCell(value)
  if (value instanceof DuckDBTimestampTZValue) return `${isoTime(value.micros)}Z`
  if (value instanceof DuckDBTimestampValue) return isoTime(value.micros)
  if (value instanceof DuckDBListValue) return value.items.map(cellJson)
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, cellJson(item)]))
  }
  if (value instanceof DuckDBMapValue) {
    return value.entries.map(({ key, value: item }) => ({ key: cellJson(key), value: cellJson(item) }))
  }
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("base64")
  return value.toString()
}
