/** Device logins under way: the code the device polls with and the one its user types. */
import { randomBytes, randomInt } from "node:crypto"
import { Context, Layer } from "effect"

const LIFETIME_MS = 10 * 60_000
const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"

export interface Device {
  readonly deviceCode: string
  readonly userCode: string
  readonly clientId: string
  readonly scopes: ReadonlyArray<string>
  readonly state: "pending" | "allowed" | "denied"
  readonly userId: string | undefined
  readonly polledAt: number
}

export class Devices extends Context.Service<
  Devices,
  {
    readonly start: (clientId: string, scopes: ReadonlyArray<string>) => Device
    readonly byDeviceCode: (code: string) => Device | undefined
    readonly byUserCode: (code: string) => Device | undefined
    readonly decide: (userCode: string, userId: string | undefined) => void
    readonly polled: (deviceCode: string) => void
    readonly finish: (deviceCode: string) => void
    readonly reset: () => void
  }
>()("salesforce-emulator/oauth/Devices") {
  static readonly layer = Layer.sync(Devices, () => {
    const devices = new Map<string, Mutable>()
    const live = (device: Mutable | undefined) =>
      device !== undefined && Date.now() - device.startedAt < LIFETIME_MS ? device : undefined
    const byUserCode = (code: string) =>
      live(
        [...devices.values()].find(
          (device) => device.userCode === code.toUpperCase().replaceAll(/[^A-Z0-9]/g, "")
        )
      )
    return Devices.of({
      start: (clientId, scopes) => {
        const device: Mutable = {
          deviceCode: randomBytes(48).toString("base64"),
          userCode: Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join(""),
          clientId,
          scopes,
          state: "pending",
          userId: undefined,
          polledAt: 0,
          startedAt: Date.now()
        }
        devices.set(device.deviceCode, device)
        return { ...device }
      },
      byDeviceCode: (code) => live(devices.get(code)),
      byUserCode,
      decide: (userCode, userId) => {
        const device = byUserCode(userCode)
        if (device === undefined) return
        device.state = userId === undefined ? "denied" : "allowed"
        device.userId = userId
      },
      polled: (code) => {
        const device = devices.get(code)
        if (device !== undefined) device.polledAt = Date.now()
      },
      finish: (code) => {
        devices.delete(code)
      },
      reset: () => devices.clear()
    })
  })
}

type Mutable = { -readonly [Key in keyof Device]: Device[Key] } & { readonly startedAt: number }
