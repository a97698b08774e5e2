/** The permission set: read access to the spec's objects and fields, and the API. Nothing can be changed with it. */
import type { AccessPlan } from "./access-plan.ts"
import { type Elements, metadataXml } from "./metadata-xml.ts"
import type { ProjectFile } from "./setup-project.ts"

const userPermissions = (access: AccessPlan): Elements =>
  ["ApiEnabled", ...(access.viewAllUsers ? ["ViewAllUsers"] : [])].map(
    (name) => ["userPermissions", { enabled: true, name }] as const
  )

export const permissionSetFile = (of: {
  readonly app: string
  readonly label: string
  readonly access: AccessPlan
}): ProjectFile => ({
  path: `permissionsets/${of.app}.permissionset-meta.xml`,
  text: metadataXml("PermissionSet", [
    ["description", `What ${of.label} reads; written by decant setup-org`],
    ...of.access.fields.map(
      (field) => ["fieldPermissions", { editable: false, field, readable: true }] as const
    ),
    ["hasActivationRequired", false],
    ["label", of.label],
    ...of.access.objects.map(
      ({ name, viewAll }) =>
        [
          "objectPermissions",
          {
            allowCreate: false,
            allowDelete: false,
            allowEdit: false,
            allowRead: true,
            modifyAllRecords: false,
            object: name,
            viewAllRecords: viewAll
          }
        ] as const
    ),
    ...userPermissions(of.access)
  ])
})
