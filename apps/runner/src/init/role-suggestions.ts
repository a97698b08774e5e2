/** Which custom fields of Account look like the customer's logo, reference status and marketing rights. */
import type { CatalogField } from "@decant/connector"
import type { StarterRoles } from "./starter-spec.ts"

export type Role = keyof StarterRoles

interface Likeness {
  readonly words: RegExp
  /** Types of Salesforce in which such a field is usually kept, the likeliest first. */
  readonly types: ReadonlyArray<string>
}

const likenesses: Readonly<Record<Role, Likeness>> = {
  logo: { words: /logo/i, types: ["url", "string", "textarea", "boolean", "picklist"] },
  reference: {
    words: /referenc(e|able|ability)|referenz|advocate|case.?stud/i,
    types: ["picklist", "boolean", "multipicklist", "string"]
  },
  marketingRights: {
    words:
      /marketing.?(right|permission|consent|approv|usage|use)|(logo|brand|publicity|pr).?(right|permission|approv|usage|use|rechte)|marketingrechte/i,
    types: ["boolean", "picklist", "multipicklist", "string"]
  }
}

/** Fields that look like the role, the likeliest first. */
export const roleCandidates = (
  fields: ReadonlyArray<CatalogField>,
  role: Role
): ReadonlyArray<CatalogField> => {
  const { words, types } = likenesses[role]
  const rank = ({ sourceType }: CatalogField): number => {
    const at = types.indexOf(sourceType)
    return at === -1 ? types.length : at
  }
  return fields
    .filter((field) => field.custom && field.type !== null)
    .filter((field) => words.test(field.name) || words.test(field.label))
    .filter((field) => role !== "logo" || !likenesses.marketingRights.words.test(field.name))
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}
