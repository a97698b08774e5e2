import { typesContract } from "./contract/types.ts"
import { parquetSubject } from "./parquet-subject.ts"

typesContract(parquetSubject)
