/** The frame, and which page is in it. Pages behind a connection are loaded when they are opened. */
import type { Session } from "@decant/api"
import { Component, lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from "react"
import { ask, whenSignInNeeded } from "./data/api.ts"
import type { Problem } from "./data/problem.ts"
import { IntegrationsPage } from "./pages/integrations/integrations-page.tsx"
import { SignInPage } from "./pages/sign-in-page.tsx"
import { Routing, replaceAddress, type Section, sections, useAddress } from "./routing.tsx"
import { LinkButton } from "./ui/button.tsx"
import { Empty, Failure, Loading } from "./ui/status.tsx"
import { ThemeButton } from "./ui/theme.tsx"
import { words } from "./words.ts"

const ConnectionPage = lazy(() => import("./pages/connection-page.tsx"))

const isSection = (name: string): name is Section => (sections as ReadonlyArray<string>).includes(name)

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const NotFound = () => (
  <main id="page" className="page">
    <Empty
      title={words.notFound.title}
      action={
        <LinkButton href="/" variant="primary">
          {words.notFound.action}
        </LinkButton>
      }
    >
      {words.notFound.text}
    </Empty>
  </main>
)

const Page = () => {
  const { pathname } = useAddress()
  const [place, id, section = "overview", ...more] = pathname.split("/").filter((part) => part !== "")
  if (place === undefined) return <IntegrationsPage />
  if (place !== "c" || id === undefined || !isSection(section) || more.length > 0) return <NotFound />
  return (
    <Suspense
      fallback={
        <main id="page" className="page">
          <Loading />
        </main>
      }
    >
      <ConnectionPage key={id} id={decoded(id)} section={section} />
    </Suspense>
  )
}

/** A page whose part cannot be loaded any more (the server was updated) says so instead of going blank. */
class Guard extends Component<{ readonly children: ReactNode }, { readonly broken: boolean }> {
  override state = { broken: false }
  static getDerivedStateFromError = () => ({ broken: true })
  override render() {
    if (!this.state.broken) return this.props.children
    return (
      <main id="page" className="page">
        <Failure problem={{ code: "UNEXPECTED", ...words.unexpected }} onRetry={() => location.reload()} />
      </main>
    )
  }
}

type Entry =
  | { readonly is: "asking" }
  | { readonly is: "in" }
  | { readonly is: "out"; readonly by: Session["by"] }
  | { readonly is: "failed"; readonly problem: Problem }

/** The token of the address that `decant serve` prints is used once and then taken out of the address. */
const takeToken = (): string | null => {
  const address = new URL(location.href)
  const token = address.searchParams.get("token")
  if (token !== null) {
    address.searchParams.delete("token")
    replaceAddress(`${address.pathname}${address.search}`)
  }
  return token
}

const useEntry = () => {
  const [entry, setEntry] = useState<Entry>({ is: "asking" })
  const look = useCallback(async () => {
    const token = takeToken()
    if (token !== null) await ask((client) => client.session.signIn({ payload: { token } }))
    const answer = await ask((client) => client.session.look())
    if (!answer.ok) return setEntry({ is: "failed", problem: answer.problem })
    setEntry(answer.value.signedIn ? { is: "in" } : { is: "out", by: answer.value.by })
  }, [])
  useEffect(() => {
    whenSignInNeeded(() => setEntry((now) => (now.is === "in" ? { is: "out", by: "token" } : now)))
    look()
  }, [look])
  return { entry, look }
}

export const App = () => {
  const { entry, look } = useEntry()
  return (
    <Routing>
      <a className="skip" href="#page">
        {words.skip}
      </a>
      <header className="top">
        <a className="brand" href="/">
          <img src="/decant.svg" alt="" width={26} height={26} />
          Decant
        </a>
        <div className="top-end">
          <ThemeButton />
        </div>
      </header>
      <Guard>
        {entry.is === "in" ? <Page /> : null}
        {entry.is === "out" ? <SignInPage by={entry.by} onSignedIn={look} /> : null}
        {entry.is === "failed" ? (
          <main id="page" className="page">
            <Failure problem={entry.problem} onRetry={look} />
          </main>
        ) : null}
      </Guard>
    </Routing>
  )
}
