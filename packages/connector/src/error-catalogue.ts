/** The codes of this package: the spec and the checkpoint file. */
import type { ErrorEntry } from "./error-entry.ts"

export const errorCatalogue = [
  {
    code: "SPEC_NOT_FOUND",
    message: "There is no spec file {file}.",
    meaning: "Commands read `./decant.yaml` unless another file is named.",
    fix: "Write one with `decant init`, or name yours with `--spec FILE`.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "SPEC_INVALID",
    message: "{file} has mistakes; all of them are listed with their lines.",
    meaning:
      "A key is misspelt or missing, a value is not of its kind, or an environment variable that the spec uses is not set.",
    fix: "Correct the lines that are named; `decant schema` prints every key with its meaning.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "CHECKPOINT_INVALID",
    message: "The checkpoint file {file} cannot be read.",
    meaning: "It was changed by hand, or cut short by a full disk.",
    fix: "Delete the file: the next sync writes it again from the checkpoints that the destination holds. Nothing is lost.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "CHECKPOINT_NEWER",
    message: "The checkpoint file {file} has a version that this Decant does not read.",
    meaning: "A newer Decant wrote it.",
    fix: "Run the newer Decant that wrote it. Nothing was changed.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "CHECKPOINT_OTHER_ORG",
    message: "{file} belongs to another org than the one that these credentials lead to.",
    meaning:
      "The spec's `environment` or credentials changed, or a sandbox was refreshed, which gives it a new id.",
    fix: "Check `environment` and the credentials in the spec. After a sandbox refresh, `decant sync --adopt-org` keeps the old org's tables aside and reads the new one.",
    retry: "no",
    disposition: "spec"
  }
] as const satisfies ReadonlyArray<ErrorEntry>
