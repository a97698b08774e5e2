/** DuckDB's reader over the gzip'd pages, with every column typed: the fastest way this engine has. */
import type { Task } from "../task.ts"

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const readPages = ({ columns, pages }: Task): string => {
  const struct = Object.entries(columns)
    .map(([name, type]) => `${quoted(name)}: ${quoted(type)}`)
    .join(", ")
  return `read_csv([${pages.map(quoted).join(", ")}],
    columns = {${struct}}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
    nullstr = '', allow_quoted_nulls = true, strict_mode = true, max_line_size = 16777216)`
}

export const createTable = ({ columns }: Task): string =>
  `CREATE TABLE loaded (${Object.entries(columns)
    .map(([name, type]) => `${quotedName(name)} ${type}`)
    .join(", ")})`
