/** The first page: the Salesforce card, and the connections that were made by it. */
import type { Connection } from "@decant/api"
import { useState } from "react"
import { useServerEvents } from "../../data/server-events.ts"
import { useAnswer } from "../../data/use-answer.ts"
import { replaceAddress, useAddress } from "../../routing.tsx"
import { Button } from "../../ui/button.tsx"
import { Badge, Empty, Failure, Loading, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { ConnectDialog } from "../connect/connect-dialog.tsx"
import { useAttempt } from "../connect/use-attempt.ts"
import { ConnectionCard } from "./connection-card.tsx"
import { SalesforceMark } from "./salesforce-mark.tsx"

const text = words.integrations

const SalesforceCard = ({
  enabled,
  onEnable
}: {
  readonly enabled: boolean
  readonly onEnable: () => void
}) => (
  <section className="card integration" aria-labelledby="salesforce">
    <SalesforceMark />
    <div className="integration-words">
      <div className="row">
        <h2 id="salesforce">{text.salesforce}</h2>
        {enabled ? <Badge tone="good">{text.enabled}</Badge> : null}
      </div>
      <p className="soft">{text.about}</p>
    </div>
    <Button {...(enabled ? {} : { variant: "primary" as const })} onPress={onEnable}>
      {enabled ? text.add : text.enable}
    </Button>
  </section>
)

type Opened = { readonly reconnect: Connection | null } | null

export const IntegrationsPage = () => {
  const list = useAnswer<ReadonlyArray<Connection>>("connections", (client) => client.connections.list())
  useServerEvents((event) => (event._tag === "hello" ? undefined : list.reload()))
  const [opened, setOpened] = useState<Opened>(null)
  const [made, setMade] = useState<string | null>(null)
  const attempt = useAttempt(useAddress().searchParams.get("attempt"), (connection) => {
    setMade(connection)
    list.reload()
  })
  const failed = attempt?.state === "failed" ? attempt : null
  const connections = list.value ?? []
  const fresh = connections.find(({ id }) => id === made)
  const reconnecting = failed
    ? (connections.find(({ id }) => id === failed.reconnect) ?? null)
    : (opened?.reconnect ?? null)
  const close = () => {
    setOpened(null)
    if (failed) replaceAddress("/")
  }
  return (
    <main id="page" className="page">
      <div className="page-head">
        <div>
          <h1>{text.title}</h1>
          <p>{text.lead}</p>
        </div>
      </div>
      <div className="stack">
        <SalesforceCard enabled={connections.length > 0} onEnable={() => setOpened({ reconnect: null })} />
        {fresh ? (
          <Notice tone="good" title={text.justConnected(fresh.title)} live>
            <p>{text.justConnectedNext}</p>
          </Notice>
        ) : null}
        {list.problem ? <Failure problem={list.problem} onRetry={list.reload} /> : null}
        {list.value === null && list.isLoading ? <Loading /> : null}
        {list.value?.length === 0 ? <Empty title={text.emptyTitle}>{text.empty}</Empty> : null}
        {connections.length > 0 ? (
          <section className="stack stack-tight" aria-labelledby="connections">
            <h2 id="connections" className="list-title">
              {text.connections}
            </h2>
            {connections.map((connection) => (
              <ConnectionCard
                key={connection.id}
                connection={connection}
                onReconnect={() => setOpened({ reconnect: connection })}
                onChanged={list.reload}
              />
            ))}
          </section>
        ) : null}
      </div>
      {opened || failed ? (
        <ConnectDialog
          reconnect={reconnecting}
          failed={failed}
          onClose={close}
          onConnected={(connection) => {
            close()
            setMade(connection.id)
            list.reload()
          }}
        />
      ) : null}
    </main>
  )
}
