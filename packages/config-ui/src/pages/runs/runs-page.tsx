/** Syncs: the one that runs, those that ran, what they brought and cost; and the proof of the copy. */
import type { Connection, RunSummary } from "@decant/api"
import { useAction, useAnswer } from "../../data/use-answer.ts"
import { navigate, sectionPath, useAddress } from "../../routing.tsx"
import { Button } from "../../ui/button.tsx"
import { Icon } from "../../ui/icon.tsx"
import { Empty, Failure, Loading } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { Charts } from "./charts.tsx"
import { History } from "./history.tsx"
import { RunView } from "./run-view.tsx"
import { Verify } from "./verify.tsx"

const text = words.runs

interface RunsPageProps {
  readonly connection: Connection
  readonly onChanged: () => void
}

const RunsPage = ({ connection, onChanged }: RunsPageProps) => {
  const { id, running, lastSync, storedAt, state } = connection
  const opened = useAddress().searchParams.get("run")
  const { run, isPending, problem } = useAction()
  const asked = useAnswer<ReadonlyArray<RunSummary>>(
    `runs ${id} ${lastSync?.id ?? ""} ${running?.id ?? ""}`,
    (client) => client.runs.list({ query: { connection: id, limit: 50 } })
  )
  const runs = asked.value ?? []
  const start = () =>
    run(
      (client) => client.runs.start({ payload: { connection: id } }),
      () => {
        if (opened !== null) navigate(sectionPath(id, "runs"))
        onChanged()
      }
    )
  const shown = running?.id ?? opened
  return (
    <>
      <div className="row row-between">
        <p className="soft">{text.lead}</p>
        <Button
          variant="primary"
          isDisabled={running !== null || state === "disconnected"}
          isPending={isPending}
          onPress={start}
        >
          <Icon name="play" size={15} />
          {text.now}
        </Button>
      </div>
      {problem ? <Failure problem={problem} /> : null}
      {shown === null ? null : <RunView key={shown} id={shown} onEnded={onChanged} />}
      {running !== null && opened !== null && opened !== running.id ? (
        <RunView key={opened} id={opened} onEnded={onChanged} />
      ) : null}
      {runs.length > 0 ? <Charts connection={connection} runs={runs} /> : null}
      {asked.problem ? <Failure problem={asked.problem} onRetry={asked.reload} /> : null}
      {asked.value === null && asked.isLoading ? <Loading /> : null}
      {asked.value?.length === 0 && running === null ? (
        <Empty title={text.empty}>{text.emptyText}</Empty>
      ) : null}
      {runs.length > 0 ? <History id={id} runs={runs} opened={opened} /> : null}
      {lastSync || storedAt ? <Verify id={id} /> : null}
    </>
  )
}

export default RunsPage
