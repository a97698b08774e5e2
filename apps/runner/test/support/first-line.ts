/** What a server prints first on stdout; fails with all that it said when it ends before that. */
import type { ChildProcess } from "node:child_process"

export const firstLine = (child: ChildProcess, name: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = ""
    let errors = ""
    child.stderr?.on("data", (chunk) => {
      errors += chunk
    })
    child.stdout?.on("data", (chunk) => {
      output += chunk
      const end = output.indexOf("\n")
      if (end !== -1) resolve(output.slice(0, end))
    })
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}: ${errors}${output}`)))
  })
