import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Of twenty seconds and more, the longest first. */
const longFiles = [
  "chaos",
  "cluster",
  "shared-logins",
  "parquet-crash",
  "crash",
  "parquet-s3",
  "verify",
  "truth",
  "parquet-history",
  "parquet",
  "history",
  "serve",
  "duckdb-kills",
  "duckdb-crash",
  "airbyte",
  "connect",
  "bulk-resume",
  "halving",
  "wide"
]

/** Long files begin first, so that the other workers are not idle while one of them ends. */
class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = longFiles.indexOf(basename(moduleId, ".test.ts"))
      return at === -1 ? longFiles.length : at
    }
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other))
  }
}

// Hundreds of commands and the workers themselves keep their compiled code from one to the next.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("node_modules/.cache/compile", import.meta.url))

export default defineConfig({
  test: {
    include: ["apps/*/test/**/*.test.ts", "packages/*/test/**/*.test.ts", "bench/test/*.test.ts"],
    // The tests start the commands as they are published: bundled, from the sources as they are now.
    globalSetup: ["scripts/bundle-first.mjs", "packages/destinations/test/one-postgres.ts"],
    // Files share a worker's modules: importing Effect, DuckDB and ourselves anew for each took a tenth of the time.
    // So a file leaves no environment variable, signal handler or working directory changed.
    isolate: false,
    // One more than the two cores of CI: each file waits now and then, for polls, pauses and disks.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
