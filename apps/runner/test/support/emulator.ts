/** The emulator for tests of the runner, with the variables that its specs name. */
import {
  type EmulatorProcess,
  startEmulator as startProcess
} from "../../../../packages/salesforce-emulator/testing/emulator-process.ts"

export interface Emulator extends EmulatorProcess {
  readonly env: Readonly<Record<string, string>>
  readonly jwt: EmulatorProcess["apps"]["jwt"]
}

export const startEmulator = async (...args: ReadonlyArray<string>): Promise<Emulator> => {
  const emulator = await startProcess(...args)
  const { clientCredentials, jwt } = emulator.apps
  return {
    ...emulator,
    jwt,
    env: {
      SALESFORCE_URL: emulator.url,
      SALESFORCE_CLIENT_ID: clientCredentials.clientId,
      SALESFORCE_CLIENT_SECRET: clientCredentials.clientSecret
    }
  }
}

/** Emulators that a file of this worker is done with, by their arguments. */
const idle = new Map<string, Emulator>()

const asNew = async (emulator: Emulator | undefined): Promise<Emulator | null> => {
  if (emulator === undefined) return null
  try {
    await emulator.control("POST", "reset", {})
    return emulator
  } catch {
    await emulator.stop()
    return null
  }
}

/**
 * One that an earlier file of this worker may have had, reset: a start costs four times as much. What waits for a
 * delay may outlive a reset, so one that was told to delay answers is stopped.
 */
export const borrowEmulator = async (...args: ReadonlyArray<string>): Promise<Emulator> => {
  const key = args.join(" ")
  const kept = idle.get(key)
  idle.delete(key)
  const emulator = (await asNew(kept)) ?? (await startEmulator(...args))
  let delays = false
  return {
    ...emulator,
    control: (method, path, body) => {
      delays ||= JSON.stringify(body ?? null).includes("delayMs")
      return emulator.control(method, path, body)
    },
    stop: async () => {
      if (delays || idle.has(key)) await emulator.stop()
      else idle.set(key, emulator)
    }
  }
}
