import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { maskKey } from "../src/index.ts"

const place = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "decant-mask-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  ),
  (folder) => ({ folder, env: { DECANT_HOME: join(folder, "home") } })
)

describe("the key of a spec's masks", () => {
  it.effect("is made once, also by several at once, and differs from spec to spec", () =>
    Effect.gen(function* () {
      const at = yield* place
      const keys = yield* Effect.all(
        Array.from({ length: 8 }, () => maskKey(at, "acme")),
        { concurrency: 8 }
      )
      const again = yield* maskKey(at, "acme")
      assert.strictEqual(new Set([...keys, again].map((key) => Redacted.value(key))).size, 1)
      assert.notStrictEqual(Redacted.value(yield* maskKey(at, "globex")), Redacted.value(again))
      assert.notInclude(
        readFileSync(join(at.folder, ".decant/masks/acme.jwe"), "utf8"),
        Redacted.value(again)
      )
    })
  )

  it.effect("is never replaced: a damaged file or another store key stops", () =>
    Effect.gen(function* () {
      const at = yield* place
      const file = join(at.folder, ".decant/masks/acme.jwe")
      yield* maskKey(at, "acme")
      const sealed = readFileSync(file, "utf8")
      const other = yield* Effect.flip(
        maskKey({ ...at, env: { DECANT_KEY: Buffer.alloc(32, 7).toString("base64url") } }, "acme")
      )
      assert.strictEqual(other.code, "AUTH_STORE_DAMAGED")
      assert.include(other.message, "another key")
      truncateSync(file, 40)
      assert.strictEqual((yield* Effect.flip(maskKey(at, "acme"))).code, "AUTH_STORE_DAMAGED")
      writeFileSync(file, "")
      assert.strictEqual((yield* Effect.flip(maskKey(at, "acme"))).code, "AUTH_STORE_DAMAGED")
      writeFileSync(file, sealed)
      yield* maskKey(at, "acme")
    })
  )
})
