import type { Connection } from "@decant/api"

const DataPage = (_: { readonly connection: Connection; readonly onChanged?: () => void }) => null
export default DataPage
