/**
 * The external client app that the spec's method logs in by: the app, its OAuth settings, and the policy that only
 * users with the permission set may use it.
 * https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_externalclientapplication.htm
 */
import type { Auth } from "@decant/connector"
import { metadataXml } from "./metadata-xml.ts"
import type { ProjectFile, SetupRequest } from "./setup-project.ts"

/** Methods that log in by an app of the org. */
export const needsApp = (method: Auth["method"]): boolean => method !== "sf-cli" && method !== "access-token"

const keepsLogin = (method: Auth["method"]): boolean => method === "oauth" || method === "device"

/** What each scope is for is in the README; no method needs another. */
export const scopesOf = (method: Auth["method"]): ReadonlyArray<string> =>
  keepsLogin(method) ? ["Api", "RefreshToken"] : ["Api"]

/** Only where the method itself has no secret to send; every other way in needs one. */
const isPublic = (auth: Auth): boolean =>
  auth.method === "device" || (auth.method === "oauth" && auth.clientSecret === undefined)

export const clientAppFiles = (of: SetupRequest & { readonly app: string }): ReadonlyArray<ProjectFile> => {
  const { auth } = of.spec.source
  const { method } = auth
  if (!needsApp(method)) return []
  const label = `Decant ${of.spec.name}`
  const parent = ["externalClientApplication", of.app] as const
  return [
    {
      path: `externalClientApps/${of.app}.eca-meta.xml`,
      text: metadataXml("ExternalClientApplication", [
        ["contactEmail", of.contact],
        ["description", `Lets Decant read this org for the copy ${of.spec.name}`],
        ["distributionState", "Local"],
        ["isProtected", false],
        ["label", label]
      ])
    },
    {
      path: `extlClntAppOauthSettings/${of.app}_oauth.ecaOauth-meta.xml`,
      text: metadataXml("ExtlClntAppOauthSettings", [
        ["commaSeparatedOauthScopes", scopesOf(method).join(", ")],
        parent,
        ["label", `${label} OAuth`]
      ])
    },
    {
      path: `extlClntAppGlobalOauthSets/${of.app}_global.ecaGlblOauth-meta.xml`,
      text: metadataXml("ExtlClntAppGlobalOauthSettings", [
        ["callbackUrl", of.callback],
        ["certificate", of.certificate?.trim()],
        parent,
        ["isClientCredentialsFlowEnabled", method === "client-credentials"],
        ["isConsumerSecretOptional", isPublic(auth)],
        ["isDeviceFlowEnabled", method === "device"],
        ["isIntrospectAllTokens", false],
        ["isPkceRequired", method === "oauth"],
        ["isRefreshTokenRotationEnabled", keepsLogin(method) ? true : undefined],
        ["isSecretRequiredForRefreshToken", !isPublic(auth)],
        ["label", `${label} global OAuth`],
        ["shouldRotateConsumerKey", false],
        ["shouldRotateConsumerSecret", false]
      ])
    },
    {
      path: `extlClntAppOauthPolicies/${of.app}_policy.ecaOauthPlcy-meta.xml`,
      text: metadataXml("ExtlClntAppOauthConfigurablePolicies", [
        ["clientCredentialsFlowUser", method === "client-credentials" ? of.runAs : undefined],
        ["commaSeparatedPermissionSet", of.app],
        parent,
        ["ipRelaxationPolicyType", "Enforce"],
        [
          "isClientCredentialsFlowEnabled",
          method === "client-credentials" && of.runAs !== undefined ? true : undefined
        ],
        ["label", `${label} policy`],
        ["permittedUsersPolicyType", "AdminApprovedPreAuthorized"]
      ])
    }
  ]
}
