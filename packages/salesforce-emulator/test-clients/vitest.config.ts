/**
 * The client suite, `npm run test:clients`: the Salesforce CLI, jsforce and simple-salesforce, as published, against
 * the emulator's command. It is apart from the everyday suite because it installs them first.
 */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    include: ["*.test.ts"],
    globalSetup: ["../../../scripts/bundle-first.mjs", "support/install-clients.ts"],
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000
  }
})
