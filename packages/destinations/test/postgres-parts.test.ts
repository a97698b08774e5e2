import { partsContract } from "./contract/parts.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"

partsContract(postgresSubject(postgresServer()))
