/**
 * Keeps a statement to the tables and columns that agents may read. DuckDB: what the parse tree reads is looked up
 * in the list; a table of which only some columns are open is hidden behind a WITH of the same name, and the
 * statement that comes out is parsed again to prove that it is. Postgres: its own grants are the list, and a role
 * that may read more is refused.
 */
import { Effect } from "effect"
import { onlySelects, type Reads, readStatement, type TableRead } from "./copy-parser.ts"
import type { CopyTable } from "./copy-tables.ts"
import { ToolFailure } from "./tool-failure.ts"

/** Make rows of their arguments alone. */
const harmlessFunctions = new Set(["unnest", "generate_series", "range", "json_each", "json_tree"])

const notAllowed = (name: string): ToolFailure =>
  ToolFailure.refused(
    `There is no table ${name}, or agents may not read it.`,
    "list_tables shows the tables and columns that may be read. The spec's `mcp.tables` decides which."
  )

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

const matches = (table: CopyTable, read: TableRead, schema: string): boolean =>
  table.name.toLowerCase() === read.table.toLowerCase() &&
  table.schema.toLowerCase() === (read.schema === "" ? schema : read.schema).toLowerCase()

const check = Effect.fnUntraced(function* (of: {
  readonly reads: Reads
  readonly tables: ReadonlyArray<CopyTable>
  readonly schema: string
}) {
  const { reads, tables, schema } = of
  const stranger = reads.functions.find((name) => !harmlessFunctions.has(name))
  if (stranger !== undefined) return yield* onlySelects(`the function ${stranger} is not allowed here`)
  if (reads.lists) return yield* onlySelects("SHOW is not allowed here; list_tables does the same")
  const restricted = new Map<string, CopyTable>()
  for (const read of reads.tables) {
    const name = [read.catalog, read.schema, read.table].filter((part) => part !== "").join(".")
    // A whole path could reach around the schema that is set.
    if (read.catalog !== "") return yield* notAllowed(name)
    const found = tables.find((table) => matches(table, read, schema))
    if (found === undefined) return yield* notAllowed(name)
    if (!found.restricted) continue
    if (read.schema !== "") {
      return yield* ToolFailure.refused(
        `${name} is open only in part.`,
        `Write ${quoted(found.name)} without the schema.`
      )
    }
    restricted.set(found.name.toLowerCase(), found)
  }
  return [...restricted.values()]
})

const leading = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/
const withWord = /^with\b(?:\s+recursive\b)?/i

const hidden = (sql: string, restricted: ReadonlyArray<CopyTable>): string => {
  const own = restricted
    .map(({ schema, name, columns }) => {
      const open = columns.map((column) => quoted(column.name)).join(", ")
      return `${quoted(name)} AS (SELECT ${open} FROM ${quoted(schema)}.${quoted(name)})`
    })
    .join(", ")
  const rest = sql.replace(leading, "")
  const start = withWord.exec(rest)?.[0]
  return start === undefined ? `WITH ${own} ${rest}` : `${start} ${own}, ${rest.slice(start.length)}`
}

/** The first names that the outermost WITH defines are ours, and nothing else reads the tables themselves. */
const proveHidden = Effect.fnUntraced(function* (sql: string, restricted: ReadonlyArray<CopyTable>) {
  const { outermost, tables } = yield* readStatement(sql)
  const names = restricted.map(({ name }) => name.toLowerCase())
  const ours = names.every((name, index) => outermost[index] === name)
  const reached = tables.filter(({ table }) => names.includes(table.toLowerCase()))
  if (!ours || reached.length !== restricted.length) {
    return yield* onlySelects("write it without comments, and name no WITH like a table")
  }
})

/** The statement to run in place of the one given; both are the same where no column is kept back. */
export const guardDuckdb = Effect.fnUntraced(function* (of: {
  readonly sql: string
  readonly tables: ReadonlyArray<CopyTable>
  readonly schema: string
}) {
  const { sql, tables, schema } = of
  const reads = yield* readStatement(sql)
  const restricted = yield* check({ reads, tables, schema })
  if (restricted.length === 0) return sql
  const twice = restricted.find(({ name }) => reads.defined.includes(name.toLowerCase()))
  if (twice !== undefined) {
    return yield* onlySelects(`WITH ${twice.name} has the name of a table that is open only in part`)
  }
  if (reads.shows) return yield* onlySelects("list_tables shows the columns of a table that is open in part")
  const safe = hidden(sql, restricted)
  yield* proveHidden(safe, restricted)
  return safe
})

/** Postgres knows best what its role may read; the list in the spec must not promise less. */
export const guardPostgres = Effect.fnUntraced(function* (of: {
  /** What the role may read. */
  readonly readable: ReadonlyArray<CopyTable>
  readonly allowed: ReadonlyArray<CopyTable>
  readonly schema: string
}) {
  const { readable, allowed, schema } = of
  for (const table of readable) {
    if (table.schema === "pg_catalog" || table.schema === "information_schema") continue
    const open = allowed.find(({ schema, name }) => schema === table.schema && name === table.name)
    const more = table.columns.filter(
      (column) => open === undefined || !open.columns.some(({ name }) => name === column.name)
    )
    if (more.length === 0) continue
    const name = `${quoted(table.schema)}.${quoted(table.name)}`
    const columns = open?.columns.map((column) => quoted(column.name)).join(", ")
    return yield* ToolFailure.refused(
      `The role of the copy may read more than the spec's \`mcp.tables\` opens to agents: ${table.schema}.${table.name} (${more.map((column) => column.name).join(", ")}).`,
      `In Postgres the role's grants are the list. As owner of the schema ${schema}: REVOKE SELECT ON ${name} FROM the role of \`queryUrl\`${columns === undefined ? "" : `; GRANT SELECT (${columns}) ON ${name} TO it`}.`
    )
  }
})
