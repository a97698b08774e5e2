/**
 * Many records from CSV text. The text is kept in a file of the caller's own beside the checkpoint, so that a load
 * that outlives the call, or the process, can be asked for and resumed.
 */
import { randomBytes } from "node:crypto"
import { mkdir, open, writeFile } from "node:fs/promises"
import { join, sep } from "node:path"
import type { LoadReport, LoadStatus } from "@decant/org"
import { Effect, Fiber, Option } from "effect"
import type * as Tool from "effect/ai/Tool"
import { RunnerError } from "../runner-error.ts"
import { TheCaller } from "./caller.ts"
import { confirmDeletes } from "./confirmation.ts"
import type { Desk } from "./desk.ts"
import { asObject, dataNotice } from "./limits.ts"
import { ToolFailure } from "./tool-failure.ts"
import { checkExternalId, checkWritable } from "./write-rules.ts"
import type { WriteTools } from "./write-tools.ts"

type Tools = (typeof WriteTools)["tools"]

const patience = "40 seconds"
const mostBytes = 20_000_000

const folderOf = (desk: Desk, caller: string): string => join(desk.stateFolder, "mcp-loads", caller)

const keep = Effect.fnUntraced(function* (desk: Desk, caller: string, csv: string) {
  const folder = folderOf(desk, caller)
  const file = join(folder, `${Date.now().toString(36)}-${randomBytes(4).toString("hex")}.csv`)
  yield* Effect.tryPromise({
    try: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(file, csv, { mode: 0o600, flag: "wx" })
    },
    catch: (cause) => RunnerError.file("write", file, cause)
  })
  return file
})

/** The beginning of the file with the refused rows. */
const failuresIn = (file: string | null, bytes: number): Effect.Effect<string, RunnerError> =>
  file === null
    ? Effect.succeed("")
    : Effect.tryPromise({
        try: async () => {
          const handle = await open(file, "r")
          try {
            const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
            const text = buffer.subarray(0, bytesRead).toString("utf8")
            return bytesRead < bytes ? text : text.slice(0, text.lastIndexOf("\n") + 1)
          } finally {
            await handle.close()
          }
        },
        catch: (cause) => RunnerError.file("read", file, cause)
      })

const view = ({ file: _, ...load }: LoadStatus): object => load

const reportView = ({ file: _, successFile: _s, failureFile: _f, ...load }: LoadReport): object => load

export const bulkLoad = Effect.fnUntraced(function* (desk: Desk, of: Tool.Parameters<Tools["bulk_load"]>) {
  const { object, operation, csv, externalIdField, confirm } = of
  yield* checkWritable(desk, object)
  if (Buffer.byteLength(csv) > mostBytes) {
    return yield* ToolFailure.refused(
      "The CSV is too big for a call.",
      "A person can load a file: `decant load`."
    )
  }
  const { name } = yield* TheCaller
  const org = yield* desk.org
  if (externalIdField !== undefined) yield* checkExternalId(org, object, externalIdField)
  const file = yield* keep(desk, name, csv)
  const plan = yield* org.loads.prepare({
    file,
    object,
    operation,
    ...(externalIdField === undefined ? {} : { externalId: externalIdField })
  })
  if (operation === "delete") yield* confirmDeletes({ count: plan.rows, what: plan.object, confirm })
  // It goes on when this call ends, with a login of its own.
  const running = yield* desk.background(
    Effect.scoped(Effect.flatMap(desk.org, ({ loads }) => loads.start(plan)))
  )
  const done = yield* Effect.timeoutOption(Fiber.join(running), patience)
  if (Option.isSome(done)) {
    const report = done.value
    const { bytes } = desk.limits
    const failures = yield* failuresIn(report.failureFile, bytes)
    const all = report.failed + report.unprocessed
    const cut = Buffer.byteLength(failures) < bytes ? null : `Not all of the ${all} refused rows are shown.`
    return { notice: dataNotice, cut, load: asObject(reportView(report)), failures }
  }
  const started = (yield* org.loads.list).find((load) => load.file === file)
  const load = started === undefined ? { state: "running" } : view(started)
  return {
    notice: dataNotice,
    cut: "It is still running: ask bulk_load_status.",
    load: asObject(load),
    failures: ""
  }
}, Effect.scoped)

export const bulkLoadStatus = Effect.fnUntraced(function* (
  desk: Desk,
  { id }: Tool.Parameters<Tools["bulk_load_status"]>
) {
  const { name, username } = yield* TheCaller
  const org = yield* desk.org
  const own = folderOf(desk, name) + sep
  // Whoever has a user of their own sees their own loads alone.
  const isVisible = (load: LoadStatus): boolean => username === null || load.file.startsWith(own)
  const found = (id === undefined ? yield* org.loads.list : [yield* org.loads.status(id)]).filter(isVisible)
  if (id !== undefined && found.length === 0) {
    return yield* ToolFailure.refused(`There is no load ${id}.`, "bulk_load_status without id lists them.")
  }
  return { loads: found.slice(0, desk.limits.rows).map((load) => asObject(view(load))) }
}, Effect.scoped)
