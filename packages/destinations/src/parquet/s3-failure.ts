/** What S3's refusals mean to the operator. Names and status codes are told apart, never texts. */
import { DestinationError } from "../destination-error.ts"

interface ServiceFailure {
  readonly name: string
  readonly message: string
  readonly status: number
  readonly code: string
}

const describe = (cause: unknown): ServiceFailure => {
  if (!(cause instanceof Error)) return { name: "", message: String(cause), status: 0, code: "" }
  const metadata =
    "$metadata" in cause ? (cause.$metadata as { httpStatusCode?: number } | undefined) : undefined
  return {
    name: cause.name,
    message: cause.message,
    status: metadata?.httpStatusCode ?? 0,
    code: "code" in cause ? String(cause.code) : ""
  }
}

export const isMissing = (cause: unknown): boolean => {
  const { name } = describe(cause)
  return name === "NoSuchKey" || name === "NotFound"
}

/** The name is taken, or another put of it is under way. */
export const isTaken = (cause: unknown): boolean => {
  const { name, status } = describe(cause)
  return status === 412 || name === "PreconditionFailed" || name === "ConditionalRequestConflict"
}

const permissions =
  "s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on what is under the prefix"

const unreachable = (location: string, what: string, fix: string): DestinationError =>
  DestinationError.of("DESTINATION_UNREACHABLE", `${location} cannot be reached: ${what}.`, fix)

export const s3Failure = (location: string, cause: unknown): DestinationError => {
  if (cause instanceof DestinationError) return cause
  const { name, message, status, code } = describe(cause)
  if (name === "CredentialsProviderError") {
    return unreachable(
      location,
      "no AWS credentials were found",
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached."
    )
  }
  if (/Region is missing/.test(message)) {
    return unreachable(location, "no AWS region is set", "Set AWS_REGION to the bucket's region.")
  }
  if (name === "NoSuchBucket") {
    return unreachable(
      location,
      "there is no such bucket",
      "Make the bucket, or correct `path` in the spec's destination."
    )
  }
  if (status === 401 || status === 403) {
    return DestinationError.of(
      "DESTINATION_READ_ONLY",
      `${location} refuses these credentials (${name}).`,
      `Give them ${permissions}.`
    )
  }
  if (code === "ENOSPC") {
    return DestinationError.of(
      "DISK_FULL",
      "There is no space left for the temporary files of the commit.",
      "Free space in the temporary folder (TMPDIR) and run the sync again: nothing was changed."
    )
  }
  if (/^E[A-Z]+$/.test(code) || name === "TimeoutError") {
    return unreachable(
      location,
      `the service does not answer (${code || name})`,
      "Check the network, AWS_REGION and AWS_ENDPOINT_URL, and run the sync again."
    )
  }
  return DestinationError.of(
    "DESTINATION_FAILED",
    `S3 could not do its work on ${location}: ${name} ${message.split("\n")[0] ?? ""}`,
    "Nothing was changed. Run the sync again; if it happens again, report it with this message."
  )
}
