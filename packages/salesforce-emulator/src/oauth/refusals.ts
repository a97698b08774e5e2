/**
 * Every OAuth refusal the emulator gives, by what is wrong: the `error` and `error_description` that Salesforce sends.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
 */
const REFUSALS = {
  deadToken: ["invalid_grant", "expired access/refresh token"],
  busyToken: ["invalid_grant", "token request is already being processed"],
  deadCode: ["invalid_grant", "expired authorization code"],
  wrongCode: ["invalid_grant", "invalid authorization code"],
  wrongPassword: ["invalid_grant", "authentication failure"],
  notApproved: ["invalid_grant", "user hasn't approved this consumer"],
  wrongAudience: ["invalid_grant", "Audience validation failed"],
  badAssertion: ["invalid_grant", "invalid assertion"],
  ipRestricted: ["invalid_grant", "ip restricted"],
  noRunAsUser: ["invalid_grant", "no client credentials user enabled"],
  wrongDomain: ["invalid_grant", "request not supported on this domain"],
  missingVerifier: ["invalid_grant", "missing code verifier"],
  wrongVerifier: ["invalid_request", "invalid code verifier"],
  missingChallenge: ["invalid_request", "missing required code challenge"],
  challengeMethod: ["invalid_request", "invalid code challenge method"],
  unknownClient: ["invalid_client_id", "client identifier invalid"],
  wrongSecret: ["invalid_client", "invalid client credentials"],
  notInstalled: ["invalid_client", "app must be installed into org"],
  notAdminApproved: ["invalid_app_access", "user is not admin approved to access this app"],
  unknownGrant: ["unsupported_grant_type", "grant type not supported"],
  unknownResponseType: ["unsupported_response_type", "response type not supported"],
  missingRedirect: ["redirect_uri_missing", "redirect_uri not provided"],
  wrongRedirect: ["redirect_uri_mismatch", "redirect_uri must match configuration"],
  mustPost: ["invalid_request", "must use HTTP POST"],
  notForm: ["invalid_request", "content type must be application/x-www-form-urlencoded"],
  badBasic: ["invalid_basic_auth_header", "invalid basic authorization header"],
  badAssertionType: ["invalid_assertion_type", "client assertion type not supported"],
  wrongScope: ["invalid_scope", "the requested scope is invalid, unknown, or malformed"],
  denied: ["access_denied", "end-user denied authorization"],
  notImmediate: ["immediate_unsuccessful", "immediate_unsuccessful"],
  inactiveUser: ["inactive_user", "user is inactive"],
  inactiveOrg: ["inactive_org", "organization is locked, closed, or suspended"],
  unknownError: ["unknown_error", "retry your request"],
  loginRate: ["rate_limit_exceeded", "login rate exceeded"],
  appBlocked: ["app_blocked", "this app is blocked by admin"],
  otherOrg: ["app_not_found", "Cross-org OAuth flows are not supported for this external client app"],
  appNotFound: ["OAUTH_EC_APP_NOT_FOUND", "External client app is not installed in this org"],
  unexpected: [
    "OAUTH_APPROVAL_ERROR_GENERIC",
    "An unexpected error has occurred during authentication. Please try again."
  ],
  accessDenied: ["OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app"],
  blockedPage: ["OAUTH_APP_BLOCKED", "this app is blocked by admin"],
  pending: ["authorization_pending", "polling has not completed yet"],
  tooFast: ["slow_down", "polling too frequently"],
  wrongTokenType: ["unsupported_token_type", "this token type is not supported"],
  badToken: ["invalid_token", "invalid token: "]
} as const satisfies Readonly<Record<string, readonly [error: string, description: string]>>

export type Refusal = keyof typeof REFUSALS

export const refusalText = (refusal: Refusal): readonly [error: string, description: string] =>
  REFUSALS[refusal]
