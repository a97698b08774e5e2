/** What the next sync will do if the draft is saved, and the button that saves it. */
import type { Plan } from "@decant/api"
import { useAnswer } from "../../data/use-answer.ts"
import type { SpecDraft } from "../../data/use-spec-draft.ts"
import { Button } from "../../ui/button.tsx"
import { Dialog } from "../../ui/dialog.tsx"
import { about, count } from "../../ui/figures.ts"
import { Failure, Loading } from "../../ui/status.tsx"
import { words } from "../../words.ts"

const text = words.streams
type StreamPlan = Plan["streams"][number]

const what = ({ status, mode, resumes, reason, error }: StreamPlan): string => {
  if (status === "failed") return `${text.planFailed}: ${error?.message ?? reason ?? ""}`
  if (status === "skipped") return `${text.planSkipped}: ${reason ?? ""}`
  if (resumes) return text.planResumes
  return mode === "backfill" ? text.planFirst : mode === "full" ? text.planFull : text.planIncremental
}

const PlanList = ({ plan }: { readonly plan: Plan }) => (
  <>
    <ul className="plan">
      {plan.streams.map((stream) => (
        <li key={stream.stream} data-status={stream.status}>
          <div className="row row-between">
            <strong>{stream.stream}</strong>
            <span className="hint">
              {stream.columns.length > 0 ? text.planColumns(stream.columns.length) : ""}
              {stream.rows === null ? "" : ` · ${text.rows(about(stream.rows))}`}
            </span>
          </div>
          <p className="soft">{what(stream)}</p>
          {stream.error?.fix ? <p>{stream.error.fix}</p> : null}
          {stream.backfills.length > 0 ? <p>{text.planBackfill(stream.backfills.join(", "))}</p> : null}
          {stream.warnings.map((warning) => (
            <p key={warning} className="warn-text">
              {warning}
            </p>
          ))}
        </li>
      ))}
    </ul>
    <p className="soft">
      {text.planCalls(count(plan.apiCalls))} {plan.budget ? text.planBudget(count(plan.budget.left)) : ""}
    </p>
  </>
)

export const PlanDialog = ({
  id,
  draft,
  text: content,
  onClose
}: {
  readonly id: string
  readonly draft: SpecDraft
  readonly text: string
  readonly onClose: () => void
}) => {
  const asked = useAnswer<Plan>(`plan ${id} ${content}`, (client) =>
    client.org.plan({ params: { id }, payload: { text: content } })
  )
  const save = async () => {
    if (await draft.save()) onClose()
  }
  return (
    <Dialog
      isOpen
      title={text.planTitle}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{words.cancel}</Button>
          <Button variant="primary" isPending={draft.isSaving} onPress={save}>
            {words.save}
          </Button>
        </>
      }
    >
      <p className="soft">{text.planLead}</p>
      {draft.problem ? <Failure problem={draft.problem} /> : null}
      {asked.problem ? <Failure problem={asked.problem} onRetry={asked.reload} /> : null}
      {asked.value === null && asked.isLoading ? <Loading rows={5} /> : null}
      {asked.value ? <PlanList plan={asked.value} /> : null}
    </Dialog>
  )
}
