/** The lines that nearly every object's field table has. */

export const idLine = (label: string) => `Id | id | fgsid | ${label}`

export const deletedLine = "IsDeleted | boolean | fgsd | Deleted"

export const createdLines = `
CreatedDate | datetime | fsd | Created Date
CreatedById | reference User | fgsd | Created By ID | rel=CreatedBy`.trim()

/** Who wrote the record and when. */
export const auditLines = `${createdLines}
LastModifiedDate | datetime | fsd | Last Modified Date
LastModifiedById | reference User | fgsd | Last Modified By ID | rel=LastModifiedBy
SystemModstamp | datetime | fsd | System Modstamp`

/** When the user who asks last looked at the record. */
export const viewedLines = `
LastViewedDate | datetime | nfs | Last Viewed Date
LastReferencedDate | datetime | nfs | Last Referenced Date`.trim()
