import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { differencesContract } from "./contract/verify.ts"
import { destinationContract } from "./contract.ts"
import { duckdbSubject } from "./duckdb-subject.ts"

destinationContract(duckdbSubject)

differencesContract(duckdbSubject, {
  doubleRow: async (folder, id) => {
    const instance = await DuckDBInstance.create(join(folder, "acme.duckdb"))
    const connection = await instance.connect()
    await connection.run(
      `INSERT INTO salesforce."Account" SELECT * FROM salesforce."Account" WHERE "Id" = '${id}'`
    )
    connection.closeSync()
    instance.closeSync()
  }
})
