/**
 * Pictures of each page in light and dark, to be looked at, into docs/screens: only when DECANT_SCREENS is set, as
 * `DECANT_SCREENS=1 npm run test:browser -- screens`.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { type Emulator, startEmulator } from "../test/support/emulator.ts"
import {
  choose,
  connectByClientCredentials,
  openConnection,
  openDialog,
  syncNow
} from "./support/connecting.ts"
import { closeBrowser, hasChromium, openBrowser } from "./support/person.ts"
import { type Served, startServer } from "./support/served.ts"
import { until } from "./support/until.ts"

const folder = fileURLToPath(new URL("../../../docs/screens/", import.meta.url))

describe.skipIf(!hasChromium || process.env.DECANT_SCREENS === undefined)("pictures", () => {
  let org: Emulator
  let served: Served
  beforeAll(async () => {
    await mkdir(folder, { recursive: true })
    org = await startEmulator("--dataset", "demo")
    served = await startServer({ DECANT_SALESFORCE_CLIENT_ID: "quick-app" })
  })
  afterAll(async () => {
    await closeBrowser()
    await served?.stop()
    await org?.stop()
  })

  const settled = (page: Page) =>
    until("the page", async () => (await page.locator(".skeleton, .spinner").count()) === 0)

  const open = async (page: Page, section: string) => {
    await page.goto(`${served.url}/c/acme-production${section}`)
    await page.getByRole("heading", { level: 1, name: "Acme production" }).waitFor()
    await settled(page)
  }

  const pages = async (page: Page, take: (name: string) => Promise<void>) => {
    await page.getByRole("article", { name: "Acme production" }).waitFor()
    await take("integrations")
    await openDialog(page)
    await choose(page, "JWT bearer")
    await take("connect")
    await open(page, "")
    await page.getByRole("button", { name: "Check now" }).click()
    await page.getByText(/^(Everything is ready|Ready, with something to know)\.$/).waitFor()
    await take("overview")
    await open(page, "/streams")
    await page.getByRole("table").waitFor()
    await page
      .getByText(/^[\d.k]+ rows$/)
      .first()
      .waitFor()
    await take("objects")
    await open(page, "/destination")
    await take("destination")
    await open(page, "/runs")
    await page.getByText("left for Decant").waitFor()
    await page.getByText(/^oldest table/).waitFor()
    await take("syncs")
    await open(page, "/data")
    await page.getByRole("button", { name: /^account_roles/ }).click()
    await page.getByRole("columnheader").first().waitFor()
    await take("data")
  }

  it("of an empty Decant, and of one at work", async () => {
    const first = await openBrowser(served, [org.url])
    const { page } = first
    await page.getByText("No org is connected yet").waitFor()
    await page.screenshot({ path: `${folder}empty-light.png` })
    await connectByClientCredentials(page, org, "Acme production")
    const spec = served.path("acme-production.yaml")
    const withRoles = (await readFile(spec, "utf8")).replace(/^( {6})# (roles:| {2}\w+: \w+__c)$/gm, "$1$2")
    await writeFile(spec, `${withRoles}schedule: "*/15 * * * *"\n`)
    await openConnection(page, "Acme production")
    for (let run = 0; run < 3; run += 1) await syncNow(page)
    await first.leave()
    for (const dark of [false, true]) {
      const person = await openBrowser(served, [org.url], { dark })
      const tone = dark ? "dark" : "light"
      await pages(person.page, async (name) => {
        await person.page.screenshot({ path: `${folder}${name}-${tone}.png` })
      })
      await person.leave()
    }
  })
})
