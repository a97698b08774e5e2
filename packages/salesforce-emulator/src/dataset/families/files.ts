/** A few files on accounts. */
import { createHash } from "node:crypto"
import { type DemoRecords, Family } from "./family.ts"

export const fileRecords = (demo: DemoRecords): void => {
  const family = new Family(demo, 8)
  for (const [at, LinkedEntityId] of demo.accounts.slice(0, 12).entries()) {
    const body = Buffer.from(`Logo usage, agreement ${at + 1}\n`)
    const audit = family.audit()
    const Title = family.text(4, `Agreement ${at + 1}`)
    const file = {
      Title,
      FileType: "TEXT",
      FileExtension: "txt",
      ContentSize: body.length,
      OwnerId: family.user()
    }
    const ContentDocumentId = family.add("ContentDocument", {
      ...audit,
      ...file,
      ContentModifiedDate: audit.LastModifiedDate
    })
    const LatestPublishedVersionId = family.add("ContentVersion", {
      ...audit,
      ...file,
      ContentDocumentId,
      PathOnClient: `agreement-${at + 1}.txt`,
      VersionNumber: "1",
      VersionData: body.toString("base64"),
      Checksum: createHash("md5").update(body).digest("hex"),
      ContentModifiedDate: audit.LastModifiedDate
    })
    demo.records.change("ContentDocument", ContentDocumentId, { LatestPublishedVersionId })
    family.add("ContentDocumentLink", {
      LinkedEntityId,
      ContentDocumentId,
      SystemModstamp: audit.SystemModstamp,
      ShareType: "V",
      Visibility: "AllUsers"
    })
  }
}
