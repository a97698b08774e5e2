import { destinationContract } from "./contract.ts"
import { duckdbSubject } from "./duckdb-subject.ts"

destinationContract(duckdbSubject)
