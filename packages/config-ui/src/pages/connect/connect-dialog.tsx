/** The dialog that connects an org: which org, by which way, and what has to be ready in Salesforce before. */
import type { Attempt, Connection, ConnectOptions } from "@decant/api"
import { useState } from "react"
import type { Problem } from "../../data/problem.ts"
import { useAction, useAnswer } from "../../data/use-answer.ts"
import { Button } from "../../ui/button.tsx"
import { ChoiceCards } from "../../ui/choice.tsx"
import { Dialog } from "../../ui/dialog.tsx"
import { Field } from "../../ui/field.tsx"
import { Failure, Loading, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { type ConnectForm, type FormKey, firstForm, mistakesOf, requestOf, withWay } from "./connect-form.ts"
import { CredentialFields } from "./credential-fields.tsx"
import { Prerequisites } from "./prerequisites.tsx"

const text = words.connect

interface ConnectDialogProps {
  readonly reconnect: Connection | null
  /** The login that came back without success. */
  readonly failed: Attempt | null
  readonly onClose: () => void
  readonly onConnected: (connection: Connection) => void
}

const WhichOrg = ({
  form,
  mistake,
  set
}: {
  readonly form: ConnectForm
  readonly mistake: string | undefined
  readonly set: (key: FormKey, value: string) => void
}) => (
  <>
    <ChoiceCards
      inline
      label={text.where}
      value={form.place}
      onChange={(place) => set("place", place)}
      options={[
        { value: "production", label: text.production, hint: text.productionHint },
        { value: "sandbox", label: text.sandbox, hint: text.sandboxHint },
        { value: "domain", label: text.myDomain, hint: text.myDomainHint }
      ]}
    />
    {form.place === "domain" ? (
      <Field
        label={text.myDomainLabel}
        hint={text.myDomainHelp}
        placeholder={text.myDomainPlaceholder}
        error={mistake}
        value={form.domain}
        onChange={(value) => set("domain", value)}
      />
    ) : null}
  </>
)

const Form = ({
  options,
  reconnect,
  failed,
  onClose,
  onConnected
}: ConnectDialogProps & { readonly options: ConnectOptions }) => {
  const [form, setForm] = useState(() => firstForm({ options, reconnect, failed }))
  const [tried, setTried] = useState(false)
  const [leaving, setLeaving] = useState(false)
  const { run, isPending, problem, forget } = useAction()
  const [earlier, setEarlier] = useState<Problem | null>(failed?.error ?? null)
  const mistakes = tried ? mistakesOf(form) : {}
  const set = (key: FormKey, value: string) => setForm((now) => ({ ...now, [key]: value }))
  const way = options.methods.find(({ id }) => id === form.way)
  const said = problem ?? earlier

  const connect = () => {
    setTried(true)
    setEarlier(null)
    forget()
    if (Object.keys(mistakesOf(form)).length > 0) return
    const request = requestOf(form, reconnect?.id ?? null)
    if (request.kind === "oauth") {
      return run(
        (client) => client.connect.oauth({ payload: request.payload }),
        ({ authorizeUrl }) => {
          setLeaving(true)
          location.assign(authorizeUrl)
        }
      )
    }
    if (request.kind === "jwt") {
      return run((client) => client.connect.jwt({ payload: request.payload }), onConnected)
    }
    return run((client) => client.connect.clientCredentials({ payload: request.payload }), onConnected)
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        connect()
      }}
    >
      <div className="dialog-body">
        {said ? (
          <Notice tone="bad" title={said.message} live>
            {said.fix ? <p>{said.fix}</p> : null}
          </Notice>
        ) : null}
        <WhichOrg form={form} mistake={mistakes.domain} set={set} />
        <ChoiceCards
          label={text.how}
          value={form.way}
          onChange={(next) => setForm((now) => withWay(now, next))}
          options={options.methods.map(({ id, title, summary }) => {
            const missing = id === "quick" && !options.quickConnect
            return { value: id, label: title, hint: missing ? text.quickMissing : summary, disabled: missing }
          })}
        />
        <CredentialFields form={form} mistakes={mistakes} set={set} callbackUrl={options.callbackUrl} />
        {reconnect === null ? (
          <Field
            label={text.name}
            hint={text.nameHint}
            value={form.title}
            onChange={(value) => set("title", value)}
          />
        ) : null}
        {way ? <Prerequisites key={way.id} items={way.prerequisites} /> : null}
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{words.cancel}</Button>
        <Button type="submit" variant="primary" isPending={isPending || leaving}>
          {isPending || leaving ? text.waiting : text.action}
        </Button>
      </div>
    </form>
  )
}

export const ConnectDialog = (props: ConnectDialogProps) => {
  const options = useAnswer<ConnectOptions>("connect-options", (client) => client.connect.options())
  const { reconnect } = props
  return (
    <Dialog
      isOpen
      flush
      title={reconnect ? text.reconnectTitle(reconnect.title) : text.title}
      onClose={props.onClose}
    >
      {options.value ? <Form {...props} options={options.value} /> : null}
      {options.value === null && options.isLoading ? (
        <div className="dialog-body">
          <Loading rows={5} />
        </div>
      ) : null}
      {options.problem ? (
        <div className="dialog-body">
          <Failure problem={options.problem} onRetry={options.reload} />
        </div>
      ) : null}
    </Dialog>
  )
}
