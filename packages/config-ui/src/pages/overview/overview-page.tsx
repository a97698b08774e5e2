/** How a connection stands: whose login it is, what it may read, how fresh the copy is. */
import type { Connection } from "@decant/api"
import { useAction } from "../../data/use-answer.ts"
import { Button } from "../../ui/button.tsx"
import { moment } from "../../ui/figures.ts"
import { Failure } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { ConnectionFacts } from "../integrations/connection-card.tsx"
import { Freshness } from "./freshness.tsx"
import { Preflight } from "./preflight.tsx"

const text = words.overview

const scheduleText = ({ schedule }: Connection): string => {
  if (schedule === null) return text.noSchedule
  const next = schedule.paused ? text.paused : schedule.nextAt ? text.next(moment(schedule.nextAt)) : null
  return `${schedule.cron} (${schedule.timezone})${next ? `, ${next}` : ""}`
}

export const OverviewPage = ({
  connection,
  onChanged
}: {
  readonly connection: Connection
  readonly onChanged: (connection: Connection) => void
}) => {
  const { run, isPending, problem } = useAction()
  const { schedule, destination, method } = connection
  const params = { id: connection.id }
  const turnSchedule = () =>
    run(
      (client) =>
        schedule?.paused ? client.connections.resume({ params }) : client.connections.pause({ params }),
      onChanged
    )
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
            <div>
              <dt>{text.schedule}</dt>
              <dd>{scheduleText(connection)}</dd>
            </div>
          </dl>
          {schedule ? (
            <div className="row">
              <Button size="small" isPending={isPending} onPress={turnSchedule}>
                {schedule.paused ? text.resume : text.pause}
              </Button>
            </div>
          ) : null}
          {problem ? <Failure problem={problem} /> : null}
        </div>
      </section>
      <Preflight id={connection.id} />
      <Freshness connection={connection} />
    </>
  )
}
