/** Finds the catalogue's entry for an answer of Salesforce or a failure of the network, and fills in its texts. */
import type { Failure } from "@decant/connector"
import {
  type CatalogueEntry,
  type ErrorCode,
  errorCatalogue,
  type Grant,
  type Sign
} from "./error-catalogue.ts"

/** What an entry's `{name}`s stand for. None of these may hold a secret. */
export interface Details {
  readonly host?: string
  readonly client?: string
  readonly user?: string
  readonly audience?: string
  readonly callback?: string
  readonly connection?: string
  readonly file?: string
  readonly key?: string
  readonly suggestion?: string
  readonly detail?: string
  /** Salesforce's own words, made safe by `quoteAnswer`. */
  readonly said?: string
}

/** The parts of a failure that the catalogue decides; each package puts them into its own tagged error. */
export interface FailureParts extends Omit<Failure, "_tag"> {
  readonly code: ErrorCode
  /** True when the same request may be tried again at once, with back-off. */
  readonly tryAgainSoon: boolean
}

export interface OAuthAnswer {
  readonly error: string
  readonly description: string
  readonly grant?: Grant
}

export interface ApiAnswer {
  readonly status: number
  /** Null where the body is not Salesforce's, e.g. a page of the edge. */
  readonly errorCode: string | null
  readonly message: string
}

const entries: ReadonlyArray<CatalogueEntry & { readonly code: ErrorCode }> = errorCatalogue

interface Seen {
  readonly on: Sign["on"]
  readonly error: string
  readonly text: string
  readonly status: number | null
  readonly grant: Grant | null
}

const fits = (sign: Sign, seen: Seen): boolean =>
  sign.on === seen.on &&
  (sign.error === undefined || sign.error.toLowerCase() === seen.error.toLowerCase()) &&
  (sign.text === undefined || seen.text.toLowerCase().includes(sign.text)) &&
  (sign.status === undefined || sign.status === seen.status) &&
  (sign.grant === undefined || sign.grant === seen.grant)

const firstFitting = (seen: Seen, otherwise: ErrorCode): ErrorCode =>
  entries.find((entry) => entry.from.some((sign) => fits(sign, seen)))?.code ?? otherwise

const placeholder = /\{([a-z]+)\}/g
const nameless: Readonly<Record<string, string>> = {
  host: "the login host",
  client: "in the spec",
  user: "of the spec",
  callback: "of this login",
  connection: "of this spec",
  file: "of the spec"
}

const fill = (text: string, details: Details): string =>
  text.replace(placeholder, (_, name: string) => details[name as keyof Details] ?? nameless[name] ?? "")

/** A catalogue entry with its texts filled in. */
export const failureOf = (code: ErrorCode, details: Details = {}): FailureParts => {
  const entry = entries.find((candidate) => candidate.code === code) ?? errorCatalogue[0]
  return {
    code: entry.code,
    message: fill(entry.message, details),
    fix: fill(entry.fix, details),
    retryable: entry.retry !== "no",
    tryAgainSoon: entry.retry === "soon",
    disposition: entry.disposition
  }
}

/** For an error of the token endpoint, a callback or the identity URL. */
export const oauthFailure = (answer: OAuthAnswer, details: Details = {}): FailureParts =>
  failureOf(
    firstFitting(
      {
        on: "oauth",
        error: answer.error,
        text: answer.description,
        status: null,
        grant: answer.grant ?? null
      },
      "AUTH_REFUSED"
    ),
    {
      said: quoteAnswer(answer.description === "" ? answer.error : `${answer.error}: ${answer.description}`),
      ...details
    }
  )

/** For an error of REST or Bulk; also for an answer of Salesforce's edge that has no code. */
export const apiFailure = (answer: ApiAnswer, details: Details = {}): FailureParts =>
  failureOf(
    firstFitting(
      { on: "api", error: answer.errorCode ?? "", text: answer.message, status: answer.status, grant: null },
      "API_REFUSED"
    ),
    { said: quoteAnswer(answer.errorCode === null ? `HTTP ${answer.status}` : answer.message), ...details }
  )

/** One line of somebody else's text, short, without control characters and without any of the secrets given. */
export const quoteAnswer = (text: string, secrets: ReadonlyArray<string> = []): string => {
  const clean = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((line, secret) => line.replaceAll(secret, "…"), text)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean
}
