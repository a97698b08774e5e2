/** The copy: its tables, a SQL box that can only read, results, and the same as a file. */
import type { Connection, Table as Rows, DataTable as Table } from "@decant/api"
import { Effect, Stream } from "effect"
import { useState } from "react"
import { useAction, useAnswer } from "../../data/use-answer.ts"
import { sectionPath } from "../../routing.tsx"
import { Button, LinkButton } from "../../ui/button.tsx"
import { DataTable } from "../../ui/data-table.tsx"
import { about, duration } from "../../ui/figures.ts"
import { Icon } from "../../ui/icon.tsx"
import { Empty, Failure, Loading, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"

const text = words.data
type Result = Rows & { readonly durationMs: number }

const TableList = ({
  title,
  tables,
  onPick
}: {
  readonly title: string
  readonly tables: ReadonlyArray<Table>
  readonly onPick: (sql: string) => void
}) =>
  tables.length === 0 ? null : (
    <section aria-label={title}>
      <h2 className="data-list-title">{title}</h2>
      <ul className="object-list">
        {tables.map((table) => (
          <li key={`${table.schema}.${table.name}`}>
            <button type="button" className="object data-object" onClick={() => onPick(table.sql)}>
              <span className="object-words">
                <span>{table.name}</span>
              </span>
              <span className="hint">{table.rows === null ? "" : about(table.rows)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )

const saveAs = (name: string, parts: ReadonlyArray<Uint8Array>) => {
  const url = URL.createObjectURL(
    new Blob(parts as ReadonlyArray<BlobPart> as Array<BlobPart>, { type: "text/csv" })
  )
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

const ResultCard = ({ result }: { readonly result: Result }) => (
  <section className="card" aria-labelledby="result">
    <div className="card-head">
      <h2 id="result">{text.results}</h2>
      <span className="hint" role="status">
        {text.rowCount(result.rows.length)} {text.took(duration(result.durationMs))}
      </span>
    </div>
    {result.truncated ? (
      <div className="card-body">
        <Notice title={text.truncated} />
      </div>
    ) : null}
    {result.rows.length === 0 ? <p className="card-body soft">{text.noRows}</p> : null}
    {result.rows.length > 0 ? <DataTable label={text.results} table={result} /> : null}
  </section>
)

const DataPage = ({ connection }: { readonly connection: Connection }) => {
  const { id, lastSync } = connection
  const params = { id }
  const tables = useAnswer<ReadonlyArray<Table>>(`tables ${id} ${lastSync?.id ?? ""}`, (client) =>
    client.data.tables({ params })
  )
  const [sql, setSql] = useState("")
  const [result, setResult] = useState<Result | null>(null)
  const query = useAction()
  const file = useAction()
  const run = (statement: string) => {
    setSql(statement)
    if (statement.trim() === "") return
    query.run((client) => client.data.query({ params, payload: { sql: statement, limit: 500 } }), setResult)
  }
  const download = () =>
    file.run(
      (client) =>
        // The whole answer is kept for a moment: a page cannot write to disk piece by piece.
        client.data.csv({ params, payload: { sql } }).pipe(Effect.flatMap(Stream.runCollect)),
      (parts) => saveAs(`${id}.csv`, parts)
    )
  if (tables.value?.length === 0) {
    return (
      <Empty
        title={text.empty}
        action={
          <LinkButton href={sectionPath(id, "runs")} variant="primary">
            {text.toSyncs}
          </LinkButton>
        }
      >
        {text.emptyText}
      </Empty>
    )
  }
  const list = tables.value ?? []
  return (
    <>
      <p className="soft">{text.lead}</p>
      <div className="data">
        <div className="stack">
          {tables.problem ? <Failure problem={tables.problem} onRetry={tables.reload} /> : null}
          {tables.value === null && tables.isLoading ? <Loading rows={5} /> : null}
          <TableList title={text.tables} tables={list.filter(({ kind }) => kind === "table")} onPick={run} />
          <TableList title={text.views} tables={list.filter(({ kind }) => kind === "view")} onPick={run} />
        </div>
        <div className="stack">
          <section className="card">
            <div className="card-body">
              <div className="field">
                <label htmlFor="sql">{text.sql}</label>
                <textarea
                  id="sql"
                  className="input"
                  rows={6}
                  spellCheck={false}
                  value={sql}
                  onChange={(event) => setSql(event.target.value)}
                  onKeyDown={(event) => {
                    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(sql)
                  }}
                />
                <span className="hint">{text.hint}</span>
              </div>
              <div className="row">
                <Button
                  variant="primary"
                  isDisabled={sql.trim() === ""}
                  isPending={query.isPending}
                  onPress={() => run(sql)}
                >
                  {text.run}
                </Button>
                <Button isDisabled={sql.trim() === ""} isPending={file.isPending} onPress={download}>
                  <Icon name="download" size={16} />
                  {text.download}
                </Button>
              </div>
              {query.problem ? <Failure problem={query.problem} /> : null}
              {file.problem ? <Failure problem={file.problem} /> : null}
            </div>
          </section>
          {result ? <ResultCard result={result} /> : null}
        </div>
      </div>
    </>
  )
}

export default DataPage
