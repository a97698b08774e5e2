import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["apps/*/test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    // The tests start the commands as they are published: bundled, from the sources as they are now.
    globalSetup: ["scripts/bundle-first.mjs"],
    // Hundreds of commands are started: their compiled code is kept from one to the next.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/compile", import.meta.url)) },
    // Two cores: more workers only make the timing of the emulator's child processes worse.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
