/**
 * The facts about standard objects are kept as text tables, one line a field, because that is how they are
 * checked: beside a recorded describe. This module turns such a table into `Field` values.
 *
 * Line: `Name | type | flags | label | extras`, the last column optional.
 * Type: `string 255`, `currency 18,2` (precision, scale), `int 8` (digits), `reference Account,Contact`, `boolean`.
 * Flags: c createable, u updateable, n nillable, f filterable, g groupable, s sortable, i idLookup, M nameField,
 * d defaultedOnCreate, p permissionable, k restrictedPicklist, h searchPrefilterable, b queryByDistance, q unique,
 * e caseSensitive, x externalId, A autoNumber, H htmlFormatted; `-` for none.
 * Extras: compound=, extra=, rel=, children= (name of the relationship on the parent), cascade, restrict, bytes=,
 * default=, formula=Path.To.Field (the value is read from a parent row and never stored), mirror=Path,Path (the same
 * for standard fields that show a parent's value), rollup=SUM(Child__c.Field__c?Flag__c) or COUNT(Child__c), controller=Field.
 *
 * Meaning of every attribute: DescribeSObjectResult in the SOAP API Developer Guide,
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm
 */
import type { Field, FieldType, PicklistValue, RollUp } from "../field.ts"

interface Shape {
  readonly type: FieldType
  readonly length: number
  readonly precision: number
  readonly scale: number
  readonly digits: number
  readonly referenceTo: ReadonlyArray<string>
}

const readShape = (text: string): Shape => {
  const [type = "string", argument = ""] = text.split(" ")
  const shape: Shape = {
    type: type as FieldType,
    length: 0,
    precision: 0,
    scale: 0,
    digits: 0,
    referenceTo: []
  }
  switch (shape.type) {
    case "id":
      return { ...shape, length: 18 }
    case "reference":
      return { ...shape, length: 18, referenceTo: argument.split(",") }
    case "int":
      return { ...shape, digits: Number(argument) }
    case "currency":
    case "double":
    case "percent": {
      const [precision, scale] = argument.split(",")
      return { ...shape, precision: Number(precision), scale: Number(scale) }
    }
    default:
      return { ...shape, length: Number(argument) }
  }
}

const readExtras = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split(" ")
      .filter((word) => word !== "")
      .map((word) => {
        const at = word.indexOf("=")
        return at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)]
      })
  )

const readRollUp = (text: string | undefined): RollUp | null => {
  const [, operation, child, of, when] =
    /^(COUNT|SUM|MIN|MAX)\((\w+)(?:\.(\w+))?(?:\?(\w+))?\)$/.exec(text ?? "") ?? []
  return operation === undefined || child === undefined
    ? null
    : { operation: operation as RollUp["operation"], child, of: of ?? "Id", when: when ?? null }
}

const byteLength = ({ type, length }: Shape): number =>
  type === "id" || type === "reference" ? 18 : length * 3

/** Reads one line of a field table. */
export const fieldFromRow = (row: string, picklist: ReadonlyArray<PicklistValue> = []): Field => {
  const [name = "", type = "", flags = "", label = "", extraText = ""] = row
    .split("|")
    .map((cell) => cell.trim())
  const shape = readShape(type)
  const extras = readExtras(extraText)
  const has = (flag: string) => flags.includes(flag)
  return {
    name,
    label,
    ...shape,
    byteLength: Number(extras.get("bytes") ?? byteLength(shape)),
    custom: /__(c|s|pc)$/.test(name),
    createable: has("c"),
    updateable: has("u"),
    nillable: has("n"),
    filterable: has("f"),
    groupable: has("g"),
    sortable: has("s"),
    idLookup: has("i"),
    nameField: has("M"),
    defaultedOnCreate: has("d"),
    permissionable: has("p"),
    restrictedPicklist: has("k"),
    searchPrefilterable: has("h"),
    queryByDistance: has("b"),
    unique: has("q"),
    caseSensitive: has("e"),
    externalId: has("x"),
    autoNumber: has("A"),
    htmlFormatted: has("H"),
    relationshipName: extras.get("rel") ?? null,
    childRelationshipName: extras.get("children") ?? null,
    cascadeDelete: extras.has("cascade"),
    restrictedDelete: extras.has("restrict"),
    compoundFieldName: extras.get("compound") ?? null,
    extraTypeInfo: extras.get("extra") ?? null,
    defaultValue: extras.get("default") ?? picklist.find((value) => value.default)?.value ?? null,
    formula: extras.get("formula") ?? null,
    mirrors: extras.get("mirror")?.split(",") ?? [],
    rollUp: readRollUp(extras.get("rollup")),
    controllerName: extras.get("controller") ?? null,
    picklist
  }
}

/** Reads a whole table; `picklists` maps a field name to its values. */
export const fieldsFromTable = (
  table: string,
  picklists: Readonly<Record<string, ReadonlyArray<PicklistValue>>> = {}
): ReadonlyArray<Field> =>
  table
    .trim()
    .split("\n")
    .map((row) => fieldFromRow(row, picklists[row.split("|")[0]?.trim() ?? ""]))
