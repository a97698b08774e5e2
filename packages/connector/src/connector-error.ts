/** What can be wrong with the texts that this package decodes: the spec file and the checkpoint file. */
import { Schema } from "effect"
import { errorCatalogue } from "./error-catalogue.ts"
import type { Disposition, Failure } from "./failure.ts"

const ConnectorErrorCode = Schema.Literals(errorCatalogue.map(({ code }) => code))

/** One thing that is wrong with a spec file, for an editor to show where it stands. */
export const SpecMistake = Schema.Struct({
  line: Schema.NullOr(Schema.Int),
  /** `source.streams[0].object`; empty where it concerns the file as a whole. */
  path: Schema.String,
  message: Schema.String
})
export type SpecMistake = typeof SpecMistake.Type

export class ConnectorError
  extends Schema.TaggedError<ConnectorError>()("ConnectorError", {
    code: ConnectorErrorCode,
    message: Schema.String,
    fix: Schema.String,
    /** Of `SPEC_INVALID`: what the message lists, one by one. */
    mistakes: Schema.optionalKey(Schema.Array(SpecMistake))
  })
  implements Failure
{
  readonly retryable = false
  readonly disposition: Disposition = "spec"

  static specNotFound(file: string, others: ReadonlyArray<string> = []): ConnectorError {
    return new ConnectorError({
      code: "SPEC_NOT_FOUND",
      message: `There is no spec file ${file}.`,
      fix:
        others.length === 0
          ? "Write one with `decant init`, or name yours with `--spec FILE`."
          : `Name yours, such as \`--spec ${others[0]}\`, or write one with \`decant init\`.`
    })
  }

  static checkpointInvalid(file: string, detail: string): ConnectorError {
    return new ConnectorError({
      code: "CHECKPOINT_INVALID",
      message: `The checkpoint file ${file} cannot be read: ${detail}`,
      fix: "Delete the file: the next sync writes it again from the checkpoints that the destination holds. Nothing is lost."
    })
  }

  static checkpointNewer(file: string, version: number): ConnectorError {
    return new ConnectorError({
      code: "CHECKPOINT_NEWER",
      message: `The checkpoint file ${file} has version ${version}; this Decant reads version 1.`,
      fix: "Run the newer Decant that wrote it. Nothing was changed."
    })
  }

  static checkpointOtherOrg(file: string, expected: string, actual: string): ConnectorError {
    return new ConnectorError({
      code: "CHECKPOINT_OTHER_ORG",
      message: `${file} belongs to org ${expected}, but these credentials lead to org ${actual}.`,
      fix: "Check `environment` and the credentials in the spec. After a sandbox refresh, `decant sync --adopt-org` keeps the old org's tables aside and reads the new one."
    })
  }
}
