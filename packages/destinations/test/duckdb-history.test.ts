import { historyContract } from "./contract-history.ts"
import { duckdbSubject } from "./duckdb-subject.ts"

historyContract(duckdbSubject)
