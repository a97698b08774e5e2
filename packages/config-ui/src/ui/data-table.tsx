/** Rows of data as they are. Numbers to the right, an empty value as a faint word. */
import type { Table } from "@decant/api"
import { words } from "../words.ts"
import { ScrollRegion } from "./scroll-region.tsx"

type Cell = Table["rows"][number][number]

const isNumber = (type: string): boolean => /int|double|decimal|numeric|real|float/i.test(type)

const text = (cell: Cell): string => (typeof cell === "object" ? JSON.stringify(cell) : String(cell))

const keyed = <A,>(items: ReadonlyArray<A>): ReadonlyArray<readonly [string, A]> =>
  items.map((item, at) => [String(at), item])

export const DataTable = ({ label, table }: { readonly label: string; readonly table: Table }) => {
  const columns = keyed(table.columns)
  return (
    <ScrollRegion label={label}>
      <table className="table table-data">
        <thead>
          <tr>
            {columns.map(([key, { name, type }]) => (
              <th key={key} scope="col" title={type} className={isNumber(type) ? "number" : ""}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keyed(table.rows).map(([row, cells]) => (
            <tr key={row}>
              {columns.map(([key, { type }], at) => {
                const cell = cells[at] ?? null
                return (
                  <td
                    key={key}
                    className={isNumber(type) ? "number" : ""}
                    {...(cell !== null && { title: text(cell) })}
                  >
                    {cell === null ? <span className="soft faint">{words.data.null}</span> : text(cell)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
