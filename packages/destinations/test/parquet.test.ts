import { destinationContract } from "./contract.ts"
import { parquetSubject } from "./parquet-subject.ts"

destinationContract(parquetSubject)
