import { eraseContract } from "./contract/erase.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"

eraseContract(postgresSubject(postgresServer()))
