/** One connection: whether it works, whose org it is, when it last synced, and what can be done with it. */
import type { Connection } from "@decant/api"
import { type ReactNode, useState } from "react"
import { sectionPath } from "../../routing.tsx"
import { Button, LinkButton } from "../../ui/button.tsx"
import { ago, moment } from "../../ui/figures.ts"
import { MoreMenu } from "../../ui/menu.tsx"
import { Badge, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { DisconnectDialog, RemoveDialog, RenameDialog } from "./connection-dialogs.tsx"

const text = words.integrations
type Open = "rename" | "disconnect" | "remove" | null

export const ConnectionState = ({ connection }: { readonly connection: Connection }) => {
  if (connection.state === "connected") return <Badge tone="good">{text.connected}</Badge>
  if (connection.state === "attention") return <Badge tone="warn">{text.attention}</Badge>
  return <Badge>{text.disconnected}</Badge>
}

const environmentOf = ({ org, environment }: Connection): string => {
  if (org !== null) return words.kinds[org.kind]
  if (environment === "production" || environment === "sandbox") return words.kinds[environment]
  return environment ?? words.none
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const When = ({ at, children }: { readonly at: string; readonly children?: ReactNode }) => (
  <time dateTime={at} title={moment(at)}>
    {ago(at)}
    {children}
  </time>
)

/** A sync that another process ran is known by what it stored. */
const LastSync = ({ running, lastSync, storedAt }: Connection) => {
  if (running !== null) return <Badge tone="accent">{text.syncing}</Badge>
  const at = lastSync?.finishedAt ?? lastSync?.queuedAt ?? null
  if (storedAt !== null && (at === null || at < storedAt)) return <When at={storedAt} />
  if (lastSync === null || at === null) return <span className="soft">{text.noSync}</span>
  const state = lastSync.state === "ok" ? null : ` (${words.runs.states[lastSync.state].toLowerCase()})`
  return <When at={at}>{state}</When>
}

export const ConnectionFacts = ({ connection }: { readonly connection: Connection }) => (
  <dl className="facts facts-connection">
    <Fact name={text.environment}>{environmentOf(connection)}</Fact>
    <Fact name={text.org}>{connection.org?.name ?? words.none}</Fact>
    <Fact name={text.user}>{connection.org?.user ?? words.none}</Fact>
    <Fact name={text.connectedAt}>
      {connection.connectedAt ? moment(connection.connectedAt) : words.never}
    </Fact>
    <Fact name={text.lastSync}>
      <LastSync {...connection} />
    </Fact>
  </dl>
)

export const ConnectionCard = ({
  connection,
  onReconnect,
  onChanged
}: {
  readonly connection: Connection
  readonly onReconnect: () => void
  readonly onChanged: () => void
}) => {
  const [open, setOpen] = useState<Open>(null)
  const done = () => {
    setOpen(null)
    onChanged()
  }
  const dialog = { connection, onClose: () => setOpen(null), onDone: done }
  return (
    <article className="card" aria-label={connection.title}>
      <div className="card-head">
        <div className="row">
          <h3 className="connection-title">
            <a href={sectionPath(connection.id, "overview")}>{connection.title}</a>
          </h3>
          <ConnectionState connection={connection} />
        </div>
        <div className="row">
          <LinkButton href={sectionPath(connection.id, "overview")} size="small">
            {text.open}
          </LinkButton>
          <MoreMenu
            label={text.more(connection.title)}
            actions={[
              { label: text.rename, run: () => setOpen("rename") },
              { label: text.reconnect, run: onReconnect },
              ...(connection.state === "disconnected"
                ? []
                : [{ label: text.disconnect, run: () => setOpen("disconnect") }]),
              { label: text.remove, run: () => setOpen("remove"), danger: true }
            ]}
          />
        </div>
      </div>
      <div className="card-body">
        {connection.attention ? (
          <Notice tone="warn" title={connection.attention.message}>
            <p>{connection.attention.fix}</p>
            <div className="row">
              <Button size="small" onPress={onReconnect}>
                {text.reconnect}
              </Button>
            </div>
          </Notice>
        ) : null}
        <ConnectionFacts connection={connection} />
      </div>
      {open === "rename" ? <RenameDialog {...dialog} /> : null}
      {open === "disconnect" ? <DisconnectDialog {...dialog} /> : null}
      {open === "remove" ? <RemoveDialog {...dialog} /> : null}
    </article>
  )
}
