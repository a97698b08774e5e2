/** When syncs begin by themselves: a few usual choices; any other stays as the file has it. */
import type { Connection, SpecFile } from "@decant/api"
import { Effect } from "effect"
import type { Ask } from "../../data/api.ts"
import { useAction } from "../../data/use-answer.ts"
import { Button } from "../../ui/button.tsx"
import { Choose } from "../../ui/choice.tsx"
import { moment } from "../../ui/figures.ts"
import { scheduleWords } from "../../ui/schedule-words.ts"
import { Section } from "../../ui/section.tsx"
import { words } from "../../words.ts"

const text = words.overview
const byHand = "by hand"
const usual = ["*/5 * * * *", "*/15 * * * *", "0 * * * *", "0 6 * * *", "0 6 * * 1"]

const whenText = ({ schedule }: Connection): string => {
  if (schedule === null) return text.byHandHint
  if (schedule.paused) return text.pausedHint
  return schedule.nextAt ? text.next(moment(schedule.nextAt), schedule.timezone) : ""
}

/** On the file as it is now: the page shows none of it that could be stale. */
const saving =
  (id: string, cron: string, timezone: string | undefined): Ask<SpecFile> =>
  (client) =>
    Effect.flatMap(client.spec.get({ params: { id } }), ({ version }) => {
      const schedule = cron === byHand ? null : { cron, ...(timezone === undefined ? {} : { timezone }) }
      return client.spec.change({ params: { id }, payload: { version, change: { schedule }, save: true } })
    })

export const Schedule = ({
  connection,
  onChanged,
  onSaved
}: {
  readonly connection: Connection
  readonly onChanged: (connection: Connection) => void
  readonly onSaved: () => void
}) => {
  const { id, schedule } = connection
  const { run, isPending, problem } = useAction()
  const params = { id }
  const cron = schedule?.cron ?? byHand
  const crons = cron === byHand || usual.includes(cron) ? usual : [cron, ...usual]
  const turn = () =>
    run(
      (client) =>
        schedule?.paused ? client.connections.resume({ params }) : client.connections.pause({ params }),
      onChanged
    )
  return (
    <Section
      id="schedule"
      title={text.schedule}
      lead={whenText(connection)}
      problem={problem}
      action={
        <div className="row">
          <div className="schedule-choice">
            <Choose
              hideLabel
              label={text.scheduleLabel}
              value={cron}
              onChange={(next) => run(saving(id, next, schedule?.timezone), onSaved)}
              options={[
                { value: byHand, label: text.byHand },
                ...crons.map((value) => ({ value, label: scheduleWords(value) }))
              ]}
            />
          </div>
          {schedule ? (
            <Button size="small" isPending={isPending} onPress={turn}>
              {schedule.paused ? text.resume : text.pause}
            </Button>
          ) : null}
        </div>
      }
    />
  )
}
