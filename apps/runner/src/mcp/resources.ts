/** Schemas as resources: what the org's objects and the copy's tables are made of. */
import { Effect, Layer, Schema } from "effect"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import { openCopy } from "./copy-reading.ts"
import { describedFields, objectView } from "./describe-answers.ts"
import type { Desk } from "./desk.ts"
import { asTool } from "./tool-failure.ts"

const mimeType = "application/json"

const objects = (desk: Desk) =>
  McpServer.resource({
    uri: "salesforce://objects",
    name: "Objects of the org",
    description: "API name, label and key prefix of every object that the user may see",
    mimeType,
    content: asTool(
      Effect.gen(function* () {
        const org = yield* desk.org
        const found = yield* org.objects
        return JSON.stringify(
          found.map(({ name, label, keyPrefix, custom }) => ({ name, label, keyPrefix, custom }))
        )
      }).pipe(Effect.scoped)
    )
  })

const objectSchema = (desk: Desk) =>
  McpServer.resource`salesforce://objects/${McpSchema.param("object", Schema.String)}`({
    name: "Schema of an object",
    description: "The fields of one object: label, type, values, references",
    mimeType,
    content: (_uri, object) =>
      asTool(
        Effect.gen(function* () {
          const org = yield* desk.org
          const described = yield* org.describe(object)
          const { rows, cut } = describedFields(desk, described)
          return JSON.stringify({ ...objectView(described), fields: rows, cut })
        }).pipe(Effect.scoped)
      )
  })

const tables = (desk: Desk) =>
  McpServer.resource({
    uri: "decant://tables",
    name: "Tables of the copy",
    description: "Tables, views and columns of the synced copy that agents may read",
    mimeType,
    content: asTool(
      Effect.gen(function* () {
        const copy = yield* openCopy(desk)
        return JSON.stringify(copy.tables.map(({ schema, name, columns }) => ({ schema, name, columns })))
      }).pipe(Effect.scoped)
    )
  })

export const orgResources = (desk: Desk) => Layer.mergeAll(objects(desk), objectSchema(desk))
export const copyResources = (desk: Desk) => tables(desk)
