/** A connection as pages show it: its spec file, its login, its last run and its next. */
import { existsSync } from "node:fs"
import { basename, resolve } from "node:path"
import type { Connection, FailureInfo } from "@decant/api"
import { type ConnectionRecord, listConnections } from "@decant/auth"
import { type Failure, failureReport, type Spec } from "@decant/connector"
import { Effect, Redacted, Result } from "effect"
import { keepsLogin } from "../../connect/keeps-login.ts"
import { type KnownOrg, readKnownOrg } from "../../connect/known-org.ts"
import { Runs } from "../../serve/runs.ts"
import { Schedules } from "../../serve/schedules.ts"
import type { ShelvedSpec } from "../../serve/spec-shelf.ts"
import { runPaths, type SpecFile } from "../../spec-file.ts"
import { readMirror } from "../../sync/checkpoint-file.ts"
import { runSummary } from "../run-view.ts"
import { isRaw } from "../spec/spec-document.ts"
import { LoginTrouble } from "./login-trouble.ts"

interface LoginState {
  readonly hasLogin: boolean
  readonly failure: Failure | null
  readonly org: KnownOrg | null
}

const orgOf = ({ org, connectedAt }: ConnectionRecord): KnownOrg | null =>
  org === null
    ? null
    : {
        id: org.id,
        name: org.name,
        kind: org.isSandbox ? "sandbox" : "production",
        user: org.userName,
        connectedAt
      }

const storedLogin = Effect.fnUntraced(function* ({ spec, folder }: SpecFile) {
  const listed = yield* Effect.orElseSucceed(listConnections({ folder, env: process.env }), () => [])
  const found = listed.find(({ name }) => name === spec.name)
  if (found === undefined) return { hasLogin: false, failure: null, org: null } satisfies LoginState
  return Result.isFailure(found.connection)
    ? { hasLogin: true, failure: found.connection.failure, org: null }
    : { hasLogin: true, failure: null, org: orgOf(found.connection.success) }
})

/** Secrets that were typed into a page, and are gone since the connection was ended. */
const lacksSecret = (auth: Spec["source"]["auth"], folder: string): boolean =>
  Object.values(auth)
    .flat()
    .some(
      (value) =>
        isRaw(value) &&
        !Redacted.isRedacted(value) &&
        typeof value.file === "string" &&
        !existsSync(resolve(folder, value.file))
    )

const loginState = (specFile: SpecFile): Effect.Effect<LoginState> => {
  const { spec, folder } = specFile
  if (keepsLogin(spec.source.auth)) return storedLogin(specFile)
  return Effect.map(readKnownOrg({ folder, name: spec.name }), (org) => ({
    hasLogin: !lacksSecret(spec.source.auth, folder),
    failure: null,
    org
  }))
}

const locationOf = ({ destination }: Spec): string =>
  destination.type === "postgres" ? `schema ${destination.schema}` : destination.path

const attentionOf = (of: {
  readonly shelved: ShelvedSpec
  readonly login: LoginState | null
  readonly trouble: FailureInfo | null
  readonly lastError: FailureInfo | null
}): FailureInfo | null => {
  const { shelved, login, trouble, lastError } = of
  if (shelved.failure !== null) return failureReport(shelved.failure)
  if (login?.failure) return failureReport(login.failure)
  if (login?.hasLogin !== true) return null
  return trouble ?? (lastError?.code.startsWith("AUTH_") ? lastError : null)
}

const stateOf = (attention: FailureInfo | null, login: LoginState | null): Connection["state"] => {
  if (attention !== null) return "attention"
  return login?.hasLogin ? "connected" : "disconnected"
}

/** Null where nothing is stored, or where the file cannot be read: the next sync says why. */
const storedAt = (specFile: SpecFile) =>
  readMirror(runPaths(specFile).checkpoint, null).pipe(
    Effect.map((mirror) => {
      const times = Object.values(mirror?.streams ?? {}).map(({ updatedAt }) => updatedAt)
      return times.sort().at(-1) ?? null
    }),
    Effect.orElseSucceed(() => null)
  )

/** Runs are looked through for the newest one that is over: at most one is not. */
const runsLooked = 2

export const connectionView = Effect.fnUntraced(function* (shelved: ShelvedSpec) {
  const { name: id, specFile } = shelved
  const runs = yield* Runs
  const schedules = yield* Schedules
  const troubles = yield* LoginTrouble
  const spec = specFile?.spec ?? null
  const newest = (yield* runs.list({ spec: id, limit: runsLooked, before: null })).map(runSummary)
  const active = (yield* runs.active).find((run) => run.spec === id)
  const lastSync = newest.find(({ finishedAt }) => finishedAt !== null) ?? null
  const schedule = yield* Effect.orElseSucceed(schedules.get(id), () => null)
  const login = specFile === null ? null : yield* loginState(specFile)
  const isOlder = lastSync?.finishedAt != null && (login?.org?.connectedAt ?? "") < lastSync.finishedAt
  const attention = attentionOf({
    shelved,
    login,
    trouble: troubles.of(id),
    lastError: isOlder ? lastSync.error : null
  })
  const { org } = login ?? { org: null }
  const view: Connection = {
    id,
    file: basename(shelved.path),
    name: spec?.name ?? null,
    title: spec?.title ?? spec?.name ?? id,
    state: stateOf(attention, login),
    attention,
    environment: spec?.source.environment ?? null,
    method: spec?.source.auth.method ?? null,
    org: org === null ? null : { id: org.id, name: org.name, kind: org.kind, user: org.user },
    connectedAt: org?.connectedAt ?? null,
    destination: spec === null ? null : { type: spec.destination.type, location: locationOf(spec) },
    schedule:
      schedule === null || schedule.cron === null
        ? null
        : {
            cron: schedule.cron,
            timezone: schedule.timezone,
            paused: schedule.paused,
            nextAt: schedule.nextAt,
            retryAt: schedule.retryAt
          },
    streams: spec?.source.streams.length ?? 0,
    lastSync,
    storedAt: specFile === null ? null : yield* storedAt(specFile),
    running: active === undefined ? null : runSummary(active)
  }
  return view
})
