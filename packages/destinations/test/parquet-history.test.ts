import { historyContract } from "./contract/history.ts"
import { parquetSubject } from "./parquet-subject.ts"

historyContract(parquetSubject)
