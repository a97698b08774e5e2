/** Pages that everyone can use: no accessibility violation in light or dark, the keyboard alone, a narrow phone. */
import { gzipSync } from "node:zlib"
import { afterAll, afterEach, assert, beforeAll, describe, it } from "@effect/vitest"
import axe from "axe-core"
import type { Page } from "playwright-core"
import { type Emulator, startEmulator } from "../test/support/emulator.ts"
import { connectByClientCredentials, openConnection, openDialog, syncNow } from "./support/connecting.ts"
import { closeBrowser, type Eyes, hasChromium, openBrowser, type Person } from "./support/person.ts"
import { type Served, startServer } from "./support/served.ts"
import { until } from "./support/until.ts"

interface Found {
  readonly id: string
  readonly where: ReadonlyArray<string>
}

/** In a context that sets the Content-Security-Policy aside: it lets no other script in. */
const violations = async (page: Page): Promise<ReadonlyArray<Found>> => {
  await page.evaluate(axe.source)
  return page.evaluate<ReadonlyArray<Found>>(
    `axe.run().then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html.slice(0, 160)) })))`
  )
}

const sections = ["", "/streams", "/destination", "/runs", "/data"]

describe.skipIf(!hasChromium)("for everyone", () => {
  let org: Emulator
  let served: Served
  let person: Person
  const id = "acme"
  beforeAll(async () => {
    org = await startEmulator("--dataset", "demo")
    served = await startServer()
    person = await openBrowser(served, [org.url])
    const { page } = person
    await connectByClientCredentials(page, org, "Acme")
    await openConnection(page, "Acme")
    await syncNow(page)
  })
  afterAll(async () => {
    await closeBrowser()
    await served?.stop()
    await org?.stop()
  })
  afterEach(() => assert.deepStrictEqual(person.complaints(), []))

  const settled = async (page: Page) => {
    await page.locator("main").waitFor()
    await until("the page", async () => (await page.locator(".skeleton, .spinner").count()) === 0)
  }

  const everyPage = async (page: Page, look: (where: string) => Promise<void>) => {
    await page.goto(served.url)
    await page.getByRole("article", { name: "Acme" }).waitFor()
    await look("integrations")
    await openDialog(page)
    await page.getByRole("radio", { name: /^JWT/ }).waitFor()
    await look("connect")
    for (const section of sections) {
      await page.goto(`${served.url}/c/${id}${section}`)
      await page.getByRole("heading", { level: 1, name: "Acme" }).waitFor()
      await settled(page)
      await look(section)
    }
  }

  const withEyes = async (eyes: Eyes, see: (page: Page) => Promise<void>) => {
    const other = await openBrowser(served, [org.url], eyes)
    await see(other.page)
    assert.deepStrictEqual(other.complaints(), [])
    await other.leave()
  }

  for (const dark of [false, true]) {
    it(`axe finds no violation on any page in ${dark ? "dark" : "light"}`, () =>
      withEyes({ dark, scripts: true }, (page) =>
        everyPage(page, async (where) => assert.deepStrictEqual(await violations(page), [], where))
      ))
  }

  it("nothing is wider than a phone of 360 pixels, nor than a wide screen", async () => {
    for (const width of [360, 1920]) {
      await withEyes({ width }, (page) =>
        everyPage(page, async (where) => {
          const over = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")
          assert.isAtMost(over, 0, `${where} at ${width}`)
        })
      )
    }
  })

  it("the keyboard alone opens, fills and leaves the dialog, and the focus goes back", async () => {
    const { page } = person
    await page.goto(served.url)
    const opener = page.getByRole("button", { name: "Connect another org" })
    await opener.focus()
    await page.keyboard.press("Enter")
    await page.getByRole("radio", { name: /^JWT/ }).waitFor()
    for (let step = 0; step < 60; step += 1) await page.keyboard.press("Tab")
    assert.strictEqual(await page.locator("[role=dialog] :focus").count(), 1)
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    await until(
      "the focus",
      async () => (await page.locator(":focus").textContent()) === "Connect another org"
    )
  })

  it("the first page weighs less than 300 kB", () =>
    withEyes({}, async (page) => {
      const files = new Set<string>()
      page.on("response", (response) => {
        if (/^(script|stylesheet)$/.test(response.request().resourceType())) files.add(response.url())
      })
      await page.goto(served.url)
      await page.getByRole("article", { name: "Acme" }).waitFor()
      let weight = 0
      for (const file of files) {
        const body = await (await fetch(file)).arrayBuffer()
        weight += gzipSync(body).length
      }
      assert.isAbove(weight, 50_000)
      assert.isBelow(weight, 300_000)
    }))
})
