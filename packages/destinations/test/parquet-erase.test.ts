import { eraseContract } from "./contract/erase.ts"
import { parquetSubject } from "./parquet-subject.ts"

eraseContract(parquetSubject)
