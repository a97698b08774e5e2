/**
 * What a statement over a DuckDB or Parquet copy reads, found in DuckDB's own parse tree, never by searching the
 * text. The parser runs in a database of its own that holds nothing and may open nothing.
 *
 * https://duckdb.org/docs/stable/data/json/sql_to_and_from_json
 */
import { Effect } from "effect"
import { ToolFailure } from "./tool-failure.ts"

export interface TableRead {
  readonly catalog: string
  readonly schema: string
  readonly table: string
}

export interface Reads {
  readonly tables: ReadonlyArray<TableRead>
  readonly functions: ReadonlyArray<string>
  /** Names that the statement itself defines with WITH, in lower case. */
  readonly defined: ReadonlyArray<string>
  /** Those of the outermost WITH, in their order. */
  readonly outermost: ReadonlyArray<string>
  /** DESCRIBE, SHOW, SUMMARIZE. */
  readonly shows: boolean
  /** SHOW TABLES and the like, which read no table. */
  readonly lists: boolean
}

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const text = (value: unknown): string => (typeof value === "string" ? value : "")

const definitions = (node: Json): ReadonlyArray<{ readonly key: string; readonly query: unknown }> => {
  const map = isObject(node.cte_map) ? node.cte_map.map : []
  return (Array.isArray(map) ? map : []).filter(isObject).map((entry) => ({
    key: text(entry.key).toLowerCase(),
    query: entry.value
  }))
}

/** A name from WITH hides a table of the same name from where it is defined on, and nowhere else. */
const readsOf = (root: unknown): Reads => {
  const tables: Array<TableRead> = []
  const functions: Array<string> = []
  const defined: Array<string> = []
  let shows = false
  let lists = false

  const note = (node: Json, scope: ReadonlySet<string>): void => {
    if (node.type === "BASE_TABLE") {
      const read = {
        catalog: text(node.catalog_name),
        schema: text(node.schema_name),
        table: text(node.table_name)
      }
      const isDefined = read.catalog === "" && read.schema === "" && scope.has(read.table.toLowerCase())
      if (!isDefined) tables.push(read)
    } else if (node.type === "TABLE_FUNCTION" && isObject(node.function)) {
      functions.push(text(node.function.function_name).toLowerCase())
    } else if (node.type === "SHOW_REF") {
      shows = true
      if (!isObject(node.query)) lists = true
    }
  }

  const walkQuery = (node: Json, scope: ReadonlySet<string>): void => {
    const inner = new Set(scope)
    for (const { key, query } of definitions(node)) {
      defined.push(key)
      walk(query, inner)
      inner.add(key)
    }
    const own = node.type === "RECURSIVE_CTE_NODE" ? text(node.cte_name).toLowerCase() : null
    for (const [name, child] of Object.entries(node)) {
      if (name === "cte_map") continue
      walk(child, own !== null && name === "right" ? new Set([...inner, own]) : inner)
    }
  }

  const walk = (value: unknown, scope: ReadonlySet<string>): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, scope)
      return
    }
    if (!isObject(value)) return
    if ("cte_map" in value) {
      walkQuery(value, scope)
      return
    }
    note(value, scope)
    for (const child of Object.values(value)) walk(child, scope)
  }

  walk(root, new Set())
  const outermost = isObject(root) ? definitions(root).map(({ key }) => key) : []
  return { tables, functions, defined, outermost, shows, lists }
}

const parserConfig = {
  enable_external_access: "false",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  lock_configuration: "true",
  memory_limit: "256MB",
  threads: "1"
}

const serialized = async (sql: string): Promise<unknown> => {
  const { DuckDBInstance } = await import("@duckdb/node-api")
  const instance = await DuckDBInstance.create(":memory:", parserConfig)
  try {
    const connection = await instance.connect()
    const reader = await connection.runAndReadAll("SELECT json_serialize_sql($sql::VARCHAR)::VARCHAR", {
      sql
    })
    connection.closeSync()
    return JSON.parse(String(reader.getRows()[0]?.[0]))
  } finally {
    instance.closeSync()
  }
}

export const onlySelects = (why: string): ToolFailure =>
  ToolFailure.refused(
    `Queries can only read the copy: ${why}.`,
    "Write one SELECT over tables that list_tables shows."
  )

const longestStatement = 50_000

export const readStatement = Effect.fnUntraced(function* (sql: string) {
  if (sql.length > longestStatement) return yield* onlySelects("the statement is too long")
  const tree = yield* Effect.tryPromise({
    try: () => serialized(sql),
    catch: () => onlySelects("the statement cannot be parsed")
  })
  if (!isObject(tree)) return yield* onlySelects("the statement cannot be parsed")
  if (tree.error === true) return yield* onlySelects(text(tree.error_message) || "it cannot be parsed")
  const statements = Array.isArray(tree.statements) ? tree.statements : []
  const [first] = statements
  if (statements.length !== 1 || !isObject(first)) {
    return yield* onlySelects(`one statement at a time, these are ${statements.length}`)
  }
  return readsOf(first.node)
})
