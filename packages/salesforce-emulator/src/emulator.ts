/** The whole emulator as one layer, and the line it prints when it is ready. */
import { Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { bulk } from "./bulk/routes.ts"
import { Switches } from "./control/switches.ts"
import { Dataset, type DatasetOptions } from "./dataset/dataset.ts"
import { isLarge } from "./dataset/row-counts.ts"
import { widened } from "./dataset/scale-columns.ts"
import { DefaultApps } from "./oauth/default-apps.ts"
import { Directory } from "./oauth/directory.ts"
import { oauth } from "./oauth/layer.ts"
import { Sessions } from "./oauth/sessions.ts"
import { extended } from "./org/features/features.ts"
import { orgObjects } from "./org/metadata/org-objects.ts"
import { Org } from "./org/org.ts"
import { readSavedSchema } from "./org/saved-schema.ts"
import { RecordWrites } from "./records/writes.ts"
import { Cursors } from "./rest/cursors.ts"
import { serve } from "./server/serve.ts"
import { Tooling } from "./tooling/tooling.ts"
import { Faults } from "./wire/faults.ts"
import { RequestLog } from "./wire/request-log.ts"

export interface EmulatorOptions extends DatasetOptions {
  readonly port: number
  /** The address to listen on; loopback unless told otherwise. */
  readonly host?: string
  readonly apiVersion: string
  /** A file of describes that takes the place of the ordinary objects. */
  readonly schemaFrom?: string | undefined
  /** Whether the rows are kept on disk; where left out, many are. */
  readonly onDisk?: boolean
  readonly switches?: Readonly<Record<string, unknown>>
  /** Whether the process ends when the emulator does. */
  readonly endsWithProcess?: boolean
  /** Takes each line of the request log as JSON. */
  readonly log?: ((line: string) => void) | undefined
}

/** The org with its rows: the ordinary one, with features, or one that a client saved. */
const orgLayer = (options: EmulatorOptions) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { schemaFrom, features = [], rows, columns = {}, apiVersion, onDisk, endsWithProcess } = options
      const source = schemaFrom === undefined ? { objects: orgObjects } : yield* readSavedSchema(schemaFrom)
      return Dataset.layer({ ...options, ...source }).pipe(
        Layer.provideMerge(
          Org.layer({
            apiVersion,
            endsWithProcess,
            objects: widened(extended(source.objects, features), columns),
            onDisk: onDisk ?? isLarge(rows)
          })
        )
      )
    })
  )

export const emulator = (options: EmulatorOptions) =>
  serve({ port: options.port, host: options.host ?? "127.0.0.1" }).pipe(
    Layer.provideMerge(Layer.mergeAll(oauth, bulk, Cursors.layer, Tooling.layer)),
    Layer.provideMerge(RecordWrites.layer),
    Layer.provideMerge(
      Layer.mergeAll(
        orgLayer(options).pipe(Layer.provideMerge(Switches.layer(options.switches))),
        Faults.layer,
        RequestLog.layer(options.log)
      )
    )
  )

/** What a client needs to know to connect. */
export const readyLine = Effect.gen(function* () {
  const org = yield* Org
  const directory = yield* Directory
  const server = yield* HttpServer.HttpServer
  const port = "port" in server.address ? server.address.port : 0
  const session = (yield* Sessions).issue({
    userId: org.adminId,
    username: directory.adminUsername,
    scopes: ["full"]
  })
  return {
    url: `http://127.0.0.1:${port}`,
    orgId: org.id,
    username: directory.adminUsername,
    password: directory.password,
    accessToken: session.token,
    apps: (yield* DefaultApps).lines
  }
})
