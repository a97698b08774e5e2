/**
 * What an org knows about an object and its fields. Describe prints it, SOQL plans against it, the store makes
 * tables from it.
 */

export type FieldType =
  | "address"
  | "anyType"
  | "base64"
  | "boolean"
  | "combobox"
  | "currency"
  | "date"
  | "datetime"
  | "double"
  | "email"
  | "encryptedstring"
  | "id"
  | "int"
  | "location"
  | "long"
  | "multipicklist"
  | "percent"
  | "phone"
  | "picklist"
  | "reference"
  | "string"
  | "textarea"
  | "time"
  | "url"

export interface PicklistValue {
  readonly value: string
  readonly label: string
  readonly default: boolean
  /** Which values of the controlling field allow this one, as describe encodes it. */
  readonly validFor?: string
}

export interface Field {
  readonly name: string
  readonly label: string
  readonly type: FieldType
  readonly length: number
  readonly byteLength: number
  readonly precision: number
  readonly scale: number
  readonly digits: number
  readonly custom: boolean
  readonly createable: boolean
  readonly updateable: boolean
  readonly nillable: boolean
  readonly filterable: boolean
  readonly groupable: boolean
  readonly sortable: boolean
  readonly idLookup: boolean
  readonly nameField: boolean
  readonly defaultedOnCreate: boolean
  readonly permissionable: boolean
  readonly restrictedPicklist: boolean
  readonly searchPrefilterable: boolean
  readonly queryByDistance: boolean
  readonly unique: boolean
  readonly caseSensitive: boolean
  readonly externalId: boolean
  readonly autoNumber: boolean
  readonly htmlFormatted: boolean
  readonly referenceTo: ReadonlyArray<string>
  readonly relationshipName: string | null
  readonly childRelationshipName: string | null
  readonly cascadeDelete: boolean
  readonly restrictedDelete: boolean
  readonly compoundFieldName: string | null
  readonly extraTypeInfo: string | null
  readonly defaultValue: string | null
  /** A path to a parent's field, such as `Account.Industry`: a cross-object formula, evaluated at each read. */
  readonly formula: string | null
  /** Paths of which the first that has a value shows through, such as a case's `Contact.Email`; never stored. */
  readonly mirrors: ReadonlyArray<string>
  readonly rollUp: RollUp | null
  readonly picklist: ReadonlyArray<PicklistValue>
  /** The picklist field on which this one depends. */
  readonly controllerName: string | null
  /** What FieldDefinition knows it by, whatever its name; its first name where there is none. */
  readonly durableId?: string
  /** What a saved describe says that nothing else here follows from. */
  readonly described?: Readonly<Record<string, unknown>>
}

/** A summary over the live records that refer to a record. */
export interface RollUp {
  readonly operation: "COUNT" | "SUM" | "MIN" | "MAX"
  readonly child: string
  /** The child's field that is summed up, or of which values are counted. */
  readonly of: string
  /** The child's boolean field that says which rows take part. */
  readonly when: string | null
}

export interface RecordType {
  readonly id: string
  readonly developerName: string
  readonly name: string
  readonly isDefault: boolean
}

export interface ObjectTraits {
  readonly createable: boolean
  readonly deepCloneable: boolean
  readonly deletable: boolean
  readonly feedEnabled: boolean
  readonly layoutable: boolean
  readonly mergeable: boolean
  readonly mruEnabled: boolean
  readonly queryable: boolean
  readonly replicateable: boolean
  readonly retrieveable: boolean
  readonly searchable: boolean
  readonly triggerable: boolean
  readonly undeletable: boolean
  readonly updateable: boolean
}

export interface SObject {
  readonly name: string
  readonly label: string
  readonly labelPlural: string
  readonly keyPrefix: string | null
  readonly custom: boolean
  readonly traits: ObjectTraits
  readonly fields: ReadonlyArray<Field>
  /** Values that follow from other columns of the same row, as SQL; written whenever the row is. */
  readonly derived: Readonly<Record<string, string>>
  /** What the Ids begin with where describe shows no key prefix. */
  readonly idPrefix?: string
  /** All rows show one empty Id; a DurableId tells them apart. */
  readonly sharesId?: boolean
  /** Deleted rows pass no recycle bin. */
  readonly deletesForGood?: boolean
  /** The object whose history or sharing the rows are. */
  readonly associate?: { readonly type: "History" | "Share" | "Feed"; readonly parent: string }
  /** Besides the master record type. */
  readonly recordTypes?: ReadonlyArray<RecordType>
  /** The keys of `urls` in describe where they are not those of a page layout or of set-up. */
  readonly urlKeys?: ReadonlyArray<string>
}

/** The first three characters of the object's Ids. */
export const idPrefix = (object: SObject): string => object.idPrefix ?? object.keyPrefix ?? "000"

/** Types whose value is put together from component fields when it is read. */
export const isCompound = (field: Field): boolean => field.type === "address" || field.type === "location"

/** Whether the store keeps a column for the field. */
export const isStored = (field: Field): boolean =>
  !isCompound(field) && field.formula === null && field.mirrors.length === 0 && field.rollUp === null

/** Types whose values are texts; SOQL wants them in quotes. */
export const isTextType = (type: FieldType): boolean => !nonText.has(type)

const nonText = new Set<FieldType>([
  "address",
  "boolean",
  "currency",
  "date",
  "datetime",
  "double",
  "id",
  "int",
  "location",
  "long",
  "percent",
  "reference",
  "time"
])

/** The columns an address or location is made of, by the key each has in the JSON object. */
export const componentsOf = (object: SObject, compound: Field): ReadonlyArray<readonly [string, Field]> => {
  const prefix = compound.name.replace(/Address$/, "").replace(/__c$/, "")
  return object.fields
    .filter((field) => field.compoundFieldName === compound.name)
    .map((field) => {
      const key = field.name.slice(prefix.length).replace(/^_+/, "").replace(/__s$/, "")
      return [key.charAt(0).toLowerCase() + key.slice(1), field] as const
    })
}
