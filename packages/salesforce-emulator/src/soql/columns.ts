/**
 * What `&columns=true` answers: the columns of a query's result instead of its rows. The Salesforce CLI asks for it
 * after every query; the parameter is documented with the Tooling API,
 * https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/intro_rest_resources.htm
 */
import type { FieldType } from "../org/field.ts"
import type { Plan, PlannedColumn } from "./plan.ts"

const apexTypes: Readonly<Partial<Record<FieldType, string>>> = {
  address: "Address",
  base64: "Blob",
  boolean: "Boolean",
  currency: "Decimal",
  date: "Date",
  datetime: "Datetime",
  double: "Double",
  id: "Id",
  int: "Integer",
  location: "Location",
  long: "Long",
  percent: "Double",
  reference: "Id",
  time: "Time"
}

const numbers = new Set<FieldType>(["currency", "double", "int", "long", "percent"])
const neitherTextNorNumber = new Set<FieldType>([
  "address",
  "boolean",
  "date",
  "datetime",
  "location",
  "time"
])

interface Column {
  readonly aggregate: boolean
  readonly apexType: string | null
  readonly booleanType: boolean
  readonly columnName: string
  readonly custom: boolean
  readonly displayName: string
  readonly foreignKeyName: string | null
  readonly insertable: boolean
  readonly joinColumns: Array<Column>
  readonly numberType: boolean
  readonly textType: boolean
  readonly updatable: boolean
}

/** A column that only gathers others: those of a parent or of a child subquery. */
const gathering = (name: string, aggregate: boolean): Column => ({
  aggregate,
  apexType: null,
  booleanType: false,
  columnName: name,
  custom: /__r$/.test(name),
  displayName: name,
  foreignKeyName: null,
  insertable: false,
  joinColumns: [],
  numberType: false,
  textType: false,
  updatable: false
})

const ownName = ({ path }: PlannedColumn) => path.slice(path.lastIndexOf(".") + 1)

const valueColumn = (column: PlannedColumn): Column => {
  const field = column.resolved?.field
  return {
    aggregate: field === undefined,
    apexType: apexTypes[column.type] ?? "String",
    booleanType: column.type === "boolean",
    columnName: ownName(column),
    custom: field?.custom ?? false,
    displayName: field === undefined ? column.word : ownName(column),
    foreignKeyName: field?.relationshipName ?? null,
    insertable: field?.createable ?? false,
    joinColumns: [],
    numberType: numbers.has(column.type),
    textType: !numbers.has(column.type) && !neitherTextNorNumber.has(column.type),
    updatable: field?.updateable ?? false
  }
}

/** Puts a column under its parents, which are made where the first of their columns stands. */
const place = (columns: Array<Column>, column: PlannedColumn, flat: boolean): void => {
  let into = columns
  for (const { name } of flat ? [] : (column.resolved?.parents ?? [])) {
    let parent = into.find((each) => each.columnName === name && each.apexType === null)
    if (parent === undefined) {
      parent = gathering(name, false)
      into.push(parent)
    }
    into = parent.joinColumns
  }
  into.push(valueColumn(column))
}

const countColumn: Column = {
  ...gathering("expr0", true),
  apexType: "Integer",
  displayName: "count()",
  numberType: true
}

const columnsOf = (plan: Plan): ReadonlyArray<Column> => {
  if (plan.kind === "count") return [countColumn]
  const columns: Array<Column> = []
  const addChildren = (at: number) => {
    for (const child of plan.children.filter(({ before }) => before === at)) {
      columns.push({ ...gathering(child.relationshipName, true), joinColumns: [...columnsOf(child.plan)] })
    }
  }
  plan.columns.forEach((column, at) => {
    addChildren(at)
    place(columns, column, plan.kind === "aggregate")
  })
  addChildren(plan.columns.length)
  return columns
}

export const describeColumns = (plan: Plan) => ({
  columnMetadata: columnsOf(plan),
  entityName: plan.object.name,
  groupBy: plan.grouped,
  idSelected: plan.columns.some(({ path }) => path === "Id"),
  keyPrefix: plan.object.keyPrefix
})
