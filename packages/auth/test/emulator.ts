/** The emulator for tests of this package, and the person at its pages, as Effects. */
import { Effect } from "effect"
import { type EmulatorProcess, startEmulator } from "../../salesforce-emulator/testing/emulator-process.ts"
import * as person from "../../salesforce-emulator/testing/person.ts"

export type Emulator = EmulatorProcess

export const emulator = Effect.acquireRelease(
  Effect.promise(() => startEmulator()),
  ({ stop }) => Effect.promise(stop)
)

export const control = (org: Emulator, path: string, body: unknown) =>
  Effect.promise(() => org.control("POST", path, body))

/** How often a path was asked for. */
export const requestsTo = (org: Emulator, path: string) =>
  Effect.map(
    Effect.promise(org.requests),
    (requests) => requests.filter((request) => request.path === path).length
  )

export const answerInBrowser = (...args: Parameters<typeof person.answerInBrowser>) =>
  Effect.promise(() => person.answerInBrowser(...args))

export const confirmDevice = (...args: Parameters<typeof person.confirmDevice>) =>
  Effect.promise(() => person.confirmDevice(...args))
