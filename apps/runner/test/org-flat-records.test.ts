/** Rows of one table out of records with parents and children. */
import { assert, describe, it } from "@effect/vitest"
import { columnsOf, nested, rowOf, selectedPaths } from "../src/org/flat-records.ts"

const attributes = { type: "Contact" }
const orphan = { attributes, Name: "A", Account: null }
const child = {
  attributes,
  Name: "B",
  Account: { attributes, Name: "Acme", Owner: { attributes, Name: "Eva" } }
}

describe("the columns of a query", () => {
  it("are the statement's, as the org spells them, also where the first records lack the parent", () => {
    const statement =
      "select name, account.name,\n Account.owner.Name FROM Contact WHERE Name IN ('a,b', 'from')"
    assert.deepStrictEqual(selectedPaths(statement), ["name", "account.name", "Account.owner.Name"])
    assert.deepStrictEqual(columnsOf(statement, [orphan, child]), [
      "Name",
      "Account.Name",
      "Account.Owner.Name"
    ])
    assert.deepStrictEqual(rowOf(orphan, ["Name", "Account.Name"]), ["A", null])
    const lower = columnsOf(statement, [orphan])
    assert.deepStrictEqual(rowOf(child, lower), ["B", "Acme", "Eva"])
  })

  it("are those of the records where the statement selects more than fields", () => {
    const statement = "SELECT Name, Account.Name, (SELECT Id FROM Cases) FROM Contact"
    assert.isNull(selectedPaths(statement))
    const cases = { totalSize: 1, done: true, records: [{ attributes, Id: "500" }] }
    const record = { ...child, Cases: cases }
    const columns = columnsOf(statement, [orphan, record])
    assert.deepStrictEqual(columns, ["Name", "Account.Name", "Account.Owner.Name", "Cases"])
    assert.deepStrictEqual(rowOf(record, columns), ["B", "Acme", "Eva", [{ Id: "500" }]])
    assert.deepStrictEqual(nested(record), {
      Name: "B",
      Account: { Name: "Acme", Owner: { Name: "Eva" } },
      Cases: [{ Id: "500" }]
    })
  })
})
