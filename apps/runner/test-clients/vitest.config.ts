/** Part of `npm run test:clients`: Airbyte's own tools, as published, take what `decant airbyte` prints. */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    include: ["*.test.ts"],
    globalSetup: ["../../../scripts/bundle-first.mjs"],
    testTimeout: 400_000,
    hookTimeout: 1_000_000
  }
})
