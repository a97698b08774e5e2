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
