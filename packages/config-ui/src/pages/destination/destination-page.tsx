/** Where the copy goes: chosen, tested, saved. */
import type { CheckLine, Connection, DestinationChoice, SpecFile } from "@decant/api"
import { useState } from "react"
import { useServerEvents } from "../../data/server-events.ts"
import { useAction, useAnswer } from "../../data/use-answer.ts"
import { Button } from "../../ui/button.tsx"
import { ChoiceCards, Choose } from "../../ui/choice.tsx"
import { Field } from "../../ui/field.tsx"
import { Failure, Loading, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { choiceOf, type DestinationForm, formOf, withType } from "./destination-form.ts"

const text = words.destination
type View = NonNullable<SpecFile["view"]>

interface FormProps {
  readonly form: DestinationForm
  readonly set: (change: Partial<DestinationForm>) => void
  readonly secrets: View["destinationSecrets"]
}

const Place = ({ form, set, secrets }: FormProps) => {
  if (form.type === "postgres") {
    return (
      <>
        <Field
          label={text.url}
          type="password"
          hint={secrets.includes("url") ? text.urlSet : text.urlHint}
          value={form.url}
          onChange={(url) => set({ url })}
        />
        <Field
          label={text.queryUrl}
          type="password"
          hint={secrets.includes("queryUrl") ? text.urlSet : text.queryUrlHint}
          value={form.queryUrl}
          onChange={(queryUrl) => set({ queryUrl })}
        />
      </>
    )
  }
  const isFile = form.type === "duckdb"
  return (
    <Field
      label={isFile ? text.file : text.folder}
      hint={isFile ? text.fileHint : text.folderHint}
      value={form.path}
      onChange={(path) => set({ path })}
    />
  )
}

const Settings = ({ form, set }: FormProps) => (
  <div className="settings">
    <Field
      label={text.schema}
      hint={text.schemaHint}
      value={form.schema}
      onChange={(schema) => set({ schema })}
    />
    <Choose
      label={text.deletes}
      value={form.soft === "remove" && form.hard === "remove" ? "remove" : "mark"}
      onChange={(deletes) => set({ soft: deletes, hard: deletes })}
      options={[
        { value: "mark", label: text.mark },
        { value: "remove", label: text.remove }
      ]}
    />
    <Choose
      label={text.naming}
      value={form.naming}
      onChange={(naming) => set({ naming })}
      options={[
        { value: "preserve", label: text.preserve },
        { value: "snake_case", label: text.snake }
      ]}
    />
  </div>
)

const Tested = ({ line }: { readonly line: CheckLine }) =>
  line.status === "fail" ? (
    <Notice tone="bad" title={text.notWorking} live>
      <p>{line.error?.message ?? line.detail}</p>
      {line.error?.fix ? <p>{line.error.fix}</p> : null}
    </Notice>
  ) : (
    <Notice tone={line.status === "ok" ? "good" : "warn"} title={text.works} live>
      <p className="soft">{line.detail}</p>
    </Notice>
  )

const DestinationEditor = ({
  id,
  name,
  file,
  view,
  onSaved
}: {
  readonly id: string
  readonly name: string
  readonly file: SpecFile
  readonly view: View
  readonly onSaved: (file: SpecFile) => void
}) => {
  const before: DestinationChoice = view.destination
  const [form, setForm] = useState(() => formOf(before))
  const [tested, setTested] = useState<CheckLine | null>(null)
  const test = useAction()
  const save = useAction()
  const params = { id }
  const isChanged = JSON.stringify(form) !== JSON.stringify(formOf(before))
  const moves =
    form.type !== before.type || form.url !== "" || (before.type !== "postgres" && form.path !== before.path)
  const set = (change: Partial<DestinationForm>) => {
    setTested(null)
    setForm((now) => ({ ...now, ...change }))
  }
  const runTest = () =>
    test.run((client) => {
      const payload = isChanged ? { destination: choiceOf(form, before) } : {}
      return client.org.testDestination({ params, payload })
    }, setTested)
  const runSave = () =>
    save.run((client) => {
      const change = { destination: choiceOf(form, before) }
      return client.spec.change({ params, payload: { version: file.version, change, save: true } })
    }, onSaved)
  const parts = { form, set, secrets: view.destinationSecrets }
  return (
    <section className="card">
      <div className="card-body">
        <ChoiceCards
          inline
          label={text.type}
          value={form.type}
          onChange={(type) => set(type === before.type ? formOf(before) : withType(form, type, name))}
          options={(["duckdb", "parquet", "postgres"] as const).map((type) => ({
            value: type,
            label: text.types[type],
            hint: text.typeHints[type]
          }))}
        />
        <Place {...parts} />
        <Settings {...parts} />
        {moves && isChanged ? <Notice title={text.moved} /> : null}
        {test.problem ? <Failure problem={test.problem} /> : null}
        {save.problem ? <Failure problem={save.problem} /> : null}
        {tested ? <Tested line={tested} /> : null}
      </div>
      <div className="dialog-foot">
        <Button isPending={test.isPending} onPress={runTest}>
          {test.isPending ? text.testing : text.test}
        </Button>
        <Button variant="primary" isDisabled={!isChanged} isPending={save.isPending} onPress={runSave}>
          {words.save}
        </Button>
      </div>
    </section>
  )
}

const DestinationPage = ({ connection }: { readonly connection: Connection }) => {
  const { id } = connection
  const file = useAnswer<SpecFile>(`destination ${id}`, (client) => client.spec.get({ params: { id } }))
  useServerEvents((event) => {
    if (event._tag === "connection" && event.connection === id) file.reload()
  })
  const { value } = file
  return (
    <>
      <p className="soft">{text.lead}</p>
      {file.problem ? <Failure problem={file.problem} onRetry={file.reload} /> : null}
      {value === null && file.isLoading ? <Loading rows={5} /> : null}
      {value && value.view === null ? (
        <Notice tone="bad" title={words.file.problems(value.problems.length)}>
          {value.problems.map(({ line, message }) => (
            <p
              key={`${line} ${message}`}
            >{`${line === null ? "" : `${words.file.line(line)}: `}${message}`}</p>
          ))}
        </Notice>
      ) : null}
      {value?.view ? (
        <DestinationEditor
          key={value.version}
          id={id}
          name={value.view.name}
          file={value}
          view={value.view}
          onSaved={file.put}
        />
      ) : null}
    </>
  )
}

export default DestinationPage
