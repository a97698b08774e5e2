/** How a connection stands: whose login it is, what it may read, when it syncs, how fresh the copy is. */
import type { Connection } from "@decant/api"
import { words } from "../../words.ts"
import { ConnectionFacts } from "../integrations/connection-card.tsx"
import { Freshness } from "./freshness.tsx"
import { Preflight } from "./preflight.tsx"
import { Schedule } from "./schedule.tsx"

const text = words.overview

export const OverviewPage = ({
  connection,
  onChanged,
  onSaved
}: {
  readonly connection: Connection
  readonly onChanged: (connection: Connection) => void
  readonly onSaved: () => void
}) => {
  const { destination, method } = connection
  return (
    <>
      <section className="card" aria-label={words.sections.overview}>
        <div className="card-body">
          <ConnectionFacts connection={connection} />
          <hr />
          <dl className="facts">
            <div>
              <dt>{text.via}</dt>
              <dd>{method ? words.methods[method] : words.none}</dd>
            </div>
            <div>
              <dt>{text.objects}</dt>
              <dd>{connection.streams}</dd>
            </div>
            <div>
              <dt>{text.copy}</dt>
              <dd>
                {destination
                  ? `${words.destination.types[destination.type]}, ${destination.location}`
                  : words.none}
              </dd>
            </div>
          </dl>
        </div>
      </section>
      <Preflight id={connection.id} />
      <Schedule connection={connection} onChanged={onChanged} onSaved={onSaved} />
      <Freshness connection={connection} />
    </>
  )
}
