/**
 * The log of a server, on stderr: one JSON object a line for machines, one line for people. Each line of a run has its
 * id and the name of its spec.
 */
import { Cause, Logger, References } from "effect"

export type LogFormat = "json" | "text"

/** JSON where nobody sits before it. */
export const defaultLogFormat = (): LogFormat => (process.stderr.isTTY === true ? "text" : "json")

const textOf = (message: unknown): string => {
  const parts = Array.isArray(message) ? message : [message]
  return parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" ")
}

const lineOf = (format: LogFormat) =>
  Logger.make<unknown, string>(({ message, logLevel, cause, fiber, date }) => {
    const annotations = fiber.getRef(References.CurrentLogAnnotations)
    const time = date.toISOString()
    const level = logLevel.toLowerCase()
    const text = textOf(message)
    const detail = cause.reasons.length === 0 ? undefined : Cause.pretty(cause)
    if (format === "json")
      return JSON.stringify({ time, level, message: text, ...annotations, cause: detail })
    const { spec, runId } = annotations
    const where = [spec, typeof runId === "string" ? runId.slice(0, 8) : undefined]
      .filter((part) => part !== undefined)
      .join(" ")
    const shown = detail === undefined ? text : `${text}\n${detail}`
    return `${time} ${level.padEnd(5)} ${where === "" ? "" : `[${where}] `}${shown}`
  })

export const logLines = (format: LogFormat): Logger.Logger<unknown, void> =>
  Logger.map(lineOf(format), (line) => void process.stderr.write(`${line}\n`))
