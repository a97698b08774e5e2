/** How far each table of the copy is, and what the org changed about its fields. */
import type { Connection, CopyStatus } from "@decant/api"
import { useAnswer } from "../../data/use-answer.ts"
import { ago, count, moment } from "../../ui/figures.ts"
import { ScrollRegion } from "../../ui/scroll-region.tsx"
import { Section } from "../../ui/section.tsx"
import { Failure, Loading } from "../../ui/status.tsx"
import { words } from "../../words.ts"

const text = words.overview
type Stream = CopyStatus["streams"][number]

const UpTo = ({ cursor, unfinished }: Stream) => {
  if (cursor !== null) {
    return (
      <time dateTime={cursor} title={moment(cursor)}>
        {ago(cursor)}
      </time>
    )
  }
  const { committed, expected } = unfinished ?? { committed: 0, expected: null }
  return <>{expected === null ? text.notYet : text.firstCopy(count(committed), count(expected))}</>
}

export const Freshness = ({ connection }: { readonly connection: Connection }) => {
  const { id, lastSync } = connection
  const asked = useAnswer<CopyStatus>(`status ${id} ${lastSync?.id ?? ""}`, (client) =>
    client.connections.status({ params: { id } })
  )
  const status = asked.value
  return (
    <Section id="freshness" title={text.freshness} lead={text.freshnessLead}>
      {asked.problem || (status === null && asked.isLoading) || status?.streams.length === 0 ? (
        <div className="card-body">
          {asked.problem ? <Failure problem={asked.problem} onRetry={asked.reload} /> : null}
          {status === null && asked.isLoading ? <Loading rows={3} /> : null}
          {status?.streams.length === 0 ? <p className="soft">{text.noCopy}</p> : null}
        </div>
      ) : null}
      {status && status.streams.length > 0 ? (
        <ScrollRegion label={text.freshness}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{text.table}</th>
                <th scope="col" className="number">
                  {text.rows}
                </th>
                <th scope="col">{text.upTo}</th>
              </tr>
            </thead>
            <tbody>
              {status.streams.map((stream) => (
                <tr key={stream.stream}>
                  <th scope="row">{stream.stream}</th>
                  <td className="number">{count(stream.rows)}</td>
                  <td>
                    <UpTo {...stream} />
                    {stream.lastError ? <p className="field-error">{stream.lastError.message}</p> : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      ) : null}
      {status && status.drift.length > 0 ? (
        <div className="card-body">
          <h3>{text.changes}</h3>
          <ul className="stack stack-tight small">
            {status.drift.map((drift) => (
              <li key={`${drift.at} ${drift.stream} ${drift.change}`}>
                {drift.stream}: {drift.change} <span className="soft">({ago(drift.at)})</span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </Section>
  )
}
