/** The emulated org of a chaos run, with a user who sees all objects whole but one. */
import { type Emulator, startEmulator } from "../support/emulator.ts"
import { addFirstRows } from "./first-rows.ts"
import { randomOf } from "./random.ts"

export type Row = Readonly<Record<string, unknown>> & { readonly Id: string }

/** Private by default: its rows are shared one by one. */
export const sharedObject = "Reference_Request__c"

const userName = "chaos@emulator.example"
const app = { clientId: "chaos", clientSecret: "chaos-secret-0123456789" }
const seenWhole = ["Account", "Contact", "Opportunity", "Reference_Quote__c", "CampaignMember"]

export interface ChaosOrg {
  readonly emulator: Emulator
  readonly userName: string
  /** Credentials of the user; the administrator's are the emulator's own. */
  readonly userEnv: Readonly<Record<string, string>>
  /** A permission set that the user has. */
  readonly permissionSetId: string
  readonly truth: (object: string, purged?: boolean) => Promise<ReadonlyArray<Row>>
  /** What the org's clock says, in milliseconds. */
  readonly now: () => Promise<number>
  readonly advance: (seconds: number) => Promise<void>
}

const insertOne = async (emulator: Emulator, object: string, row: object): Promise<string> =>
  (await emulator.records(object, { insert: [row] })).inserted?.[0] ?? ""

/** A user without View All Data, but with View All of most objects. */
const addUser = async (emulator: Emulator): Promise<string> => {
  const profiles = await emulator.truth("Profile")
  const profile = profiles.find(({ Name }) => Name === "Standard User")
  const user = await insertOne(emulator, "User", {
    Username: userName,
    LastName: "Chaos",
    Email: userName,
    Alias: "chaos",
    IsActive: true,
    UserType: "Standard",
    TimeZoneSidKey: "GMT",
    ProfileId: profile?.Id
  })
  const set = await insertOne(emulator, "PermissionSet", {
    Name: "Chaos",
    Label: "Chaos",
    PermissionsApiEnabled: true,
    PermissionsViewSetup: true,
    PermissionsViewAllUsers: true
  })
  await emulator.records("PermissionSetAssignment", { insert: [{ PermissionSetId: set, AssigneeId: user }] })
  await emulator.records("ObjectPermissions", {
    insert: seenWhole.map((SobjectType) => ({
      ParentId: set,
      SobjectType,
      PermissionsRead: true,
      PermissionsViewAllRecords: true
    }))
  })
  await emulator.control("POST", "apps", { ...app, flows: ["client_credentials"], runAs: userName })
  return set
}

export const openChaosOrg = async (seed: number, small: boolean): Promise<ChaosOrg> => {
  const emulator = await startEmulator("--dataset", small ? "empty" : "demo", "--seed", String(seed))
  if (small) await addFirstRows(emulator, randomOf(`${seed}/first rows`))
  const permissionSetId = await addUser(emulator)
  await emulator.control("POST", `schema/${sharedObject}`, { sharing: "private" })
  const truth = async (object: string, purged = false) =>
    (await emulator.truth(purged ? `${object}?include=purged` : object)) as ReadonlyArray<Row>
  return {
    emulator,
    userName,
    userEnv: { SALESFORCE_CLIENT_ID: app.clientId, SALESFORCE_CLIENT_SECRET: app.clientSecret },
    permissionSetId,
    truth,
    now: async () => {
      const response = await fetch(`${emulator.url}/services/data`)
      await response.arrayBuffer()
      return Date.parse(response.headers.get("date") ?? "")
    },
    advance: async (seconds) => {
      await emulator.control("POST", "clock", { advanceSeconds: seconds })
    }
  }
}
