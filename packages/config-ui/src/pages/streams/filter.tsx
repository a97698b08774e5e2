/** A filter in Salesforce's own words, tried in the org before it is saved. */
import { useState } from "react"
import { useAction } from "../../data/use-answer.ts"
import { Button } from "../../ui/button.tsx"
import { Field } from "../../ui/field.tsx"
import { count } from "../../ui/figures.ts"
import { Failure } from "../../ui/status.tsx"
import { words } from "../../words.ts"

const text = words.streams

export const Filter = ({
  id,
  object,
  where,
  onChange
}: {
  readonly id: string
  readonly object: string
  readonly where: string
  readonly onChange: (where: string) => void
}) => {
  const { run, isPending, problem, forget } = useAction()
  const [rows, setRows] = useState<number | null>(null)
  const type = (next: string) => {
    setRows(null)
    forget()
    onChange(next)
  }
  const check = () =>
    run(
      (client) => client.org.where({ params: { id }, payload: { object, where } }),
      (answer) => setRows(answer.rows)
    )
  return (
    <section className="card" aria-labelledby="filter">
      <div className="card-body">
        <h3 id="filter">{text.filter}</h3>
        <Field label={text.filterLabel} hint={text.filterHint} value={where} onChange={type} />
        {problem ? <Failure problem={problem} /> : null}
        <div className="row">
          <Button size="small" isDisabled={where.trim() === ""} isPending={isPending} onPress={check}>
            {text.filterCheck}
          </Button>
          <span role="status" className="soft small">
            {rows === null ? "" : text.filterRows(count(rows))}
          </span>
        </div>
      </div>
    </section>
  )
}
