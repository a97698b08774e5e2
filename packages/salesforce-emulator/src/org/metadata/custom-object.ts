/** The lines every custom object's field table begins with. */
import { auditLines, deletedLine, idLine, viewedLines } from "./audit-fields.ts"

const ownerLine = "OwnerId | reference Group,User | cufgsd | Owner ID | rel=Owner"

/** `nameLine` describes the Name field; a detail has no owner of its own. */
export const customObjectLines = (nameLine: string, kind: "own" | "detail" = "own"): string =>
  [
    idLine("Record ID"),
    ...(kind === "own" ? [ownerLine] : []),
    deletedLine,
    nameLine,
    auditLines,
    viewedLines
  ].join("\n")

export const customRecordWords =
  "query retrieve replicate create update delete undelete search trigger layout recent"
