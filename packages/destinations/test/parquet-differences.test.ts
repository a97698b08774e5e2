import { statSync } from "node:fs"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { differencesContract } from "./contract/verify.ts"
import { commitFromOutside, currentFiles } from "./delta-log.ts"
import { parquetSubject } from "./parquet-subject.ts"

differencesContract(parquetSubject, {
  doubleRow: async (folder, id) => {
    const table = join(folder, "acme", "Account")
    const files = currentFiles(table).map((path) => `'${join(table, path)}'`)
    const path = `data/doubled-${id}.parquet`
    const instance = await DuckDBInstance.create(":memory:")
    const connection = await instance.connect()
    await connection.run(
      `COPY (SELECT * FROM read_parquet([${files.join(", ")}], union_by_name = true) WHERE "Id" = '${id}') TO '${join(table, path)}'`
    )
    connection.closeSync()
    instance.closeSync()
    const add = { path, partitionValues: {}, size: statSync(join(table, path)).size, modificationTime: 0 }
    const stats = JSON.stringify({ numRecords: 1, minValues: { Id: id }, maxValues: { Id: id } })
    commitFromOutside(table, [{ add: { ...add, dataChange: true, stats } }])
  }
})
