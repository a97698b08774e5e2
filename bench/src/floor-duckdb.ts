/**
 * The floor: the least that any program must do with the same result pages. One bare process has DuckDB
 * read the gzip'd pages from local disk into a table of a new file, and exits when it is committed.
 *
 * node floor-duckdb.ts TARGET.duckdb COLUMNS_JSON PAGE.csv.gz …
 */
import { DuckDBInstance } from "@duckdb/node-api"

const [target = "", columnsJson = "{}", ...pages] = process.argv.slice(2)
const columns = JSON.parse(columnsJson) as Record<string, string>
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const struct = Object.entries(columns)
  .map(([name, type]) => `${quoted(name)}: ${quoted(type)}`)
  .join(", ")

const instance = await DuckDBInstance.create(target)
const connection = await instance.connect()
await connection.run("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
await connection.run(`CREATE TABLE loaded AS SELECT * FROM read_csv([${pages.map(quoted).join(", ")}],
  columns = {${struct}}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
  nullstr = '', allow_quoted_nulls = true, strict_mode = true, max_line_size = 16777216)`)
const reader = await connection.runAndReadAll("SELECT count(*)::INTEGER FROM loaded")
process.stdout.write(`${reader.getRows()[0]?.[0]}\n`)
connection.closeSync()
instance.closeSync()
