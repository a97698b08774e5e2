/**
 * The browser suite, `npm run test:browser`: a person at the config UI, in a real Chromium, against `decant serve` and
 * the emulator. It is apart from the everyday suite because it may have to install a browser first.
 */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    include: ["*.test.ts"],
    globalSetup: ["../../../scripts/bundle-first.mjs", "support/find-chromium.ts"],
    maxWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 120_000
  }
})
