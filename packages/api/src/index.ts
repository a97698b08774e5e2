export { DecantApi } from "./api.ts"
export type {
  Attempt,
  ClientCredentialsRequest,
  ConnectOptions,
  JwtRequest,
  OAuthRequest
} from "./connect.ts"
export { type Budget, Connection, type CopyStatus } from "./connections.ts"
export type { DataTable } from "./data.ts"
export {
  Conflict,
  Failed,
  type FailureInfo,
  failures,
  Invalid,
  NotFound,
  Refused,
  SignInNeeded,
  TooMany
} from "./failures.ts"
export type {
  CheckEvent,
  CheckLine,
  OrgField,
  OrgObject,
  OrgObjectDetail,
  Plan,
  Table
} from "./org.ts"
export {
  type LogLine,
  type Run,
  RunEvent,
  type RunState,
  type RunStream,
  type RunSummary,
  ServerEvent
} from "./runs.ts"
export { type Session, SignedIn, WellFormed } from "./session.ts"
export type {
  DestinationChoice,
  ObjectStreamChoice,
  RoleFields,
  SpecChange,
  SpecFile,
  SpecProblem,
  SpecView,
  StreamChoice
} from "./spec.ts"
export type { Verification, VerifiedStream } from "./verification.ts"
