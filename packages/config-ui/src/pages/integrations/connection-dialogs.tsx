/** Rename, disconnect, remove: each says before what it will do. */
import type { Connection } from "@decant/api"
import { type ReactNode, useState } from "react"
import type { Ask } from "../../data/api.ts"
import { useAction } from "../../data/use-answer.ts"
import { Button } from "../../ui/button.tsx"
import { Dialog } from "../../ui/dialog.tsx"
import { Field } from "../../ui/field.tsx"
import { Failure } from "../../ui/status.tsx"
import { words } from "../../words.ts"

const text = words.integrations

interface ForConnection {
  readonly connection: Connection
  readonly onClose: () => void
  readonly onDone: () => void
}

const Confirm = ({
  title,
  action,
  danger = false,
  question,
  children,
  onClose,
  onDone
}: Omit<ForConnection, "connection"> & {
  readonly title: string
  readonly action: string
  readonly danger?: boolean
  readonly question: Ask<unknown>
  readonly children: ReactNode
}) => {
  const { run, isPending, problem } = useAction()
  return (
    <Dialog
      small
      isOpen
      title={title}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{words.cancel}</Button>
          <Button
            variant={danger ? "danger" : "primary"}
            isPending={isPending}
            onPress={() => run(question, onDone)}
          >
            {action}
          </Button>
        </>
      }
    >
      {problem ? <Failure problem={problem} /> : null}
      {children}
    </Dialog>
  )
}

export const RenameDialog = ({ connection, ...rest }: ForConnection) => {
  const [title, setTitle] = useState(connection.title)
  const params = { id: connection.id }
  return (
    <Confirm
      {...rest}
      title={text.renameTitle}
      action={words.save}
      question={(client) => client.connections.rename({ params, payload: { title: title.trim() } })}
    >
      <Field label={text.renameLabel} hint={text.renameHint} value={title} onChange={setTitle} autoFocus />
    </Confirm>
  )
}

export const DisconnectDialog = ({ connection, ...rest }: ForConnection) => (
  <Confirm
    {...rest}
    danger
    title={text.disconnectTitle(connection.title)}
    action={text.disconnect}
    question={(client) => client.connections.disconnect({ params: { id: connection.id } })}
  >
    <p>{text.disconnectText}</p>
  </Confirm>
)

export const RemoveDialog = ({ connection, ...rest }: ForConnection) => (
  <Confirm
    {...rest}
    danger
    title={text.removeTitle(connection.title)}
    action={text.remove}
    question={(client) => client.connections.remove({ params: { id: connection.id } })}
  >
    <p>{text.removeText}</p>
  </Confirm>
)
