/** What is copied: objects on the left, the open one in the middle, the file itself on the right. */
import type { Connection, ObjectStreamChoice, OrgObject, StreamChoice } from "@decant/api"
import { useState } from "react"
import { useAnswer } from "../../data/use-answer.ts"
import { type SpecDraft, useSpecDraft } from "../../data/use-spec-draft.ts"
import { Button } from "../../ui/button.tsx"
import { Failure, Loading, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { FilePanel } from "./file-panel.tsx"
import { ObjectDetail } from "./object-detail.tsx"
import { ObjectList } from "./object-list.tsx"
import { PlanDialog } from "./plan-dialog.tsx"
import { isObjectStream, isPattern, keyOf, streamOf, withoutStream, withStream } from "./stream-choices.ts"

const text = words.streams

const SaveBar = ({ draft, onReview }: { readonly draft: SpecDraft; readonly onReview: () => void }) =>
  draft.isDraft ? (
    <section className="save-bar" aria-label={text.unsaved}>
      <strong>{text.unsaved}</strong>
      <div className="row">
        <Button onPress={draft.discard}>{text.discard}</Button>
        <Button
          variant="primary"
          isDisabled={(draft.now?.problems.length ?? 0) > 0 || draft.changedOnDisk}
          onPress={onReview}
        >
          {text.review}
        </Button>
      </div>
    </section>
  ) : null

const Other = ({ stream }: { readonly stream: StreamChoice }) => (
  <section className="card">
    <div className="card-body">
      <h2>{keyOf(stream)}</h2>
      <p className="soft">{isObjectStream(stream) ? text.pattern : text.query}</p>
      {isObjectStream(stream) ? null : <pre className="code-box">{stream.soql}</pre>}
      <p className="soft">{text.queryLead}</p>
    </div>
  </section>
)

/** What is known of a chosen object before the org has listed its objects, or when it does not. */
const notListed = (stream: ObjectStreamChoice | undefined): OrgObject | undefined =>
  stream && {
    name: stream.object,
    label: stream.object,
    custom: false,
    recommended: false,
    unsupported: null,
    api: null,
    note: null,
    rows: null,
    fields: 0
  }

const Detail = ({
  connection,
  draft,
  open,
  objects
}: {
  readonly connection: Connection
  readonly draft: SpecDraft
  readonly open: string | null
  readonly objects: ReadonlyArray<OrgObject>
}) => {
  const streams = draft.now?.view?.streams ?? []
  const stream = open === null ? undefined : streamOf(streams, open)
  if (stream && (!isObjectStream(stream) || isPattern(stream))) return <Other stream={stream} />
  const object = objects.find(({ name }) => name === (stream?.object ?? open)) ?? notListed(stream)
  if (!object) return <p className="soft pick">{text.pick}</p>
  const add = (choice: ObjectStreamChoice) => draft.setStreams([...streams, choice])
  return (
    <ObjectDetail
      key={object.name}
      connection={connection}
      object={object}
      stream={stream}
      defaultFields={draft.now?.view?.defaultFields ?? "recommended"}
      onAdd={() => add({ object: object.name })}
      onChange={(choice) => draft.setStreams(withStream(streams, choice))}
      onRemove={
        stream && streams.length > 1
          ? () => draft.setStreams(withoutStream(streams, keyOf(stream)))
          : undefined
      }
    />
  )
}

const StreamsPage = ({ connection }: { readonly connection: Connection }) => {
  const { id } = connection
  const draft = useSpecDraft(id)
  const objects = useAnswer<ReadonlyArray<OrgObject>>(`objects ${id} ${connection.connectedAt}`, (client) =>
    client.org.objects({ params: { id }, query: {} })
  )
  const [open, setOpen] = useState<string | null>(null)
  const [reviewing, setReviewing] = useState(false)
  const streams = draft.now?.view?.streams ?? []
  const first = streams[0]
  const shown = open ?? (first ? keyOf(first) : null)
  return (
    <>
      <p className="soft">{text.lead}</p>
      {draft.fileProblem ? <Failure problem={draft.fileProblem} onRetry={draft.reloadFile} /> : null}
      {draft.changedOnDisk ? (
        <Notice tone="warn" title={words.file.changed} live>
          <p>{words.file.changedText}</p>
          <div className="row">
            <Button size="small" onPress={draft.loadFromDisk}>
              {words.file.load}
            </Button>
          </div>
        </Notice>
      ) : null}
      {draft.reloaded ? <Notice tone="good" title={words.file.reloaded} live /> : null}
      {draft.problem ? <Failure problem={draft.problem} /> : null}
      <div className="streams">
        <div className="streams-list">
          {objects.problem ? <Failure problem={objects.problem} onRetry={objects.reload} /> : null}
          {draft.now ? (
            <ObjectList objects={objects.value} streams={streams} open={shown} onOpen={setOpen} />
          ) : (
            <Loading rows={6} />
          )}
        </div>
        <div className="streams-detail">
          {draft.now ? (
            <Detail connection={connection} draft={draft} open={shown} objects={objects.value ?? []} />
          ) : null}
        </div>
        <div className="streams-file">{draft.now ? <FilePanel draft={draft} /> : <Loading rows={6} />}</div>
      </div>
      <SaveBar draft={draft} onReview={() => setReviewing(true)} />
      {reviewing && draft.now ? (
        <PlanDialog id={id} draft={draft} text={draft.now.text} onClose={() => setReviewing(false)} />
      ) : null}
    </>
  )
}

export default StreamsPage
