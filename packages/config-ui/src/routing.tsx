/** Which page is shown: the path of the address. React Aria's links navigate by this too. */
import { type ReactNode, useSyncExternalStore } from "react"
import { RouterProvider } from "react-aria-components"

const changed = "decant:navigated"

const subscribe = (notify: () => void) => {
  addEventListener("popstate", notify)
  addEventListener(changed, notify)
  return () => {
    removeEventListener("popstate", notify)
    removeEventListener(changed, notify)
  }
}

export const navigate = (href: string) => {
  history.pushState(null, "", href)
  scrollTo(0, 0)
  dispatchEvent(new Event(changed))
}

/** Takes what was said once, such as the result of a login, out of the address. */
export const replaceAddress = (href: string) => {
  history.replaceState(null, "", href)
  dispatchEvent(new Event(changed))
}

export const useAddress = () => new URL(useSyncExternalStore(subscribe, () => location.href))

export const Routing = ({ children }: { readonly children: ReactNode }) => (
  <RouterProvider navigate={navigate}>{children}</RouterProvider>
)

export const sections = ["overview", "streams", "destination", "runs", "data"] as const
export type Section = (typeof sections)[number]

export const sectionPath = (spec: string, section: Section): string =>
  section === "overview" ? `/c/${encodeURIComponent(spec)}` : `/c/${encodeURIComponent(spec)}/${section}`
