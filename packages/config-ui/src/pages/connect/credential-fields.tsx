/** The fields of the way that is chosen; a private key may be dropped as a file. */
import { useState } from "react"
import { DropZone, FileTrigger } from "react-aria-components"
import { Button } from "../../ui/button.tsx"
import { Field } from "../../ui/field.tsx"
import { words } from "../../words.ts"
import type { ConnectForm, FormKey } from "./connect-form.ts"

const text = words.connect

interface CredentialFieldsProps {
  readonly form: ConnectForm
  readonly mistakes: Partial<Record<FormKey, string>>
  readonly set: (key: FormKey, value: string) => void
  readonly callbackUrl: string
}

/** A key is a few kilobytes: what is larger is another file. */
const largestKey = 64_000

const CallbackUrl = ({ url }: { readonly url: string }) => {
  const [copied, setCopied] = useState(false)
  const copy = () =>
    navigator.clipboard?.writeText(url).then(
      () => setCopied(true),
      () => undefined
    )
  return (
    <div className="field">
      <span className="label">{text.callback}</span>
      <div className="copy-line">
        <code>{url}</code>
        <Button size="small" onPress={copy}>
          {copied ? text.copied : text.copy}
        </Button>
      </div>
      <span className="hint">{text.callbackHint}</span>
    </div>
  )
}

const PrivateKey = ({ form, mistakes, set }: CredentialFieldsProps) => {
  const take = async (file: File | undefined) => {
    if (file && file.size <= largestKey) set("privateKey", await file.text())
  }
  return (
    <DropZone
      className="drop"
      aria-label={text.privateKey}
      onDrop={async ({ items }) => {
        const dropped = items.find((item) => item.kind === "file")
        if (dropped) await take(await dropped.getFile())
      }}
    >
      <Field
        label={text.privateKey}
        hint={text.privateKeyHint}
        error={mistakes.privateKey}
        placeholder="-----BEGIN PRIVATE KEY-----"
        lines={5}
        value={form.privateKey}
        onChange={(value) => set("privateKey", value)}
      />
      <FileTrigger
        acceptedFileTypes={[".pem", ".key", "application/x-pem-file"]}
        onSelect={(files) => take(files?.[0])}
      >
        <Button size="small">{text.choosePem}</Button>
      </FileTrigger>
    </DropZone>
  )
}

export const CredentialFields = (props: CredentialFieldsProps) => {
  const { form, mistakes, set, callbackUrl } = props
  if (form.way === "quick") return null
  const field = (key: FormKey) => ({
    value: form[key],
    error: mistakes[key],
    onChange: (value: string) => set(key, value)
  })
  return (
    <div className="stack">
      {form.way === "own-app" ? <CallbackUrl url={callbackUrl} /> : null}
      <Field label={text.clientId} {...field("clientId")} />
      {form.way === "jwt-bearer" ? (
        <>
          <Field label={text.username} hint={text.usernameHint} {...field("username")} />
          <PrivateKey {...props} />
          <Field label={text.passphrase} type="password" {...field("passphrase")} />
        </>
      ) : (
        <Field
          label={form.way === "own-app" ? text.clientSecretOptional : text.clientSecret}
          hint={text.secretHint}
          type="password"
          {...field("clientSecret")}
        />
      )}
    </div>
  )
}
