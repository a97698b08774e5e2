/** The demo org beyond accounts, contacts, opportunities and users. */
import { accessRecords, accountHistoryRecords } from "./access.ts"
import { referenceRecords, unusualRecords, wideRecords } from "./custom.ts"
import type { DemoRecords } from "./family.ts"
import { fileRecords } from "./files.ts"
import { campaignRecords, leadRecords } from "./people.ts"
import { salesRecords } from "./sales.ts"
import { activityRecords, caseRecords } from "./service.ts"

export const familyRecords = (demo: DemoRecords): void => {
  const leads = leadRecords(demo)
  campaignRecords(demo, leads)
  activityRecords(demo, leads, caseRecords(demo))
  salesRecords(demo)
  accessRecords(demo)
  accountHistoryRecords(demo)
  fileRecords(demo)
  referenceRecords(demo)
  unusualRecords(demo)
  wideRecords(demo)
}
