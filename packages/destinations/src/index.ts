export { duckdb } from "./duckdb/duckdb.ts"
