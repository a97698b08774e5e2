import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { failureReport } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { AuthError } from "../src/auth-error.ts"
import { apiFailure, errorCatalogue } from "../src/index.ts"
import { type OAuthAnswer, oauthFailure, quoteAnswer } from "../src/recognise.ts"

/** Salesforce's documented OAuth refusals, and the code under which an operator finds each. */
const oauthRows: ReadonlyArray<readonly [string, string, string, OAuthAnswer["grant"]?]> = [
  ["invalid_grant", "expired access/refresh token", "AUTH_REFRESH_TOKEN_DEAD"],
  ["invalid_grant", "token request is already being processed", "AUTH_REFRESH_BUSY"],
  ["invalid_grant", "expired authorization code", "AUTH_CODE_EXPIRED", "code"],
  ["invalid_grant", "expired authorization code", "AUTH_REFRESH_BUSY", "refresh"],
  ["invalid_grant", "invalid authorization code", "AUTH_CODE_INVALID"],
  ["invalid_grant", "authentication failure", "AUTH_LOGIN_FAILED"],
  ["invalid_grant", "authentication failure - Invalid Password", "AUTH_LOGIN_FAILED"],
  ["invalid_grant", "Authentication failure.", "AUTH_LOGIN_FAILED"],
  ["invalid_grant", "user hasn't approved this consumer", "AUTH_USER_NOT_PREAUTHORIZED"],
  ["invalid_grant", "Audience validation failed", "AUTH_AUDIENCE"],
  ["invalid_grant", "audience is invalid", "AUTH_AUDIENCE"],
  ["invalid_grant", "invalid assertion", "AUTH_KEY_MISMATCH"],
  ["invalid_client", "invalid client credentials", "AUTH_KEY_MISMATCH", "jwt-bearer"],
  ["invalid_grant", "inactive user", "AUTH_USER_INACTIVE"],
  ["invalid_grant", "ip restricted", "AUTH_IP_RESTRICTED"],
  ["invalid_grant", "IP restricted or invalid login hours", "AUTH_IP_RESTRICTED"],
  ["invalid_grant", "no client credentials user enabled", "AUTH_NO_RUN_AS_USER"],
  ["invalid_grant", "request not supported on this domain", "AUTH_MY_DOMAIN_NEEDED"],
  ["invalid_grant", "invalid code verifier", "AUTH_PKCE_MISMATCH"],
  ["invalid_request", "invalid code verifier", "AUTH_PKCE_MISMATCH"],
  ["invalid_request", "missing required code challenge", "AUTH_PKCE_MISMATCH"],
  ["invalid_client_id", "client identifier invalid", "AUTH_UNKNOWN_CLIENT"],
  ["invalid_client", "invalid client credentials", "AUTH_INVALID_CLIENT", "client-credentials"],
  ["invalid_client", "app must be installed into org", "AUTH_APP_NOT_INSTALLED"],
  ["invalid_app_access", "user is not admin approved to access this app", "AUTH_USER_NOT_APPROVED"],
  ["OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app", "AUTH_USER_NOT_APPROVED"],
  ["unsupported_grant_type", "grant type not supported", "AUTH_FLOW_DISABLED"],
  ["unsupported_response_type", "response type not supported", "AUTH_FLOW_DISABLED"],
  ["oauth_flow_disabled", "", "AUTH_FLOW_DISABLED"],
  ["redirect_uri_missing", "redirect_uri not provided", "AUTH_CALLBACK_MISMATCH"],
  ["redirect_uri_mismatch", "redirect_uri must match configuration", "AUTH_CALLBACK_MISMATCH"],
  ["invalid_request", "must use HTTP POST", "AUTH_INVALID_REQUEST"],
  ["invalid_scope", "the requested scope is invalid, unknown, or malformed", "AUTH_INVALID_SCOPE"],
  ["access_denied", "end-user denied authorization", "AUTH_DENIED"],
  ["immediate_unsuccessful", "", "AUTH_NOT_LOGGED_IN"],
  ["inactive_user", "user is inactive", "AUTH_USER_INACTIVE"],
  ["inactive_org", "organization is locked, closed, or suspended", "AUTH_ORG_INACTIVE"],
  ["rate_limit_exceeded", "login rate exceeded", "AUTH_LOGIN_RATE"],
  ["unknown_error", "retry your request", "AUTH_SALESFORCE_BUSY"],
  ["unsupported_token_type", "this token type is not supported", "AUTH_TOKEN_UNKNOWN"],
  ["invalid_token", "invalid token", "AUTH_TOKEN_UNKNOWN"],
  ["OAUTH_EC_APP_NOT_FOUND", "External client app is not installed in this org", "AUTH_APP_NOT_FOUND"],
  [
    "app_not_found",
    "Cross-org OAuth flows are not supported for this external client app",
    "AUTH_APP_OTHER_ORG"
  ],
  [
    "OAUTH_APPROVAL_ERROR_GENERIC",
    "An unexpected error has occurred during authentication. Please try again.",
    "AUTH_APPROVAL_ERROR"
  ],
  ["OAUTH_APP_BLOCKED", "this app is blocked by admin", "AUTH_APP_BLOCKED"],
  ["authorization_pending", "polling has not completed yet", "AUTH_DEVICE_PENDING"],
  ["something_new", "never seen before", "AUTH_REFUSED"]
]

/** The `error` strings that Salesforce's own Android SDK knows. */
const serverErrors =
  "access_denied app_blocked app_not_found authorization_pending bad_jti_claim app_attest_failed app_attest_failed_retry ecapp_policy_not_found exceeded_registration_limit fail_close_app_blocked failed_registration immediate_unsuccessful installation_error invalid_app_access invalid_assertion_type invalid_basic_auth_header invalid_dpop_proof invalid_client invalid_client_id invalid_distribution_state invalid_expid invalid_otp invalid_request invalid_scope invalid_session_level invalid_token login_error oauth_flow_disabled oauth_policy_not_found otp_error redirect_uri_missing redirect_uri_mismatch registration_error server_error service_unavailable slow_down system_down unknown_error unsupported_expid unsupported_grant_type unsupported_response_type unsupported_token_type use_dpop_nonce".split(
    " "
  )

const apiRows: ReadonlyArray<readonly [number, string | null, string, string, string]> = [
  [401, "INVALID_SESSION_ID", "Session expired or invalid", "API_SESSION_INVALID", "credentials"],
  [
    401,
    "INVALID_SESSION_ID",
    "This session is not valid for use with the REST API",
    "API_SESSION_NOT_FOR_REST",
    "credentials"
  ],
  [
    401,
    "INVALID_SESSION_ID",
    "Connected app is not attached to Agent",
    "API_APP_NOT_ATTACHED",
    "credentials"
  ],
  [403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "API_DAILY_LIMIT", "budget"],
  [
    403,
    "REQUEST_LIMIT_EXCEEDED",
    "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    "API_CONCURRENT_LIMIT",
    "failed"
  ],
  [
    403,
    "REQUEST_LIMIT_EXCEEDED",
    "ConcurrentPerOrgLongTxn Limit exceeded.",
    "API_CONCURRENT_LIMIT",
    "failed"
  ],
  [
    403,
    "API_DISABLED_FOR_ORG",
    "The REST API is not enabled for this Organization.",
    "API_DISABLED_FOR_ORG",
    "credentials"
  ],
  [403, "API_CURRENTLY_DISABLED", "API is disabled for this User", "API_DISABLED_FOR_USER", "credentials"],
  [400, "INVALID_FIELD", "No such column 'Idx' on entity 'Account'.", "API_UNKNOWN_FIELD", "spec"],
  [400, "INVALID_TYPE", "sObject type 'Foo' is not supported.", "API_UNKNOWN_OBJECT", "spec"],
  [400, "MALFORMED_QUERY", "unexpected token: FORM", "API_MALFORMED_QUERY", "spec"],
  [400, "QUERY_TIMEOUT", "Your query request was running for too long.", "API_QUERY_TIMEOUT", "failed"],
  [403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id", "API_NO_ACCESS", "failed"],
  [400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights", "API_NO_ACCESS", "failed"],
  [404, "ENTITY_IS_DELETED", "entity is deleted", "API_RECORD_DELETED", "failed"],
  [404, "NOT_FOUND", "The requested resource does not exist", "API_NOT_FOUND", "failed"],
  [420, null, "<html></html>", "API_EDGE_NO_ROUTE", "failed"],
  [502, null, "<html></html>", "API_UNAVAILABLE", "failed"],
  [503, "SERVER_UNAVAILABLE", "down for maintenance", "API_UNAVAILABLE", "failed"],
  [400, "SOMETHING_NEW", "never seen", "API_REFUSED", "failed"]
]

describe("the error catalogue", () => {
  for (const [error, description, code, grant] of oauthRows) {
    it(`OAuth ${error}, “${description}”${grant ? ` by ${grant}` : ""} is ${code}`, () => {
      const failure = oauthFailure({ error, description, ...(grant === undefined ? {} : { grant }) })
      assert.strictEqual(failure.code, code)
    })
  }

  it("every error that Salesforce's login service can name has an entry of its own", () => {
    for (const error of serverErrors) {
      assert.notStrictEqual(oauthFailure({ error, description: "" }).code, "AUTH_REFUSED", error)
    }
  })

  for (const [status, errorCode, message, code, disposition] of apiRows) {
    it(`API ${status} ${errorCode ?? ""}, “${message}” is ${code}`, () => {
      const failure = apiFailure({ status, errorCode, message })
      assert.strictEqual(failure.code, code)
      assert.strictEqual(failure.disposition, disposition)
    })
  }

  it("only what Salesforce calls passing is tried again soon", () => {
    const soon = oauthRows
      .map(([error, description, , grant]) =>
        oauthFailure({ error, description, ...(grant === undefined ? {} : { grant }) })
      )
      .filter((failure) => failure.tryAgainSoon)
      .map((failure) => failure.code)
    assert.deepStrictEqual(
      new Set(soon),
      new Set(["AUTH_REFRESH_BUSY", "AUTH_LOGIN_RATE", "AUTH_SALESFORCE_BUSY", "AUTH_DEVICE_PENDING"])
    )
  })

  it("codes are unique, texts are whole sentences, and no placeholder is left in them", () => {
    assert.strictEqual(new Set(errorCatalogue.map((entry) => entry.code)).size, errorCatalogue.length)
    for (const { code } of errorCatalogue) {
      const error = AuthError.because(code)
      for (const text of [error.message, error.fix]) {
        assert.match(text, /[.)]$/, code)
        assert.notMatch(text, /\{[a-z]+\}/, code)
      }
      assert.strictEqual(failureReport(error).docs, `docs/errors.md#${code.toLowerCase()}`)
    }
  })

  it("docs/errors.md is what the table says", async () => {
    await promisify(execFile)(process.execPath, [
      join(import.meta.dirname, "../scripts/errors-page.ts"),
      "--check"
    ])
  })

  it("somebody else's text is quoted short, on one line and without secrets", () => {
    assert.strictEqual(
      quoteAnswer("bad\r\n\u001b[31m key 5ECRET/x and 5ECRET%2Fx", ["5ECRET/x"]),
      "bad [31m key … and …"
    )
    assert.isBelow(quoteAnswer("x".repeat(5000)).length, 310)
  })
})
