/** Node's own SQLite, without the warning of older Nodes that it is experimental: it would stand between log lines. */
import { Effect } from "effect"

export const loadSqlite = Effect.promise(async () => {
  const { emitWarning } = process
  const quietly = (...args: Parameters<typeof emitWarning>): void => {
    if (!String(args[0]).includes("SQLite")) Reflect.apply(emitWarning, process, args)
  }
  process.emitWarning = quietly as typeof emitWarning
  try {
    return await import("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
})
