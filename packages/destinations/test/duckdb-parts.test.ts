import { partsContract } from "./contract/parts.ts"
import { duckdbSubject } from "./duckdb-subject.ts"

partsContract(duckdbSubject)
