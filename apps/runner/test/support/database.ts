/** A database of the test's own in the Postgres of the run, which vitest's global set-up starts for all files. */
import { inject } from "vitest"

declare module "vitest" {
  interface ProvidedContext {
    readonly postgresAt: string
  }
}

export interface Database {
  /** Of a role that may make schemas and is no superuser. */
  readonly url: string
  readonly drop: () => Promise<void>
}

const ask = async (method: string, path = ""): Promise<string> => {
  const answer = await fetch(new URL(path, inject("postgresAt")), { method })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the Postgres of the tests: ${text}`)
  return text
}

export const openDatabase = async (): Promise<Database> => {
  const url = await ask("POST")
  return { url, drop: async () => void (await ask("DELETE", new URL(url).pathname)) }
}
