/**
 * Every way in which Salesforce, the network or a stored credential refuses us: how it is recognised, what it
 * means and what to click. One table, so that docs/errors.md, the sync, `decant check` and `decant connect`
 * say the same thing. The first row whose sign fits wins; more particular signs stand above general ones.
 *
 * OAuth errors: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
 * REST errors: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
 *
 * `{name}` in a text is filled in where the error is raised: see `Details` in failure-text.ts.
 */
import type { Disposition } from "@decant/connector"

export type Grant = "client-credentials" | "jwt-bearer" | "code" | "refresh" | "device"

/** What an answer must show. All given parts must fit; texts fit as a part, without regard to case. */
export interface Sign {
  /** `oauth`: a token endpoint's JSON, a callback's parameters, an identity URL's text. `api`: REST and Bulk. */
  readonly on: "oauth" | "api"
  /** The `error` or `errorCode`, exact but for case. */
  readonly error?: string
  /** A part of the description or message. */
  readonly text?: string
  readonly status?: number
  readonly grant?: Grant
}

export interface CatalogueEntry {
  readonly code: string
  /** One sentence for the operator. */
  readonly message: string
  /** Why it happens. */
  readonly meaning: string
  /** What to click or type. */
  readonly fix: string
  /** `soon`: we try again ourselves, with back-off. `later`: the next run may succeed. `no`: somebody must act. */
  readonly retry: "soon" | "later" | "no"
  readonly disposition: Disposition
  readonly from: ReadonlyArray<Sign>
}

const oauth = (error: string, text?: string, grant?: Grant): Sign => ({
  on: "oauth",
  error,
  ...(text === undefined ? {} : { text }),
  ...(grant === undefined ? {} : { grant })
})
const api = (error: string, text?: string): Sign => ({
  on: "api",
  error,
  ...(text === undefined ? {} : { text })
})
const status = (code: number): Sign => ({ on: "api", status: code })

export const errorCatalogue = [
  // ── Logging in: tokens and codes ──────────────────────────────────────────────────────────────────────────
  {
    code: "AUTH_REFRESH_BUSY",
    message: "Salesforce is still working on another token request of this connection.",
    meaning:
      "Two processes asked for a new access token with the same refresh token at the same moment. Salesforce serves one and refuses the other. The connection is fine.",
    fix: "Nothing to do: Decant tries again by itself. If it keeps happening, look for another program that uses this connection's refresh token.",
    retry: "soon",
    disposition: "failed",
    from: [
      oauth("invalid_grant", "token request is already being processed"),
      oauth("invalid_grant", "expired authorization code", "refresh")
    ]
  },
  {
    code: "AUTH_REFRESH_TOKEN_DEAD",
    message: "Salesforce no longer accepts the stored login for {host}.",
    meaning:
      "The refresh token was revoked or has expired. Likely causes: an administrator revoked it; the same user approved the same app a sixth time, which silently ends the oldest approval; the app's refresh token policy ended it (unused for too long); the app was blocked, uninstalled or got a new consumer key; the user was deactivated; an earlier copy of a rotated token was used.",
    fix: "Run `decant connect` to log in again (with `--cluster URL` for the workers of a cluster). Under Setup → Users → the user → Login History and Setup → Connected Apps OAuth Usage you see what ended it. For unattended runs use `jwt-bearer` or `client-credentials`, which have no refresh token.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_grant", "expired access/refresh token")]
  },
  {
    code: "AUTH_CODE_EXPIRED",
    message:
      "The login took too long or its answer was used twice: the authorization code is no longer valid.",
    meaning: "An authorization code works once and for 15 minutes.",
    fix: "Run `decant connect` again and finish the login in the browser without going back.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_grant", "expired authorization code")]
  },
  {
    code: "AUTH_CODE_INVALID",
    message: "Salesforce does not know the authorization code that came back from the browser.",
    meaning: "The code was cut, decoded twice, or belongs to another app or host.",
    fix: "Run `decant connect` again. Check that `environment` names the host on which you log in.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_grant", "invalid authorization code")]
  },
  {
    code: "AUTH_PKCE_MISMATCH",
    message: "Salesforce refused the login's proof key (PKCE).",
    meaning: "The code was asked for by another process than the one that tries to use it.",
    fix: "Run `decant connect` again, in one terminal only, and finish the login that it opens.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("invalid_request", "code verifier"),
      oauth("invalid_grant", "code verifier"),
      oauth("invalid_request", "code challenge"),
      oauth("invalid_grant", "code challenge")
    ]
  },
  {
    code: "AUTH_LOGIN_FAILED",
    message: "Salesforce refused the user {user}: authentication failure.",
    meaning: "The user name, password or security token is wrong, or the user is not known on this host.",
    fix: "Check `username` and `environment`: a sandbox user name usually ends with the sandbox's name and logs in at `environment: sandbox` or at the sandbox's My Domain URL.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_grant", "authentication failure")]
  },
  {
    code: "AUTH_USER_NOT_PREAUTHORIZED",
    message: "The user {user} has not been allowed to use this app.",
    meaning:
      "The JWT flow asks nobody for consent: the user must be pre-authorised by an administrator, or have approved the app earlier with the refresh_token scope.",
    fix: "In Setup → External Client App Manager → your app → Policies → OAuth Policies, set Permitted Users to “Admin approved users are pre-authorized”, then under App Policies add a profile or permission set that {user} has. (Older connected app: Setup → App Manager → the app → Manage → Edit Policies, then Manage Profiles or Manage Permission Sets.)",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_grant", "hasn't approved this consumer")]
  },
  {
    code: "AUTH_AUDIENCE",
    message: "Salesforce did not accept the audience {audience} of the signed login.",
    meaning:
      "The `aud` claim must name the login host of the org: https://login.salesforce.com for production, https://test.salesforce.com for sandboxes, the site's URL for Experience Cloud; some orgs with an external client app want their My Domain URL.",
    fix: "Check `environment`. If it is right, name the audience in the spec: `audience: https://test.salesforce.com` for a sandbox, `audience: https://login.salesforce.com` for production.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("invalid_grant", "audience validation failed"),
      oauth("invalid_grant", "audience is invalid"),
      oauth("invalid_grant", "invalid audience"),
      oauth("invalid_app_access", "audience is invalid")
    ]
  },
  {
    code: "AUTH_KEY_MISMATCH",
    message:
      "Salesforce could not verify the signature of the login: the private key does not belong to the app's certificate.",
    meaning:
      "The certificate that was uploaded to the app and the private key in the spec are not a pair, or the certificate has expired. Salesforce words both the same way.",
    fix: "Compare the two: `openssl x509 -in server.crt -noout -modulus` and `openssl rsa -in server.key -noout -modulus` must print the same. Then upload the right certificate: Setup → External Client App Manager → your app → Settings → OAuth Settings → JWT Bearer Flow. `decant connect --generate-key` makes a new pair.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("invalid_grant", "invalid assertion"),
      oauth("invalid_assertion"),
      oauth("invalid_client", "invalid client credentials", "jwt-bearer"),
      oauth("invalid_grant", "invalid signature")
    ]
  },
  {
    code: "AUTH_USER_INACTIVE",
    message: "The user {user} is deactivated or frozen.",
    meaning: "Salesforce lets no inactive user log in, whatever the app.",
    fix: "Setup → Users → the user → Active (and Unfreeze), or put another user into the spec. For client credentials: Setup → External Client App Manager → your app → Policies → Client Credentials Flow → Run As.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("invalid_grant", "inactive user"),
      oauth("invalid_grant", "user is inactive"),
      oauth("inactive_user"),
      oauth("inactive")
    ]
  },
  {
    code: "AUTH_ORG_INACTIVE",
    message: "The org at {host} is locked, closed or suspended.",
    meaning: "A trial has ended, a sandbox was deleted, or Salesforce suspended the org.",
    fix: "Log in with the browser to see why; for a deleted or refreshed sandbox name the new one in `environment`.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("inactive_org"), oauth("invalid_grant", "org is locked")]
  },
  {
    code: "AUTH_IP_RESTRICTED",
    message: "Salesforce refuses logins from this network or at this hour.",
    meaning: "The user's profile has login IP ranges or login hours, or the app enforces IP restrictions.",
    fix: "Add this machine's public address under Setup → Profiles → the user's profile → Login IP Ranges, or widen Login Hours. Relaxing the app instead (Policies → OAuth Policies → IP Relaxation) lets a stolen token work from anywhere.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("invalid_grant", "ip restricted"),
      oauth("invalid_grant", "login hours"),
      oauth("invalid_grant", "ip not allowed")
    ]
  },
  {
    code: "AUTH_NO_RUN_AS_USER",
    message: "The app has no user to run as.",
    meaning: "Client credentials act as one fixed user, whom the app's policies must name.",
    fix: "Setup → External Client App Manager → your app → Policies → OAuth Policies → Enable Client Credentials Flow, and enter a user name in Run As (an integration user with API Enabled).",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_grant", "no client credentials user enabled")]
  },
  {
    code: "AUTH_MY_DOMAIN_NEEDED",
    message: "Client credentials work only at the org's own My Domain URL, not at {host}.",
    meaning:
      "login.salesforce.com and test.salesforce.com serve many orgs and cannot know which one is meant.",
    fix: "Set `environment: https://<your-domain>.my.salesforce.com` in the spec. You find it under Setup → My Domain → Current My Domain URL.",
    retry: "no",
    disposition: "spec",
    from: [oauth("invalid_grant", "request not supported on this domain")]
  },
  {
    code: "AUTH_UNKNOWN_CLIENT",
    message: "Salesforce does not know the client id {client} at {host}.",
    meaning:
      "The consumer key is mistyped, belongs to another org or environment, or the app is younger than about ten minutes.",
    fix: "Copy the consumer key again: Setup → External Client App Manager → your app → Settings → OAuth Settings → Consumer Key and Secret. A new app needs up to ten minutes: wait, then try again. Sandbox and production have separate apps.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_client_id"), oauth("invalid_client", "client identifier invalid")]
  },
  {
    code: "AUTH_APP_NOT_INSTALLED",
    message: "The app is not installed in this org, and this user may not use uninstalled apps.",
    meaning:
      "Since September 2025 Salesforce blocks apps that are not installed in the org, except for users with the permission “Approve Uninstalled Connected Apps”; the device flow is blocked even for them.",
    fix: "As an administrator: Setup → Connected Apps OAuth Usage → the app → Install. Or give the user a permission set with “Approve Uninstalled Connected Apps”. Or use an app of your own org (`decant setup-org`).",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_client", "app must be installed into org"), oauth("installation_error")]
  },
  {
    code: "AUTH_INVALID_CLIENT",
    message: "Salesforce refused the client secret.",
    meaning: "The consumer secret does not belong to the client id {client}, or it was rotated.",
    fix: "Copy it again: Setup → External Client App Manager → your app → Settings → OAuth Settings → Consumer Key and Secret, and put it where the spec's `clientSecret` points. After a rotation the old and the new one may both fail for up to ten minutes.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("invalid_client"),
      oauth("invalid_basic_auth_header"),
      oauth("invalid_grant", "invalid client credentials")
    ]
  },
  {
    code: "AUTH_APP_OTHER_ORG",
    message: "The app belongs to another org.",
    meaning: "A local external client app works only in the org in which it was made.",
    fix: "Use the client id of an app made in this org (`decant setup-org` writes one to deploy), or point `environment` to the app's org.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("app_not_found", "cross-org"),
      oauth("invalid_client", "cross-org"),
      oauth("OAUTH_EC_APP_NOT_FOUND", "cross-org"),
      { on: "oauth", text: "cross-org oauth flows are not supported" }
    ]
  },
  {
    code: "AUTH_APP_NOT_FOUND",
    message: "The external client app is not installed in the org behind {host}.",
    meaning:
      "The app is neither of this org nor installed here; or the login went to login.salesforce.com where the org's My Domain is needed.",
    fix: "Set `environment` to the org's My Domain URL (Setup → My Domain). If it is set, install or deploy the app in this org (`decant setup-org`), and check its distribution state: Setup → External Client App Manager → your app.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("OAUTH_EC_APP_NOT_FOUND"),
      oauth("app_not_found"),
      { on: "oauth", text: "external client app is not installed" }
    ]
  },
  {
    code: "AUTH_APP_BLOCKED",
    message: "An administrator has blocked this app.",
    meaning: "The app is blocked in this org, or API Access Control admits only listed apps.",
    fix: "Setup → Connected Apps OAuth Usage → the app → Unblock; with API Access Control on, also tick the app under Setup → API Access Control.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("app_blocked"),
      oauth("OAUTH_APP_BLOCKED"),
      oauth("fail_close_app_blocked"),
      { on: "oauth", text: "blocked by admin" }
    ]
  },
  {
    code: "AUTH_USER_NOT_APPROVED",
    message: "The user is not among those whom an administrator has approved for this app.",
    meaning:
      "The app's Permitted Users is “Admin approved users are pre-authorized”, and the user has none of its profiles and permission sets.",
    fix: "Setup → External Client App Manager → your app → Policies → App Policies: add a profile or a permission set that the user has.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("invalid_app_access"),
      oauth("OAUTH_APP_ACCESS_DENIED"),
      oauth("no_access"),
      { on: "oauth", text: "not admin approved" }
    ]
  },
  {
    code: "AUTH_FLOW_DISABLED",
    message: "The app does not allow this way of logging in.",
    meaning: "The flow is switched off in the app, or in the whole org.",
    fix: "Setup → External Client App Manager → your app → Settings → OAuth Settings → Flow Enablement: tick the flow that the spec's `auth.method` names. For the org: Setup → OAuth and OpenID Connect Settings.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("unsupported_grant_type"),
      oauth("oauth_flow_disabled"),
      oauth("unsupported_response_type"),
      oauth("invalid_assertion_type")
    ]
  },
  {
    code: "AUTH_CALLBACK_MISMATCH",
    message: "The app does not list the callback URL {callback}.",
    meaning: "Salesforce compares the callback URL letter by letter, port and path included.",
    fix: "Add exactly `{callback}` under Setup → External Client App Manager → your app → Settings → OAuth Settings → Callback URL.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("redirect_uri_mismatch"),
      oauth("redirect_uri_missing"),
      { on: "oauth", text: "redirect_uri must match" }
    ]
  },
  {
    code: "AUTH_INVALID_SCOPE",
    message: "The app does not have a scope that the login asks for.",
    meaning: "Decant asks for `api` and, for a login that lasts, `refresh_token`.",
    fix: "Setup → External Client App Manager → your app → Settings → OAuth Settings → OAuth Scopes: add “Manage user data via APIs (api)” and “Perform requests at any time (refresh_token, offline_access)”.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_scope")]
  },
  {
    code: "AUTH_DENIED",
    message: "The login was denied in the browser.",
    meaning: "Somebody pressed Deny on Salesforce's consent page.",
    fix: "Run `decant connect` again and press Allow.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("access_denied"), oauth("access-denied")]
  },
  {
    code: "AUTH_NOT_LOGGED_IN",
    message: "Salesforce could not log in without asking the user.",
    meaning: "The user is not logged in, or has not approved the app.",
    fix: "Run `decant connect` and log in.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("immediate_unsuccessful"), oauth("login_error")]
  },
  {
    code: "AUTH_APPROVAL_ERROR",
    message: "Salesforce stopped the login with “An unexpected error has occurred during authentication”.",
    meaning:
      "Usually the app is not installed and the user lacks “Approve Uninstalled Connected Apps”. Otherwise: the user has an API-only or integration licence, which cannot log in with a browser; or a scope is asked for that the app does not have.",
    fix: "Give the user a permission set with “Approve Uninstalled Connected Apps”, or let an administrator install the app (Setup → Connected Apps OAuth Usage → Install). Integration users: use `jwt-bearer` or `client-credentials`. Check that the app has the scopes `api` and `refresh_token`.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("OAUTH_APPROVAL_ERROR_GENERIC"),
      { on: "oauth", text: "an unexpected error has occurred during authentication" }
    ]
  },
  {
    code: "AUTH_LOGIN_RATE",
    message: "The user has logged in too often in the last hour.",
    meaning: "Salesforce limits logins per user and hour.",
    fix: "Wait an hour. Find what else logs in as this user: Setup → Login History. Give Decant a user of its own.",
    retry: "soon",
    disposition: "failed",
    from: [oauth("rate_limit_exceeded"), { on: "oauth", text: "login rate exceeded" }]
  },
  {
    code: "AUTH_DEVICE_PENDING",
    message: "The login has not been confirmed in the browser yet.",
    meaning: "The device flow waits for somebody to type the code at the address shown.",
    fix: "Open the address, type the code and press Allow.",
    retry: "soon",
    disposition: "credentials",
    from: [oauth("authorization_pending")]
  },
  {
    code: "AUTH_DEVICE_SLOW_DOWN",
    message: "Salesforce was asked too often whether the login has been confirmed.",
    meaning: "The device flow limits how often a program may ask.",
    fix: "Nothing to do: Decant asks less often.",
    retry: "soon",
    disposition: "failed",
    from: [oauth("slow_down")]
  },
  {
    code: "AUTH_SALESFORCE_BUSY",
    message: "Salesforce's login service is having trouble ({said}).",
    meaning: "A passing fault at Salesforce.",
    fix: "Try again in a few minutes; https://status.salesforce.com shows incidents.",
    retry: "soon",
    disposition: "failed",
    from: [
      oauth("unknown_error"),
      oauth("server_error"),
      oauth("service_unavailable"),
      oauth("system_down"),
      oauth("use_dpop_nonce"),
      oauth("app_attest_failed_retry")
    ]
  },
  {
    code: "AUTH_TOKEN_UNKNOWN",
    message: "Salesforce does not know the token that was to be revoked.",
    meaning: "It had ended already.",
    fix: "Nothing to do: the connection is gone at Salesforce.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("unsupported_token_type"), oauth("invalid_token")]
  },
  {
    code: "AUTH_TOKEN_REFUSED",
    message: "Salesforce refused the access token when asked who it belongs to ({said}).",
    meaning: "The token has expired, was revoked, or belongs to another org.",
    fix: "Run `decant connect` again, or renew the token that the spec names.",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("bad_oauth_token"),
      oauth("missing_oauth_token"),
      oauth("wrong_org"),
      oauth("bad_id"),
      oauth("https_required")
    ]
  },
  {
    code: "AUTH_APP_POLICY",
    message: "A policy of the app or the org stands against this login ({said}).",
    meaning:
      "The app has no OAuth policy in this org, is not distributed to it, or demands what Decant does not do: a high-assurance session, DPoP, a one-time password or app attestation.",
    fix: "Setup → External Client App Manager → your app: check Distribution State and Policies. Switch off the demand for this app, or make a separate app for Decant (`decant setup-org`).",
    retry: "no",
    disposition: "credentials",
    from: [
      oauth("ecapp_policy_not_found"),
      oauth("oauth_policy_not_found"),
      oauth("invalid_distribution_state"),
      oauth("invalid_session_level"),
      oauth("invalid_dpop_proof"),
      oauth("app_attest_failed"),
      oauth("invalid_otp"),
      oauth("otp_error"),
      oauth("invalid_expid"),
      oauth("unsupported_expid"),
      oauth("bad_jti_claim")
    ]
  },
  {
    code: "AUTH_REGISTRATION",
    message: "Salesforce refused to make the app ({said}).",
    meaning: "The user may not create apps, or the org has as many as it may have.",
    fix: "Ask an administrator with “Customize Application” and either “Modify All Data” or “Manage Connected Apps”. New connected apps need Salesforce Support; make an external client app instead (`decant setup-org`).",
    retry: "no",
    disposition: "credentials",
    from: [oauth("exceeded_registration_limit"), oauth("failed_registration"), oauth("registration_error")]
  },
  {
    code: "AUTH_INVALID_REQUEST",
    message: "Salesforce did not understand the login ({said}).",
    meaning: "A proxy changed the request, or `environment` is not a login host.",
    fix: "Check that `environment` is production, sandbox or the My Domain URL with https.",
    retry: "no",
    disposition: "credentials",
    from: [oauth("invalid_request")]
  },
  {
    code: "AUTH_REFUSED",
    message: "Salesforce refused the login: {said}.",
    meaning: "An answer that Decant has no entry for.",
    fix: "Look at Setup → Login History of the org, where the reason stands in plain words. Check the client id, the user and the app's policies.",
    retry: "no",
    disposition: "credentials",
    from: [{ on: "oauth" }]
  },

  // ── Logging in: found on our side ─────────────────────────────────────────────────────────────────────────
  {
    code: "AUTH_SECRET_MISSING",
    message: "The spec's `{key}` cannot be read: {detail}.",
    meaning: "The file or the environment variable that should hold the secret is not there.",
    fix: "Create the file (paths are relative to the spec file) or set the variable, then run the command again.",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_KEY_INVALID",
    message: "The private key {file} cannot be used: {detail}.",
    meaning: "It must be an RSA private key of at least 2048 bits in PEM form (PKCS#8 or PKCS#1).",
    fix: "Point `privateKey` to the file that begins with “-----BEGIN PRIVATE KEY-----” or “-----BEGIN RSA PRIVATE KEY-----”. `decant connect --generate-key` makes a key and its certificate.",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_KEY_PASSPHRASE",
    message: "The private key {file} is encrypted, and {detail}.",
    meaning: "The key needs the passphrase with which it was encrypted.",
    fix: "Add `passphrase: { env: NAME }` to the spec's `auth` and set the variable.",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_KEY_WRITE",
    message: "{file} cannot be written: {detail}.",
    meaning: "Keys and certificates are never overwritten: one that is in use cannot be had again.",
    fix: "Give another name or folder, or move the old file away.",
    retry: "no",
    disposition: "failed",
    from: []
  },
  {
    code: "AUTH_CERTIFICATE_EXPIRED",
    message: "The certificate of the private key {file} expired on {detail}.",
    meaning: "Salesforce refuses logins that are signed with an expired certificate's key.",
    fix: "Run `decant connect --generate-key` to make a new pair; upload the certificate to the app, and list both keys in `privateKey` until every environment has it.",
    retry: "no",
    disposition: "credentials",
    from: []
  },
  {
    code: "AUTH_CERTIFICATE_EXPIRES_SOON",
    message: "The certificate of the private key {file} expires on {detail}.",
    meaning: "From that day on Salesforce refuses logins that are signed with this key.",
    fix: "Run `decant connect --generate-key` to make a new pair; upload the certificate to the app, and list both keys in `privateKey` until every environment has it.",
    retry: "no",
    disposition: "credentials",
    from: []
  },
  {
    code: "AUTH_CLOCK_SKEW",
    message: "This machine's clock is {detail} Salesforce's, too far for a signed login.",
    meaning: "A signed login is valid for three minutes by this machine's clock.",
    fix: "Set the clock: switch on network time (`timedatectl set-ntp true`), then try again.",
    retry: "no",
    disposition: "failed",
    from: []
  },
  {
    code: "AUTH_HOST_NOT_API",
    message: "{host} is a host for browsers; logins of programs go elsewhere.",
    meaning: "Lightning and Setup pages live on hosts that have no OAuth or API.",
    fix: "Set `environment: {suggestion}` in the spec.",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_REDIRECTED",
    message: "{host} answered the login with a redirect to {detail}; the credentials were not sent on.",
    meaning: "The My Domain name has changed, or a proxy or sign-in page stands in between.",
    fix: "Set `environment` to the org's present My Domain URL (Setup → My Domain), with https and without a path.",
    retry: "no",
    disposition: "failed",
    from: []
  },
  {
    code: "AUTH_ANSWER_UNREADABLE",
    message: "{host} did not answer like Salesforce's login service ({detail}).",
    meaning: "The host is not a Salesforce login host, or a proxy answered in its place.",
    fix: "Open {host}/services/oauth2/token in a browser: Salesforce answers with a short JSON error. Check `environment` and the proxy.",
    retry: "no",
    disposition: "failed",
    from: []
  },
  {
    code: "AUTH_UNTRUSTED_HOST",
    message:
      "The login's answer points to {detail}, which is not a Salesforce host; the token was not sent there.",
    meaning: "Decant sends tokens only to Salesforce's own domains and to the host that the spec names.",
    fix: "Check `environment`. If the org really lives there, name that host in `environment`.",
    retry: "no",
    disposition: "failed",
    from: []
  },
  {
    code: "AUTH_TOKEN_EXPIRED",
    message: "The access token has expired, and this way of logging in cannot renew it.",
    meaning: "A bare access token lives as long as the org's session time-out, two hours by default.",
    fix: "Get a new token, or use a method that renews itself: `oauth`, `jwt-bearer` or `client-credentials`.",
    retry: "no",
    disposition: "credentials",
    from: []
  },
  {
    code: "AUTH_NOT_CONNECTED",
    message: "There is no stored login called {connection}{detail}.",
    meaning:
      "`decant connect` has not been run for this spec on this machine, or the spec has changed since.",
    fix: "Run `decant connect` with this spec (with `--cluster URL` for the workers of a cluster).",
    retry: "no",
    disposition: "credentials",
    from: []
  },
  {
    code: "AUTH_INSTANCE_NEEDED",
    message: "An access token needs the address of its org, with https.",
    meaning: "production and sandbox name hosts of many orgs, and a token works at its own org only.",
    fix: "Set `environment`, or `auth.instanceUrl`, to the org's My Domain URL (Setup → My Domain).",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_NAME_TAKEN",
    message: "There is a stored login called {connection} already.",
    meaning: "Each stored login has a name of its own.",
    fix: "Choose another name, or end the other one first (`decant connect --disconnect`).",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_STORE_DAMAGED",
    message: "The stored login {file} cannot be read: {detail}.",
    meaning:
      "The file was cut short or changed, or it was encrypted with another key. Decant never replaces it silently.",
    fix: "Restore the file or its key (`DECANT_KEY`, or the key file) from a copy. If there is none, delete the file and run `decant connect` again.",
    retry: "no",
    disposition: "credentials",
    from: []
  },
  {
    code: "AUTH_STORE_KEY",
    message: "The key of the stored logins cannot be used: {detail}.",
    meaning: "Stored logins are encrypted with `DECANT_KEY`, or with a key file that only you may read.",
    fix: "Set `DECANT_KEY` to 32 bytes in base64 or hex (`openssl rand -base64 32`), or make the key file readable for you alone (`chmod 600`).",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_STORE_WRITE",
    message: "The stored login {file} cannot be written: {detail}.",
    meaning: "The folder is missing, read-only or full.",
    fix: "Make the folder writable and see that the disk has room, then run the command again.",
    retry: "no",
    disposition: "failed",
    from: []
  },
  {
    code: "AUTH_STORE_LOCKED",
    message: "Another process has been renewing the login {connection} for over {detail}.",
    meaning: "One process at a time may renew a stored login; the others wait for it.",
    fix: "Wait for the other process or end it, then run the command again.",
    retry: "later",
    disposition: "locked",
    from: []
  },
  {
    code: "AUTH_STORE_LOST",
    message: "The hold on the stored login {connection} was lost: {detail}.",
    meaning:
      "Workers of a cluster share the login; another one has it now, or the connection to the database broke. A worker that is late changes nothing.",
    fix: "Nothing to do: Decant reads the login again and goes on with what it finds.",
    retry: "soon",
    disposition: "failed",
    from: []
  },
  {
    code: "AUTH_STORE_UNREACHABLE",
    message: "The stored logins in {host} cannot be reached: {detail}.",
    meaning:
      "Workers of a cluster keep them in the cluster's database, which did not answer for a minute or refused.",
    fix: "See that the database runs, lets this machine in, and that the address and password of `--cluster` are right; the next run goes on from here.",
    retry: "later",
    disposition: "failed",
    from: []
  },
  {
    code: "AUTH_MASK_KEYS_DIFFER",
    message: "This machine and the cluster hide the values of {connection} under different keys.",
    meaning:
      "Under another key equal values become unequal. The machine has a key in `.decant/masks`, of syncs before the cluster; a worker that came first has put another one into the cluster's database.",
    fix: "Keep the key that the copy was made with. If it is this machine's: stop all workers, delete the row {connection} of decant_cluster.mask_keys in the cluster's database and start the worker here first. If it is the cluster's: delete .decant/masks/{connection}.jwe here.",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_REFRESH_INTERRUPTED",
    message:
      "Salesforce was replacing the token of the login {connection} at {detail} when the process or the network broke off; the new token never arrived.",
    meaning:
      "The app rotates refresh tokens: each works once. The old one may have been used, and using it again would end every session of this connection, so Decant does not.",
    fix: "Run `decant connect` to log in again (with `--cluster URL` for the workers of a cluster). For unattended runs use `jwt-bearer` or `client-credentials`, which nothing can lose.",
    retry: "no",
    disposition: "credentials",
    from: []
  },
  {
    code: "AUTH_STATE_MISMATCH",
    message: "The browser came back with an answer that does not belong to this login.",
    meaning: "The page was opened from an earlier login, or by another program on this machine.",
    fix: "Run `decant connect` again and use only the page that it opens.",
    retry: "no",
    disposition: "credentials",
    from: []
  },
  {
    code: "AUTH_CALLBACK_PORT",
    message: "Port {detail} on this machine is taken, so the browser could not come back.",
    meaning: "The callback URL is fixed, because Salesforce compares it letter by letter.",
    fix: "End the program that uses the port (another `decant connect`?), then try again.",
    retry: "no",
    disposition: "failed",
    from: []
  },
  {
    code: "AUTH_LOGIN_TIMEOUT",
    message: "Nobody finished the login in the browser within {detail}.",
    meaning: "If Salesforce showed an error page, it does not send the browser back.",
    fix: "Run `decant connect` again. If the page said OAUTH_APPROVAL_ERROR_GENERIC or OAUTH_EC_APP_NOT_FOUND, look those up in docs/errors.md.",
    retry: "no",
    disposition: "credentials",
    from: []
  },
  {
    code: "AUTH_ENVIRONMENT_MISMATCH",
    message: "The spec's `environment` ({host}) reads like a {suggestion} org, but this is a {detail} org.",
    meaning: "Whether an org is a sandbox is what the org says of itself, whatever its address looks like.",
    fix: "Check that these are the org and user you mean, and write its My Domain URL into `environment`.",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_CLIENT_ID_MISSING",
    message: "There is no client id for the browser login.",
    meaning: "This build ships no installed app, and the spec names none.",
    fix: "Make an app of your own (docs/connect.md; `decant setup-org` writes one to deploy) and put its consumer key into `auth.clientId`, or set DECANT_SALESFORCE_CLIENT_ID.",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_NO_REFRESH_TOKEN",
    message: "Salesforce let the user in, but gave no refresh token, so the login would not last.",
    meaning:
      "The app lacks the scope refresh_token, or its refresh token policy is “Immediately expire refresh token”.",
    fix: "Setup → External Client App Manager → your app → Settings → OAuth Scopes: add “Perform requests at any time (refresh_token, offline_access)”; Policies → Refresh Token Policy: “Refresh token is valid until revoked”. Then run `decant connect` again.",
    retry: "no",
    disposition: "credentials",
    from: []
  },
  {
    code: "AUTH_SF_MISSING",
    message: "The Salesforce CLI (`sf`) was not found on this machine.",
    meaning: "`method: sf-cli` uses the login that the Salesforce CLI already has.",
    fix: "Install it (`npm install --global @salesforce/cli`) and log in (`sf org login web`), or choose another `auth.method`.",
    retry: "no",
    disposition: "spec",
    from: []
  },
  {
    code: "AUTH_SF_FAILED",
    message: "The Salesforce CLI has no usable login: {detail}.",
    meaning: "`sf org display` did not show a connected org with an access token.",
    fix: "Run `sf org login web` (with `--instance-url` for a sandbox), and put that user name into the spec's `auth.username`.",
    retry: "no",
    disposition: "credentials",
    from: []
  },

  // ── The network ───────────────────────────────────────────────────────────────────────────────────────────
  {
    code: "NET_HOST_UNKNOWN",
    message: "There is no host {host}.",
    meaning: "The name is mistyped, the sandbox no longer exists, or this machine has no DNS.",
    fix: "Check the URL {host} in the spec's `environment` (Setup → My Domain shows the right one) and this machine's network.",
    retry: "no",
    disposition: "failed",
    from: []
  },
  {
    code: "NET_REFUSED",
    message: "Nothing answers at {host}.",
    meaning: "The connection was refused: no server listens there, or a firewall is in between.",
    fix: "Check the URL {host} in the spec's `environment`; for the local emulator start it first (`npx salesforce-emulator`).",
    retry: "later",
    disposition: "failed",
    from: []
  },
  {
    code: "NET_BROKEN",
    message: "The connection to {host} broke ({detail}).",
    meaning: "A passing fault of the network, a proxy or Salesforce.",
    fix: "Try again; if it keeps happening, look at the proxy and the firewall.",
    retry: "soon",
    disposition: "failed",
    from: []
  },
  {
    code: "NET_TIMEOUT",
    message: "{host} did not answer within {detail}.",
    meaning: "Salesforce or the network is slow, or a firewall swallows the connection.",
    fix: "Try again; if it keeps happening, look at the proxy and the firewall, and at https://status.salesforce.com.",
    retry: "soon",
    disposition: "failed",
    from: []
  },
  {
    code: "NET_TLS",
    message: "The certificate of {host} cannot be trusted ({detail}).",
    meaning: "A proxy re-encrypts the traffic with its own certificate, or the host is not what it claims.",
    fix: "Behind a company proxy set NODE_EXTRA_CA_CERTS to the file with its root certificate. Never switch verification off.",
    retry: "no",
    disposition: "failed",
    from: []
  },

  // ── The API ───────────────────────────────────────────────────────────────────────────────────────────────
  {
    code: "API_SESSION_NOT_FOR_REST",
    message: "Salesforce issued a session that may not use the REST API.",
    meaning: "The app or the user is restricted; a new token of the same kind would be refused the same way.",
    fix: "Check that the app has the scope “Manage user data via APIs (api)” and that the user is not limited to other channels; then run `decant connect`.",
    retry: "no",
    disposition: "credentials",
    from: [api("INVALID_SESSION_ID", "session is not valid for use with the rest api")]
  },
  {
    code: "API_APP_NOT_ATTACHED",
    message: "The app is not attached to the agent whose session this is.",
    meaning:
      "The user belongs to an agent; its apps must be attached to it. A new token would be refused the same way.",
    fix: "Use a user who is not an agent's, or attach the app to the agent in Setup.",
    retry: "no",
    disposition: "credentials",
    from: [{ on: "api", text: "connected app is not attached to agent" }]
  },
  {
    code: "API_SESSION_INVALID",
    message: "Salesforce does not accept the access token, not even a fresh one.",
    meaning:
      "The session was ended (time-out, logout, password change), or the token was used on another host than the one that it was issued for.",
    fix: "Run `decant check`. If it fails too: Setup → Session Settings (“Lock sessions to the IP address…”), and the user's login IP ranges.",
    retry: "no",
    disposition: "credentials",
    from: [api("INVALID_SESSION_ID"), api("INVALID_AUTH_HEADER"), status(401)]
  },
  {
    code: "API_CONCURRENT_LIMIT",
    message: "The org has too many long-running requests at once.",
    meaning: "25 requests of over 20 seconds may run at the same time, 5 in developer and trial orgs.",
    fix: "Nothing to do: Decant waits and tries again. If it lasts, look for other integrations: Setup → System Overview → API Usage.",
    retry: "soon",
    disposition: "failed",
    from: [api("REQUEST_LIMIT_EXCEEDED", "concurrent")]
  },
  {
    code: "API_DAILY_LIMIT",
    message: "The org has used up its API calls of the last 24 hours.",
    meaning: "Every integration of the org draws on the same number of calls.",
    fix: "The next run goes on from here once the window has moved. Setup → Company Information → API Requests, Last 24 Hours shows the use; lower `schedule` or `apiBudget`, or buy more calls.",
    retry: "later",
    disposition: "budget",
    from: [api("REQUEST_LIMIT_EXCEEDED")]
  },
  {
    code: "API_DISABLED_FOR_ORG",
    message: "This org has no API.",
    meaning:
      "Professional and Group editions have it only as an add-on; API Access Control may also refuse the app.",
    fix: "Ask Salesforce for API access, or use an edition that has it (Enterprise, Unlimited, Performance, Developer). With API Access Control on: Setup → API Access Control → allow the app.",
    retry: "no",
    disposition: "credentials",
    from: [api("API_DISABLED_FOR_ORG")]
  },
  {
    code: "API_DISABLED_FOR_USER",
    message: "The user may not use the API.",
    meaning: "The permission “API Enabled” is missing.",
    fix: "Give the user a permission set with “API Enabled” (Setup → Permission Sets → System Permissions), for example the one that `decant setup-org` writes.",
    retry: "no",
    disposition: "credentials",
    from: [api("API_CURRENTLY_DISABLED"), { on: "api", text: "api is disabled for this user" }]
  },
  {
    code: "API_ROW_LOCKED",
    message: "A record is locked by another transaction.",
    meaning: "Somebody else is changing it or a record that it belongs to.",
    fix: "Nothing to do: Decant tries again.",
    retry: "soon",
    disposition: "failed",
    from: [api("UNABLE_TO_LOCK_ROW")]
  },
  {
    code: "API_NO_ACCESS",
    message: "The user may not do this: {said}.",
    meaning: "A permission on the object, the record or the resource is missing.",
    fix: "Give the user Read (better View All Records) on the object by a permission set, and for writes Create, Edit or Delete; `decant check` names what a sync lacks, `decant setup-org` writes the permission set.",
    retry: "no",
    disposition: "failed",
    from: [
      api("INSUFFICIENT_ACCESS"),
      api("INSUFFICIENT_ACCESS_OR_READONLY"),
      api("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"),
      api("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
      api("FORBIDDEN")
    ]
  },
  {
    code: "API_FEATURE_OFF",
    message: "The org does not have this feature: {said}.",
    meaning: "It is switched off or not part of the edition.",
    fix: "Switch it on in Setup, or leave the object out of the spec.",
    retry: "no",
    disposition: "failed",
    from: [api("FUNCTIONALITY_NOT_ENABLED")]
  },
  {
    code: "API_UNKNOWN_FIELD",
    message: "A field does not exist or is hidden from this user: {said}.",
    meaning:
      "Salesforce says the same for a mistyped field and for one that field-level security hides from the user.",
    fix: "Check the name with `decant describe OBJECT`. If it exists, let the user read it: Setup → Permission Sets → Object Settings → the object → Read Access of the field.",
    retry: "no",
    disposition: "spec",
    from: [api("INVALID_FIELD"), api("INVALID_FIELD_FOR_INSERT_UPDATE")]
  },
  {
    code: "API_UNKNOWN_OBJECT",
    message: "An object does not exist or is hidden from this user: {said}.",
    meaning: "Salesforce says the same for a mistyped object and for one that the user may not read.",
    fix: "Check the name with `decant objects` (custom objects end with __c). If it exists, give the user Read on it by a permission set.",
    retry: "no",
    disposition: "spec",
    from: [api("INVALID_TYPE"), api("INVALIDENTITY")]
  },
  {
    code: "API_MALFORMED_QUERY",
    message: "Salesforce cannot read the query: {said}.",
    meaning:
      "A `where` or `soql` of the spec is not valid SOQL, or the query is longer than 100,000 characters.",
    fix: 'Try it with `decant soql "…"`, correct it in the spec; for a very long one name fewer fields.',
    retry: "no",
    disposition: "spec",
    from: [
      api("MALFORMED_QUERY"),
      api("INVALID_QUERY_FILTER_OPERATOR"),
      api("NUMBER_OUTSIDE_VALID_RANGE"),
      api("MALFORMED_SEARCH"),
      api("MALFORMED_ID"),
      api("INVALID_ID_FIELD")
    ]
  },
  {
    code: "API_QUERY_TIMEOUT",
    message: "Salesforce did not finish the query in its time limit.",
    meaning: "The query looks at too many records, usually because its filter has no index.",
    fix: "Nothing to do for a sync: Decant reads smaller pieces. For a `where` or `soql` of your own, filter by an indexed field such as SystemModstamp.",
    retry: "soon",
    disposition: "failed",
    from: [api("QUERY_TIMEOUT")]
  },
  {
    code: "API_QUERY_TOO_COMPLICATED",
    message: "The query is too complicated for Salesforce.",
    meaning: "Too many formula or currency fields in one query.",
    fix: "Name fewer formula fields for this object in the spec's `fields`.",
    retry: "no",
    disposition: "spec",
    from: [api("QUERY_TOO_COMPLICATED")]
  },
  {
    code: "API_OPERATION_TOO_LARGE",
    message: "Salesforce will not work out which of so many records this user may see.",
    meaning: "Sharing must be evaluated for every record, because the user lacks View All.",
    fix: "Give the user View All Records on the object (or View All Data) by a permission set.",
    retry: "no",
    disposition: "failed",
    from: [api("OPERATION_TOO_LARGE")]
  },
  {
    code: "API_LOCATOR_EXPIRED",
    message: "Salesforce has forgotten the position in a result.",
    meaning: "A result can be read on for two days; a new query or a maintenance can end it earlier.",
    fix: "Nothing to do: the next run reads that part again.",
    retry: "later",
    disposition: "failed",
    from: [api("INVALID_QUERY_LOCATOR"), api("INVALID_LOCATOR")]
  },
  {
    code: "API_TOO_MANY_IDS",
    message: "A result has more records than Salesforce returns in one answer.",
    meaning: "Over 600,000 deleted records in one window, or over 2,000 groups in one query.",
    fix: "Nothing to do for a sync: Decant asks for smaller windows. Group a query of your own by fewer values.",
    retry: "soon",
    disposition: "failed",
    from: [api("EXCEEDED_ID_LIMIT")]
  },
  {
    code: "API_REPLICATION_DATE",
    message: "Salesforce no longer lists the deletions of that time.",
    meaning: "Deletions are listed for 15 days, changes for 30.",
    fix: "Nothing to do: Decant compares all Ids instead. Sync more often than every 15 days to avoid that.",
    retry: "no",
    disposition: "failed",
    from: [api("INVALID_REPLICATION_DATE")]
  },
  {
    code: "API_TRANSACTION_SECURITY",
    message: "A transaction security policy of the org took too long.",
    meaning: "Every query is checked by the org's policies; large ones run into their time limit.",
    fix: "Give the user the permission “Exempt from Transaction Security”.",
    retry: "later",
    disposition: "failed",
    from: [api("TXN_SECURITY_METERING_ERROR"), api("TXN_SECURITY_NO_ACCESS")]
  },
  {
    code: "API_RECORD_DELETED",
    message: "The record has been deleted.",
    meaning: "It is in the recycle bin or gone.",
    fix: "Nothing to do for a sync. `decant record get` reads live records only.",
    retry: "no",
    disposition: "failed",
    from: [api("ENTITY_IS_DELETED")]
  },
  {
    code: "API_ROW_REFUSED",
    message: "Salesforce refused the record: {said}.",
    meaning: "A validation rule, a required field, a duplicate rule or the data type stands against it.",
    fix: "Correct the values; the message names the field or the rule.",
    retry: "no",
    disposition: "failed",
    from: [
      api("REQUIRED_FIELD_MISSING"),
      api("FIELD_CUSTOM_VALIDATION_EXCEPTION"),
      api("DUPLICATE_VALUE"),
      api("DUPLICATES_DETECTED"),
      api("STRING_TOO_LONG"),
      api("FIELD_INTEGRITY_EXCEPTION"),
      api("FIELD_FILTER_VALIDATION_EXCEPTION"),
      api("INVALID_EMAIL_ADDRESS"),
      api("INVALID_TYPE_ON_FIELD_IN_RECORD"),
      api("ENTITY_IS_LOCKED"),
      api("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
      api("INVALID_CROSS_REFERENCE_KEY"),
      api("DELETE_FAILED"),
      api("JSON_PARSER_ERROR")
    ]
  },
  {
    code: "API_VERSION_RETIRED",
    message: "The org does not offer this API version.",
    meaning: "Old versions are retired every few years; a new one arrives with each release of Salesforce.",
    fix: "Remove `apiVersion` from the spec, or set a version that `decant rest GET /services/data` lists.",
    retry: "no",
    disposition: "spec",
    from: [api("UNSUPPORTED_API_VERSION"), api("GONE"), status(410)]
  },
  {
    code: "API_NOT_FOUND",
    message: "Salesforce has nothing at that address: {said}.",
    meaning: "The record, object or API version does not exist, or is hidden from this user.",
    fix: "Check the name or Id, and `apiVersion` in the spec.",
    retry: "no",
    disposition: "failed",
    from: [api("NOT_FOUND"), status(404)]
  },
  {
    code: "API_VERSION_CONFLICT",
    message: "A Bulk job was made with another API version than the one asking for it.",
    meaning: "`apiVersion` was changed while a job was open.",
    fix: "Nothing to do: the next run makes a new job.",
    retry: "later",
    disposition: "failed",
    from: [status(409)]
  },
  {
    code: "API_REQUEST_TOO_LONG",
    message: "A query is longer than Salesforce accepts in an address.",
    meaning: "An address may have 16,384 bytes.",
    fix: "Name fewer fields for this object in the spec's `fields`.",
    retry: "no",
    disposition: "failed",
    from: [status(414), status(431)]
  },
  {
    code: "API_EDGE_NO_ROUTE",
    message: "Salesforce has no route to this org right now (420).",
    meaning: "The org is being moved, or a My Domain name has just changed.",
    fix: "Try again in a few minutes; if it lasts, check the My Domain URL in `environment`.",
    retry: "soon",
    disposition: "failed",
    from: [status(420)]
  },
  {
    code: "API_THROTTLED",
    message: "Salesforce asks to go slower (429).",
    meaning: "Too many requests in a short time.",
    fix: "Nothing to do: Decant waits and tries again.",
    retry: "soon",
    disposition: "failed",
    from: [status(429)]
  },
  {
    code: "API_UNAVAILABLE",
    message: "Salesforce is not available right now ({said}).",
    meaning: "Maintenance, overload or a passing fault at Salesforce.",
    fix: "Try again in a few minutes; https://status.salesforce.com shows maintenance and incidents.",
    retry: "soon",
    disposition: "failed",
    from: [
      api("SERVER_UNAVAILABLE"),
      api("UNKNOWN_EXCEPTION"),
      status(500),
      status(502),
      status(503),
      status(504),
      status(406)
    ]
  },
  {
    code: "API_REFUSED",
    message: "Salesforce refused the request: {said}.",
    meaning: "An answer that Decant has no entry for.",
    fix: "Run `decant check`; it names missing permissions and fields.",
    retry: "no",
    disposition: "failed",
    from: [{ on: "api" }]
  }
] as const satisfies ReadonlyArray<CatalogueEntry>

export type ErrorCode = (typeof errorCatalogue)[number]["code"]
