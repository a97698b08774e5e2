export { DestinationError } from "./destination-error.ts"
export { duckdb } from "./duckdb/duckdb.ts"
export { parquet } from "./parquet/parquet.ts"
export { postgres } from "./postgres/postgres.ts"
