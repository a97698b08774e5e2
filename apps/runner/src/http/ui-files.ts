/** The pages of the config UI, as its build left them in `dist/ui`; every path that is no file is the app's own. */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse, HttpStaticServer } from "effect/http"
import { signInByAddress } from "./session-handlers.ts"

/** Of the bundle, else of the sources. */
const root = ["./ui", "../../dist/ui"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((folder) => existsSync(`${folder}/index.html`))

const absent = `<!doctype html><html lang="en"><title>Decant</title><h1>Decant</h1>
<p>The server runs. Its pages are not part of this build: <code>npm run build</code> makes them.</p>
<p>The API is described at <a href="/openapi.json">/openapi.json</a>.</p></html>`

const page = Effect.gen(function* () {
  if (root === undefined) return HttpServerResponse.html(absent)
  return yield* HttpServerResponse.file(`${root}/index.html`, {
    contentType: "text/html; charset=utf-8",
    headers: { "cache-control": "no-cache" }
  }).pipe(Effect.orDie)
})

const home = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const token = new URL(request.url, "http://localhost").searchParams.get("token")
  return token === null ? yield* page : yield* signInByAddress(token)
})

/** Asked for again each time, and sent only when changed: a new version of the pages is there at once. */
const files =
  root === undefined ? Layer.empty : HttpStaticServer.layer({ root, spa: true, cacheControl: "no-cache" })

export const uiRoutes = Layer.mergeAll(HttpRouter.add("GET", "/", home), files)
