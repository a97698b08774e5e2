/** One object: whether it is copied, which of its fields, and everything else that its stream can say. */
import type { Connection, ObjectStreamChoice, OrgObject, OrgObjectDetail } from "@decant/api"
import { useAnswer } from "../../data/use-answer.ts"
import { Button } from "../../ui/button.tsx"
import { Toggle } from "../../ui/choice.tsx"
import { count } from "../../ui/figures.ts"
import { Badge, Failure, Loading, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { FieldTable } from "./field-table.tsx"
import { Filter } from "./filter.tsx"
import { Preview } from "./preview.tsx"
import { Roles } from "./roles.tsx"
import { changed } from "./stream-choices.ts"
import { Substitutes } from "./substitutes.tsx"

const text = words.streams

interface ObjectDetailProps {
  readonly connection: Connection
  readonly object: OrgObject
  readonly stream: ObjectStreamChoice | undefined
  readonly defaultFields: NonNullable<ObjectStreamChoice["fields"]>
  readonly onAdd: () => void
  readonly onChange: (stream: ObjectStreamChoice) => void
  /** Absent for the last one. */
  readonly onRemove: (() => void) | undefined
}

const Head = ({ object, stream, onAdd, onRemove }: ObjectDetailProps) => (
  <div className="card-head">
    <div>
      <h2>{object.label}</h2>
      <div className="row small soft">
        {object.name === object.label ? null : <code>{object.name}</code>}
        {object.rows === null ? null : <span>{text.rows(count(object.rows))}</span>}
        {object.api ? <span>{text.api[object.api]}</span> : null}
        {object.recommended ? <Badge tone="accent">{text.recommended}</Badge> : null}
      </div>
    </div>
    {stream ? (
      <Button size="small" isDisabled={onRemove === undefined} {...(onRemove && { onPress: onRemove })}>
        {text.stop}
      </Button>
    ) : (
      <Button variant="primary" size="small" isDisabled={object.unsupported !== null} onPress={onAdd}>
        {text.add(object.label)}
      </Button>
    )}
  </div>
)

const Choices = ({
  connection,
  detail,
  stream,
  defaultFields,
  onChange
}: ObjectDetailProps & { readonly detail: OrgObjectDetail; readonly stream: ObjectStreamChoice }) => {
  const set = <Key extends keyof ObjectStreamChoice>(key: Key, value: ObjectStreamChoice[Key] | undefined) =>
    onChange(changed(stream, key, value))
  return (
    <>
      {stream.object === "Account" ? (
        <Roles detail={detail} roles={stream.roles ?? {}} onChange={(roles) => set("roles", roles)} />
      ) : null}
      <FieldTable detail={detail} stream={stream} defaultFields={defaultFields} set={set} />
      <Substitutes
        detail={detail}
        substitute={stream.substitute ?? {}}
        onChange={(substitute) => set("substitute", substitute)}
      />
      <Filter
        id={connection.id}
        object={stream.object}
        where={stream.where ?? ""}
        onChange={(where) => set("where", where)}
      />
      <section className="card">
        <div className="card-body">
          <Toggle isSelected={stream.history ?? false} onChange={(history) => set("history", history)}>
            <strong>{text.history}</strong>
            <span className="hint block">{text.historyHint}</span>
          </Toggle>
        </div>
      </section>
      <Preview id={connection.id} stream={stream} />
    </>
  )
}

export const ObjectDetail = (props: ObjectDetailProps) => {
  const { connection, object, stream } = props
  const params = { id: connection.id, object: object.name }
  const asked = useAnswer<OrgObjectDetail>(`object ${connection.id} ${object.name}`, (client) =>
    client.org.object({ params })
  )
  return (
    <div className="stack">
      <section className="card">
        <Head {...props} />
        {object.unsupported !== null || object.note !== null ? (
          <div className="card-body">
            <Notice
              tone={object.unsupported === null ? "plain" : "warn"}
              title={object.unsupported ?? object.note ?? ""}
            />
          </div>
        ) : null}
      </section>
      {asked.problem ? <Failure problem={asked.problem} onRetry={asked.reload} /> : null}
      {asked.value === null && asked.isLoading ? <Loading rows={6} /> : null}
      {asked.value && stream ? <Choices {...props} stream={stream} detail={asked.value} /> : null}
    </div>
  )
}
