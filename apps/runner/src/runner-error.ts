/** What can go wrong in the runner itself; sources, destinations and the spec bring their own errors. */
import type { Disposition, ErrorEntry, Failure } from "@decant/connector"
import { Schema } from "effect"
import { errorCatalogue } from "./error-catalogue.ts"

const RunnerErrorCode = Schema.Literals(errorCatalogue.map(({ code }) => code))

const entries: ReadonlyArray<ErrorEntry> = errorCatalogue

export class RunnerError
  extends Schema.TaggedError<RunnerError>()("RunnerError", {
    code: RunnerErrorCode,
    message: Schema.String,
    fix: Schema.String
  })
  implements Failure
{
  get retryable(): boolean {
    return entries.find(({ code }) => code === this.code)?.retry !== "no"
  }

  get disposition(): Disposition {
    return entries.find(({ code }) => code === this.code)?.disposition ?? "failed"
  }

  static usage(message: string, fix = "`--help` lists what the command takes."): RunnerError {
    return new RunnerError({ code: "USAGE", message, fix })
  }

  static file(doing: string, path: string, cause: unknown): RunnerError {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason"
    return new RunnerError({
      code: "FILE_FAILED",
      message: `Cannot ${doing} ${path} (${reason}).`,
      fix: fileFixes[reason] ?? "Check the path, its permissions and the free space of the disk."
    })
  }

  /** A defect: something that no part of Decant foresaw. */
  static internal(defect: unknown): RunnerError {
    const reason = defect instanceof Error ? defect.message : String(defect)
    return new RunnerError({
      code: "INTERNAL",
      message: `Decant met something it did not foresee: ${reason.split("\n")[0]}`,
      fix: "What was committed is safe. Run the command again; if it happens again, report it with the output of `--log-level debug`."
    })
  }

  static readonly interrupted = new RunnerError({
    code: "INTERRUPTED",
    message: "Interrupted before any stream was read.",
    fix: "Run the same command again; nothing was changed."
  })
}

const fileFixes: Readonly<Record<string, string>> = {
  EACCES: "Give your user the permission to write there, or choose another place in the spec.",
  EPERM: "Give your user the permission to write there, or choose another place in the spec.",
  EROFS: "The disk is read-only: choose another place in the spec.",
  ENOSPC: "The disk is full: make room and run the command again. What was committed is safe.",
  ENOTDIR: "A part of this path is a file, not a folder: correct the path in the spec.",
  EISDIR: "This is a folder: name the file in it."
}
