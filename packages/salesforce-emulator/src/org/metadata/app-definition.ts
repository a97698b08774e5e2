/** Apps of the org. All rows show one empty Id; `DurableId` tells them apart. */
import { values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const appDefinition = sobject({
  name: "AppDefinition",
  label: "App Definition",
  keyPrefix: "06m",
  sharesId: true,
  can: "query retrieve",
  picklists: {
    UiType: values("Aloha=Classic;Lightning"),
    NavType: values("Standard=Standard navigation;Console=Console navigation")
  },
  table: `
Id                           | id          | fgsd  | App Definition ID
DurableId                    | string 255  | nfgs  | Durable ID
Label                        | string 80   | nfgs  | Label
MasterLabel                  | string 80   | nfgs  | Master Label
NamespacePrefix              | string 15   | nfgs  | Namespace Prefix
DeveloperName                | string 255  | nfgsM | Developer Name
LogoUrl                      | url 1024    | nfs   | Logo URL
Description                  | string 1000 | nfs   | Description
UiType                       | picklist 40 | nfgsk | UI Type
NavType                      | picklist 40 | nfgsk | Nav Type
UtilityBar                   | string 255  | nfgs  | Utility Bar
HeaderColor                  | string 7    | nfgs  | Header Color
IsOverrideOrgTheme           | boolean     | fgsd  | Is Override Of Org Theme      | default=false
IsSmallFormFactorSupported   | boolean     | fgsd  | Is Small Form Factor Supported | default=false
IsMediumFormFactorSupported  | boolean     | fgsd  | Is Medium Form Factor Supported | default=false
IsLargeFormFactorSupported   | boolean     | fgsd  | Is Large Form Factor Supported | default=true
IsNavPersonalizationDisabled | boolean     | fgsd  | Is Nav Personalization Disabled | default=false
IsNavAutoTempTabsDisabled    | boolean     | fgsd  | Is Nav Auto Temp Tabs Disabled | default=false
IsNavTabPersistenceDisabled  | boolean     | fgsd  | Is Nav Tab Persistence Disabled | default=false
`
})
