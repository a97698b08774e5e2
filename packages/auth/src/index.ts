export { AuthError } from "./auth-error.ts"
export {
  type ApiReply,
  type ApiUsage,
  apiRequest,
  bodyOf,
  LONGEST_CALL,
  readReply,
  usageIn
} from "./call/api-call.ts"
export { backOff } from "./call/back-off.ts"
export { bareRefusal, refusedCall, refusedCallFields } from "./call/refused-call.ts"
export { type CertificateState, certificatePem, certificateStates } from "./certificate-states.ts"
export { type CarriedLogin, carryLogin } from "./connect/carried-login.ts"
export {
  type BrowserConnect,
  connectByBrowser,
  type OpenedLogin,
  openBrowserLogin,
  type WaitingLogin
} from "./connect/connect.ts"
export {
  type ConnectionRecord,
  disconnect,
  type ListedConnection,
  listConnections,
  renameConnection
} from "./connect/connections.ts"
export { connectByDevice, type DeviceLogin } from "./connect/device-login.ts"
export { type GeneratedKey, type GenerateKey, generateKey } from "./connect/generate-key.ts"
export { loopbackCallback } from "./connect/loopback-listener.ts"
export { environmentDoubt, environmentName } from "./environment.ts"
export { type CatalogueEntry, type ErrorCode, errorCatalogue } from "./error-catalogue.ts"
export { networkFailure } from "./network-failure.ts"
export { type OpenSession, openSession } from "./open-session.ts"
export { type OrgIdentity, readOrgIdentity } from "./org-identity.ts"
export { apiFailure, type Details, failureOf } from "./recognise.ts"
export { readSecret, type SpecPlace } from "./secret-text.ts"
export type { Session } from "./session.ts"
export type { Connection } from "./store/connection.ts"
export { connectionFiles } from "./store/connection-files.ts"
export { type ConnectionStore, ConnectionStores } from "./store/connection-store.ts"
export { MaskKeys, maskKey, maskKeyFile, newMaskKey, openMaskKey, sealMaskKey } from "./store/mask-key.ts"
export { openConnection, sealConnection } from "./store/sealed-connection.ts"
export { forgetSecret, keepSecret, sealedFile } from "./store/sealed-secret.ts"
export type { Token } from "./token.ts"
