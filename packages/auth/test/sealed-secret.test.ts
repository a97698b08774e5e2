/** Secrets that were typed into a page: encrypted on disk, read like any other file that a spec names. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { forgetSecret, keepSecret, readSecret, type SpecPlace, sealedFile } from "../src/index.ts"

const typed = "a client secret that was typed"
let folder: string
let place: SpecPlace
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "decant-sealed-"))
  place = { folder, env: { DECANT_HOME: join(folder, "home") } }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const read = (of = place) => readSecret({ file: sealedFile("acme.clientSecret-1") }, "auth.clientSecret", of)

describe("a secret that was typed", () => {
  it.effect("comes back as it was, and is nowhere on disk in clear", () =>
    Effect.gen(function* () {
      yield* keepSecret(place, "acme.clientSecret-1", Redacted.make(typed))
      const file = join(folder, sealedFile("acme.clientSecret-1"))
      const text = yield* Effect.promise(() => readFile(file, "utf8"))
      assert.notInclude(text, typed)
      const { mode } = yield* Effect.promise(() => stat(file))
      assert.strictEqual(mode & 0o077, 0)
      assert.strictEqual(Redacted.value(yield* read()), typed)
    })
  )

  it.effect("is of no use with another key, and that is said", () =>
    Effect.gen(function* () {
      const other = { folder, env: { DECANT_KEY: Buffer.alloc(32, 7).toString("base64") } }
      const error = yield* Effect.flip(read(other))
      assert.strictEqual(error.code, "AUTH_STORE_DAMAGED")
      assert.include(error.message, "another key")
    })
  )

  it.effect("is gone once it is forgotten", () =>
    Effect.gen(function* () {
      yield* forgetSecret(place, "acme.clientSecret-1")
      const error = yield* Effect.flip(read())
      assert.strictEqual(error.code, "AUTH_SECRET_MISSING")
    })
  )
})

describe("a secret that the spec names", () => {
  it.effect("is not the empty text of a file or a variable, and has no line end", () =>
    Effect.gen(function* () {
      yield* Effect.promise(() => writeFile(join(folder, "empty"), " \n"))
      yield* Effect.promise(() => writeFile(join(folder, "written"), `${typed}\n`))
      const empty = { folder, env: { EMPTY: " " } }
      for (const secret of [{ file: "empty" }, { env: "EMPTY" }]) {
        const error = yield* Effect.flip(readSecret(secret, "auth.clientSecret", empty))
        assert.strictEqual(error.code, "AUTH_SECRET_MISSING")
      }
      const written = yield* readSecret({ file: "written" }, "auth.clientSecret", place)
      assert.strictEqual(Redacted.value(written), typed)
    })
  )
})
