/**
 * `GET /emulator/truth/:object`: what a perfect copy holds. One JSON object a line, sorted by Id, every field in
 * describe order with its value as REST prints it; live rows and the recycle bin, purged rows with `?include=purged`.
 */
import { Effect, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import type { SObject } from "../org/field.ts"
import { Org } from "../org/org.ts"
import { plainRoute } from "../server/rest-route.ts"
import { Scope } from "../soql/scope.ts"
import { jsonMembers } from "../values/json.ts"
import { controlObject } from "./records.ts"

type Seen = Pick<Org["Service"], "schema" | "sight">

const truthSql = (org: Seen, object: SObject, purged: boolean): string => {
  const scope = new Scope("", org, object, "t", [])
  const members = object.fields.map((field) => `'"${field.name}":' || ${scope.resolve(field.name).json}`)
  const where = purged ? "" : ' WHERE NOT t."_purged"'
  return `SELECT '{' || ${jsonMembers(members)} || '}' FROM ${scope.from()}${where} ORDER BY t."Id"`
}

export const truthRoutes = plainRoute("GET", "/emulator/truth/:object", ({ params, search }) =>
  Effect.gen(function* () {
    const org = yield* Org
    const object = yield* controlObject(params.object ?? "")
    yield* org.settle
    const { sight } = yield* org.as(org.adminId)
    const sql = truthSql({ schema: org.schema, sight }, object, search.get("include") === "purged")
    return HttpServerResponse.stream(
      org.store
        .texts(sql)
        .pipe(Stream.map((lines) => Buffer.from(lines.map((line) => `${line}\n`).join("")))),
      { contentType: "application/x-ndjson" }
    )
  })
)
