/** What a person does to connect the emulator's org, step by step. */
import type { Page } from "playwright-core"
import type { Emulator } from "../../test/support/emulator.ts"
import { until } from "./until.ts"

export const openDialog = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: /^(Enable|Connect another org)$/ }).click()
  await page.getByRole("dialog").waitFor()
}

export const choose = (page: Page, name: string) =>
  page.getByRole("dialog").getByText(name, { exact: true }).click()

export const chooseOrg = async (page: Page, org: Emulator): Promise<void> => {
  await choose(page, "My Domain")
  await page.getByLabel("My Domain address", { exact: true }).fill(org.url)
}

export const connect = (page: Page) =>
  page.getByRole("dialog").getByRole("button", { name: "Connect", exact: true }).click()

/** At Salesforce: logs in, and presses Allow or Deny. */
export const answer = async (page: Page, org: Emulator, decision: "Allow" | "Deny"): Promise<void> => {
  await page.waitForURL((url) => url.origin === org.url)
  await page.getByLabel("Username", { exact: true }).fill(org.username)
  await page.getByLabel("Password", { exact: true }).fill(org.password)
  await page.getByRole("button", { name: "Log In" }).click()
  await page.getByRole("button", { name: decision }).click()
}

export const connectByClientCredentials = async (page: Page, org: Emulator, name: string): Promise<void> => {
  await openDialog(page)
  await chooseOrg(page, org)
  await choose(page, "Client credentials")
  await page.getByLabel("Consumer key", { exact: true }).fill(org.env.SALESFORCE_CLIENT_ID ?? "")
  await page.getByLabel("Consumer secret", { exact: true }).fill(org.env.SALESFORCE_CLIENT_SECRET ?? "")
  await page.getByLabel("Name of the connection", { exact: true }).fill(name)
  await connect(page)
  await page.getByText(`${name} is connected.`).waitFor()
}

export const openSection = async (page: Page, name: string): Promise<void> => {
  await page.getByRole("navigation").getByRole("link", { name, exact: true }).click()
  await page
    .getByRole("link", { name, exact: true, includeHidden: false })
    .and(page.locator("[aria-current]"))
    .waitFor()
}

export const openConnection = async (page: Page, name: string): Promise<void> => {
  await page.getByRole("article", { name }).getByRole("link", { name: "Open" }).click()
  await page.getByRole("heading", { name, level: 1 }).waitFor()
}

/** Runs a sync and waits until it stands in the history. */
export const syncNow = async (page: Page): Promise<void> => {
  await openSection(page, "Syncs")
  const ended = page.getByRole("region", { name: "History" }).getByText("Done", { exact: true })
  await page.getByRole("button", { name: "Sync now" }).and(page.locator(":enabled")).waitFor()
  await until("the page", async () => (await page.locator(".skeleton").count()) === 0)
  const before = await ended.count()
  await page.getByRole("button", { name: "Sync now" }).click()
  await until("the end of the sync", async () => (await ended.count()) > before, 120_000)
}
