/** The frame of one connection: its name and state, and its parts. */
import type { Connection } from "@decant/api"
import { lazy, Suspense, useState } from "react"
import { useServerEvents } from "../data/server-events.ts"
import { type Asked, useAnswer } from "../data/use-answer.ts"
import { type Section, sectionPath, sections } from "../routing.tsx"
import { Button } from "../ui/button.tsx"
import { Icon } from "../ui/icon.tsx"
import { Failure, Loading, Notice } from "../ui/status.tsx"
import { words } from "../words.ts"
import { ConnectDialog } from "./connect/connect-dialog.tsx"
import { ConnectionState } from "./integrations/connection-card.tsx"
import { OverviewPage } from "./overview/overview-page.tsx"

const StreamsPage = lazy(() => import("./streams/streams-page.tsx"))
const DestinationPage = lazy(() => import("./destination/destination-page.tsx"))
const RunsPage = lazy(() => import("./runs/runs-page.tsx"))
const DataPage = lazy(() => import("./data/data-page.tsx"))

const Sections = ({ id, section }: { readonly id: string; readonly section: Section }) => (
  <nav className="sections" aria-label={words.sections.label}>
    {sections.map((name) => (
      <a
        key={name}
        href={sectionPath(id, name)}
        {...(name === section && { "aria-current": "page" as const })}
      >
        {words.sections[name]}
      </a>
    ))}
  </nav>
)

const SectionPage = ({
  section,
  asked
}: {
  readonly section: Section
  readonly asked: Asked<Connection>
}) => {
  const connection = asked.value
  if (connection === null) return null
  switch (section) {
    case "overview":
      return <OverviewPage connection={connection} onChanged={asked.put} onSaved={asked.reload} />
    case "streams":
      return <StreamsPage connection={connection} />
    case "destination":
      return <DestinationPage connection={connection} />
    case "runs":
      return <RunsPage connection={connection} onChanged={asked.reload} />
    case "data":
      return <DataPage connection={connection} />
  }
}

const ConnectionPage = ({ id, section }: { readonly id: string; readonly section: Section }) => {
  const asked = useAnswer<Connection>(`connection ${id}`, (client) =>
    client.connections.get({ params: { id } })
  )
  const [reconnecting, setReconnecting] = useState(false)
  useServerEvents((event) => {
    const about =
      event._tag === "connection" ? event.connection : event._tag === "run" ? event.run.connection : id
    if (about === id) asked.reload()
  })
  const connection = asked.value
  return (
    <main id="page" className={section === "streams" ? "page page-wide" : "page"}>
      <a className="crumb" href="/">
        <Icon name="back" size={14} />
        {words.integrations.title}
      </a>
      <div className="row connection-head">
        <h1>{connection?.title ?? id}</h1>
        {connection ? <ConnectionState connection={connection} /> : null}
      </div>
      <Sections id={id} section={section} />
      <div className="stack">
        {asked.problem ? <Failure problem={asked.problem} onRetry={asked.reload} /> : null}
        {connection?.attention ? (
          <Notice tone="warn" title={connection.attention.message}>
            <p>{connection.attention.fix}</p>
            <div className="row">
              <Button size="small" onPress={() => setReconnecting(true)}>
                {words.integrations.reconnect}
              </Button>
            </div>
          </Notice>
        ) : null}
        {connection === null && asked.isLoading ? <Loading /> : null}
        <Suspense fallback={<Loading />}>
          <SectionPage section={section} asked={asked} />
        </Suspense>
      </div>
      {reconnecting && connection ? (
        <ConnectDialog
          reconnect={connection}
          failed={null}
          onClose={() => setReconnecting(false)}
          onConnected={() => {
            setReconnecting(false)
            asked.reload()
          }}
        />
      ) : null}
    </main>
  )
}

export default ConnectionPage
