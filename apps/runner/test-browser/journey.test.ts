/** From nothing to data, as a customer-marketing manager goes: connect, map, sync, look. */
import { readFile, writeFile } from "node:fs/promises"
import { afterAll, afterEach, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Emulator, startEmulator } from "../test/support/emulator.ts"
import { connectByClientCredentials, openConnection, openSection, syncNow } from "./support/connecting.ts"
import { closeBrowser, hasChromium, openBrowser, type Person } from "./support/person.ts"
import { type Served, startServer } from "./support/served.ts"
import { until } from "./support/until.ts"

describe.skipIf(!hasChromium)("from nothing to a finished sync", () => {
  let org: Emulator
  let served: Served
  let person: Person
  beforeAll(async () => {
    org = await startEmulator("--dataset", "demo")
    served = await startServer()
    person = await openBrowser(served, [org.url])
  })
  afterAll(async () => {
    await closeBrowser()
    await served?.stop()
    await org?.stop()
  })
  afterEach(() => assert.deepStrictEqual(person.complaints(), []))

  const file = () => readFile(served.path("acme-production.yaml"), "utf8")

  it("an empty Decant says what to click first, and a connection shows whose it is", async () => {
    const { page } = person
    await page.getByText("No org is connected yet").waitFor()
    await connectByClientCredentials(page, org, "Acme production")
    const card = page.getByRole("article", { name: "Acme production" })
    await card.getByText("Connected", { exact: true }).first().waitFor()
    await card.getByText(org.username).waitFor()
    await card.getByText("Production", { exact: true }).waitFor()
    assert.notInclude(await file(), org.env.SALESFORCE_CLIENT_SECRET ?? "")
  })

  it("preflight tells each line and that everything is ready", async () => {
    const { page } = person
    await openConnection(page, "Acme production")
    await page.getByRole("button", { name: "Check now" }).click()
    await page.getByText(/^(Everything is ready|Ready, with something to know)\.$/).waitFor()
    assert.isAbove(await page.locator(".check-line").count(), 4)
  })

  it("the roles are suggested, mapped, planned and saved; the text beside is the file", async () => {
    const { page } = person
    await openSection(page, "Objects")
    const logo = page.getByLabel("Customer logo", { exact: true })
    await logo.locator("option", { hasText: "suggested" }).first().waitFor({ state: "attached" })
    await logo.selectOption("Customer_Logo__c")
    await page.getByLabel("Reference status", { exact: true }).selectOption("Reference_Status__c")
    await page.getByLabel("Marketing rights", { exact: true }).selectOption("Marketing_Rights__c")
    const text = page.getByLabel("Settings file as text", { exact: true })
    await page.getByText("Draft, not saved yet").waitFor()
    await until("the draft", async () => (await text.inputValue()).includes("Marketing_Rights__c"))
    await page.getByRole("button", { name: "Review changes" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByText("copied for the first time").first().waitFor()
    await dialog.getByRole("button", { name: "Save" }).click()
    await dialog.waitFor({ state: "detached" })
    assert.strictEqual(await text.inputValue(), await file())
    assert.include(await file(), "Customer_Logo__c")
  })

  it("ten rows of an object come straight from Salesforce, and a filter is tried there", async () => {
    const { page } = person
    await page.getByRole("button", { name: "Show ten rows" }).click()
    await page.getByRole("region", { name: "Preview" }).last().getByRole("row").nth(5).waitFor()
    await page.getByLabel(/^Filter/).fill("NoSuchField__c = 1")
    await page.getByRole("button", { name: "Check filter" }).click()
    await page
      .getByRole("alert")
      .getByText(/NoSuchField__c/)
      .first()
      .waitFor()
    await page.getByLabel(/^Filter/).fill("")
    await page.getByRole("button", { name: "Discard" }).click()
  })

  it("a file edited on disk shows without a reload, and a mistake stands at its line", async () => {
    const { page } = person
    const before = await file()
    await writeFile(served.path("acme-production.yaml"), before.replace(/( *)- object: User\n/, ""))
    await page.getByText("The file was changed on disk and loaded again.").waitFor()
    assert.strictEqual(await page.getByRole("button", { name: /^Chosen User/ }).count(), 0)
    const text = page.getByLabel("Settings file as text", { exact: true })
    await text.fill(before.replace("version: 1", "version: 1\nnonsense: true"))
    await page.getByText("1 mistake in the file").waitFor()
    await page.getByText("Line 3:").waitFor()
    assert.isTrue(await page.getByRole("button", { name: "Review changes" }).isDisabled())
    await page.getByRole("button", { name: "Discard" }).click()
    await writeFile(served.path("acme-production.yaml"), before)
    await page.getByRole("button", { name: /User/ }).first().waitFor()
  })

  it("a sync shows its progress, survives a reload, and ends in the history", async () => {
    const { page } = person
    await org.control("POST", "faults", {
      match: { path: "/query" },
      times: 6,
      action: { delayMs: 1_500 }
    })
    await openSection(page, "Syncs")
    await page.getByRole("button", { name: "Sync now" }).click()
    await page.getByText("Sync in progress").waitFor()
    await page.reload()
    await page.getByText("Sync in progress").waitFor()
    await page.getByRole("rowheader", { name: "Account" }).first().waitFor()
    await page.getByRole("heading", { name: "History" }).waitFor({ timeout: 120_000 })
    await page.getByText("Sync in progress").waitFor({ state: "detached", timeout: 120_000 })
    await org.control("DELETE", "faults")
    await page.getByRole("heading", { name: "Rows per sync" }).waitFor()
  })

  it("the proof compares every row and finds the copy equal", async () => {
    const { page } = person
    await page.getByRole("button", { name: "Compare now" }).click()
    await page.getByText("The copy is equal to Salesforce.").waitFor({ timeout: 120_000 })
  })

  it("the data is there by name, and as a CSV file; what would write is refused", async () => {
    const { page } = person
    await openSection(page, "Data")
    await page.getByRole("button", { name: /^account_roles/ }).click()
    await page.getByRole("columnheader", { name: "marketing_rights", exact: true }).waitFor()
    const download = page.waitForEvent("download")
    await page.getByRole("button", { name: "Download CSV" }).click()
    const csv = await readFile(await (await download).path(), "utf8")
    assert.match(csv.split("\n")[0] ?? "", /logo/)
    await page.getByLabel("SQL", { exact: true }).fill('DROP TABLE salesforce."Account"')
    await page.getByRole("button", { name: "Run", exact: true }).click()
    await page.getByRole("alert").waitFor()
    await page
      .getByRole("button", { name: /^Account/ })
      .first()
      .waitFor()
  })

  it("a second sync brings only what changed", async () => {
    const { page } = person
    const [contact] = await org.truth("Contact")
    await org.records("Contact", { update: [{ Id: contact?.Id, Title: "Chief Reference Officer" }] })
    await syncNow(page)
    const newest = page.getByRole("region", { name: "History" }).getByRole("row").nth(1)
    assert.strictEqual(await newest.getByRole("cell").nth(3).textContent(), "1")
  })

  it("the copy moves to another destination once that is tested", async () => {
    const { page } = person
    await openSection(page, "Destination")
    await page.getByText("Parquet files", { exact: true }).click()
    await page.getByLabel("Folder", { exact: true }).fill("./lake")
    await page.getByRole("button", { name: "Test", exact: true }).click()
    await page.getByText("The destination works.", { exact: true }).waitFor()
    await page.getByRole("button", { name: "Save", exact: true }).click()
    await until("the file", async () => /type: parquet\n\s+path: \.\/lake/.test(await file()))
    await syncNow(page)
    await openSection(page, "Data")
    await page.getByRole("button", { name: /^account_roles/ }).click()
    await page.getByRole("columnheader", { name: "marketing_rights", exact: true }).waitFor()
  })
})
