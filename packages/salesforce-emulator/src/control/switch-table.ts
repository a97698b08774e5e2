/** Every switch of the emulator: its default, what else it may be, and what it changes. */
type Entry = {
  readonly value: string | number | boolean
  readonly choices?: ReadonlyArray<string | number>
  readonly about: string
}

const table = <const T extends Readonly<Record<string, Entry>>>(entries: T): T => entries

export const SWITCHES = table({
  loopbackIsMyDomain: {
    value: true,
    about: "loopback hosts count as the org's My Domain; when false they count as the login host"
  },
  jwtAudience: {
    value: "any",
    choices: ["any", "production", "sandbox", "my-domain"],
    about: "audiences a JWT may name besides the host it is sent to: both login hosts, one, or none"
  },
  jwtSignsResponse: {
    value: false,
    about: "token answers of the JWT flow carry issued_at and signature, as the other flows' do"
  },
  invalidClientStatus: {
    value: 400,
    choices: [400, 401],
    about: "status of invalid_client; the documents say 400, some users report 401"
  },
  inactiveUserError: {
    value: "inactive_user",
    choices: ["inactive_user", "invalid_grant"],
    about: "error of a login by a deactivated user"
  },
  wrongVerifierError: {
    value: "invalid_request",
    choices: ["invalid_request", "invalid_grant"],
    about: "error of a PKCE verifier that does not match its challenge"
  },
  concurrentRefreshError: {
    value: "token request is already being processed",
    choices: ["token request is already being processed", "expired authorization code"],
    about: "description sent to the second of two refreshes at once; the other text was sent during 2024"
  },
  refreshTakesMs: {
    value: 80,
    about: "how long a refresh takes, so that two of them can overlap"
  },
  refuseLogins: {
    value: "none",
    choices: ["none", "ipRestricted", "inactiveOrg", "loginRate", "unknownError"],
    about: "every token request is refused for this reason"
  },
  uninstalledError: {
    value: "page",
    choices: ["page", "redirect"],
    about: "how the browser flow refuses an uninstalled app: OAUTH_APPROVAL_ERROR_GENERIC or a redirect"
  },
  adminApprovesUninstalled: {
    value: false,
    about: "the admin user holds Approve Uninstalled Connected Apps"
  },
  missingScopeError: {
    value: "redirect",
    choices: ["redirect", "page"],
    about: "how the browser flow refuses a scope the app lacks: invalid_scope or OAUTH_APPROVAL_ERROR_GENERIC"
  },
  deviceIntervalSeconds: { value: 5, about: "seconds a device must wait between two polls" },
  sessionMinutes: { value: 120, about: "idle minutes after which an access token dies" },
  sessionCalls: { value: 0, about: "API calls after which a new access token dies; 0 means no such end" },
  refreshIdleDays: { value: 0, about: "idle days after which a refresh token dies; 0 means never" },
  soapLogin: { value: true, about: "SOAP login() answers up to v64.0; orgs made since Summer '26 refuse it" },
  passwordFlow: { value: false, about: "the username-password grant answers; off in new orgs" },
  rollUpStamps: {
    value: true,
    about: "a change of a detail moves the SystemModstamp of the parent whose custom roll-up counts it"
  },
  emptiedBinHours: {
    value: 0,
    about: "hours for which rows of an emptied recycle bin still answer queryAll"
  },
  deleteLogTooOld: {
    value: "refuse",
    choices: ["refuse", "answer"],
    about:
      "answer to a getDeleted that starts before a purge of the delete log: an error, or what is left of it"
  },
  bulkQueueMs: { value: 20, about: "how long a bulk job stays in UploadComplete" },
  bulkRunMs: { value: 30, about: "the least time a bulk job stays InProgress" },
  bulkPageRows: { value: 250_000, about: "rows of a bulk result page when maxRecords is not given" },
  bulkEarlyResults: {
    value: 400,
    choices: [204, 400],
    about: "answer to a request for results before the job is complete"
  },
  bulkEmptyBody: {
    value: false,
    about: "results of an empty bulk query are an empty body, without the header row"
  },
  bulkRefusesOrderBy: { value: false, about: "bulk queries with ORDER BY or LIMIT are refused, as up to v61" }
})

export type SwitchName = keyof typeof SWITCHES

type Widen<Value> = Value extends string ? string : Value extends number ? number : boolean

export type Switches = { readonly [Name in SwitchName]: Widen<(typeof SWITCHES)[Name]["value"]> }
