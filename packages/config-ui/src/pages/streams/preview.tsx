/** The first ten rows as the stream would read them. */
import type { ObjectStreamChoice, Table } from "@decant/api"
import { useState } from "react"
import { useAction } from "../../data/use-answer.ts"
import { Button } from "../../ui/button.tsx"
import { DataTable } from "../../ui/data-table.tsx"
import { Section } from "../../ui/section.tsx"
import { words } from "../../words.ts"

const text = words.streams

export const Preview = ({ id, stream }: { readonly id: string; readonly stream: ObjectStreamChoice }) => {
  const { run, isPending, problem } = useAction()
  const [table, setTable] = useState<Table | null>(null)
  const show = () => run((client) => client.org.preview({ params: { id }, payload: stream }), setTable)
  return (
    <Section
      id="preview"
      title={text.preview}
      level={3}
      lead={text.previewLead}
      problem={problem}
      action={
        <Button size="small" isPending={isPending} onPress={show}>
          {text.previewAction}
        </Button>
      }
    >
      {table && table.rows.length === 0 ? <p className="card-body soft">{text.previewEmpty}</p> : null}
      {table && table.rows.length > 0 ? <DataTable label={text.preview} table={table} /> : null}
    </Section>
  )
}
