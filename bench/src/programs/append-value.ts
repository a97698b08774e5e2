/** A CSV cell into DuckDB's appender, as somebody would write it by hand. */
import { type DuckDBAppender, DuckDBDateValue, DuckDBTimestampTZValue } from "@duckdb/node-api"

const append: Readonly<Record<string, (appender: DuckDBAppender, cell: string) => void>> = {
  FLOAT8: (appender, cell) => appender.appendDouble(Number(cell)),
  // jsforce hands on header lines of later pages as records, so what is no number must not end the program.
  INTEGER: (appender, cell) => {
    const value = Number(cell)
    if (Number.isInteger(value)) appender.appendInteger(value)
    else appender.appendNull()
  },
  BOOLEAN: (appender, cell) => appender.appendBoolean(cell === "true"),
  TIMESTAMPTZ: (appender, cell) => {
    const value = Date.parse(cell)
    if (Number.isNaN(value)) appender.appendNull()
    else appender.appendTimestampTZ(new DuckDBTimestampTZValue(BigInt(value) * 1000n))
  },
  DATE: (appender, cell) => appender.appendDate(new DuckDBDateValue(Date.parse(cell) / 86_400_000)),
  VARCHAR: (appender, cell) => appender.appendVarchar(cell)
}

export const appendValue = (
  appender: DuckDBAppender,
  type: string,
  cell: string | null | undefined
): void => {
  if (cell === null || cell === undefined || cell === "") appender.appendNull()
  else append[type]?.(appender, cell)
}
