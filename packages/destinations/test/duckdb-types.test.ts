import { typesContract } from "./contract/types.ts"
import { duckdbSubject } from "./duckdb-subject.ts"

typesContract(duckdbSubject)
