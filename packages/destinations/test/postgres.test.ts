import { destinationContract } from "./contract.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"

destinationContract(postgresSubject(postgresServer()))
