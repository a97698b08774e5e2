/** Log-ins, kept for half a year. Rows never change; `LoginTime` is the only stamp. */
import { idLine } from "./audit-fields.ts"
import { values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const loginHistory = sobject({
  name: "LoginHistory",
  label: "Login History",
  labelPlural: "Login History",
  keyPrefix: "0Ya",
  can: "query retrieve",
  picklists: {
    LoginType: values(
      "A=Application;i=Remote Access 2.0;q=Remote Access Client;3=Other Apex API;8=SAML Idp Initiated SSO;I=Chatter Communities External User"
    ),
    TlsProtocol: values("4=TLS 1.2;5=TLS 1.3"),
    CipherSuite: values("105=ECDHE-RSA-AES256-GCM-SHA384;170=TLS_AES_256_GCM_SHA384")
  },
  table: `
${idLine("Login ID")}
UserId                  | reference User     | fgs   | User ID                   | cascade
LoginTime               | datetime           | fs    | Login Time
LoginType               | picklist 1         | fgsk  | Login Type
SourceIp                | string 39          | nfgs  | Source IP
LoginUrl                | string 120         | nfgs  | Login URL
AuthenticationServiceId | reference AuthProvider,SamlSsoConfig | nfgs | Authentication Service ID
LoginGeoId              | reference LoginGeo | nfgs  | LoginGeo Data ID          | rel=LoginGeo
TlsProtocol             | picklist 40        | nfgsk | TLS Protocol
CipherSuite             | picklist 40        | nfgsk | TLS Cipher Suite
OptionsIsGet            | boolean            | fgs   | Options IsGet             | default=false
OptionsIsPost           | boolean            | fgs   | Options IsPost            | default=false
Browser                 | string 64          | nfgs  | Browser
Platform                | string 64          | nfgs  | Platform
Status                  | string 128         | nfgs  | Status
Application             | string 64          | nfgs  | Application
ClientVersion           | string 64          | nfgs  | Client Version
ApiType                 | string 64          | nfgs  | API Type
ApiVersion              | string 32          | nfgs  | API Version
CountryIso              | string 2           | nfgs  | Country Code
AuthMethodReference     | string 120         | nfgs  | Authentication Method Reference
`
})
