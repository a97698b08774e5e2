/** Preloaded into a measured Node process: writes its CPU seconds and peak memory when it exits. */
import { writeFileSync } from "node:fs"

const file = process.env.DECANT_BENCH_USAGE
if (file) {
  // A child of the measured process must not overwrite its figures.
  delete process.env.DECANT_BENCH_USAGE
  process.on("exit", () => {
    const usage = process.resourceUsage()
    writeFileSync(
      file,
      JSON.stringify({ cpu: (usage.userCPUTime + usage.systemCPUTime) / 1e6, peakMb: usage.maxRSS / 1024 })
    )
  })
}
