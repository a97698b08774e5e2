/** A person with a browser: a fresh profile, and a record of all that should not happen on a page. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import { inject } from "vitest"
import type { Served } from "./served.ts"

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage"
]

export interface Person {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors in the console, which include what the Content-Security-Policy refused, and requests to other hosts. */
  readonly complaints: () => ReadonlyArray<string>
  readonly leave: () => Promise<void>
}

export const hasChromium = inject("chromium") !== null

let opened: Promise<Browser> | null = null

const browser = (): Promise<Browser> => {
  opened ??= chromium.launch({ executablePath: inject("chromium") ?? "", args: flags })
  return opened
}

export const closeBrowser = async (): Promise<void> => {
  await (await opened)?.close()
  opened = null
}

export interface Eyes {
  readonly dark?: boolean
  readonly width?: number
  readonly height?: number
  /** Lets the test bring scripts of its own, which the Content-Security-Policy forbids. */
  readonly scripts?: boolean
}

/** `expected`: what the browser itself says in the console of an answer that is an error. */
const expected = /Failed to load resource: the server responded with a status of (4|502)/

export const openBrowser = async (
  served: Served,
  others: ReadonlyArray<string> = [],
  { dark = false, width = 1280, height = 800, scripts = false }: Eyes = {}
): Promise<Person> => {
  const context = await (await browser()).newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    acceptDownloads: true,
    bypassCSP: scripts,
    locale: "en-GB"
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const complaints: Array<string> = []
  const known = new Set([served.url, ...others])
  page.on("console", (message) => {
    if (message.type() === "error" && !expected.test(message.text())) complaints.push(message.text())
  })
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol.startsWith("http") && !known.has(origin)) complaints.push(`asked ${request.url()}`)
  })
  await page.goto(served.entry)
  await page.getByRole("heading", { name: "Integrations" }).waitFor()
  return { page, context, complaints: () => complaints, leave: () => context.close() }
}
