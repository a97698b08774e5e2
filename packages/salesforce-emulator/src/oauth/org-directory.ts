/** The directory over the org's User table. */
import { Effect, Layer } from "effect"
import { Org } from "../org/org.ts"
import { Directory, type DirectoryUser } from "./directory.ts"

const ADMIN_USERNAME = "admin@emulator.example"
const PASSWORD = "emulator-Passw0rd"
const SECURITY_TOKEN = "AbCdEfGhIjKlMnOpQrStUvWx"
const ORG_NAME = "Emulated Org"

const COLUMNS = [
  "Id",
  "Username",
  "Email",
  "FirstName",
  "LastName",
  "Name",
  "Alias",
  "IsActive",
  "UserType",
  "TimeZoneSidKey",
  "LocaleSidKey",
  "LanguageLocaleKey",
  "strftime(LastModifiedDate, '%Y-%m-%dT%H:%M:%S.%gZ')"
]

export const orgDirectory = Layer.effect(
  Directory,
  Effect.gen(function* () {
    const { id: orgId, adminId, store } = yield* Org

    const lookUp = (condition: string, value: string) =>
      store
        .kept(
          `SELECT ${COLUMNS.join(", ")} FROM "User" WHERE ${condition} AND NOT coalesce("_purged", false) LIMIT 1`,
          [value]
        )
        .pipe(Effect.map(([row]) => (row === undefined ? undefined : userOf(row))))

    const admin: DirectoryUser = userOf([
      adminId,
      ADMIN_USERNAME,
      ADMIN_USERNAME,
      "Ada",
      "Admin",
      "Ada Admin",
      "aadmi"
    ])

    return Directory.of({
      orgId,
      orgName: ORG_NAME,
      adminUsername: ADMIN_USERNAME,
      password: PASSWORD,
      securityToken: SECURITY_TOKEN,
      byUsername: (username) =>
        lookUp("lower(Username) = lower(?)", username).pipe(
          Effect.map((user) => user ?? (username.toLowerCase() === ADMIN_USERNAME ? admin : undefined))
        ),
      byId: (id) =>
        lookUp("left(Id, 15) = left(?, 15)", id).pipe(
          Effect.map((user) => user ?? (id.slice(0, 15) === adminId.slice(0, 15) ? admin : undefined))
        )
    })
  })
)

function userOf(row: ReadonlyArray<unknown>): DirectoryUser {
  const text = (at: number): string | null => (typeof row[at] === "string" ? row[at] : null)
  return {
    id: text(0) ?? "",
    username: text(1) ?? "",
    email: text(2) ?? "",
    firstName: text(3),
    lastName: text(4) ?? "",
    name: text(5) ?? text(4) ?? "",
    alias: text(6),
    isActive: row[7] !== false,
    userType: text(8) ?? "Standard",
    isApiOnly: text(8) === "CloudIntegrationUser",
    timeZone: text(9) ?? "America/Los_Angeles",
    locale: text(10) ?? "en_US",
    language: text(11) ?? "en_US",
    lastModified: text(12) ?? new Date(0).toISOString()
  }
}
